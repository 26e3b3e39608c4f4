//! Names, settings and the function's zip, checked before the first AWS call.

mod addresses;
pub(crate) mod hosts;
pub(crate) mod names;
pub(crate) mod routes;
pub(crate) mod zip_file;

use common::settings::Secret;
use common::{Failure, Result, Settings, State};

use self::names::{ALLOWED_ORIGINS, CALLBACK_URLS, LOGOUT_URLS, Names, ROUTES};
use self::zip_file::ZipFile;

/// Checked settings.
#[derive(Debug)]
pub(crate) struct Config {
    /// Names with `NAME_SUFFIX`.
    pub names: Names,
    /// The test user's password.
    pub password: Secret,
    /// First label of the sign-in page's host name.
    pub domain_prefix: String,
    /// Whether anybody with an email address may make an account.
    pub sign_up_is_open: bool,
    /// The function's zip.
    pub zip: ZipFile,
}

impl Config {
    /// Checks what stands in `names.rs`, `PASSWORD`, `DOMAIN_PREFIX`, `NAME_SUFFIX`,
    /// `SIGN_UP` and the function's zip.
    ///
    /// # Errors
    /// Exit code 2 if one of them is missing or invalid; no call was made.
    pub(crate) fn check(settings: &Settings) -> Result<Config> {
        let has_origins = !ALLOWED_ORIGINS.is_empty();
        routes::check(ROUTES, &names::full_scopes(), has_origins)?;
        addresses::check_redirects("CALLBACK_URLS", CALLBACK_URLS)?;
        addresses::check_redirects("LOGOUT_URLS", LOGOUT_URLS)?;
        addresses::check_origins("ALLOWED_ORIGINS", ALLOWED_ORIGINS)?;
        Ok(Config {
            names: Names::new(settings.name_suffix()?),
            password: settings.password()?.clone(),
            domain_prefix: settings.domain_prefix()?.to_owned(),
            sign_up_is_open: settings.sign_up_is_open()?,
            zip: ZipFile::open(&settings.lambda_zip)?,
        })
    }

    /// Checks that `create` can continue the stack recorded in state.json.
    ///
    /// # Errors
    /// Exit code 2 if a `delete` has not completed, if the stack is that of the
    /// Python scripts, or if a name would change: a pool or a function cannot
    /// be renamed.
    pub(crate) fn check_continues(&self, state: &State) -> Result<()> {
        if state.deleting == Some(true) {
            return Err(Failure::usage(
                "'delete' has begun with what is in state.json, and not ended",
            )
            .with_hint("run 'make delete' to its end, then 'make api'"));
        }
        if state.is_from_python() {
            return Err(Failure::usage(
                "state.json was written by the older Python scripts, whose stack cannot be continued",
            )
            .with_hint("run 'make delete' to remove that stack, then 'make api'"));
        }
        let desired = &self.names.user_pool;
        if let Some(live) = &state.user_pool_name
            && live != desired
        {
            return Err(Failure::usage(format!(
                "NAME_SUFFIX cannot be changed in place: the user pool is named '{live}', and would be '{desired}'"
            ))
            .with_hint("set NAME_SUFFIX back, or run 'make delete' first, or use another file with --state PATH"));
        }
        Ok(())
    }
}
