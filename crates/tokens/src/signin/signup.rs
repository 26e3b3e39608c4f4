//! The page for new users, which not every cloud has.

use common::{Failure, Result};
use url::Url;

use crate::http::client::Http;
use crate::http::request::{Request, without_query};
use crate::http::response::Response;

/// Makes sure that a page answers at `url`: else a browser would show an error,
/// and this program would wait until its time is up.
///
/// # Errors
/// If what answers is an error that is no page, or nothing answers.
pub(crate) async fn check(http: &Http, url: &Url) -> Result<()> {
    let request = Request::get("sign-up page", "", url.clone());
    let response = http.probe(&request).await?;
    if !is_error_without_page(&response) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "This cloud has no sign-up page: {} answered {}",
        without_query(url),
        response.status
    ))
    .with_hint("sign in as the test user, without --signup; on AWS there is such a page"))
}

/// What a person may see in a browser, also an error, is HTML.
fn is_error_without_page(response: &Response) -> bool {
    let is_error = response.status.is_client_error() || response.status.is_server_error();
    let kind = response.header("content-type").unwrap_or_default();
    is_error && !kind.starts_with("text/html")
}
