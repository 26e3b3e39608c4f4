//! All settings, each named and documented once. The environment takes
//! precedence over the `.env` file.

mod aws_profile;
pub mod ca_bundle;
mod env_file;
pub mod var;

#[cfg(test)]
mod tests;

use std::env::VarError;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::archive;
use crate::cli::CommonArgs;
use crate::endpoint;
use crate::failure::{Failure, Result};
use crate::state::SETTLE_TIME;

/// The test user's password, or a client's secret at an OpenID provider (RFC 6749
/// section 2.3.1). `Debug` hides it; there is no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret in clear text, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The settings as read. Most are not validated yet: each program validates the
/// ones that it needs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `AWS_REGION` or `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
    /// `AWS_ENDPOINT_URL`, without a trailing slash; `None` is AWS itself.
    pub endpoint_url: Option<String>,
    /// `PASSWORD`.
    pub password: Option<Secret>,
    /// `DOMAIN_PREFIX`.
    pub domain_prefix: Option<String>,
    /// `SIGN_UP`, as it is set.
    pub sign_up: Option<String>,
    /// `NAME_SUFFIX`; empty if not set.
    pub name_suffix: String,
    /// `LAMBDA_ZIP`, else `target/lambda/echo/bootstrap.zip`, else the archive's.
    pub lambda_zip: PathBuf,
    /// `--state`, else `STATE_FILE`, else `state.json`.
    pub state_file: PathBuf,
    /// `SETTLE_SECONDS`, else [`SETTLE_TIME`].
    pub settle: Duration,
    /// `BROWSER`.
    pub browser: Option<String>,
    /// `CLIENT_SECRET`.
    pub client_secret: Option<Secret>,
    /// `--explain`.
    pub explain: bool,
}

impl Settings {
    /// Loads the `.env` file into the environment and reads the settings there.
    ///
    /// # Errors
    /// Exit code 2 if the file named by `--env-file` is missing, a file cannot
    /// be read or parsed, a value is not UTF-8, the endpoint is not one that
    /// [`endpoint::parse`] takes or is to be ignored, or `SETTLE_SECONDS` is not
    /// a number of seconds.
    pub fn load(args: &CommonArgs) -> Result<Settings> {
        env_file::load(args.env_file.as_deref())?;
        ca_bundle::load()?;
        let region = match get(var::AWS_REGION)? {
            Some(region) => Some(region),
            None => get(var::AWS_DEFAULT_REGION)?,
        };
        let state_file = match &args.state {
            Some(path) => path.clone(),
            None => path(var::STATE_FILE, "state.json")?,
        };
        Ok(Settings {
            region,
            endpoint_url: endpoint_url()?,
            password: text(var::PASSWORD)?.map(Secret),
            domain_prefix: get(var::DOMAIN_PREFIX)?,
            sign_up: get(var::SIGN_UP)?,
            name_suffix: get(var::NAME_SUFFIX)?.unwrap_or_default(),
            lambda_zip: lambda_zip()?,
            state_file,
            settle: settle(get(var::SETTLE_SECONDS)?)?,
            browser: get(var::BROWSER)?,
            client_secret: text(var::CLIENT_SECRET)?.map(Secret),
            explain: args.explain,
        })
    }

    /// The test user's password.
    ///
    /// # Errors
    /// Exit code 2 if it is not set, shorter than the pool's policy allows, or
    /// not one that Cognito takes (AdminSetUserPassword).
    pub fn password(&self) -> Result<&Secret> {
        let password = self
            .password
            .as_ref()
            .ok_or_else(|| missing(var::PASSWORD, "the test user's password"))?;
        let (text, length) = (password.reveal(), password.reveal().chars().count());
        let (why, hint) = if length < 8 {
            (
                "has fewer than 8 characters",
                "the user pool asks for at least 8: set a longer PASSWORD in .env",
            )
        } else if length > 256 {
            (
                "has more than 256 characters",
                "Cognito takes no more: set a shorter PASSWORD in .env",
            )
        } else if text.trim() != text {
            (
                "begins or ends with a space",
                "Cognito takes none there: set another PASSWORD in .env",
            )
        } else {
            return Ok(password);
        };
        Err(Failure::usage(format!("PASSWORD {why}")).with_hint(hint))
    }

