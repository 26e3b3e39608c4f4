//! AWS's requests and responses in readable form, with secrets hidden.
//!
//! The SDK's wire logs are not used: they show secrets and are hard to read.

use std::fmt::Write;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use serde_json::{Map, Value};

use super::redact::{HIDDEN, Secrets, is_hidden_header};
use crate::error::body::in_xml;

/// The request headers to show: what is requested, and by whom.
const HEADERS: [&str; 4] = [
    "X-Amz-Target",
    "Content-Type",
    "Authorization",
    "X-Amz-Security-Token",
];

/// The headers in which AWS's services return the request id.
const REQUEST_ID: [&str; 3] = ["x-amzn-requestid", "x-amz-request-id", "apigw-requestid"];

/// A request as text, and the secrets that were in it.
#[derive(Debug)]
pub(crate) struct Request {
    /// Method and URL, selected headers, body.
    pub text: String,
    /// What must not be shown, here or in the response.
    pub secrets: Secrets,
}

impl Request {
    /// Formats a signed request.
    pub(crate) fn new(request: &HttpRequest) -> Request {
        let mut secrets = Secrets::of(request);
        let mut text = format!("{} {}\n", request.method(), request.uri());
        for name in HEADERS {
            if let Some(value) = request.headers().get(name) {
                let value = if is_hidden_header(name) {
                    HIDDEN
                } else {
                    value
                };
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        let kind = request.headers().get("content-type").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        text.push_str(&request_body(kind, body, &mut secrets));
        Request { text, secrets }
    }
}

/// Formats a JSON or form body as JSON, and any other body as its size.
fn request_body(kind: &str, body: &[u8], secrets: &mut Secrets) -> String {
    if body.is_empty() {
        return String::new();
    }
    let parsed = if kind.starts_with("application/x-www-form-urlencoded") {
        Some(form(body))
    } else {
        serde_json::from_slice(body).ok()
    };
    match parsed {
        Some(mut value) => {
            secrets.take_out(&mut value);
            pretty(&value)
        }
        None => format!("({} bytes)", body.len()),
    }
}

/// The parameters of a form; one that holds a JSON object is shown as JSON.
fn form(body: &[u8]) -> Value {
    let parameters = url::form_urlencoded::parse(body).map(|(name, value)| {
        let json = serde_json::from_str(&value).ok().filter(Value::is_object);
        let value = json.unwrap_or_else(|| value.into_owned().into());
        (name.into_owned(), value)
    });
    Value::Object(parameters.collect::<Map<_, _>>())
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Formats a response: status, time in milliseconds, request id, and these
/// fields of the body; of an error, the whole body.
pub(crate) fn response(
    response: &HttpResponse,
    took: u128,
    fields: &[&str],
    secrets: &Secrets,
) -> String {
    let mut text = format!("answer: {} after {took} ms", response.status().as_u16());
    let ids = REQUEST_ID.iter();
    if let Some(id) = ids.flat_map(|name| response.headers().get(*name)).next() {
        let _ = write!(text, ", request id {id}");
    }
    text.push('\n');
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let mut json: Option<Value> = serde_json::from_str(&body).ok();
    if let Some(json) = &mut json {
        Secrets::default().take_out(json);
        secrets.redact_in(json);
    }
    if !response.status().is_success() {
        text.push_str(&json.map_or_else(|| secrets.redact(&body), |json| pretty(&json)));
        return text;
    }
    for path in fields {
        let value = match &json {
            Some(json) => in_json(json, path),
            None => in_xml(&body, path).map(|value| secrets.redact(value)),
        };
        let shown = value.as_deref().unwrap_or("(none)");
        let _ = writeln!(text, "  {path} = {shown}");
    }
    text
}

/// The value at `path`, for example `UserPool.Id`; of a list, its length.
fn in_json(json: &Value, path: &str) -> Option<String> {
    match path
        .split('.')
        .try_fold(json, |json, name| json.get(name))?
    {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(format!("{} in the list", items.len())),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn http_response(status: u16, body: &'static str) -> HttpResponse {
        let status = status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        response.headers_mut().insert("x-amzn-RequestId", "id-1");
        response
    }

    fn request(kind: &'static str, body: &'static str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").expect("a method");
        request.set_uri("https://example.com/").expect("a URI");
        request.headers_mut().insert("Content-Type", kind);
        request.headers_mut().insert("Authorization", "AWS4 secret");
        request
    }

    #[test]
    fn a_json_body_is_pretty_and_its_password_hidden() {
        let sent = Request::new(&request(
            "application/x-amz-json-1.1",
            r#"{"Username":"Testuser","Password":"open sesame"}"#,
        ));
        assert_eq!(
            sent.text,
            "POST https://example.com/\n\
             Content-Type: application/x-amz-json-1.1\n\
             Authorization: (hidden)\n\
             {\n  \"Username\": \"Testuser\",\n  \"Password\": \"(hidden)\"\n}"
        );
    }

    #[test]
    fn a_form_is_shown_by_its_parameters() {
        let sent = Request::new(&request(
            "application/x-www-form-urlencoded",
            "Action=CreateRole&Policy=%7B%22a%22%3A1%7D&Name=x+y",
        ));
        let body = sent.text.split_once('{').expect("a body").1;
        assert_eq!(
            format!("{{{body}"),
            "{\n  \"Action\": \"CreateRole\",\n  \"Policy\": {\n    \"a\": 1\n  },\n  \"Name\": \"x y\"\n}"
        );
    }

    #[test]
    fn an_answer_shows_its_telling_part() {
        let json = http_response(200, r#"{"Pool":{"Id":"p1","Rest":"x"},"List":[1,2]}"#);
        let text = response(&json, 7, &["Pool.Id", "List", "Gone"], &Secrets::default());
        assert_eq!(
            text,
            "answer: 200 after 7 ms, request id id-1\n  \
             Pool.Id = p1\n  List = 2 in the list\n  Gone = (none)\n"
        );
        let xml = http_response(200, "<R><Role><Arn>arn:x</Arn></Role></R>");
        let text = response(&xml, 7, &["Arn"], &Secrets::default());
        assert!(text.ends_with("\n  Arn = arn:x\n"), "{text}");
    }

    #[test]
    fn a_refusal_is_shown_whole_but_for_secrets() {
        let sent = Request::new(&request("application/json", r#"{"Password":"sesame"}"#));
        let refusal = http_response(400, r#"{"__type":"X","message":"'sesame' is weak"}"#);
        let text = response(&refusal, 7, &["Id"], &sent.secrets);
        assert!(
            text.contains("\"message\": \"'(hidden)' is weak\""),
            "{text}"
        );
        let refusal = http_response(403, "<Error>you sent AWS4 secret</Error>");
        let text = response(&refusal, 7, &[], &sent.secrets);
        assert!(text.ends_with("<Error>you sent (hidden)</Error>"), "{text}");
    }
}
