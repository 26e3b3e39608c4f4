//! The `curl` command that sends the same request.

use std::fmt::Write;

use crate::http::request::Request;
use crate::transcript::field::Field;

/// The command; `None` if it needs a value that is not shown. Tokens appear as
/// shell variables: they are printed on stdout and do not belong in a log. So do a
/// client's secret, as it is form-encoded, and proofs of a key, which are for one
/// request.
pub(super) fn command(request: &Request) -> Option<String> {
    let mut line = String::from("curl -sS");
    if request.method != "GET" && request.form.is_empty() {
        let _ = write!(line, " -X {}", request.method);
    }
    if let Some(basic) = &request.basic {
        let id = quoted(&basic.client_id);
        let _ = write!(line, " -u {id}:\"$CLIENT_SECRET\"");
    }
    for (name, value) in &request.headers {
        let scheme = value.split(' ').next().unwrap_or_default();
        let _ = match (*name, scheme) {
            ("Authorization", "Bearer" | "DPoP") => {
                write!(line, " -H \"{name}: {scheme} $ACCESS_TOKEN\"")
            }
            ("DPoP", _) => write!(line, " -H \"DPoP: $PROOF\""),
            _ => write!(line, " -H {}", quoted(&format!("{name}: {value}"))),
        };
    }
    if request.json {
        let body = request.json_body(Field::shown).to_string();
        let _ = write!(line, " --data {}", quoted(&body));
    }
    for field in request.form.iter().filter(|_| !request.json) {
        let value = match (&*field.name, field.is_shown()) {
            ("refresh_token" | "token", _) => "\"$REFRESH_TOKEN\"".to_owned(),
            ("device_code", false) => "\"$DEVICE_CODE\"".to_owned(),
            ("client_secret", false) => "\"$CLIENT_SECRET\"".to_owned(),
            ("password", false) => "\"$PASSWORD\"".to_owned(),
            (_, false) => return None,
            _ => quoted(&field.value),
        };
        let _ = write!(line, " --data-urlencode {}={value}", field.name);
    }
    let _ = write!(line, " {}", quoted(request.url.as_str()));
    Some(line)
}

/// Quotes the text for a POSIX shell, if necessary.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::transcript::field::{Secrecy, field};

    fn url() -> Url {
        Url::parse("https://a.example/b?c=d").unwrap()
    }

    #[test]
    fn the_command_sends_the_same_request_with_credentials_as_variables() {
        let why = "why";
        let hidden = |name: &'static str| field(name, "secret", why).with(Secrecy::Credential);
        let get = || Request::get("a", why, url());
        let post = |form: Vec<Field>| Request::post("a", why, url(), form);
        let json = Request {
            json: true,
            ..post(vec![field("a.b", "c", why), field("d", "e", why)])
        };
        for (request, expected) in [
            (get(), "curl -sS"),
            (
                get().bearer("t"),
                "curl -sS -H \"Authorization: Bearer $ACCESS_TOKEN\"",
            ),
            (
                get().dpop_bound("t").proof("p"),
                "curl -sS -H \"Authorization: DPoP $ACCESS_TOKEN\" -H \"DPoP: $PROOF\"",
            ),
            (post(vec![]), "curl -sS -X POST"),
            (
                post(vec![field("code", "a b", why)]),
                "curl -sS --data-urlencode code='a b'",
            ),
            (
                post(vec![hidden("refresh_token")]),
                "curl -sS --data-urlencode refresh_token=\"$REFRESH_TOKEN\"",
            ),
            (
                post(vec![hidden("token")]),
                "curl -sS --data-urlencode token=\"$REFRESH_TOKEN\"",
            ),
            (
                post(vec![hidden("device_code")]),
                "curl -sS --data-urlencode device_code=\"$DEVICE_CODE\"",
            ),
            (
                post(vec![hidden("client_secret")]),
                "curl -sS --data-urlencode client_secret=\"$CLIENT_SECRET\"",
            ),
            (
                post(vec![hidden("password")]),
                "curl -sS --data-urlencode password=\"$PASSWORD\"",
            ),
            (json, "curl -sS --data '{\"a\":{\"b\":\"c\"},\"d\":\"e\"}'"),
        ] {
            let expected = format!("{expected} 'https://a.example/b?c=d'");
            assert_eq!(command(&request).as_deref(), Some(&*expected));
        }
        // Without the value, the command would be another one.
        assert_eq!(command(&post(vec![hidden("code_verifier")])), None);
    }

    #[test]
    fn a_shell_takes_what_is_quoted_as_one_word() {
        assert_eq!(quoted("http://localhost:1/a"), "http://localhost:1/a");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
        assert_eq!(quoted("a&b;$(c)"), "'a&b;$(c)'");
    }
}
