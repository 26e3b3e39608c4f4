//! All that can be checked before the first AWS call.

use api_core::settings::Password;
use api_core::{Result, Settings};

use crate::names::Names;
use crate::zip_file::ZipFile;

/// Checked settings.
#[derive(Debug)]
pub struct Plan {
    /// Names with `NAME_SUFFIX`.
    pub names: Names,
    /// The test user's password.
    pub password: Password,
    /// First label of the sign-in page's host name.
    pub domain_prefix: String,
    /// The function.
    pub zip: ZipFile,
}

impl Plan {
    /// Checks `PASSWORD`, `DOMAIN_PREFIX`, `NAME_SUFFIX` and the function's zip.
    ///
    /// # Errors
    /// Exit code 2, and nothing was called.
    pub fn check(settings: &Settings) -> Result<Plan> {
        Ok(Plan {
            names: Names::new(settings.name_suffix()?),
            password: settings.password()?.clone(),
            domain_prefix: settings.domain_prefix()?.to_owned(),
            zip: ZipFile::open(&settings.lambda_zip)?,
        })
    }
}
