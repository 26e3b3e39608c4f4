//! A request: what is sent where, and why.

use std::borrow::Cow;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::transcript::field::Field;
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
    pub(crate) fn bearer(mut self, token: &str) -> Request {
        self.headers
            .push(("Authorization", format!("Bearer {token}")));
        self
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

/// The URL without its query, which may contain what must not be in errors.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}
