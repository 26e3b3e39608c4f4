//! The experiment with a request that has lost its `code_challenge`.

use common::Result;

use super::answer::describe;
use super::experiment::Outcome;
use super::server::judge_refusal;
use super::session::{Session, Unprotected};
use super::twins::token_endpoint::{self as twin, TokenEndpoint};
use crate::http::response::Response;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token;

const CODE: &str = "of-the-attacker";

/// What attacker and victim do, in turn (RFC 9700 section 4.8.1).
const SIDES: &[(&str, &str)] = &[
    (
        "starts a sign-in of their own, removes code_challenge from the request, and signs in",
        "",
    ),
    (
        "keeps the code",
        "starts a sign-in, with PKCE and without state, and has not finished it",
    ),
    (
        "puts the address with that code on a web page",
        "opens the page, whose image sends the code to the listener",
    ),
    (
        "",
        "sends the attacker's code with the victim's own code_verifier, and is signed in as the attacker",
    ),
];

/// What an emulator that lets it through lacks.
const LACKS: &str = "this cloud compares a code_verifier only where the request had a code_challenge, and here gave tokens; what AWS does, its documents do not say: run this there. The client's own state stops the attack too: cargo run --bin tokens -- lab login-csrf";

pub(super) async fn pkce_removed(session: &mut Session<'_>) -> Result<Outcome> {
    let victims = session.request().code_verifier;
    let careless = TokenEndpoint {
        code: CODE,
        client_id: &session.config.client_id,
        redirect_uri: &session.redirect_uri().uri,
        code_challenge: None,
        left_out: Some("code_challenge"),
    };
    let form = token::code_form(session.config, session.redirect_uri(), CODE, Some(&victims));
    let twin = twin::attack(session.http, &careless, form).await?;
    let outcome = match &*session.unprotected().await? {
        Unprotected::Request(answer) => {
            let endpoint = session.authorization_endpoint;
            let request = format!("GET {endpoint}\nwithout code_challenge");
            Outcome::judge(request, answer, true, "")
        }
        Unprotected::Code(exchanges) => {
            let endpoint = &session.provider.token_endpoint;
            let request = format!(
                "POST {endpoint}\nan unused code, whose request had no code_challenge, and a code_verifier"
            );
            judge(
                request,
                &exchanges.with_verifier,
                exchanges.without_verifier.as_ref(),
            )
        }
    };
    let emulated = session.config.endpoint_url.is_some();
    Ok(Outcome {
        sides: SIDES,
        ..outcome.with_twin(twin).unless_emulated(emulated, LACKS)
    })
}

/// Passed if the code was refused with a verifier. `control` is the answer to
/// the same code without one.
fn judge(request: String, attacked: &Response, control: Option<&Response>) -> Outcome {
    let errors = [ErrorCode::InvalidGrant, ErrorCode::InvalidRequest];
    let mut outcome = judge_refusal(request, attacked, &errors);
    if let Some(control) = control {
        let without = "the same code without a code_verifier";
        outcome.answer += &format!("\n{without}: {}", describe(control));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::experiment::Verdict;

    #[test]
    fn only_a_refusal_of_the_grant_passes_and_an_emulator_s_tokens_show_nothing() {
        let tokens = Response::of_tests(200, None, "{}");
        let refused = |error| Response::of_tests(400, None, &format!("{{\"error\":\"{error}\"}}"));
        let grant = refused("invalid_grant");
        let outcome = judge(String::new(), &grant, Some(&tokens));
        assert_eq!(outcome.verdict, Verdict::Pass);
        assert!(outcome.answer.ends_with("without a code_verifier: 200 OK"));

        let client = judge(String::new(), &refused("invalid_client"), None);
        let wrong = "refused, but not with invalid_grant or invalid_request";
        assert_eq!(client.verdict, Verdict::Fail(wrong.into()));

        let given = judge(String::new(), &tokens, None);
        let gave = Verdict::Fail("the token endpoint gave tokens".into());
        assert_eq!(given.verdict, gave);
        let at_aws = given.clone().unless_emulated(false, LACKS);
        assert_eq!(at_aws.verdict, gave);
        let emulated = given.unless_emulated(true, LACKS);
        assert_eq!(emulated.verdict, Verdict::NotShown(LACKS.into()));
    }
}
