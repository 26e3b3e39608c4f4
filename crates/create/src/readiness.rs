//! Waiting until a new sign-in page or API responds, which may take a minute.
//!
//! A new sign-in host must appear in DNS, and a new stage must be deployed. If
//! `create` ended before that, the next step would look like an error.

use std::time::Duration;

use aws_client::Named;
use aws_client::error::optional;
use aws_client::retry::Backoff;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};
use common::{Failure, Result};
use http_client::{client, discovery};
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::config::names::ROUTES;
use crate::run::Run;
use crate::user_pool::UserPoolRef;

/// How long one request may take; after that, the next one is sent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a function may take to become active, or an update to take effect.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(120);

/// The part of the discovery document that is used here (OpenID Connect
/// Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Document {
    authorization_endpoint: String,
}

/// Waits until the sign-in page's host responds with anything but a server
/// error; after a minute, prints a note instead.
///
/// # Errors
/// If a signal asks to stop meanwhile.
pub(crate) async fn wait_for_sign_in(run: &Run, pool: &UserPoolRef) -> Result<()> {
    let document = discovery::document_url(&pool.issuer, run.aws.endpoint_url.as_deref());
    let readiness = async || {
        let page = sign_in_page(run, &pool.issuer).await?;
        let answer = answer("GET", page).await?;
        (!answer.status().is_server_error()).then_some(())
    };
    wait(run, "the sign-in page", &document, readiness).await
}

/// The sign-in page that the discovery document names, fetched if this run has
/// not seen it; `None` if there is none yet.
pub(crate) async fn sign_in_page(run: &Run, issuer: &str) -> Option<Url> {
    if let Some(page) = run.sign_in_page.get() {
        return Some(page.clone());
    }
    let url = discovery::document_url(issuer, run.aws.endpoint_url.as_deref());
    let answer = answer("GET", url.parse().ok()?).await?;
    let document: Document = answer.json().await.ok()?;
    let page: Url = document.authorization_endpoint.parse().ok()?;
    if !is_sign_in_host(&page, issuer, &run.config.domain_prefix) {
        return None;
    }
    Some(run.sign_in_page.get_or_init(|| page).clone())
}

/// Whether the host is that of the sign-in page. For a while, the document of a new
/// pool names the issuer's own host, which has no page; and that of a pool whose
/// domain was replaced names the old one. Another cloud has hosts of its own.
fn is_sign_in_host(page: &Url, issuer: &str, prefix: &str) -> bool {
    let host = page.host_str().unwrap_or_default();
    let is_issuer = Url::parse(issuer).is_ok_and(|issuer| issuer.host_str() == Some(host));
    let is_another =
        host.ends_with(".amazoncognito.com") && !host.starts_with(&format!("{prefix}."));
    !is_issuer && !is_another
}

/// If this run has changed anything, waits until every route of the API refuses a
/// request without a token, as it should; after a minute, prints a note instead.
///
/// # Errors
/// If a signal asks to stop meanwhile.
pub(crate) async fn wait_for_api(run: &Run) -> Result<()> {
    if !run.summary.borrow().has_changed() {
        return Ok(());
    }
    let url = run.state.get().api_url.unwrap_or_default();
    let stage = url.strip_suffix(ROUTES[0].path).unwrap_or(&url);
    let readiness = async || {
        for row in ROUTES {
            let url = format!("{stage}{}", row.path).parse().ok()?;
            let answer = answer(row.request_method(), url).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return None;
            }
        }
        Some(())
    };
    wait(run, "the API", &url, readiness).await
}

