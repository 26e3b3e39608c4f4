//! `tokens lab`: breaks the protocol on purpose. Each experiment changes one
//! thing in a login or a request that works, so that nothing else can be the
//! reason for the refusal.

mod authorize;
mod client;
mod experiment;
mod forge;
mod gateway;
mod list;
mod report;
mod server;
mod session;

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings};

use self::experiment::{Experiment, Report, Verdict};
use self::list::ALL;
use self::session::Session;
use crate::args::{Args, LabArgs};
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery;
use crate::report as page;
use crate::signin::method::{SignIn, SignInMethod};
use crate::transcript::explain::Explain;

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
        return Err(
            Failure::usage(format!("'tokens lab' has no use for {flag}"))
                .with_hint("its flags are --list, --headless and --timeout"),
        );
    }
    let chosen = chosen(&lab_args.names)?;
    if lab_args.list {
        report::list(console, &chosen);
        return Ok(Exit::Done);
    }
    if let Some(path) = &args.report {
        page::check(path, args.force)?;
    }
    let config = ClientConfig::read(settings)?;
    let method = SignInMethod::from_args(args, settings)?;
    let explain = Explain::new(settings.explain, console.clone());
    let http = Http::new(explain.clone());
    let provider = discovery::discover(&http, &config, console).await?;
    let sign_in = SignIn {
        config: &config,
        console,
        method: &method,
        timeout: Duration::from_secs(args.timeout),
        explain: &explain,
    };
    let cognito = cognito(&config);
    let mut session = Session::new(&config, &provider, &http, sign_in, cognito);
    let mut results = Vec::new();
    let run = run_all(&mut session, &chosen, &mut results).await;
    if let Some(path) = &args.report {
        page::write(path, &page::lab_page(&report::rows(&results)), args.force)?;
        console.note(&format!("the results are shown in {}", path.display()));
    }
    run?;
    report::summary(console, &results);
    // What is not shown has not passed, but no attack has succeeded either.
    let failed = results
        .iter()
        .any(|(_, report)| matches!(report.verdict, Verdict::Fail(_)));
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
    let pool = config
        .issuer
        .rsplit_once('/')
        .map_or(config.issuer.as_str(), |(cognito, _)| cognito);
    config
        .endpoint_url
        .clone()
        .unwrap_or_else(|| pool.to_owned())
}

/// Runs the experiments. After an error, `results` has those completed so far.
async fn run_all(
    session: &mut Session<'_>,
    chosen: &[&'static Experiment],
    results: &mut Vec<(&'static Experiment, Report)>,
) -> Result<()> {
    let console = session.sign_in.console;
    for (number, experiment) in chosen.iter().enumerate() {
        report::heading(console, number + 1, chosen.len(), experiment);
        let report = (experiment.run)(session).await?;
        report::report(console, experiment, &report);
        results.push((*experiment, report));
    }
    Ok(())
}
