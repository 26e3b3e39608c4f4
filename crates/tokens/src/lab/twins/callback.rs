//! A client whose listener checks the answer to its request as the real one
//! does, but for `state` or `iss`.

use std::collections::BTreeMap;

use common::Result;
use reqwest::StatusCode;
use url::form_urlencoded::{Serializer, parse};

use super::Twin;
use super::serve::{Received, Reply, while_serving};
use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::transcript::step::Channel;

/// The client's rules, and the parameter that it does not compare, if any.
pub(crate) struct Callback<'a> {
    pub expected: &'a ExpectedResponse,
    pub left_out: Option<&'static str>,
}

impl Callback<'_> {
    /// The real check of a callback's query. For the parameter left out, the
    /// expected value stands in whatever was sent.
    ///
    /// # Errors
    /// Why it is refused.
    pub(crate) fn check(&self, query: &str) -> Result<AuthorizationResponse, &'static str> {
        let mut parameters: BTreeMap<_, _> = parse(query.as_bytes()).into_owned().collect();
        let expected = [
            ("state", &self.expected.state),
            ("iss", &self.expected.issuer),
        ];
        for (name, value) in expected {
            if self.left_out == Some(name) {
                parameters.insert(name.to_owned(), value.clone());
            }
        }
        let query = Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        self.expected.parse_query(&query)
    }
}

/// Attacks the twin: sends a browser to its callback address with `query`.
/// `use_code` is what the client then does with the code, and says what the
/// attacker got.
///
/// # Errors
/// If it cannot be started, or does not answer.
pub(crate) async fn attack(
    http: &Http,
    callback: &Callback<'_>,
    query: &str,
    use_code: impl AsyncFn(String) -> Result<String>,
) -> Result<Twin> {
    const WHY: &str = "What the attacker makes the browser send, here to a careless client.";
    let answer = async |received: Received| -> Reply {
        let used = match callback.check(&received.query) {
            Ok(AuthorizationResponse::Code(code)) => use_code(code).await,
            Ok(AuthorizationResponse::Error { error, .. }) => Ok(error.to_string()),
            Err(why) => return (StatusCode::BAD_REQUEST, why.to_owned()),
        };
        match used {
            Ok(got) => (StatusCode::OK, got),
            Err(failure) => (StatusCode::BAD_GATEWAY, failure.to_string()),
        }
    };
    let response = while_serving(answer, async |mut url| {
        url.set_query(Some(query));
        http.send(Request::get("listener", WHY, url).on(Channel::Headless))
            .await
    })
    .await?;
    Ok(Twin {
        who: "a listener",
        left_out: callback.left_out.unwrap_or_default(),
        succeeded: response.status.is_success(),
        got: response.text(),
    })
}
