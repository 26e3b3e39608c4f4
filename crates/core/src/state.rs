//! `state.json`: what this deployment is and what it has made so far.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::lock::{Lock, beside};
use crate::under_way::{self, UnderWay};

/// The shape of `state.json` that this program writes. It reads the one before,
/// which had no notes of calls under way.
pub const VERSION: u32 = 2;

/// The model of `state.json`. A key of something not yet made is absent.
///
/// The older Python scripts wrote the same keys, without the group that says
/// which deployment this is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    // Which deployment this is, and in which cloud.
    /// The shape of this file; absent in the Python scripts' files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_version: Option<u32>,
    /// Random; every resource that takes tags carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<String>,
    /// The AWS account, 12 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// `AWS_ENDPOINT_URL` at the time; absent for AWS itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// Whether this file is known to list everything: one `create` went
    /// through undisturbed. If not, `delete` also searches by tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// Whether `delete` has begun: then `create` must not go on, because what is
    /// left points to what is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleting: Option<bool>,
    /// Calls that may still take effect, though nobody has their answer.
    #[serde(skip_serializing_if = "UnderWay::is_empty")]
    pub under_way: UnderWay,
    /// When something was made last, in milliseconds since 1970: until AWS has
    /// settled, "not found" may mean "not seen yet".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_created_at: Option<u64>,
    /// For example `us-east-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,

    // Names and settings.
    /// `HelloUserPool`, with `NAME_SUFFIX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_name: Option<String>,
    /// `https://cognito-idp.{region}.amazonaws.com/{user_pool_id}`: `iss` of every token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_jwt_issuer_url: Option<String>,
    /// `Testuser`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_username: Option<String>,
    /// `testuser@example.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_email: Option<String>,
    /// `HelloAPI`, with `NAME_SUFFIX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_name: Option<String>,
    /// `/hello`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_route_path: Option<String>,
    /// `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_route_method: Option<String>,
    /// `EchoFunction`, with `NAME_SUFFIX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_function_name: Option<String>,
    /// `APIGatewayLambdaRole`, with `NAME_SUFFIX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_role_name: Option<String>,
    /// `dev`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_stage_name: Option<String>,
    /// Custom scopes as `[name, description]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_scopes: Option<Vec<(String, String)>>,
    /// `redirect_uri`s that the app client may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_app_callback_urls: Option<Vec<String>>,
    /// Scopes that the app client may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_app_scopes: Option<Vec<String>>,

    // What AWS answered.
    /// For example `us-east-1_abcdef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    /// First label of the sign-in page's host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_auth_domain_prefix: Option<String>,
    /// Address of the sign-in page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_auth_domain: Option<String>,
    /// The resource server's identifier, `HelloAPI`: scopes begin with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_resource_server_id: Option<String>,
    /// `client_id` of the terminal application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_app_client_id: Option<String>,
    /// The HTTP API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_id: Option<String>,
    /// The API's JWT authorizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_authorizer_id: Option<String>,
    /// The function's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_role_arn: Option<String>,
    /// The function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_function_arn: Option<String>,
    /// The function's log group, if `create` made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_log_group_name: Option<String>,
    /// The API's integration with the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_integration_id: Option<String>,
    /// The API's route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_route_id: Option<String>,
    /// Where to call the API, stage and path included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}

impl State {
    /// Reads the file. `None` if there is none.
    ///
    /// # Errors
    /// Exit code 2 if it cannot be read or is not of a shape this program
    /// knows. A copy of an unreadable file is kept beside it.
    pub fn load(path: &Path) -> Result<Option<State>> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::usage(format!(
                    "Cannot read {}: {error}",
                    path.display()
                )));
            }
        };
        let state = parse(&text).map_err(|why| unreadable(path, &text, &why))?;
        Ok(Some(state))
    }

    /// For how much longer what was made last may be missing from AWS's answers.
    pub fn unsettled(&self, settle: Duration) -> Option<Duration> {
        under_way::left(self.last_created_at?, settle)
    }

    /// Whether the older Python scripts wrote it: it says nothing of its deployment.
    pub fn is_from_python(&self) -> bool {
        self.deployment_id.is_none()
    }
}

fn parse(text: &[u8]) -> Result<State, String> {
    if text.trim_ascii().is_empty() {
        return Err("it is empty".into());
    }
    // The version first: of a newer shape every other complaint would mislead.
    let keys: BTreeMap<String, serde_json::Value> = serde_json::from_slice(text)
        .map_err(|error| format!("it is not a JSON object ({error})"))?;
    if let Some(version) = keys.get("state_version")
        && !version
            .as_u64()
            .is_some_and(|version| (1..=u64::from(VERSION)).contains(&version))
    {
        return Err(format!(
            "it has state_version {version}, and this program knows {VERSION}: a newer one wrote it"
        ));
    }
    serde_json::from_slice(text)
        .map_err(|error| format!("it is not of a shape that this program knows ({error})"))
}

