//! Follows redirects as a browser would, as long as they stay on one server.

use common::{Failure, Result};
use url::Url;

use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

const WHY: &str = "Finds out where this address leads, as a browser would.";
const MAX_REDIRECTS: usize = 10;

/// Where a browser would end up.
pub(crate) enum Navigation {
    /// At a URL of another server, which was not requested.
    Elsewhere(Url),
    /// At a page of the same server.
    Page(Url, Response),
}

/// Requests the URL, without signing in, and follows redirects as long as they
/// stay on the same server.
///
/// # Errors
/// If there is no response, or there are too many redirects.
pub(crate) async fn visit(transcript: &Transcript, address: &Url) -> Result<Navigation> {
    let http = Http::with_cookies(transcript.clone());
    let request = Request::get("sign-in server", WHY, address.clone());
    follow(&http, request, address).await
}

/// Sends the request and follows redirects that stay on the server of `home`.
///
/// # Errors
/// If there is no response, or there are too many redirects.
pub(crate) async fn follow(http: &Http, mut request: Request, home: &Url) -> Result<Navigation> {
    for _ in 0..=MAX_REDIRECTS {
        let url = request.url.clone();
        let response = http.send(request.on(Channel::Headless)).await?;
        if !response.status.is_redirection() {
            return Ok(Navigation::Page(url, response));
        }
        let location = response.header("location");
        let Some(to) = location.and_then(|to| url.join(to).ok()) else {
            let message = "The sign-in server sent a redirect without a valid address";
            return Err(Failure::failed(message));
        };
        if to.origin() != home.origin() {
            return Ok(Navigation::Elsewhere(to));
        }
        request = Request::get("sign-in page", "The sign-in server redirects here.", to);
    }
    Err(Failure::failed(format!(
        "The sign-in server redirects more than {MAX_REDIRECTS} times"
    )))
}
