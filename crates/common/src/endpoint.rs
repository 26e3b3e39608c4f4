//! The endpoint: where AWS's API, or an emulator's, is called. What `create`
//! has recorded in state.json is the truth for every program.

use url::Url;

use crate::failure::{Failure, Result};
use crate::loopback::is_loopback;
use crate::state::State;

/// Checks the URL of an endpoint that `setting` gives, and removes trailing
/// slashes.
///
/// # Errors
/// Exit code 2 if it is not an http or https URL, or a plain http URL of
/// another machine: passwords and tokens could be read on the way.
pub fn parse(setting: &str, value: &str) -> Result<String> {
    let is_http = ["http://", "https://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let url = Url::parse(value)
        .ok()
        .filter(|url| is_http && url.has_host())
        .ok_or_else(|| {
            Failure::usage(format!("{setting} '{value}' is not an http or https address"))
                .with_hint("for example http://127.0.0.1:4566, where 'make cloud' starts the local cloud; leave it out for AWS itself")
        })?;
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(Failure::usage(format!(
            "{setting} '{value}' is not protected: the password would cross the network in clear text"
        ))
        .with_hint("use https; only hosts such as localhost and 127.0.0.1 may do without TLS"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

/// The error if `setting` has the SDK ignore `AWS_ENDPOINT_URL`.
pub fn ignored(setting: &str, endpoint: &str) -> Failure {
    Failure::usage(format!(
        "{setting} is on, and AWS_ENDPOINT_URL is '{endpoint}': calls would go to AWS itself"
    ))
    .with_hint("take one of the two out")
}

/// Checks that the endpoint in use is the one in state.json. A file written by
/// the Python scripts passes, as it records no endpoint.
///
/// # Errors
/// Exit code 2 if it is not; the message names both.
pub fn check_endpoint(state: &State, here: Option<&str>) -> Result<()> {
    let recorded = state.endpoint_url.as_deref();
    if state.is_from_python() || recorded == here {
        return Ok(());
    }
    let name = |url: Option<&str>| url.unwrap_or("AWS itself").to_owned();
    let (recorded, here) = (name(recorded), name(here));
    Err(elsewhere("endpoint", &recorded, &here, "AWS_ENDPOINT_URL"))
}

/// The endpoint of the stack in state.json, for a program that has no AWS
/// client: the recorded one, which may come from a profile. `configured` is
/// `AWS_ENDPOINT_URL`, if that is set.
///
/// # Errors
/// Exit code 2 if `configured` is another one, or the recorded one is not a URL
/// that [`parse`] takes.
pub fn of_stack(state: &State, configured: Option<&str>) -> Result<Option<String>> {
    let endpoint = configured.or(state.endpoint_url.as_deref());
    check_endpoint(state, endpoint)?;
    endpoint.map(|url| parse("The endpoint", url)).transpose()
}

/// The error if an endpoint, region or account (`what`) is not state.json's.
/// `setting` is the variable that the hint names.
pub fn elsewhere(what: &str, recorded: &str, here: &str, setting: &str) -> Failure {
    Failure::usage(format!(
        "state.json belongs to {what} '{recorded}', and this is {what} '{here}'"
    ))
    .with_hint(format!(
        "set {setting} to what state.json says, or use another file with --state PATH"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    #[test]
    fn an_endpoint_is_https_or_on_this_machine() {
        let check = |url| parse("AWS_ENDPOINT_URL", url);
        assert_eq!(
            check("http://127.0.0.1:4566/").unwrap(),
            "http://127.0.0.1:4566"
        );
        for good in [
            "https://example.com/aws",
            "http://localhost:1",
            "http://[::1]:1",
            "http://cloud.localhost:4566",
        ] {
            assert_eq!(check(good).unwrap(), good);
        }
        for (bad, why) in [
            ("4566", "not an http or https"),
            ("localhost:4566", "not an http or https"),
            ("ftp://localhost", "not an http or https"),
            ("http://", "not an http or https"),
            ("http:x", "not an http or https"),
            ("http://a:b", "not an http or https"),
            ("http://10.9.9.9:8000", "not protected"),
            ("http://localhost.example.com", "not protected"),
            ("http://0.0.0.0:4566", "not protected"),
        ] {
            let error = check(bad).unwrap_err();
            assert_eq!(error.exit(), Exit::Usage);
            let said = error.to_string();
            assert!(said.contains(&format!("'{bad}'")), "{said}");
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn the_recorded_endpoint_is_the_truth() {
        let (local, other) = ("http://127.0.0.1:4566", "http://127.0.0.1:4567");
        let state = |endpoint: Option<&str>| State {
            deployment_id: Some("x".into()),
            endpoint_url: endpoint.map(str::to_owned),
            ..State::default()
        };
        let of = |recorded, configured| of_stack(&state(recorded), configured).ok();
        let found = |url: &str| Some(Some(url.to_owned()));
        assert_eq!(of(Some(local), None), found(local));
        assert_eq!(of(Some(local), Some(local)), found(local));
        assert_eq!(of(Some(local), Some(other)), None);
        assert_eq!(of(None, None), Some(None));
        assert_eq!(of(None, Some(local)), None);
        assert_eq!(of(Some("http://10.9.9.9"), None), None, "not protected");
        let from_python = of_stack(&State::default(), Some(local));
        assert_eq!(from_python.unwrap().as_deref(), Some(local));
        // A program with AWS credentials does not send them where a file says.
        assert!(check_endpoint(&state(Some(local)), None).is_err());
        assert!(check_endpoint(&state(Some(local)), Some(local)).is_ok());
    }
}
