//! All experiments.

use super::experiment::Needs::{Login, Nothing, OpenidOnly, Unprotected};
use super::experiment::RefusedBy::{Client, Gateway, Server};
use super::experiment::{Experiment, Needs, RefusedBy, Running};
use super::session::Session;
use super::{
    attack, authorize, callback, client, code, downgrade, gateway, other_api, refresh, server,
};

/// All experiments, in the order in which they are run.
#[rustfmt::skip] // five lines each
pub(crate) const ALL: [Experiment; 35] = [
    experiment("no-token", Gateway, Nothing,
        "Someone calls the API without a token.",
        "RFC 6750 section 3: without credentials the answer is 401",
        ["no-scope", "forged-callback"],
        |session| Box::pin(gateway::no_token(session))),
    experiment("no-scope", Gateway, OpenidOnly,
        "A client that was granted only openid calls the API.",
        "RFC 6750 section 3.1: the route requires one of its scopes, 403 insufficient_scope",
        ["other-key", "other-scope"],
        |session| Box::pin(gateway::no_scope(session))),
    experiment("id-token", Gateway, Login,
        "A mistaken client sends its id token to the API.",
        "RFC 6750 section 3.1: an id token is for the client and has no scope, 403 insufficient_scope",
        ["other-key", "expired"],
        |session| Box::pin(gateway::id_token(session))),
    experiment("other-api", Gateway, OpenidOnly,
        "Another API of the same client replays at ours the token that it was called with.",
        "RFC 9700 section 2.3, RFC 8707 section 2: a token is for one API, and without an aud only its scopes say for which, 403",
        ["other-audience", "query-token"],
        |session| Box::pin(other_api::other_api(session))),
    experiment("query-token", Gateway, Login,
        "A client puts a good token into the query string, where every log keeps it.",
        "RFC 9700 section 4.3.2, RFC 6750 section 5.3: tokens come in the Authorization header, never in a URL",
        ["no-scope", "forged-callback"],
        |session| Box::pin(gateway::query_token(session))),
    experiment("changed-payload", Gateway, OpenidOnly,
        "An attacker writes the API's scope into a token that lacks it and keeps the signature.",
        "RFC 7515 section 5.2: the signature covers every octet of header and payload",
        ["no-scope", "other-scope"],
        |session| Box::pin(gateway::changed_payload(session))),
    experiment("alg-none", Gateway, Login,
        "An attacker writes alg none into the header and leaves the signature out.",
        "RFC 8725 section 3.2: a token without a signature is not accepted",
        ["no-token", "other-audience"],
        |session| Box::pin(gateway::alg_none(session))),
    experiment("hs256-public-key", Gateway, Login,
        "An attacker signs with HS256, with the public key, which everybody has, as the secret.",
        "RFC 8725 section 3.1: the verifier chooses the algorithm, not the token",
        ["alg-none", "wrong-verifier"],
        |session| Box::pin(gateway::hs256_public_key(session))),
    experiment("weak-secret", Gateway, Login,
        "An attacker guesses the word that a careless API signs with, and signs as admin.",
        "RFC 8725 section 3.5: no HMAC with a word as its key; here a key pair signs, and HS256 is not accepted",
        ["changed-payload", "password-login"],
        |session| Box::pin(gateway::weak_secret(session))),
    experiment("other-key", Gateway, Login,
        "An attacker signs with a key of their own and names the server's kid.",
        "RFC 7515 section 5.2: the signature must match the key that the issuer publishes under that kid",
        ["alg-none", "other-issuer"],
        |session| Box::pin(gateway::other_key(session))),
    experiment("jwk-header", Gateway, Login,
        "An attacker signs with a key of their own and puts it into the header, as jwk.",
        "RFC 8725 section 3.10: keys come from the issuer's jwks_uri, not out of the token",
        ["alg-none", "other-audience"],
        |session| Box::pin(gateway::jwk_header(session))),
    experiment("jku-header", Gateway, Login,
        "An attacker's header says where the attacker's keys are, as jku.",
        "RFC 8725 section 3.10: an address in a token is not fetched",
        ["no-scope", "other-redirect"],
        |session| Box::pin(gateway::jku_header(session))),
    experiment("kid-path", Gateway, Login,
        "An attacker's kid is the path of a file that the attacker has uploaded.",
        "RFC 8725 section 3.10: a kid is looked up in the issuer's set, and is no path, query or command",
        ["no-scope", "other-client"],
        |session| Box::pin(gateway::kid_path(session))),
    experiment("expired", Client, Login,
        "Someone uses good tokens after their time: here the clock is put forward.",
        "RFC 7519 section 4.1.4: exp must be in the future",
        ["nonce-swapped", "revoked-refresh-token"],
        |session| Box::pin(client::expired(session))),
    experiment("other-issuer", Client, Login,
        "Another user pool, whose keys are in order, issues tokens for our client.",
        "OpenID Connect Core section 3.1.3.7 (2): iss must be the issuer that was asked",
        ["nonce-swapped", "other-client"],
        |session| Box::pin(client::other_issuer(session))),
    experiment("other-audience", Client, Login,
        "Another client of the same pool passes on the id token that was issued to it.",
        "OpenID Connect Core section 3.1.3.7 (3): aud must be our client_id",
        ["other-issuer", "other-client"],
        |session| Box::pin(client::other_audience(session))),
    experiment("token-type", Client, Login,
        "An attacker uses an id token, in which everything else fits, as an access token.",
        "RFC 8725 section 3.11: the two kinds of token are told apart by token_use",
        ["expired", "changed-payload"],
        |session| Box::pin(client::token_type(session))),
    experiment("nonce-swapped", Client, Login,
        "An attacker slips the tokens of an earlier login into a new one.",
        "OpenID Connect Core section 3.1.3.7 (11): nonce must be that of this login",
        ["expired", "code-twice"],
        |session| Box::pin(client::nonce_swapped(session))),
    experiment("forged-callback", Client, Nothing,
        "A web page sends its own code to the waiting listener, without our state.",
        "RFC 6749 section 10.12: state ties an answer to the request of this program",
        ["nonce-swapped", "other-redirect"],
        |session| Box::pin(callback::forged_callback(session))),
    experiment("login-csrf", Client, Nothing,
        "An attacker makes the victim's browser deliver the answer to the attacker's own sign-in.",
        "RFC 9700 section 4.7: state is bound to the browser or program that asked",
        ["other-audience", "code-twice"],
        |session| Box::pin(callback::login_csrf(session))),
    experiment("mix-up", Client, Nothing,
        "A client of two servers gets the honest one's code in a login begun at the attacker's.",
        "RFC 9700 section 4.4, RFC 9207 section 2.4: iss in the answer must be the server that was asked",
        ["forged-callback", "wrong-verifier"],
        |session| Box::pin(callback::mix_up(session))),
    experiment(attack::TWICE, Server, Login,
        "An attacker who has seen the callback exchanges its code a second time.",
        "RFC 6749 section 4.1.2: a code is used once, invalid_grant",
        ["wrong-verifier", "forged-callback"],
        |session| Box::pin(code::code_twice(session))),
    experiment(attack::WRONG_VERIFIER, Server, Login,
        "An attacker who has caught the code brings a code_verifier of their own.",
        "RFC 7636 section 4.6: the verifier must match the challenge, invalid_grant",
        ["other-client", "forged-callback"],
        |session| Box::pin(code::wrong_verifier(session))),
    experiment(attack::NO_VERIFIER, Server, Login,
        "An attacker who has caught the code brings no code_verifier.",
        "RFC 7636 section 4.6, RFC 9700 section 2.1.1: after a challenge, a verifier is required",
        ["code-twice", "nonce-swapped"],
        |session| Box::pin(code::no_verifier(session))),
    experiment(attack::INJECTION, Server, Login,
        "An attacker puts a stolen code into their own sign-in at the same client.",
        "RFC 9700 section 4.5: the code belongs to one code_challenge, whichever sign-in presents it",
        ["other-client", "other-audience"],
        |session| Box::pin(code::code_injection(session))),
    experiment("pkce-downgrade", Server, Nothing,
        "An attacker changes the request on its way, so that the challenge is the secret itself.",
        "RFC 9700 section 4.8, RFC 7636 section 4.4.1: only S256 is taken, invalid_request",
        ["other-scope", "forged-callback"],
        |session| Box::pin(authorize::pkce_downgrade(session))),
    experiment(attack::PKCE_REMOVED, Server, Unprotected,
        "An attacker removes the code_challenge from the request; the client sends its code_verifier all the same.",
        "RFC 9700 section 4.8.2: a code_verifier is refused if the request had no code_challenge",
        ["wrong-verifier", "login-csrf"],
        |session| Box::pin(downgrade::pkce_removed(session))),
    experiment("other-redirect", Server, Nothing,
        "An attacker sends a person to the sign-in page with a redirect_uri of their own.",
        "RFC 6749 section 3.1.2.4, RFC 9700 section 2.1: only registered addresses, and no redirect to others",
        ["other-scope", "forged-callback"],
        |session| Box::pin(authorize::other_redirect(session))),
    experiment("redirect-tricks", Server, Nothing,
        "An attacker's redirect_uri looks like the registered one: parameter, fragment, path, host.",
        "RFC 9700 section 4.1: redirect_uri is compared as a whole string, not by its beginning",
        ["other-client", "mix-up"],
        |session| Box::pin(authorize::redirect_tricks(session))),
    experiment("other-scope", Server, Nothing,
        "The client asks for a scope that it may not have.",
        "RFC 6749 section 4.1.2.1: the client is not registered for that scope, invalid_scope",
        ["other-client", "changed-payload"],
        |session| Box::pin(authorize::other_scope(session))),
    experiment(attack::OTHER_CLIENT, Server, Login,
        "Another client exchanges a code that was issued to ours.",
        "RFC 6749 section 4.1.3: the code must have been issued to the client that presents it",
        ["code-twice", "other-issuer"],
        |session| Box::pin(code::other_client(session))),
    experiment("more-scope", Server, OpenidOnly,
        "A client asks for more scope than was granted, when it refreshes.",
        "RFC 6749 section 6: a refresh gives no scope that was not granted at the sign-in",
        ["code-twice", "id-token"],
        |session| Box::pin(refresh::more_scope(session))),
    experiment("refresh-replay", Server, Login,
        "A thief uses a refresh token that its owner has already exchanged for a new one.",
        "RFC 9700 section 4.14: where refresh tokens rotate, an old one is refused and its successors end",
        ["other-client", "expired"],
        |session| Box::pin(refresh::refresh_replay(session))),
    experiment("revoked-refresh-token", Server, Login,
        "A thief uses a refresh token that its owner has revoked.",
        "RFC 7009 section 2: a revoked token is invalid at once, invalid_grant",
        ["other-scope", "expired"],
        |session| Box::pin(server::revoked_refresh_token(session))),
    experiment("password-login", Server, Nothing,
        "A program asks for the person's password and sends it to Cognito itself.",
        "RFC 9700 section 2.4: no password flow; the client has none enabled",
        ["other-scope", "no-token"],
        |session| Box::pin(server::password_login(session))),
];

