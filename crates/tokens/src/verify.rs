//! `tokens verify`: a token from anywhere, checked as an API would check it.
//! Only the issuer's public keys are fetched: the token stays here.

use std::sync::Arc;

use common::{Console, Exit, Failure, Result, Settings, failure, interrupt};

use crate::INTERRUPTED;
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
use crate::token_source;
use crate::transcript::record::Transcript;

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
    let work = verification.run(verify_args, args, settings, console);
    let ended = interrupt::or_stop(work, INTERRUPTED).await;
    let result = ended.and_then(|result| result);
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
        let text = token_source::read(verify_args.file.as_deref(), console).await?;
        let token = token_source::decode(&text)?;
        let token = self.token.insert(token);

        // The keys come from the issuer that is trusted, never from where the
        // token says (RFC 8725 section 3.10).
        let http = &self.http;
        let (issuer, jwks_uri) = discovery::jwks_uri(http, &config).await?;
        let rules = config.server.token_rules;
        let keys = JwkSet::fetch(http, &jwks_uri, rules, &[token]).await?;

        let audience = verify_args.audience.as_deref();
        self.checks = verify_any::check(token, &keys, &wanted(&config, &issuer, audience));
        let what = "The token failed its checks";
        check::ensure_none_failed(&self.checks, what, "do not accept this token")
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
