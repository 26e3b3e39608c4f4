//! The first minute after `create`: what it made does not answer at once. A new
//! sign-in host must come into DNS, a new stage must be deployed.

use std::time::{Duration, Instant};

use api_core::{Console, Result};
use api_http::hosts::is_loopback;
use reqwest::StatusCode;

use crate::config::ClientConfig;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::client::Http;
use crate::oauth::discovery::{self, Provider};
use crate::output::transcript::Channel;

const WHY: &str = "The stack is new: the browser is not sent to the sign-in host before that answers. Nothing is asked for, so any answer but a server error will do.";

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(300);

/// Fetches the discovery document, and sees that the sign-in host answers.
///
/// # Errors
/// As [`Provider::discover`]. A host that does not answer in time is none: the
/// login itself will tell.
pub(crate) async fn discover(
    http: &Http,
    app: &ClientConfig,
    console: &Console,
) -> Result<Provider> {
    let document = send(http, app, console, discovery::call(app)?, is_not_there).await?;
    let provider = Provider::read(app, document)?;
    if app.is_new_for.is_some() {
        let page = provider.authorization_endpoint.clone();
        let call = Call::get("sign-in page", WHY, page).on(Channel::Front);
        let _ = send(http, app, console, call, |answer| {
            answer.status.is_server_error()
        })
        .await;
    }
    Ok(provider)
}

/// Calls the API; a 404 of a stage that is not deployed yet is asked again.
///
/// # Errors
/// If there is no answer.
pub(crate) async fn call_api(
    http: &Http,
    app: &ClientConfig,
    console: &Console,
    call: Call,
) -> Result<Answer> {
    send(http, app, console, call, |answer| {
        answer.status == StatusCode::NOT_FOUND
    })
    .await
}

fn is_not_there(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND || answer.status.is_server_error()
}

/// Makes the call, and again while `too_new` says that what should answer is
/// not there yet, or its name is not, for as long as the stack is new.
async fn send(
    http: &Http,
    app: &ClientConfig,
    console: &Console,
    call: Call,
    too_new: impl Fn(&Answer) -> bool,
) -> Result<Answer> {
    let (begun, limit) = (Instant::now(), app.is_new_for.unwrap_or_default());
    let mut waiting = None;
    loop {
        let result = http.send(call.clone()).await;
        let again = match &result {
            Ok(answer) => too_new(answer),
            // On this machine a name needs no time.
            Err(_) => !is_loopback(&call.url),
        };
        if !again || begun.elapsed() >= limit {
            return result;
        }
        waiting.get_or_insert_with(|| {
            console.waiting(format!("Waiting until the {} answers: it is new", call.to))
        });
        tokio::time::sleep(PAUSE).await;
    }
}
