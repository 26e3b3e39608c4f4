//! A request: what is sent where, and why.

use std::borrow::Cow;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::transcript::field::{Field, Secrecy, field};
use crate::transcript::step::Channel;

/// A request to send. It has no `Debug`: headers and form hold credentials.
#[derive(Clone)]
pub(crate) struct Request {
    /// The receiver as errors name it, for example "token endpoint".
    pub to: &'static str,
    /// Why it is sent, for `--explain`.
    pub why: Cow<'static, str>,
    pub channel: Channel,
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    /// What authenticates the client in the header `Authorization`.
    pub basic: Option<BasicCredentials>,
    /// The parameters in the URL, if they are to be explained one by one.
    pub query: Vec<Field>,
    /// The body, sent as `application/x-www-form-urlencoded`, or as JSON.
    pub form: Vec<Field>,
    /// Whether the body is a JSON object; a dot in a name nests another one.
    pub json: bool,
}

impl Request {
    /// A GET on the back channel.
    pub(crate) fn get(to: &'static str, why: &'static str, url: Url) -> Request {
        Request {
            to,
            why: why.into(),
            channel: Channel::Back,
            method: Method::GET,
            url,
            headers: Vec::new(),
            basic: None,
            query: Vec::new(),
            form: Vec::new(),
            json: false,
        }
    }

    /// A POST of a form on the back channel.
    pub(crate) fn post(to: &'static str, why: &'static str, url: Url, form: Vec<Field>) -> Request {
        Request {
            method: Method::POST,
            form,
            ..Request::get(to, why, url)
        }
    }

    /// Adds an access token, RFC 6750 section 2.1.
    pub(crate) fn bearer(self, token: &str) -> Request {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// Adds an access token that is bound to a key, RFC 9449 section 7.1. It is
    /// worth nothing without a proof.
    pub(crate) fn dpop_bound(self, token: &str) -> Request {
        self.header("Authorization", format!("DPoP {token}"))
    }

    /// Adds the proof that this program has the key, RFC 9449 section 4.1.
    pub(crate) fn proof(self, proof: &str) -> Request {
        self.header("DPoP", proof.to_owned())
    }

    fn header(mut self, name: &'static str, value: String) -> Request {
        self.headers.push((name, value));
        self
    }

    /// The headers that are explained, as they are shown.
    pub(crate) fn header_fields(&self) -> Vec<Field> {
        let basic = self.basic.iter().map(|_| {
            let why = "client_secret_basic: client_id and secret, which show who asks (RFC 6749 section 2.3.1)";
            field("Authorization", "Basic", why)
                .with(Secrecy::Credential)
                .without("any program could get tokens in this client's name.", &[])
        });
        let why = "shows that this program has the key (RFC 9449 section 4.1)";
        let headers = self.headers.iter().filter(|(name, _)| *name == "DPoP");
        let proofs = headers.map(|(name, _)| field(*name, "(the proof above)", why));
        basic.chain(proofs).collect()
    }

    /// The fields as a JSON object, each with the value that `value` returns.
    pub(crate) fn json_body(&self, value: impl Fn(&Field) -> &str) -> Value {
        let mut body = Value::Object(serde_json::Map::new());
        for field in &self.form {
            let place = field
                .name
                .split('.')
                .fold(&mut body, |object, name| &mut object[name]);
            *place = Value::from(value(field));
        }
        body
    }

    /// Replaces the channel, which is the back channel by default.
    pub(crate) fn on(self, channel: Channel) -> Request {
        Request { channel, ..self }
    }
}

/// A client's id and secret for `Authorization: Basic`, both form-encoded as RFC
/// 6749 section 2.3.1 demands. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct BasicCredentials {
    pub client_id: String,
    pub client_secret: String,
}

/// The URL without its query, which may contain what must not be in errors.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}
