//! What `create` has just created takes a moment to answer: a new sign-in host
//! must appear in DNS, a new stage must be deployed.

use std::time::Duration;

use common::loopback::is_loopback;
use common::settings::ca_bundle::is_untrusted;
use common::{Console, Failure};
use url::Url;

use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(300);

/// Repeats the request for up to `limit` while `is_too_new` holds for the
/// response or there is none: the host may not be in DNS yet. These attempts
/// are not part of the login, so no step records them.
pub(crate) async fn wait(
    http: &Http,
    console: &Console,
    limit: Duration,
    request: &Request,
    is_too_new: impl Fn(&Response) -> bool,
) {
    let answered = async {
        let mut waiting = None;
        loop {
            let again = match http.probe(request).await {
                Ok(response) => is_too_new(&response),
                Err(failure) => may_answer_later(&request.url, &failure),
            };
            if !again {
                return;
            }
            waiting.get_or_insert_with(|| {
                let to = request.to;
                console.waiting(format!("Waiting until the {to} answers: it is new"))
            });
            tokio::time::sleep(PAUSE).await;
        }
    };
    // If it takes longer, the request that follows reports what is wrong.
    let _ = tokio::time::timeout(limit, answered).await;
}

/// On this machine a name does not have to appear in DNS first, and time makes no
/// certificate trusted.
fn may_answer_later(url: &Url, failure: &Failure) -> bool {
    !is_loopback(url) && !is_untrusted(&failure.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_may_be_new_is_waited_for() {
        for (url, said, expected) in [
            ("https://new.example.com", "no such host", true),
            (
                "https://new.example.com",
                "invalid peer certificate: UnknownIssuer",
                false,
            ),
            ("http://localhost:1", "connection refused", false),
            (
                "http://localhost:1",
                "invalid peer certificate: UnknownIssuer",
                false,
            ),
        ] {
            let url = Url::parse(url).unwrap();
            let found = may_answer_later(&url, &Failure::failed(said));
            assert_eq!(found, expected, "{url} {said}");
        }
    }
}
