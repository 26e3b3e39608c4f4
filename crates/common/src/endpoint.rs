//! Checks that state.json belongs to the endpoint in use.

use crate::failure::{Failure, Result};
use crate::settings::Settings;
use crate::state::State;

/// Checks that the endpoint is the one in state.json. A file written by the
/// Python scripts passes, as it records no endpoint.
///
/// # Errors
/// Exit code 2 if it is not; the message names both.
pub fn check_endpoint(state: &State, settings: &Settings) -> Result<()> {
    let name = |url: &Option<String>| url.clone().unwrap_or_else(|| "AWS itself".to_owned());
    if state.is_from_python() || state.endpoint_url == settings.endpoint_url {
        return Ok(());
    }
    let (recorded, here) = (name(&state.endpoint_url), name(&settings.endpoint_url));
    Err(elsewhere("endpoint", &recorded, &here, "AWS_ENDPOINT_URL"))
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