/// Waits until the function runs what it was given (GetFunction): a new one is
/// `Pending` for a moment, and an updated one still runs its old code. The SDK's
/// own waiter would poll only once a second.
///
/// # Errors
/// If AWS reports that it failed, or it takes too long.
pub(crate) async fn wait_for_function(run: &Run, arn: &str) -> Result<()> {
    let _shown = run.console.working("function becoming active");
    let mut backoff = Backoff::poll().up_to(FUNCTION_TIMEOUT);
    loop {
        let call = run.aws.lambda.get_function().function_name(arn);
        // A new function may not be visible everywhere yet.
        let answer = optional(call.send().await.named("GetFunction"))?;
        if let Some(now) = answer.and_then(|answer| answer.configuration) {
            check_not_failed(&now)?;
            if is_ready(&now) {
                return Ok(());
            }
        }
        if !backoff.wait().await? {
            return Err(not_ready("it took too long"));
        }
    }
}

/// Whether it is active, with no update in progress.
pub(crate) fn is_ready(now: &FunctionConfiguration) -> bool {
    // A new function has no update yet.
    let updated = now.last_update_status() != Some(&LastUpdateStatus::InProgress);
    // `Inactive`: idle for weeks, and started by the next request.
    matches!(now.state(), Some(State::Active | State::Inactive)) && updated
}

fn check_not_failed(now: &FunctionConfiguration) -> Result<()> {
    if now.state() == Some(&State::Failed) {
        return Err(not_ready(now.state_reason().unwrap_or("it failed")));
    }
    if now.last_update_status() == Some(&LastUpdateStatus::Failed) {
        let reason = now.last_update_status_reason();
        return Err(not_ready(reason.unwrap_or("its update failed")));
    }
    Ok(())
}

fn not_ready(reason: &str) -> Failure {
    Failure::failed(format!("The function did not become active: {reason}")).with_hint(
        "run the same command again; if that does not help, 'make delete' and 'make api' start afresh",
    )
}

async fn wait(
    run: &Run,
    what: &str,
    url: &str,
    readiness: impl AsyncFn() -> Option<()>,
) -> Result<()> {
    let _working = run.console.working(format!("first answer of {what}"));
    let mut waiting = None;
    // A minute, twice the time in which everything else settles: Cognito's
    // documentation does not say how long a new name takes to appear in DNS.
    let mut backoff = Backoff::poll().up_to(run.settle * 2);
    while readiness().await.is_none() {
        waiting.get_or_insert_with(|| {
            run.console
                .waiting(format!("Waiting until {what} answers: it is new"))
        });
        if !backoff.wait().await? {
            run.console.note(&format!(
                "{what} does not answer yet as it should: it is made, and may need a minute more"
            ));
            return Ok(());
        }
    }
    if run.explain {
        let text =
            format!("\n    {what} answers, as GET {url} shows (this is not a call of AWS's API).");
        run.console.message(&text);
    }
    Ok(())
}

/// The response to a request, if there is one. Nothing secret is sent, and nothing
/// in the response is trusted.
async fn answer(method: &str, url: Url) -> Option<reqwest::Response> {
    let client = client::for_url(&url).ok()?;
    let request = client.request(method.parse().ok()?, url);
    request.timeout(ANSWER_TIMEOUT).send().await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_s_host_has_no_sign_in_page() {
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc";
        let is_ready = |page: &str| is_sign_in_host(&page.parse().unwrap(), issuer, "hello");
        assert!(is_ready(
            "https://hello.auth.us-east-1.amazoncognito.com/oauth2/authorize"
        ));
        assert!(
            is_ready("http://localhost:4566/oauth2/authorize"),
            "an emulator"
        );
        assert!(!is_ready(
            "https://hello-before.auth.us-east-1.amazoncognito.com/oauth2/authorize"
        ));
        assert!(!is_ready(
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc/oauth2/authorize"
        ));
    }

    #[test]
    fn an_idle_function_is_ready_and_a_changing_one_is_not() {
        let function = |state: State, update: LastUpdateStatus| {
            let function = FunctionConfiguration::builder().state(state);
            is_ready(&function.last_update_status(update).build())
        };
        assert!(function(State::Active, LastUpdateStatus::Successful));
        assert!(function(State::Inactive, LastUpdateStatus::Successful));
        assert!(!function(State::Pending, LastUpdateStatus::Successful));
        assert!(!function(State::Active, LastUpdateStatus::InProgress));
    }
}