    /// Whether anybody with an email address may make an account.
    ///
    /// # Errors
    /// Exit code 2 if `SIGN_UP` is neither `open` nor `closed`.
    pub fn sign_up_is_open(&self) -> Result<bool> {
        match self.sign_up.as_deref() {
            None | Some("open") => Ok(true),
            Some("closed") => Ok(false),
            Some(other) => Err(Failure::usage(format!("SIGN_UP is '{other}'")).with_hint(
                "SIGN_UP=open lets anybody with an email address make an account, SIGN_UP=closed nobody",
            )),
        }
    }

    /// The first label of the sign-in page's host name.
    ///
    /// # Errors
    /// Exit code 2 if it is not set or Cognito would refuse it (CreateUserPoolDomain).
    pub fn domain_prefix(&self) -> Result<&str> {
        let prefix = self
            .domain_prefix
            .as_deref()
            .ok_or_else(|| missing(var::DOMAIN_PREFIX, "the sign-in page's name"))?;
        let refuse = |why: &str| {
            Err(
                Failure::usage(format!("DOMAIN_PREFIX '{prefix}' {why}")).with_hint(
                    "use 1 to 63 of a-z, 0-9 and '-', with no '-' at either end, \
                 and a name that nobody else in the region has",
                ),
            )
        };
        if let Some(word) = ["aws", "amazon", "cognito"]
            .iter()
            .find(|word| prefix.contains(**word))
        {
            return refuse(&format!("contains '{word}', which Cognito reserves"));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if prefix.len() > 63 || !prefix.chars().all(plain) {
            return refuse("is not a name that Cognito takes");
        }
        if prefix.starts_with('-') || prefix.ends_with('-') {
            return refuse("begins or ends with '-'");
        }
        Ok(prefix)
    }

    /// The suffix of the names of pool, API, function and role.
    ///
    /// # Errors
    /// Exit code 2 if the names would break AWS's naming rules.
    pub fn name_suffix(&self) -> Result<&str> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        // Role names have the lowest limit: 64; "APIGatewayLambdaRole" has 20.
        if self.name_suffix.len() > 40 || !self.name_suffix.chars().all(plain) {
            return Err(Failure::usage(format!(
                "NAME_SUFFIX '{}' cannot be part of a name",
                self.name_suffix
            ))
            .with_hint("use up to 40 letters, digits, '-' and '_', for example -ada"));
        }
        Ok(&self.name_suffix)
    }
}

fn missing(name: &str, what: &str) -> Failure {
    Failure::usage(format!("{name} is not set ({what})")).with_hint(format!(
        "run 'make' to write a .env file, or set {name} in it; see .env.example"
    ))
}

/// The value of a variable, without spaces around it. An empty one counts as not
/// set, as in the AWS SDK.
fn get(name: &str) -> Result<Option<String>> {
    let value = text(name)?.map(|value| value.trim().to_owned());
    Ok(value.filter(|value| !value.is_empty()))
}

/// The value as it stands. An empty one counts as not set.
fn text(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is not UTF-8 text"))),
    }
}

fn path(name: &str, default: &str) -> Result<PathBuf> {
    Ok(get(name)?.unwrap_or_else(|| default.to_owned()).into())
}

/// `LAMBDA_ZIP`; else the zip that `make` builds; else, where that is not there,
/// the one that lies beside this program in an unpacked archive.
fn lambda_zip() -> Result<PathBuf> {
    let path = path(var::LAMBDA_ZIP, "target/lambda/echo/bootstrap.zip")?;
    if get(var::LAMBDA_ZIP)?.is_some() || path.exists() {
        return Ok(path);
    }
    Ok(archive::function_zip().unwrap_or(path))
}

/// `AWS_ENDPOINT_URL`, checked. Beside it, the SDK must not be told to ignore it:
/// what is meant for the local cloud would go to AWS.
fn endpoint_url() -> Result<Option<String>> {
    let Some(value) = get(var::AWS_ENDPOINT_URL)? else {
        return Ok(None);
    };
    let ignored = get(var::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)?;
    if ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(endpoint::ignored(
            var::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
            &value,
        ));
    }
    endpoint::parse(var::AWS_ENDPOINT_URL, &value).map(Some)
}

fn settle(value: Option<String>) -> Result<Duration> {
    let Some(value) = value else {
        return Ok(SETTLE_TIME);
    };
    let seconds = value.parse().ok().map(Duration::try_from_secs_f64);
    seconds.and_then(Result::ok).ok_or_else(|| {
        Failure::usage(format!(
            "SETTLE_SECONDS '{value}' is not a number of seconds"
        ))
        .with_hint("take it out: AWS's own time is the default")
    })
}
