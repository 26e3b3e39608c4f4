//! The back channel: HTTP calls from this program, which nobody else sees.
//!
//! No redirect is followed, every wait has an end, every answer a greatest size.

use std::cell::OnceCell;
use std::error::Error;
use std::time::Instant;

use api_core::{Failure, Result};
use api_http::{client, hosts};
use reqwest::Client;
use serde::de::DeserializeOwned;
use url::Url;

use crate::http::answer::Answer;
use crate::http::call::{Call, bare};
use crate::output::explain::Explain;

/// How this program names itself.
pub(crate) const USER_AGENT: &str = concat!("tokens/", env!("CARGO_PKG_VERSION"));

const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// The HTTP client. Each of its two halves is made when it is first used.
#[derive(Debug)]
pub(crate) struct Http {
    /// For this machine: a proxy could not reach it.
    loopback: OnceCell<Client>,
    /// For everything else, through the proxy that the environment names.
    proxied: OnceCell<Client>,
    cookies: bool,
    pub explain: Explain,
}

impl Http {
    /// A client whose calls are narrated by `explain`.
    pub(crate) fn new(explain: Explain) -> Http {
        Http {
            loopback: OnceCell::new(),
            proxied: OnceCell::new(),
            cookies: false,
            explain,
        }
    }

    /// A client that keeps cookies, as a browser does.
    pub(crate) fn with_cookies(explain: Explain) -> Http {
        Http {
            cookies: true,
            ..Http::new(explain)
        }
    }

    /// Makes the call.
    ///
    /// # Errors
    /// If there is no answer, or one without end. A refusal is an answer.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        self.explain.call(&call);
        let start = Instant::now();
        let answer = self.exchange(&call).await?;
        self.explain.answer(&answer, start.elapsed());
        Ok(answer)
    }

    /// Makes the call and reads the JSON of a 200.
    ///
    /// # Errors
    /// As [`send`](Http::send), for any other status, and for other bodies.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        let (to, url) = (call.to, call.url.clone());
        self.send(call).await?.json_of(to, url.as_str())
    }

    async fn exchange(&self, call: &Call) -> Result<Answer> {
        let mut request = self
            .client(&call.url)?
            .request(call.method.clone(), call.url.clone());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if call.json {
            request = request.body(call.json_body(|field| &field.value).to_string());
        } else if !call.form.is_empty() {
            let form: Vec<_> = call.form.iter().map(|f| (&*f.name, &f.value)).collect();
            request = request.form(&form);
        }
        let failed = |error| no_answer(call, error);
        let mut response = request.send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Failure::failed(format!(
                    "The {} {} answered with more than {MAX_ANSWER_BYTES} bytes",
                    call.to,
                    bare(&call.url)
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            version: response.version(),
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }

    fn client(&self, url: &Url) -> Result<&Client> {
        let loopback = hosts::is_loopback(url);
        let half = if loopback {
            &self.loopback
        } else {
            &self.proxied
        };
        if let Some(client) = half.get() {
            return Ok(client);
        }
        let client = client::builder(loopback)
            .user_agent(USER_AGENT)
            .cookie_store(self.cookies)
            .build()
            .map_err(|error| Failure::failed(format!("Cannot prepare HTTPS: {}", cause(&error))))?;
        Ok(half.get_or_init(|| client))
    }
}

fn no_answer(call: &Call, error: reqwest::Error) -> Failure {
    let failure = Failure::failed(format!(
        "No answer from the {} {}: {}",
        call.to,
        bare(&call.url),
        cause(&error)
    ));
    if hosts::is_loopback(&call.url) {
        failure.with_hint("is the local cloud running? 'make cloud' starts it")
    } else {
        failure.with_hint("check the network, HTTPS_PROXY and NO_PROXY")
    }
}

/// The innermost cause: "Connection refused" says more than "error sending request".
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
