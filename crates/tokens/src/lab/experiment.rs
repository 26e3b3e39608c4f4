//! What an experiment is, and the list of all.

use std::future::Future;
use std::pin::Pin;

use api_core::Result;

use super::Lab;
use super::{gateway, server, sign_in_page, this_client};

/// Who stands in an attacker's way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// The sign-in server: Cognito.
    Server,
    /// This program.
    Client,
    /// The API's gateway with its JWT authorizer.
    Gateway,
}

impl Who {
    /// As it is printed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Who::Server => "sign-in server",
            Who::Client => "this client",
            Who::Gateway => "gateway",
        }
    }
}

/// How an experiment ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Refused by the right one, for the right reason.
    Pass,
    /// This cloud cannot show it, and why.
    NotShown(String),
    /// It got through, or was stopped by something else; how.
    Fail(String),
}

/// What was sent, what came back, and how that is to be judged.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub request: String,
    pub answer: String,
    pub verdict: Verdict,
}

impl Report {
    /// Passed if `refused` for the reason under test; `otherwise` says what
    /// happened if not.
    pub(crate) fn judge(
        request: impl Into<String>,
        answer: impl Into<String>,
        refused: bool,
        otherwise: &str,
    ) -> Report {
        Report {
            request: request.into(),
            answer: answer.into(),
            verdict: if refused {
                Verdict::Pass
            } else {
                Verdict::Fail(otherwise.to_owned())
            },
        }
    }

