//! What `create` has just created does not respond at once: a new sign-in host
//! must appear in DNS, a new stage must be deployed.

use std::time::{Duration, Instant};

use common::ca_bundle::is_untrusted;
use common::loopback::is_loopback;
use common::{Console, Result};

use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(300);

/// Sends the request, and repeats it for up to `limit` while `is_too_new` holds
/// for the response or there is none: the host may not be in DNS yet.
///
/// # Errors
/// If there is no response.
pub(crate) async fn send_while_new(
    http: &Http,
    console: &Console,
    limit: Option<Duration>,
    request: Request,
    is_too_new: impl Fn(&Response) -> bool,
) -> Result<Response> {
    let (begun, limit) = (Instant::now(), limit.unwrap_or_default());
    let mut waiting = None;
    loop {
        let result = http.send(request.clone()).await;
        let again = match &result {
            Ok(response) => is_too_new(response),
            // On this machine a name does not have to appear in DNS first, and
            // time makes no certificate trusted.
            Err(failure) => !is_loopback(&request.url) && !is_untrusted(&failure.to_string()),
        };
        if !again || begun.elapsed() >= limit {
            return result;
        }
        waiting.get_or_insert_with(|| {
            console.waiting(format!(
                "Waiting until the {} answers: it is new",
                request.to
            ))
        });
        tokio::time::sleep(PAUSE).await;
    }
}
