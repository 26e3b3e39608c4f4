//! `scope`: what the tokens may be used for, RFC 6749 section 3.3.

use common::{Failure, Result};

use crate::config::client::ClientConfig;

/// The scopes to request: those given, or all that the client may request.
///
/// # Errors
/// Exit code 2 for invalid syntax, no scope at all, and an unknown scope. A
/// scope that exists but that the client may not request is accepted: the
/// server refuses it, and that is worth seeing.
pub(crate) fn requested(given: Option<&str>, config: &ClientConfig) -> Result<Vec<String>> {
    let Some(given) = given else {
        return Ok(if config.scopes.is_empty() {
            vec!["openid".to_owned()]
        } else {
            config.scopes.clone()
        });
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in given.split(' ').filter(|scope| !scope.is_empty()) {
        check(scope, config)?;
        if !scopes.iter().any(|earlier| earlier == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() {
        return Err(Failure::usage("--scopes names no scope")
            .with_hint("for example --scopes \"openid HelloAPI/hello.read\""));
    }
    Ok(scopes)
}

fn check(scope: &str, config: &ClientConfig) -> Result<()> {
    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    if !scope
        .bytes()
        .all(|c| matches!(c, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    {
        return Err(Failure::usage(format!("'{}' is not a scope", scope.escape_debug()))
            .with_hint("a scope is printable ASCII without '\"' and '\\'; scopes are separated by one space (RFC 6749 section 3.3)"));
    }
    match &config.known_scopes {
        Some(known) if !known.iter().any(|known| known == scope) => {
            Err(Failure::usage(format!("There is no scope '{scope}'"))
                .with_hint(format!("the scopes are: {}", known.join(" "))))
        }
        _ => Ok(()),
    }
}
