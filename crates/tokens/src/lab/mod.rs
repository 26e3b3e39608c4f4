//! `tokens lab`: breaks the protocol on purpose. Each experiment changes one
//! thing in a login or a request that works, so that nothing else can be the
//! reason for the refusal.

mod attack;
mod authorize;
mod client;
mod code;
mod experiment;
mod forge;
mod gateway;
mod list;
mod print;
mod server;
mod session;

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings};

use self::experiment::{Experiment, Needs, Outcome, Verdict};
use self::list::ALL;
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
        return Err(Failure::usage(format!("'tokens lab' does not take {flag}"))
            .with_hint("its flags are --list, --headless, --timeout and --report"));
    }
    let chosen = chosen(&lab_args.names)?;
    if lab_args.list {
        print::list(console, &chosen);
        return Ok(Exit::Done);
    }
    if let Some(path) = &args.report {
        report::check(path, args.force)?;
    }
    let config = ClientConfig::read(settings)?;
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
    let mut session = Session::new(&config, &provider, &http, sign_in, cognito, names);
    let mut outcomes = Vec::new();
    let run = run_all(&mut session, &chosen, &mut outcomes).await;
    if let Some(path) = &args.report {
        let rows = print::rows(&chosen, &outcomes);
        let page = report::lab_page(&rows, run.as_ref().err());
        report::write(path, &page, args.force)?;
        console.note(&format!("{} shows the results", path.display()));
    }
    print::summary(console, &chosen, &outcomes);
    run?;
    // What is not shown has not passed, but no attack has succeeded either.
    let mut verdicts = outcomes.iter().map(|outcome| &outcome.verdict);
    let failed = verdicts.any(|verdict| matches!(verdict, Verdict::Fail(_)));
    Ok(if failed { Exit::Failed } else { Exit::Done })
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

/// Runs the experiments. After an error, `outcomes` has those completed so far.
async fn run_all(
    session: &mut Session<'_>,
    chosen: &[&'static Experiment],
    outcomes: &mut Vec<Outcome>,
) -> Result<()> {
    let console = session.sign_in.console;
    let shared = |experiment: &&&Experiment| experiment.needs != Needs::Nothing;
    session.begin(chosen.iter().filter(shared).count()).await?;
    for (number, experiment) in (1..).zip(chosen) {
        print::heading(console, number, chosen.len(), experiment);
        let outcome = (experiment.run)(session).await?;
        print::outcome(console, experiment, &outcome);
        outcomes.push(outcome);
    }
    Ok(())
}
