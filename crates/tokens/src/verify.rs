//! `tokens verify`: a token from anywhere, checked as an API would check it.
//! Only the issuer's public keys are fetched: the token stays here.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

use common::{Console, Exit, Failure, Result, Settings, failure};

use crate::args::{Args, VerifyArgs};
use crate::config;
use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::now;
use crate::jwt::jwks::JwkSet;
use crate::jwt::verify_any::{self, Wanted};
use crate::oauth::discovery;
use crate::output::verified::Output;
use crate::report::{self, VerifyReport};
use crate::transcript::record::Transcript;

/// The largest token that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a token, verifies it and shows every check.
///
/// # Errors
/// If it is not a JWT, the keys cannot be fetched, or a check fails; exit code 2
/// for wrong usage.
pub(crate) async fn run(
    verify_args: &VerifyArgs,
    args: &Args,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    let output = Output::new(console, settings.explain, verify_args.json);
    if let Some(flag) = args.login_flag() {
        let message = format!("'tokens verify' does not take {flag} before the word verify");
        let hint = "'tokens verify --help' lists its flags";
        return output.finish(None, &[], &[], Err(Failure::usage(message).with_hint(hint)));
    }
    let transcript = Transcript::new(settings.explain, console.clone());
    let mut verification = Verification {
        http: Http::new(transcript),
        token: None,
        checks: Vec::new(),
    };
    let result = verification.run(verify_args, args, settings, console).await;
    let steps = verification.http.transcript.steps();
    let written = match &args.report {
        Some(path)
            if result
                .as_ref()
                .err()
                .is_none_or(|f| f.exit() != Exit::Usage) =>
        {
            let page = VerifyReport {
                steps: &steps,
                token: verification.token.as_ref(),
                checks: &verification.checks,
                failure: result.as_ref().err(),
            };
            report::write(path, &page.html(), args.force)
        }
        _ => Ok(()),
    };
    let result = failure::all([result, written]);
    output.finish(
        verification.token.as_ref(),
        &verification.checks,
        &steps,
        result,
    )
}

/// What a verification has so far.
struct Verification {
    http: Http,
    token: Option<Jwt>,
    checks: Vec<Check>,
}

impl Verification {
    async fn run(
        &mut self,
        verify_args: &VerifyArgs,
        args: &Args,
        settings: &Settings,
        console: &Console,
    ) -> Result<()> {
        // First, everything that can be checked without a request.
        let config = config::issuer(args, settings)?;
        if let Some(path) = &args.report {
            report::check(path, args.force)?;
        }
        let token = decode(&read(verify_args.file.as_deref(), console)?)?;
        let token = self.token.insert(token);

        // The keys come from the issuer that is trusted, never from where the
        // token says (RFC 8725 section 3.10).
        let http = &self.http;
        let (issuer, jwks_uri) = discovery::jwks_uri(http, &config).await?;
        let rules = config.server.token_rules;
        let keys = JwkSet::fetch(http, &jwks_uri, rules, &[token]).await?;

        let audience = verify_args.audience.as_deref();
        self.checks = verify_any::check(token, &keys, &wanted(&config, &issuer, audience));
        ensure_verified(&self.checks)
    }
}

fn wanted<'a>(config: &ClientConfig, issuer: &'a str, audience: Option<&'a str>) -> Wanted<'a> {
    Wanted {
        rules: config.server.token_rules,
        issuer,
        audience,
        now: now(),
    }
}

fn ensure_verified(checks: &[Check]) -> Result<()> {
    let failed = check::failed(checks);
    if failed.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = failed.iter().map(|check| check.describe()).collect();
    let message = format!("The token failed its checks: {}", list.join("; "));
    Err(Failure::failed(message).with_hint("do not accept this token"))
}

/// The text of the file, or of standard input.
///
/// # Errors
/// If it cannot be read; exit code 2 if the token itself was given as an argument.
fn read(file: Option<&Path>, console: &Console) -> Result<String> {
    let named = file.filter(|file| *file != Path::new("-"));
    let cannot = |error: &std::io::Error| {
        let from = named.map_or("standard input".to_owned(), |file| {
            file.display().to_string()
        });
        Failure::usage(format!("Cannot read a token from {from}: {error}"))
            .with_hint("name a file with the token in it, or pipe the token to this program")
    };
    let mut text = String::new();
    let read = match named {
        // It is not shown again.
        Some(file) if is_token(file) => {
            return Err(Failure::usage("The token itself was given as an argument, where the shell's history and other users see it")
                .with_hint("put it into a file, or paste it: 'tokens verify' reads standard input"));
        }
        Some(file) => std::fs::File::open(file)
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text)),
        None => {
            let stdin = std::io::stdin();
            if stdin.is_terminal() {
                console.message("Paste the token, and press Enter:");
                stdin.read_line(&mut text)
            } else {
                stdin.lock().take(MAX_BYTES).read_to_string(&mut text)
            }
        }
    };
    read.map_err(|error| cannot(&error))?;
    Ok(text)
}

fn is_token(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.starts_with("eyJ") && text.matches('.').count() >= 2
}

/// The token in the text, perhaps as the header field that carries it.
///
/// # Errors
/// If it is not a JWT that can be read.
fn decode(text: &str) -> Result<Jwt> {
    let text = text.trim();
    let text = text.strip_prefix("Authorization:").unwrap_or(text).trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text).trim();
    if let Some(jwt) = Jwt::decode_unverified(text) {
        return Ok(jwt);
    }
    if text.is_empty() {
        return Err(
            Failure::usage("There is no token to verify: the input is empty")
                .with_hint("name a file with the token in it, or pipe the token to this program"),
        );
    }
    if text.split('.').count() == 5 {
        return Err(Failure::failed("This token is encrypted (RFC 7516)")
            .with_hint("only the one for whom it is encrypted can read and verify it"));
    }
    Err(
        Failure::failed("This is not a JSON Web Token (RFC 7519 section 7.2)")
            .with_hint("an opaque token can only be verified by asking its server (RFC 7662)"),
    )
}
