//! Hints for failed calls: what the user can do next.

use common::Failure;
use common::settings::ca_bundle::UNTRUSTED_HINT;

use super::call::CallError;
use super::kind::Kind;

impl From<CallError> for Failure {
    fn from(error: CallError) -> Failure {
        if error.kind == Kind::Stopped {
            return Failure::interrupted(format!("Stopped before {}", error.operation)).with_hint(
                "run the same command again to go on; 'make delete' removes what was made",
            );
        }
        let failure = Failure::failed(error.to_string());
        match hint(&error) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

/// The hint for this error, if there is one.
fn hint(error: &CallError) -> Option<&'static str> {
    match error.code.as_str() {
        _ if blames_the_clock(error) => Some(
            "this machine's clock is wrong: AWS takes no request that is more than a few minutes off; set the clock (time synchronisation), then run the same command again",
        ),
        "ExpiredToken" | "ExpiredTokenException" => Some(
            "your AWS session has ended: sign in again, with 'aws login', 'aws sso login', or as your school or company does it",
        ),
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "AuthFailure" => Some(
            "AWS does not know these credentials: check AWS_PROFILE, or the access key and its secret; in a region that the account has not enabled AWS says the same",
        ),
        _ if error.is_denied() => Some(
            "these credentials may not do that: iam-policy.json has the permissions that are needed",
        ),
        "LimitExceededException" | "LimitExceeded" => Some(
            "a quota of the account is used up: delete what is not needed, or ask AWS for more",
        ),
        "RequestEntityTooLargeException" | "HTTP status 413" => Some(
            "the request is larger than AWS takes: is LAMBDA_ZIP the zip that 'make' builds? Lambda takes 50 MB",
        ),
        "certificate not trusted" => Some(UNTRUSTED_HINT),
        "no connection" => Some(
            "nothing answers there: check the network and AWS_ENDPOINT_URL; 'make cloud' starts the local cloud",
        ),
        "no answer in time" | "connection lost" | "unreadable answer" => {
            Some("run the same command again: it first looks up what took effect")
        }
        _ if error.kind == Kind::Incomplete => {
            Some("run the same command again: it looks up what this call made")
        }
        _ if error.kind == Kind::Exists => Some(
            "the name is taken: run 'make delete', set another DOMAIN_PREFIX (sign-in domain) or NAME_SUFFIX (all else), then 'make api'",
        ),
        _ if error.kind == Kind::InUse => Some(
            "something that this deployment did not make uses it: remove that, then run 'make delete' again",
        ),
        _ if error.kind == Kind::TryLater => Some(
            "AWS could not take it for half an hour: run the same command again when fewer people work in this account, or ask AWS for a higher quota; what is done stays done",
        ),
        _ if error.kind == Kind::Lost => {
            Some("run the same command again in a while: it first looks up what took effect")
        }
        _ => None,
    }
}

/// Whether AWS refused the call for the time at which it was signed. The same
/// codes also stand for a wrong secret, so the message counts.
fn blames_the_clock(error: &CallError) -> bool {
    let says = |text| error.message.contains(text);
    match error.code.as_str() {
        "RequestTimeTooSkewed" | "RequestInTheFuture" | "RequestExpired" => true,
        _ => says("Signature expired") || says("Signature not yet current"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::of_refusal;
    use super::*;

    fn hint_for(code: &str, message: &str) -> String {
        let error = CallError {
            operation: "GetCallerIdentity",
            code: code.to_owned(),
            message: message.to_owned(),
            kind: of_refusal(code, message, Some(403)),
        };
        hint(&error).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_wrong_clock_is_told_from_wrong_credentials() {
        let expired = "Signature expired: 20261125T100000Z is now earlier than 20261125T101000Z (20261125T101500Z - 5 min.)";
        let early =
            "Signature not yet current: 20261125T110000Z is still later than 20261125T101500Z";
        for (code, message) in [
            ("InvalidSignatureException", expired),
            ("SignatureDoesNotMatch", expired),
            ("SignatureDoesNotMatch", early),
            ("RequestTimeTooSkewed", ""),
            ("RequestExpired", "Request has expired."),
        ] {
            let hint = hint_for(code, message);
            assert!(hint.contains("clock is wrong"), "{code} {message}: {hint}");
        }
        for code in ["SignatureDoesNotMatch", "InvalidSignatureException"] {
            let hint = hint_for(code, "The request signature we calculated does not match");
            assert!(hint.contains("does not know these credentials"), "{hint}");
        }
    }

    #[test]
    fn both_ways_to_sign_in_are_named() {
        let message = "The security token included in the request is expired";
        let hint = hint_for("ExpiredToken", message);
        assert!(hint.contains("'aws login'"), "{hint}");
        assert!(hint.contains("'aws sso login'"), "{hint}");
    }

    #[test]
    fn a_request_that_is_too_large_leads_to_the_zip() {
        for code in ["RequestEntityTooLargeException", "HTTP status 413"] {
            assert!(hint_for(code, "").contains("LAMBDA_ZIP"));
        }
    }
}
