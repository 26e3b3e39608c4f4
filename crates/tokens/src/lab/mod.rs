//! `tokens lab`: breaks the protocol on purpose. Each experiment changes one
//! thing in a login or a request that works, so that nothing else can be the
//! reason for the refusal. Where a client or an API refuses, a careless twin of
//! it is attacked first.

mod attack;
mod authorize;
mod callback;
mod client;
mod code;
mod experiment;
mod forge;
mod gateway;
mod list;
mod print;
mod quiz;
mod refresh;
mod server;
mod session;
mod twins;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings};

use self::experiment::{Experiment, Needs, Outcome, Verdict};
use self::list::ALL;
use self::quiz::Quiz;
use self::session::Session;
use crate::args::{Args, LabArgs};
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery;
use crate::report;
use crate::signin::method::{SignIn, SignInMethod};
use crate::transcript::record::Transcript;

/// Runs or lists the requested experiments.
///
/// # Errors
/// If one cannot be carried out at all. An attack that succeeds is not an
/// error: it leads to exit code 1 at the end.
pub(crate) async fn run(
    lab_args: &LabArgs,
    args: &Args,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    if let Some(flag) = args.login_flag() {
        let message = format!("'tokens lab' does not take {flag} before the word lab");
        return Err(Failure::usage(message).with_hint("'tokens lab --help' lists its flags"));
    }
    let chosen = chosen(&lab_args.names)?;
    if lab_args.list {
        print::list(console, &chosen);
        return Ok(Exit::Done);
    }
    for path in [&args.report, &lab_args.junit].into_iter().flatten() {
        report::check(path, args.force)?;
    }
    let mut lab = Lab {
        console,
        chosen: &chosen,
        outcomes: Vec::new(),
        quiz: if lab_args.quiz {
            Some(Quiz::new()?)
        } else {
            None
        },
        quiet: lab_args.json,
    };
    let config = ClientConfig::read(settings, None)?;
    let method = SignInMethod::from_args(args, settings)?;
    let http = Http::new(Transcript::new(settings.explain, console.clone()));
    let provider = discovery::discover(&http, &config, console).await?;
    let sign_in = SignIn {
        config: &config,
        console,
        method: &method,
        timeout: Duration::from_secs(args.timeout),
        transcript: &http.transcript,
    };
    let cognito = cognito(&config);
    let names = chosen.iter().map(|experiment| experiment.name).collect();
    let grace = settings.settle * 3;
    let mut session = Session::new(&config, &provider, &http, sign_in, cognito, names, grace);
    let run = lab.run_all(&mut session).await;
    lab.show(lab_args, args, run.as_ref().err())?;
    run?;
    Ok(lab.exit(lab_args.fail))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Experiment>> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let find = |name: &String| {
        ALL.iter()
            .find(|experiment| experiment.name == name)
            .ok_or_else(|| {
                Failure::usage(format!("There is no experiment '{name}'"))
                    .with_hint("'tokens lab --list' names them all")
            })
    };
    names.iter().map(find).collect()
}

/// The URL of Cognito's own API, some of whose operations need no AWS
/// credentials.
fn cognito(config: &ClientConfig) -> String {
    let issuer = &config.issuer;
    let host = issuer.rsplit_once('/').map_or(&**issuer, |(host, _)| host);
    config.endpoint_url.as_deref().unwrap_or(host).to_owned()
}

/// The experiments to run, and what came of those that were.
struct Lab<'a> {
    console: &'a Console,
    chosen: &'a [&'static Experiment],
    outcomes: Vec<Outcome>,
    quiz: Option<Quiz>,
    /// Whether stdout is for JSON only.
    quiet: bool,
}

impl Lab<'_> {
    /// Runs the experiments. After an error, `outcomes` has those completed so
    /// far.
    async fn run_all(&mut self, session: &mut Session<'_>) -> Result<()> {
        let shared = |experiment: &&&Experiment| experiment.needs != Needs::Nothing;
        session
            .begin(self.chosen.iter().filter(shared).count())
            .await?;
        for (number, experiment) in (1..).zip(self.chosen) {
            if !self.quiet {
                print::heading(self.console, number, self.chosen.len(), experiment);
            }
            let outcome = (experiment.run)(session).await?;
            if !self.quiet {
                print::attack(self.console, &outcome);
                if let Some(quiz) = &mut self.quiz {
                    quiz.ask(self.console, experiment)?;
                }
                print::outcome(self.console, experiment, &outcome);
            }
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    /// Shows all results: on stdout and in the files asked for.
    fn show(&self, lab_args: &LabArgs, args: &Args, failure: Option<&Failure>) -> Result<()> {
        let rows = print::rows(self.chosen, &self.outcomes, self.quiz.as_ref());
        if let Some(path) = &args.report {
            let page = report::lab_page(&rows, failure);
            report::write(path, &page, args.force)?;
            self.console
                .note(&format!("{} shows the results", path.display()));
        }
        if let Some(path) = &lab_args.junit {
            report::write(path, &verdicts::junit(&rows), args.force)?;
        }
        if self.quiet {
            let text = serde_json::to_string_pretty(&verdicts::json(&rows, failure));
            self.console.line(&text.unwrap_or_default());
            return Ok(());
        }
        print::summary(self.console, self.chosen, &self.outcomes, &rows);
        if let Some(quiz) = &self.quiz {
            let (right, asked) = (quiz.score(), quiz.chosen.len());
            self.console
                .line(&format!("Quiz: {right} of {asked} right"));
        }
        Ok(())
    }

    /// The exit code. What is not shown has not passed, but no attack has
    /// succeeded either.
    fn exit(&self, all_must_be_shown: bool) -> Exit {
        let any =
            |is: fn(&Verdict) -> bool| self.outcomes.iter().any(|outcome| is(&outcome.verdict));
        if any(|verdict| matches!(verdict, Verdict::Fail(_))) {
            return Exit::Failed;
        }
        if all_must_be_shown && any(|verdict| matches!(verdict, Verdict::NotShown(_))) {
            return Exit::Refused;
        }
        Exit::Done
    }
}
