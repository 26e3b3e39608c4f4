//! What `--explain` and the report say about a request and its response. The
//! client records it where requests are sent, so that none can be forgotten.

use std::time::Duration;

use crate::http::curl;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::transcript::record::{StepHandle, Transcript};

/// Records what is about to be sent, why, and who sees it.
pub(super) fn request<'a>(transcript: &'a Transcript, request: &Request) -> StepHandle<'a> {
    let channel = request.channel;
    let heading = format!("{}: {} {}", channel.name(), request.method, request.url);
    let text = format!("{}\n{}", request.why, channel.who_sees());
    let step = transcript.step(channel, &heading, &text);
    step.fields(&request.form);
    step.command(&curl::command(request));
    step
}

/// Records the response without its body, which may contain tokens.
pub(super) fn response(step: &StepHandle, response: &Response, took: Duration) {
    let kind = response.header("content-type").unwrap_or("no content-type");
    let body = format!("{} bytes, {kind}", response.body.len());
    step.answer(&response.status.to_string(), &body, took);
}
