//! References to RFCs and OpenID Connect Core, as links.

use maud::{Markup, html};

/// Base URLs of the RFCs and of OpenID Connect Core.
const RFC: &str = "https://www.rfc-editor.org/rfc/rfc";
const OPENID: &str = "https://openid.net/specs/openid-connect-core-1_0.html";

/// The text, with references like `RFC 6749 section 4.1` as links.
pub(super) fn linked(text: &str) -> Markup {
    let mut rest = text;
    let mut parts: Vec<(String, Option<String>)> = Vec::new();
    while let Some((at, length, url)) = next(rest) {
        parts.push((rest[..at].to_owned(), None));
        parts.push((rest[at..at + length].to_owned(), Some(url)));
        rest = &rest[at + length..];
    }
    parts.push((rest.to_owned(), None));
    html! {
        @for (text, url) in parts {
            @match url {
                Some(url) => { a href=(url) rel="noreferrer" { (text) } }
                None => { (text) }
            }
        }
    }
}

/// The next reference: its start and length in bytes, and its URL.
fn next(text: &str) -> Option<(usize, usize, String)> {
    let rfc = text.find("RFC ").and_then(|at| {
        let after = &text[at + 4..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = after.split_at(digits);
        let (length, section_number) = section(after);
        let anchor = section_number.map_or(String::new(), |number| format!("#section-{number}"));
        let found = (at, 4 + digits + length, format!("{RFC}{number}{anchor}"));
        (digits > 0).then_some(found)
    });
    let openid = ["OpenID Connect Core", "OIDC Core"].map(|name| {
        let at = text.find(name)?;
        let (length, _) = section(&text[at + name.len()..]);
        Some((at, name.len() + length, OPENID.to_owned()))
    });
    let found = [rfc].into_iter().chain(openid).flatten();
    found.min_by_key(|found| found.0)
}

/// ` section 4.1`, or ` 4.1` as in the checks: its length and its number.
fn section(text: &str) -> (usize, Option<&str>) {
    let word = [" section ", ", section ", " "];
    let Some(word) = word.into_iter().find(|word| text.starts_with(word)) else {
        return (0, None);
    };
    let after = &text[word.len()..];
    let digits = after
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b'.')
        .count();
    match after[..digits].trim_end_matches('.') {
        "" => (0, None),
        number => (word.len() + number.len(), Some(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn a_section_leads_to_its_place_and_the_rest_is_text() {
        let html = linked("OIDC Core 2").into_string();
        assert!(html.starts_with("<a href=\"https://openid.net/"), "{html}");
        let html = linked("once <b> (RFC 6749 section 4.1.2), or RFC 7636.").into_string();
        assert_eq!(
            html,
            "once &lt;b&gt; (<a href=\"https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2\" \
             rel=\"noreferrer\">RFC 6749 section 4.1.2</a>), or \
             <a href=\"https://www.rfc-editor.org/rfc/rfc7636\" rel=\"noreferrer\">RFC 7636</a>."
        );
    }
}