    /// This cloud cannot show it.
    pub(crate) fn not_shown(why: impl Into<String>) -> Report {
        Report {
            request: "none".into(),
            answer: "none".into(),
            verdict: Verdict::NotShown(why.into()),
        }
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Report>> + 'a>>;

/// Something that an attacker or a mistaken client does.
pub(crate) struct Experiment {
    /// For the command line.
    pub name: &'static str,
    /// What is done, in a sentence.
    pub what: &'static str,
    /// Who must refuse it.
    pub who: Who,
    /// By which rule.
    pub rule: &'static str,
    /// Does it.
    pub run: for<'a> fn(&'a mut Lab<'_>) -> Running<'a>,
}

/// All experiments, in the order in which they are run.
pub(crate) const ALL: [Experiment; 20] = [
    Experiment {
        name: "no-token",
        what: "Someone calls the API without a token.",
        who: Who::Gateway,
        rule: "RFC 6750 section 3: without credentials there is only 401",
        run: |lab| Box::pin(gateway::no_token(lab)),
    },
    Experiment {
        name: "no-scope",
        what: "A client that was granted only openid calls the API.",
        who: Who::Gateway,
        rule: "RFC 6750 section 3.1, insufficient_scope: the route wants one of its scopes, 403",
        run: |lab| Box::pin(gateway::no_scope(lab)),
    },
    Experiment {
        name: "id-token",
        what: "A mistaken client sends its id token to the API.",
        who: Who::Gateway,
        rule: "RFC 6750 section 3.1, insufficient_scope: an id token is for the client and carries no scope, 403",
        run: |lab| Box::pin(gateway::id_token(lab)),
    },
    Experiment {
        name: "changed-payload",
        what: "An attacker writes the API's scope into a token that lacks it and keeps the signature.",
        who: Who::Gateway,
        rule: "RFC 7515 section 5.2: the signature covers every octet of header and payload",
        run: |lab| Box::pin(gateway::changed_payload(lab)),
    },
    Experiment {
        name: "alg-none",
        what: "An attacker writes alg none into the header and leaves the signature out.",
        who: Who::Gateway,
        rule: "RFC 8725 section 3.2: a token without signature is not accepted",
        run: |lab| Box::pin(gateway::alg_none(lab)),
    },
    Experiment {
        name: "hs256-public-key",
        what: "An attacker signs with HS256, with the public key, which everybody has, as the secret.",
        who: Who::Gateway,
        rule: "RFC 8725 section 3.1: the key's owner says the algorithm, not the token",
        run: |lab| Box::pin(gateway::hs256_public_key(lab)),
    },
    Experiment {
        name: "other-key",
        what: "An attacker signs with a key of their own and names the server's kid.",
        who: Who::Gateway,
        rule: "RFC 7515 section 5.2: the signature must fit the key that the issuer publishes under that kid",
        run: |lab| Box::pin(gateway::other_key(lab)),
    },
    Experiment {
        name: "expired",
        what: "Someone uses good tokens after their time: here the clock is put forward.",
        who: Who::Client,
        rule: "RFC 7519 section 4.1.4: exp must be in the future",
        run: |lab| Box::pin(this_client::expired(lab)),
    },
    Experiment {
        name: "other-issuer",
        what: "Another user pool, whose keys are in order, issues tokens for our client.",
        who: Who::Client,
        rule: "OpenID Connect Core section 3.1.3.7 (2): iss must be the issuer that was asked",
        run: |lab| Box::pin(this_client::other_issuer(lab)),
    },
    Experiment {
        name: "other-audience",
        what: "Another client of the same pool passes on tokens that were issued to it.",
        who: Who::Client,
        rule: "OpenID Connect Core section 3.1.3.7 (3): aud must be our client_id",
        run: |lab| Box::pin(this_client::other_audience(lab)),
    },
    Experiment {
        name: "nonce-swapped",
        what: "An attacker slips the tokens of an earlier login into a new one.",
        who: Who::Client,
        rule: "OpenID Connect Core section 3.1.3.7 (11): nonce must be the one of this login",
        run: |lab| Box::pin(this_client::nonce_swapped(lab)),
    },
    Experiment {
        name: "forged-callback",
        what: "A web page sends its own code to the waiting listener, without our state.",
        who: Who::Client,
        rule: "RFC 6749 section 10.12: state ties an answer to the request of this program",
        run: |lab| Box::pin(this_client::forged_callback(lab)),
    },
    Experiment {
        name: "code-twice",
        what: "An attacker who has seen the callback exchanges its code a second time.",
        who: Who::Server,
        rule: "RFC 6749 section 4.1.2: a code is used once, invalid_grant",
        run: |lab| Box::pin(server::code_twice(lab)),
    },
    Experiment {
        name: "wrong-verifier",
        what: "An attacker who has caught the code brings a code_verifier of their own.",
        who: Who::Server,
        rule: "RFC 7636 section 4.6: the verifier must fit the challenge, invalid_grant",
        run: |lab| Box::pin(server::wrong_verifier(lab)),
    },
    Experiment {
        name: "no-verifier",
        what: "An attacker who has caught the code brings no code_verifier.",
        who: Who::Server,
        rule: "RFC 7636 section 4.6, RFC 9700 section 2.1.1: where a challenge was, a verifier must come",
        run: |lab| Box::pin(server::no_verifier(lab)),
    },
    Experiment {
        name: "other-redirect",
        what: "An attacker sends a person to the sign-in page with a redirect_uri of their own.",
        who: Who::Server,
        rule: "RFC 6749 section 3.1.2.4, RFC 9700 section 2.1: only registered addresses, and no redirect to others",
        run: |lab| Box::pin(sign_in_page::other_redirect(lab)),
    },
    Experiment {
        name: "other-scope",
        what: "The client asks for a scope that it may not have.",
        who: Who::Server,
        rule: "RFC 6749 section 4.1.2.1: invalid_scope",
        run: |lab| Box::pin(sign_in_page::other_scope(lab)),
    },
    Experiment {
        name: "other-client",
        what: "Another client exchanges a code that was issued to ours.",
        who: Who::Server,
        rule: "RFC 6749 section 4.1.3: the code must have been issued to the client that brings it",
        run: |lab| Box::pin(server::other_client(lab)),
    },
    Experiment {
        name: "revoked-refresh-token",
        what: "A thief uses a refresh token that its owner has revoked.",
        who: Who::Server,
        rule: "RFC 7009 section 2: a revoked token is void at once, invalid_grant",
        run: |lab| Box::pin(server::revoked_refresh_token(lab)),
    },
    Experiment {
        name: "password-login",
        what: "A program asks for the person's password and sends it to Cognito itself.",
        who: Who::Server,
        rule: "RFC 9700 section 2.4: no password flow; the client has none enabled",
        run: |lab| Box::pin(server::password_login(lab)),
    },
];
