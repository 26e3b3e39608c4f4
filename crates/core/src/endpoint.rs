//! Which cloud state.json belongs to.

use crate::failure::{Failure, Result};
use crate::settings::Settings;
use crate::state::State;

/// Refuses another endpoint than state.json's. A file of the Python scripts does
/// not say which it belongs to.
///
/// # Errors
/// Exit code 2, naming both.
pub fn check_endpoint(state: &State, settings: &Settings) -> Result<()> {
    let name = |url: &Option<String>| url.clone().unwrap_or_else(|| "AWS itself".to_owned());
    if state.is_from_python() || state.endpoint_url == settings.endpoint_url {
        return Ok(());
    }
    let (recorded, here) = (name(&state.endpoint_url), name(&settings.endpoint_url));
    Err(elsewhere("endpoint", &recorded, &here, "AWS_ENDPOINT_URL"))
}

/// The error for another endpoint, region or account than state.json's; `setting`
/// is what to set.
pub fn elsewhere(what: &str, recorded: &str, here: &str, setting: &str) -> Failure {
    Failure::usage(format!(
        "state.json belongs to {what} '{recorded}', and this is {what} '{here}'"
    ))
    .with_hint(format!(
        "set {setting} to what state.json says, or use another file with --state PATH"
    ))
}
