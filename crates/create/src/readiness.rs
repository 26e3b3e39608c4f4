//! The first minute: what was just made does not answer at once.
//!
//! A new sign-in host must come into DNS, and a new stage must be deployed. To
//! say that they are there before would have the next step look like an error.

use std::time::Duration;

use api_aws::retry::Backoff;
use api_core::Result;
use api_http::{client, discovery};
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::api::Api;
use crate::config::names::{ROUTE_PATH, STAGE};
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// How long one request may take: after that, the next one is sent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The discovery document, as far as it matters here (OpenID Connect Discovery
/// 1.0, section 3).
#[derive(Deserialize)]
struct Document {
    authorization_endpoint: String,
}

/// Waits until the sign-in page's host answers, with whatever is no server
/// error; after a minute there is a note.
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

/// Waits until the API refuses a request without a token, as it should, where
/// this run has changed anything; after a minute there is a note.
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

/// Cognito's documents give no time for a new name to be in DNS; twice the time
/// in which all else settles is a minute.
fn limit(stack: &Stack) -> Duration {
    stack.settle * 2
}

/// An answer, if there is one. Nothing secret is sent, and nothing that comes
/// back is trusted.
async fn get(url: Url) -> Option<reqwest::Response> {
    let client = client::for_url(&url).ok()?;
    client.get(url).timeout(ANSWER_TIMEOUT).send().await.ok()
}
