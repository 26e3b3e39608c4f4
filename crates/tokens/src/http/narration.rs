//! What `--explain` and the report say about a request and its response. The
//! client records it where requests are sent, so that none can be forgotten.

use std::time::Duration;

use crate::http::curl;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::transcript::record::{StepHandle, Transcript};
use crate::transcript::step::Answer;

/// Records what is about to be sent, why, and who sees it.
pub(super) fn request<'a>(transcript: &'a Transcript, request: &Request) -> StepHandle<'a> {
    let heading = format!("{} {}", request.method, request.url);
    let text = format!("{}\n{}", request.why, request.channel.who_sees());
    let step = transcript.step(request.channel, &heading, &text);
    step.fields(&request.header_fields());
    step.fields(&request.query);
    step.fields(&request.form);
    if let Some(command) = curl::command(request) {
        step.command(&command);
    }
    step
}

/// Records the response without its body, which may contain tokens.
pub(super) fn response(step: &StepHandle, response: &Response, took: Duration) {
    let kind = response.header("content-type").unwrap_or("no content-type");
    step.answer(Answer {
        status: response.status.to_string(),
        success: response.status.is_success(),
        names: response.names(),
        body: format!("{} bytes, {kind}", response.body.len()),
        page: is_html(kind),
        took,
    });
}

/// Whether the `Content-Type` is that of a page, RFC 9110 section 8.3.1.
fn is_html(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("text/html")
}

#[cfg(test)]
mod tests {
    use super::is_html;

    #[test]
    fn a_page_is_known_by_its_media_type_alone() {
        for page in ["text/html", "Text/HTML; charset=utf-8", " text/html ;x"] {
            assert!(is_html(page), "{page}");
        }
        for other in ["application/json; profile=html", "text/htmlx", ""] {
            assert!(!is_html(other), "{other}");
        }
    }
}
