//! `tokens verify`: a token from anywhere, checked as an API would check it.
//! Only the issuer's public keys are fetched: the token stays here.

use std::sync::Arc;

use common::{Console, Exit, Result, Settings, failure, interrupt};

use crate::INTERRUPTED;
use crate::args::VerifyArgs;
use crate::config;
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
    args: &VerifyArgs,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    let output = Output::new(console, settings.explain, args.json);
    let transcript = Transcript::new(settings.explain, console.clone());
    let mut verification = Verification {
        http: Http::new(transcript),
        token: None,
        checks: Vec::new(),
    };
    let work = verification.run(args, settings, console);
    let result = interrupt::or_stop(work, INTERRUPTED).await.flatten();
    let steps = verification.http.transcript.steps();
    let failure = result.as_ref().err();
    let written = if failure.is_some_and(|failure| failure.exit() == Exit::Usage) {
        Ok(())
    } else {
        let page = VerifyReport {
            steps: &steps,
            token: verification.token.as_ref(),
            checks: &verification.checks,
            failure,
        };
        report::write_wanted(&args.page, &page.html())
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
        args: &VerifyArgs,
        settings: &Settings,
        console: &Console,
    ) -> Result<()> {
        // First, everything that can be checked without a request.
        let config = config::issuer(args, settings)?;
        report::check_wanted(&args.page)?;
        let text = token_source::read(args.file.as_deref(), console).await?;
        let token = self.token.insert(token_source::decode(&text)?);

        // The keys come from the issuer that is trusted, never from where the
        // token says (RFC 8725 section 3.10).
        let http = &self.http;
        let (issuer, jwks_uri) = discovery::jwks_uri(http, &config).await?;
        let rules = config.server.token_rules;
        let keys = JwkSet::fetch(http, &jwks_uri, rules, &[token]).await?;

        let wanted = Wanted {
            rules,
            issuer: &issuer,
            audience: args.audience.as_deref(),
            now: now(),
        };
        self.checks = verify_any::check(token, &keys, &wanted);
        let what = "The token failed its checks";
        check::ensure_none_failed(&self.checks, what, "do not accept this token")
    }
}
