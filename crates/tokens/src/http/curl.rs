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
    use super::*;

    #[test]
    fn a_shell_takes_what_is_quoted_as_one_word() {
        assert_eq!(quoted("http://localhost:1/a"), "http://localhost:1/a");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
        assert_eq!(quoted("a&b;$(c)"), "'a&b;$(c)'");
    }
}
