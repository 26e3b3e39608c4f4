//! What `--explain` and the page say of a request and its response. It is said in
//! one place, where requests are sent, so that none can be forgotten.

use std::time::Duration;

use crate::http::curl;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::transcript::explain::Explain;

/// What is about to be sent, why, and who sees it.
pub(super) fn request(explain: &Explain, request: &Request) {
    let channel = request.channel;
    let heading = format!("{}: {} {}", channel.name(), request.method, request.url);
    let text = format!("{}\n{}", request.why, channel.who_sees());
    explain.step(channel, &heading, &text);
    explain.fields(&request.form);
    explain.command(&curl::command(request));
}

/// What came back, without the body: it may hold tokens.
pub(super) fn response(explain: &Explain, response: &Response, took: Duration) {
    let kind = response.header("content-type").unwrap_or("no content-type");
    let body = format!("{} bytes, {kind}", response.body.len());
    explain.answer(&response.status.to_string(), &body, took);
}
