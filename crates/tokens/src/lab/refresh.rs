//! Experiments with refresh tokens that still work.

use std::time::{Duration, Instant};

use common::Result;

use super::answer::describe;
use super::experiment::Outcome;
use super::server::judge;
use super::session::Session;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token;
use crate::transcript::field::field;

const NO_TOKEN: &str = "the server gives no refresh tokens";

/// The pause between two attempts with a replaced token.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn refresh_replay(session: &mut Session<'_>) -> Result<Outcome> {
    let Some((old, new)) = session.refresh().await? else {
        return Ok(Outcome::not_shown(NO_TOKEN));
    };
    if old == new {
        let why = "the server does not rotate: a refresh gives no new refresh token";
        return Ok(Outcome::not_shown(why));
    }
    // A server may take the old token for a while, in case its answer was lost
    // on its way: Cognito for up to 60 s, as the app client says.
    let form = token::refresh_form(session.config, &old);
    let console = session.sign_in.console;
    let _working = console.waiting("Waiting until the old refresh token is refused");
    let begun = Instant::now();
    let mut response = session.post_form(form.clone()).await?;
    while response.status.is_success() && begun.elapsed() < session.plan.grace {
        tokio::time::sleep(PAUSE.min(session.plan.grace)).await;
        response = session.post_form(form.clone()).await?;
    }
    let what = "grant_type=refresh_token with a token that a refresh has replaced";
    let outcome = judge(session, &response, what, &[ErrorCode::InvalidGrant]);
    let waited = begun.elapsed().as_secs();
    Ok(Outcome {
        answer: match waited {
            0 => outcome.answer,
            _ => format!(
                "{}\nafter {waited} s, in which it still worked",
                outcome.answer
            ),
        },
        ..outcome
    })
}

pub(super) async fn more_scope(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.openid_only().await?;
    let Some(refresh_token) = login.tokens.response.refresh_token.as_deref() else {
        return Ok(Outcome::not_shown(NO_TOKEN));
    };
    let granted = login.tokens.access.scopes();
    let wanted = session.config.scopes.join(" ");
    let mut form = token::refresh_form(session.config, refresh_token);
    form.push(field("scope", &wanted, "more than the person has granted"));
    let response = session.post_form(form).await?;
    let request = format!(
        "POST {}\ngrant_type=refresh_token with a token for \"{}\", and scope=\"{wanted}\"",
        session.provider.token_endpoint,
        granted.join(" ")
    );
    // A server may ignore the parameter, as long as nothing is added.
    Ok(match session.decode(&response) {
        Ok(tokens) => {
            let scopes = tokens.access.scopes();
            let added = scopes.iter().any(|scope| !granted.contains(scope));
            let what = if added { "" } else { ": nothing was added" };
            let (status, scopes) = (response.status, scopes.join(" "));
            let answer = format!("{status}, scope \"{scopes}\"{what}");
            Outcome::judge(request, answer, !added, "the new token has more scope")
        }
        Err(_) => {
            let refused = response.status.is_client_error();
            let otherwise = "the server did not refuse, and gave no tokens";
            Outcome::judge(request, describe(&response), refused, otherwise)
        }
    })
}