const fn experiment(
    name: &'static str,
    refused_by: RefusedBy,
    needs: Needs,
    what: &'static str,
    rule: &'static str,
    unlike: [&'static str; 2],
    run: for<'a> fn(&'a mut Session<'_>) -> Running<'a>,
) -> Experiment {
    Experiment {
        name,
        refused_by,
        needs,
        what,
        rule,
        unlike,
        run,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quiz_has_two_wrong_answers_that_differ_from_the_right_one() {
        for experiment in &ALL {
            let right = experiment.who_and_why();
            assert!(right.ends_with(char::is_alphanumeric), "{right}");
            let answer = |name| {
                ALL.iter()
                    .find(|other| other.name == name)
                    .map(Experiment::who_and_why)
            };
            let [one, other] = experiment.unlike.map(answer);
            let (one, other) = (one.expect("an experiment"), other.expect("an experiment"));
            assert!(
                one != right && other != right && one != other,
                "{}",
                experiment.name
            );
        }
    }

    #[test]
    fn names_are_unique_and_each_rule_names_its_section() {
        for (number, experiment) in ALL.iter().enumerate() {
            assert!(experiment.rule.contains(" section "), "{}", experiment.rule);
            let earlier = &ALL[..number];
            assert!(earlier.iter().all(|other| other.name != experiment.name));
        }
    }
}
