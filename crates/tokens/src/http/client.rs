//! This program's HTTP client. It follows no redirects, and limits how long a
//! response may take and how large it may be.

use std::cell::OnceCell;
use std::error::Error;
use std::time::Instant;

use common::loopback::is_loopback;
use common::settings::ca_bundle::{UNTRUSTED_HINT, is_untrusted};
use common::{Failure, Result};
use http_client::client;
use reqwest::header::HeaderValue;
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use url::Url;

use crate::http::narration;
use crate::http::request::{Request, without_query};
use crate::http::response::Response;
use crate::transcript::record::Transcript;

pub(crate) const USER_AGENT: &str = concat!("tokens/", env!("CARGO_PKG_VERSION"));

const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The HTTP client. Each of its two inner clients is created on first use.
pub(crate) struct Http {
    /// For this machine, which a proxy could not reach.
    loopback: OnceCell<Client>,
    /// For everything else, through the proxy set in the environment.
    proxied: OnceCell<Client>,
    cookies: bool,
    /// What to do if a program on this machine does not answer.
    not_running: &'static str,
    pub transcript: Transcript,
}

impl Http {
    /// A client whose requests are recorded in `transcript`.
    pub(crate) fn new(transcript: Transcript) -> Http {
        Http {
            loopback: OnceCell::new(),
            proxied: OnceCell::new(),
            cookies: false,
            not_running: "is that program running?",
            transcript,
        }
    }

    /// A client that keeps cookies, as a browser does.
    pub(crate) fn with_cookies(transcript: Transcript) -> Http {
        Http {
            cookies: true,
            ..Http::new(transcript)
        }
    }

    /// The same client, with what to do if a program on this machine does not
    /// answer.
    pub(crate) fn with_hint(self, not_running: &'static str) -> Http {
        Http {
            not_running,
            ..self
        }
    }

    /// Sends the request and reads the whole response.
    ///
    /// # Errors
    /// If there is no response, or it is too large. A refusal is a response.
    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        let step = narration::request(&self.transcript, &request);
        let start = Instant::now();
        let answer = self.prepare(&request)?.send().await;
        let response = self.read(&request, answer).await?;
        narration::response(&step, &response, start.elapsed());
        Ok(response)
    }

    /// Sends the request without recording it.
    ///
    /// # Errors
    /// As [`send`](Http::send).
    pub(crate) async fn probe(&self, request: &Request) -> Result<Response> {
        self.read(request, self.prepare(request)?.send().await)
            .await
    }

    /// Sends the request and parses the JSON body of a 200 response.
    ///
    /// # Errors
    /// As [`send`](Http::send), and for any other status or body.
    pub(crate) async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        let (to, url) = (request.to, request.url.clone());
        self.send(request).await?.json_of(to, url.as_str())
    }

    /// Headers and body, on the client for this address.
    fn prepare(&self, request: &Request) -> Result<RequestBuilder> {
        let (method, url) = (request.method.clone(), request.url.clone());
        let mut builder = self.client(&url)?.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, header_value(name, value)?);
        }
        if let Some(basic) = &request.basic {
            builder = builder.basic_auth(&basic.client_id, Some(&basic.client_secret));
        }
        if request.json {
            builder = builder.body(request.json_body(|field| &field.value).to_string());
        } else if !request.form.is_empty() {
            let form: Vec<_> = request.form.iter().map(|f| (&*f.name, &f.value)).collect();
            builder = builder.form(&form);
        }
        Ok(builder)
    }

    /// Reads the whole response. One without an end must not fill the memory.
    async fn read(
        &self,
        request: &Request,
        answer: Result<reqwest::Response, reqwest::Error>,
    ) -> Result<Response> {
        let failed = |error| no_answer(request, error, self.not_running);
        let mut answer = answer.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(Failure::failed(format!(
                    "The {} {} answered with more than {MAX_BODY_BYTES} bytes",
                    request.to,
                    without_query(&request.url)
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            version: answer.version(),
            status: answer.status(),
            headers: answer.headers().clone(),
            body,
        })
    }

    fn client(&self, url: &Url) -> Result<&Client> {
        let loopback = is_loopback(url);
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

/// A header's value. Credentials are marked so that no library logs them.
fn header_value(name: &str, value: &str) -> Result<HeaderValue> {
    let value = HeaderValue::from_str(value);
    let mut value =
        value.map_err(|_| Failure::failed(format!("The header {name} cannot be sent as it is")))?;
    value.set_sensitive(matches!(name, "Authorization" | "DPoP"));
    Ok(value)
}

fn no_answer(request: &Request, error: reqwest::Error, not_running: &'static str) -> Failure {
    let cause = cause(&error);
    let failure = Failure::failed(format!(
        "No answer from the {} {}: {cause}",
        request.to,
        without_query(&request.url)
    ));
    if is_untrusted(&cause) {
        failure.with_hint(UNTRUSTED_HINT)
    } else if is_loopback(&request.url) {
        failure.with_hint(not_running)
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
