//! Waiting until a new sign-in page or API responds, which may take a minute.
//!
//! A new sign-in host must appear in DNS, and a new stage must be deployed. If
//! `create` ended before that, the next step would look like an error.

use std::time::Duration;

use aws_client::retry::Backoff;
use common::Result;
use http_client::{client, discovery};
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::api::Api;
use crate::config::names::{ROUTE_PATH, STAGE};
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// How long one request may take; after that, the next one is sent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

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
pub(crate) async fn wait_for_sign_in(stack: &Stack, pool: &UserPool) -> Result<()> {
    let document = discovery::document_url(&pool.issuer, stack.endpoint_url());
    let readiness = async || {
        let document = get(document.parse().ok()?).await?;
        let document: Document = document.json().await.ok()?;
        let page = get(document.authorization_endpoint.parse().ok()?).await?;
        (!page.status().is_server_error()).then_some(())
    };
    wait(stack, "the sign-in page", &document, readiness).await
}

/// If this run has changed anything, waits until the API refuses a request
/// without a token, as it should; after a minute, prints a note instead.
///
/// # Errors
/// If a signal asks to stop meanwhile.
pub(crate) async fn wait_for_api(stack: &Stack, api: &Api) -> Result<()> {
    if !stack.has_changed() {
        return Ok(());
    }
    let url = format!("{}/{STAGE}{ROUTE_PATH}", api.endpoint);
    let readiness = async || {
        let answer = get(url.parse().ok()?).await?;
        (answer.status() == StatusCode::UNAUTHORIZED).then_some(())
    };
    wait(stack, "the API", &url, readiness).await
}

async fn wait(
    stack: &Stack,
    what: &str,
    url: &str,
    readiness: impl AsyncFn() -> Option<()>,
) -> Result<()> {
    let _working = stack.console.working(format!("first answer of {what}"));
    let mut waiting = None;
    let mut backoff = Backoff::poll().up_to(limit(stack));
    while readiness().await.is_none() {
        waiting.get_or_insert_with(|| {
            stack
                .console
                .waiting(format!("Waiting until {what} answers: it is new"))
        });
        if !backoff.wait().await? {
            stack.console.note(&format!(
                "{what} does not answer yet as it should: it is made, and may need a minute more"
            ));
            return Ok(());
        }
    }
    if stack.explain {
        let text =
            format!("\n    {what} answers, as GET {url} shows (this is no call of AWS's API).");
        stack.console.message(&text);
    }
    Ok(())
}

/// A minute, twice the time in which everything else settles: Cognito's
/// documentation does not say how long a new name takes to appear in DNS.
fn limit(stack: &Stack) -> Duration {
    stack.settle * 2
}

/// The response to a GET, if there is one. Nothing secret is sent, and nothing
/// in the response is trusted.
async fn get(url: Url) -> Option<reqwest::Response> {
    let client = client::for_url(&url).ok()?;
    client.get(url).timeout(ANSWER_TIMEOUT).send().await.ok()
}