fn unreadable(path: &Path, text: &[u8], why: &str) -> Failure {
    let copy = beside(path, "unreadable");
    let kept = match write_private(&copy, text) {
        Ok(()) => format!("a copy is kept in {}; ", copy.display()),
        Err(_) => String::new(),
    };
    Failure::usage(format!("Cannot use {}: {why}", path.display())).with_hint(format!(
        "{kept}repair it or use the program that wrote it: without it, what was created must be deleted by hand"
    ))
}

fn write_private(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    // Also where it was there before.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.write_all(text)?;
    file.sync_all()
}

/// The one writer of `state.json`: holds the lock, saves each change at once.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    state: Mutex<State>,
    _lock: Lock,
}

impl StateFile {
    /// Locks and reads the file; without one the state is empty and nothing is
    /// written yet.
    ///
    /// # Errors
    /// As [`Lock::acquire`] and [`State::load`].
    pub fn open(path: &Path) -> Result<StateFile> {
        let lock = Lock::acquire(path)?;
        let state = State::load(path)?.unwrap_or_default();
        Ok(StateFile {
            path: path.to_owned(),
            state: Mutex::new(state),
            _lock: lock,
        })
    }

    /// Like [`open`](StateFile::open), but `None` without a file. Then nobody
    /// may be about to write one either; a lock that a killed program has left
    /// is removed.
    ///
    /// # Errors
    /// As [`open`](StateFile::open).
    pub fn open_existing(path: &Path) -> Result<Option<StateFile>> {
        if !path.exists() && !beside(path, "lock").exists() {
            return Ok(None);
        }
        let file = StateFile::open(path)?;
        Ok(path.exists().then_some(file))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A copy of the state as it is now.
    pub fn get(&self) -> State {
        self.lock().clone()
    }

    /// Changes the state and saves it, so that a crash right after loses nothing.
    ///
    /// # Errors
    /// If the file cannot be written: the one before stays as it was, and so
    /// does the state in memory keep the change, to be saved with the next.
    pub fn update(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let mut state = self.lock();
        change(&mut state);
        save(&self.path, &state).map_err(|error| {
            Failure::failed(format!("Cannot save {}: {error}", self.path.display())).with_hint(
                "make room or make the folder writable, then run this again: what is missing in the file is found by its tag",
            )
        })
    }

    /// Notes that a call that makes something begins: from here on state.json is
    /// not known to list everything.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): then the call must not be made.
    pub fn begin_call(&self, operation: &str) -> Result<()> {
        self.update(|state| {
            state.complete = None;
            state.state_version = state.state_version.map(|_| VERSION);
            state.under_way.begin(operation);
        })
    }

    /// Notes that a call that is noted begins anew: it is sent once more.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): then the call must not be sent.
    pub fn repeat_call(&self, operation: &str) -> Result<()> {
        match self.get().under_way.has(operation) {
            true => self.begin_call(operation),
            false => Ok(()),
        }
    }

    /// Records what a call has made, in place of the note that it was under way.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): the note is still on disk.
    pub fn record_made(&self, operation: &str, record: impl FnOnce(&mut State)) -> Result<()> {
        self.update(|state| {
            record(state);
            state.under_way.end(operation);
            state.last_created_at = Some(under_way::now());
        })
    }

    /// Takes the note out: the call had no effect.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): the note is still on disk.
    pub fn forget_call(&self, operation: &str) -> Result<()> {
        self.update(|state| state.under_way.end(operation))
    }

    /// Removes the file: nothing is left to record.
    ///
    /// # Errors
    /// If the file is there and cannot be removed.
    pub fn remove(&self) -> Result<()> {
        let _ = std::fs::remove_file(beside(&self.path, "new"));
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::failed(
                format!("Cannot remove {}: {error}", self.path.display()),
            )),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Writes a new file beside the old one and renames it over: a reader, or a
/// crash, sees either the old or the new. A crash may leave the new one: the
/// next save writes it again.
fn save(path: &Path, state: &State) -> std::io::Result<()> {
    let new = beside(path, "new");
    let mut text = serde_json::to_vec_pretty(state)?;
    text.push(b'\n');
    write_private(&new, &text)?;
    std::fs::rename(&new, path)?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests;
