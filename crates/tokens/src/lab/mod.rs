//! `tokens lab`: breaks the protocol on purpose. Each experiment changes one
//! thing in a login or a request that works, so that nothing else can be the
//! reason for the refusal. Where a client or an API refuses, a careless twin of
//! it is attacked first.

mod answer;
mod attack;
mod authorize;
mod callback;
mod client;
mod code;
mod downgrade;
mod experiment;
mod forge;
mod gateway;
mod list;
mod other_api;
mod print;
mod quiz;
mod refresh;
mod server;
mod session;
mod twins;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings, interrupt};

use self::experiment::{Experiment, Needs, Outcome, Verdict};
use self::list::ALL;
use self::quiz::Quiz;
use self::session::{Plan, Session};
use crate::INTERRUPTED;
use crate::args::LabArgs;
use crate::config;
use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery;
use crate::output::error::failed_json;
use crate::report;
use crate::signin::method::{SignIn, SignInMethod};
use crate::transcript::record::Transcript;

/// Runs or lists the requested experiments.
///
/// # Errors
/// If one cannot be carried out at all. An attack that succeeds is not an
/// error: it leads to exit code 1 at the end.
pub(crate) async fn run(
    args: &LabArgs,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    if args.list {
        let chosen = checked(args)?;
        print::list(console, &chosen);
        return Ok(Exit::Done);
    }
    let mut lab = Lab {
        console,
        chosen: Vec::new(),
        outcomes: Vec::new(),
        quiz: None,
        quiet: args.json,
    };
    let work = lab.prepare_and_run(args, settings, console);
    let result = interrupt::or_stop(work, INTERRUPTED).await.flatten();
    lab.show(args, result.as_ref().err())?;
    result?;
    Ok(lab.exit(args.fail))
}

/// The experiments to run, once every flag is checked.
fn checked(args: &LabArgs) -> Result<Vec<&'static Experiment>> {
    if args.issuer.is_some() {
        let message = "'tokens lab' does not take --issuer: it attacks the stack that 'create' made, and no other server";
        return Err(Failure::usage(message)
            .with_hint("leave it out; 'tokens' without the word lab takes it"));
    }
    for path in [&args.page.report, &args.junit].into_iter().flatten() {
        report::check(path, args.page.force)?;
    }
    chosen(&args.names)
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
    /// Empty until every flag is checked.
    chosen: Vec<&'static Experiment>,
    outcomes: Vec<Outcome>,
    quiz: Option<Quiz>,
    /// Whether stdout is for JSON only.
    quiet: bool,
}

impl Lab<'_> {
    async fn prepare_and_run(
        &mut self,
        args: &LabArgs,
        settings: &Settings,
        console: &Arc<Console>,
    ) -> Result<()> {
        // First, everything that can be checked without a request.
        let chosen = checked(args)?;
        self.quiz = args.quiz.then(Quiz::new).transpose()?;
        let config = config::of_stack(settings)?;
        let Some(route) = &config.route else {
            return Err(Failure::usage("There is no API to attack"));
        };
        let method = if args.headless {
            SignInMethod::headless(&config, settings)?
        } else {
            SignInMethod::browser(settings)
        };
        let openid_only = chosen
            .iter()
            .filter(|experiment| experiment.needs == Needs::OpenidOnly);
        let plan = Plan {
            names: chosen.iter().map(|experiment| experiment.name).collect(),
            openid_only: openid_only.map(|experiment| experiment.name).collect(),
            grace: settings.settle * 3,
        };
        self.chosen = chosen;
        let transcript = Transcript::new(settings.explain, console.clone());
        let http = Http::new(transcript).with_hint(config.server.hints.not_running);
        let provider = discovery::discover(&http, &config, console).await?;
        let sign_in = SignIn {
            config: &config,
            console,
            method: &method,
            timeout: Duration::from_secs(args.timeout),
            transcript: &http.transcript,
        };
        let cognito = cognito(&config);
        let mut session = Session::new(route, &provider, &http, sign_in, cognito, plan)?;
        self.run_all(&mut session).await
    }

    /// Runs the experiments. After an error, `outcomes` has those completed so
    /// far.
    async fn run_all(&mut self, session: &mut Session<'_>) -> Result<()> {
        let shared = |experiment: &&&Experiment| experiment.needs.shared_login();
        session
            .begin(self.chosen.iter().filter(shared).count())
            .await?;
        for (number, experiment) in (1..).zip(&self.chosen) {
            if !self.quiet {
                print::heading(self.console, number, self.chosen.len(), experiment);
            }
            let outcome = (experiment.run)(session).await?;
            if !self.quiet {
                print::attack(self.console, &outcome);
                if let Some(quiz) = &mut self.quiz {
                    quiz.ask(self.console, experiment).await?;
                }
                print::outcome(self.console, experiment, &outcome);
            }
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    /// Shows all results: on stdout and in the files asked for.
    fn show(&self, args: &LabArgs, failure: Option<&Failure>) -> Result<()> {
        if self.chosen.is_empty() {
            if let (true, Some(failure)) = (self.quiet, failure) {
                self.console.line(&failed_json(failure));
            }
            return Ok(());
        }
        let rows = print::rows(&self.chosen, &self.outcomes, self.quiz.as_ref());
        if let Some(path) = &args.page.report {
            let page = report::lab_page(&rows, failure);
            report::write(path, &page, args.page.force)?;
            self.console
                .note(&format!("{} shows the results", path.display()));
        }
        if let Some(path) = &args.junit {
            report::write(path, &verdicts::junit(&rows), args.page.force)?;
        }
        if self.quiet {
            let text = serde_json::to_string_pretty(&verdicts::json(&rows, failure));
            self.console.line(&text.unwrap_or_default());
            return Ok(());
        }
        print::summary(self.console, &self.chosen, &self.outcomes, &rows);
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
