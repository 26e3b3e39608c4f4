//! What `--explain` never shows: passwords, signatures, credentials, zips.

use std::iter;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

/// Replaces a secret.
pub(crate) const HIDDEN: &str = "(hidden)";

/// Headers that authenticate the caller.
const HEADERS: [&str; 2] = ["authorization", "x-amz-security-token"];

/// Secret fields of any request or response; compared in lower case.
const FIELDS: [&str; 8] = [
    "clientsecret",
    "password",
    "secretaccesskey",
    "secrethash",
    "securitytoken",
    "sessiontoken",
    "temporarypassword",
    "zipfile",
];

/// Whether a header's value is hidden.
pub(crate) fn is_hidden_header(name: &str) -> bool {
    HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

fn is_hidden_field(name: &str) -> bool {
    FIELDS.contains(&name.to_ascii_lowercase().as_str())
}

/// The secrets of one call: they are hidden wherever they appear, for example
/// in an error that repeats what was sent.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// The secrets in the headers of a signed request.
    pub(crate) fn of(request: &HttpRequest) -> Secrets {
        let headers = request.headers().iter();
        let hidden = headers.filter(|(name, _)| is_hidden_header(name));
        let values = hidden.flat_map(|(_, value)| {
            let signature = value.split_once("Signature=").map(|parts| parts.1);
            iter::once(value).chain(signature)
        });
        Secrets(values.map(str::to_owned).collect())
    }

    /// Hides secret fields of a request, and remembers their values.
    pub(crate) fn take_out(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if is_hidden_field(name) {
                        self.0.extend(value.as_str().map(str::to_owned));
                        *value = HIDDEN.into();
                    } else {
                        self.take_out(value);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.take_out(item)),
            _ => {}
        }
    }

    /// Hides the secrets in every string of a response.
    pub(crate) fn redact_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.redact(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_in(item)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.redact_in(value)),
            _ => {}
        }
    }

    /// Hides the secrets in a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        let secrets = self.0.iter().filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hidden_fields_are_taken_out_at_any_depth_and_known_again() {
        let mut secrets = Secrets::default();
        let mut sent = json!({
            "Username": "Testuser",
            "Password": "pass\"word",
            "Code": [{ "ZipFile": "UEsDBA" }],
        });
        secrets.take_out(&mut sent);
        assert_eq!(
            sent,
            json!({
                "Username": "Testuser",
                "Password": HIDDEN,
                "Code": [{ "ZipFile": HIDDEN }],
            })
        );
        let mut answer = json!({ "message": "'pass\"word' is too short: UEsDBA" });
        secrets.redact_in(&mut answer);
        assert_eq!(answer["message"], "'(hidden)' is too short: (hidden)");
    }

    #[test]
    fn signature_and_session_token_are_hidden_wherever_they_turn_up() {
        let mut request = HttpRequest::empty();
        let signed = "AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=abc123";
        request.headers_mut().insert("Authorization", signed);
        request
            .headers_mut()
            .insert("X-Amz-Security-Token", "token42");
        let secrets = Secrets::of(&request);
        assert_eq!(
            secrets.redact("you sent abc123, with x-amz-security-token:token42"),
            "you sent (hidden), with x-amz-security-token:(hidden)"
        );
        assert!(!format!("{secrets:?}").contains("abc123"));
    }
}
