//! The lines that a twin leaves out, cut from the program's own source.

const VERIFY: &str = include_str!("../../jwt/verify.rs");
const ACCESS: &str = include_str!("../../jwt/verify_access.rs");
const SHARED: &str = include_str!("../../jwt/shared_checks.rs");
const RESPONSE: &str = include_str!("../../oauth/authorization_response.rs");
const API: &str = include_str!("api.rs");
const TOKEN_ENDPOINT: &str = include_str!("token_endpoint.rs");

/// Where a check stands: who makes it, its name, the source, and a piece of its
/// first and of its last line.
type Place = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip] // one line each
const PLACES: [Place; 16] = [
    ("a client", "iss", VERIFY, "of.equal(\"iss\", expect.issuer, id.", "of.equal(\"iss\""),
    ("a client", "aud", VERIFY, "fn audience(", "of.check(\"aud\""),
    ("a client", "token_use", ACCESS, "of.equal(\"token_use\", \"access\"", "of.equal(\"token_use\""),
    ("a client", "exp", SHARED, "token.time(\"exp\")", "of.check(\"exp\""),
    ("a client", "nonce", VERIFY, "of.equal(\"nonce\", sent", "of.equal(\"nonce\", sent"),
    ("a listener", "state", RESPONSE, "let state = one(\"state\")", "its state is not"),
    ("a listener", "iss", RESPONSE, "match one(\"iss\")", "it has no iss"),
    ("an API", "header", API, "let token = header.and_then(", "let token = header.and_then("),
    ("an API", "alg", API, "of.check(\"alg\"", "of.check(\"alg\""),
    ("an API", "kid", API, "of.check(\"kid\"", "of.check(\"kid\""),
    ("an API", "signature", API, "of.check(\"signature\"", "of.check(\"signature\""),
    ("an API", "iss", API, "of.check(\"iss\"", "of.check(\"iss\""),
    ("an API", "aud", API, "of.check(\"aud\"", "of.check(\"aud\""),
    ("an API", "exp", API, "of.check(\"exp\"", "of.check(\"exp\""),
    ("an API", "scope", API, "of.check(\"scope\"", "of.check(\"scope\""),
    ("a sign-in server", "code_challenge", TOKEN_ENDPOINT, "(\"code_challenge\",", "(\"code_challenge\","),
];

/// The lines of a check, up to the brace that closes them, without their common
/// indentation.
pub(crate) fn lines(who: &str, check: &str) -> String {
    let found = PLACES
        .iter()
        .find(|place| (place.0, place.1) == (who, check));
    let Some((_, _, source, first, last)) = found else {
        return String::new();
    };
    let after = source.lines().skip_while(|line| !line.contains(first));
    let mut lines = Vec::new();
    let (mut open, mut has_last) = (0, false);
    for line in after {
        lines.push(line);
        open += line.matches('{').count();
        open -= line.matches('}').count().min(open);
        has_last |= line.contains(last);
        if has_last && open == 0 {
            break;
        }
    }
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines.iter().map(indentation).min().unwrap_or_default();
    let cut: Vec<&str> = lines.iter().map(|line| &line[margin..]).collect();
    cut.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A check that has moved would otherwise be shown as half a file.
    #[test]
    fn every_check_is_found_and_is_a_few_lines() {
        for (who, check, _, first, last) in PLACES {
            let text = lines(who, check);
            assert!(text.contains(first), "{who} {check}: {text}");
            assert!(text.contains(last), "{who} {check}: {text}");
            assert!(
                (1..=16).contains(&text.lines().count()),
                "{who} {check}: {text}"
            );
            assert!(!text.contains("\n\n"), "{who} {check}: {text}");
            let braces = ['{', '}'].map(|brace| text.matches(brace).count());
            assert_eq!(braces[0], braces[1], "{who} {check}: {text}");
        }
    }
}
