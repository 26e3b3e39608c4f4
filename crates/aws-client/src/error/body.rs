//! Code and message of an error, read from AWS's response.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::Value;

/// The code and message of an error response; empty if it has none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    /// For example `TooManyRequestsException`.
    pub code: String,
    /// Human-readable.
    pub message: String,
}

impl ErrorBody {
    /// Reads the response of a JSON service (the code is in the header
    /// `x-amzn-errortype`, in `__type` or in `code`) or of IAM and STS (XML).
    pub(crate) fn of(response: &HttpResponse) -> ErrorBody {
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let field = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| json[*name].as_str());
            found.map(str::to_owned)
        };
        let element = |name| in_xml(&body, name).map(str::to_owned);
        let header = response.headers().get("x-amzn-errortype");
        let code = header
            .map(str::to_owned)
            .or_else(|| field(["__type", "code"]))
            .or_else(|| element("Code"))
            .unwrap_or_default();
        let message = field(["message", "Message"]).or_else(|| element("Message"));
        ErrorBody {
            code: without_namespace(&code).to_owned(),
            message: message.unwrap_or_default(),
        }
    }
}

/// `aws.protocoltests#FooError:http://...` is `FooError` (Smithy, AWS JSON 1.1).
fn without_namespace(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

/// The text of the first element of this name. AWS's responses are simple
/// enough for this: values contain no markup.
pub(crate) fn in_xml<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn said(header: Option<&'static str>, body: &'static str) -> (String, String) {
        let status = 400_u16.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        if let Some(code) = header {
            response.headers_mut().insert("x-amzn-ErrorType", code);
        }
        let ErrorBody { code, message } = ErrorBody::of(&response);
        (code, message)
    }

    #[test]
    fn every_protocol_names_code_and_message() {
        let expected = ("SlowDown".to_owned(), "Rate exceeded".to_owned());
        let json = r#"{"__type":"com.amazon#SlowDown","message":"Rate exceeded"}"#;
        let lambda = r#"{"Type":"User","Message":"Rate exceeded"}"#;
        let xml = "<ErrorResponse><Error><Code>SlowDown</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
        assert_eq!(said(None, json), expected);
        assert_eq!(said(Some("SlowDown:http://internal/"), lambda), expected);
        assert_eq!(said(None, xml), expected);
        assert_eq!(said(None, "nothing of it"), Default::default());
    }
}
