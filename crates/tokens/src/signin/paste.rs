//! The URL that the browser ended at, pasted into the terminal. For a browser
//! on another machine, which cannot reach our listener.

use common::Console;
use common::text::visible_line;
use rustix::termios::isatty;

use crate::config::redirect_uri::RedirectUri;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::signin::terminal_lines::{self, Input, in_foreground};

/// Reads lines from stdin until one is the response. If stdin is not a
/// terminal, waits forever: it may belong to another program.
pub(crate) async fn pasted(
    console: &Console,
    redirect_uri: &RedirectUri,
    expected: &ExpectedResponse,
) -> AuthorizationResponse {
    if !isatty(rustix::stdio::stdin()) {
        return std::future::pending().await;
    }
    if in_foreground() {
        console.message(
            "Or paste here the address that the browser shows at the end, and press Enter:",
        );
    }
    let mut lines = terminal_lines::read(in_foreground);
    while let Some(input) = lines.recv().await {
        let line = match input {
            Input::Line(line) => line,
            Input::End => {
                console.note("still waiting for the sign-in in the browser; an address can still be pasted, and Ctrl-C stops");
                continue;
            }
            Input::Failed(error) => {
                console.note(&format!(
                    "Cannot read from the terminal any more ({error}): still waiting for the sign-in in the browser"
                ));
                break;
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        let address = address_in(&line, redirect_uri);
        match expected.parse_url(redirect_uri, &address) {
            Ok(response) => return response,
            Err(why) => console.note(&format!(
                "This is not the answer to the sign-in: {why}. The address must begin with {}",
                visible_line(&redirect_uri.uri)
            )),
        }
    }
    std::future::pending().await
}

/// The address in a line as browsers, mail programs and shells give it: in
/// quotes or angle brackets, with a backslash before `&`, without `http://`, or
/// only its query. The checks that follow are those of every response.
fn address_in(line: &str, redirect_uri: &RedirectUri) -> String {
    let marks = |c: char| c.is_whitespace() || "<>\"'`“”‘’«»".contains(c);
    // No address has a backslash in it; shells put them before `?`, `&` and `=`.
    let text = line.trim_matches(marks).replace('\\', "");
    let query = text.strip_prefix('?').unwrap_or(&text);
    let is_query = ["code=", "state=", "error=", "iss="]
        .iter()
        .any(|name| query.starts_with(name));
    if is_query {
        return format!("{}?{query}", redirect_uri.uri);
    }
    let authority = redirect_uri.authority();
    if text.starts_with(&authority) {
        return format!("http://{text}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_is_copied() {
        let uri = RedirectUri::parse("http://localhost:8083/callback").unwrap();
        let expected = ExpectedResponse {
            state: "S".into(),
            issuer: "https://issuer".into(),
            must_have_iss: false,
        };
        let taken = |line| expected.parse_url(&uri, &address_in(line, &uri));
        for good in [
            "http://localhost:8083/callback?code=C&state=S",
            "  http://localhost:8083/callback?code=C&state=S\r\n",
            "'http://localhost:8083/callback?code=C&state=S'",
            "\"http://localhost:8083/callback?code=C&state=S\"",
            "<http://localhost:8083/callback?code=C&state=S>",
            "“http://localhost:8083/callback?code=C&state=S”",
            "http://localhost:8083/callback\\?code\\=C\\&state\\=S",
            "localhost:8083/callback?code=C&state=S",
            "?code=C&state=S",
            "code=C&state=S",
            "state=S&code=C",
            "HTTP://LOCALHOST:8083/callback?code=C&state=S",
            "http://localhost:8083/callback?code=C&state=S#_=_",
        ] {
            let response = taken(good);
            assert_eq!(
                response,
                Ok(AuthorizationResponse::Code("C".into())),
                "{good}"
            );
        }
        for bad in [
            "code=C&state=T",
            "C",
            "localhost:8084/callback?code=C&state=S",
            "localhost:80830/callback?code=C&state=S",
            "http://evil.example/callback?code=C&state=S",
            "\u{fffd}",
            "<>",
        ] {
            assert!(taken(bad).is_err(), "{bad}");
        }
    }
}
