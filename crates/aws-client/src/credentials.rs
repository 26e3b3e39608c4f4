//! The credentials that the SDK finds, fetched once and before the first call,
//! so that the error is clear if they are missing.

use std::sync::Mutex;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use common::settings::var;
use common::{Failure, Result};

use crate::error::chain;

const SIGN_IN: &str = "set AWS_PROFILE in .env, or sign in ('aws login', 'aws sso login', 'aws configure'); without an AWS account, 'make demo' shows everything on the local cloud";

/// Checks that `AWS_PROFILE` is in one of the files. Otherwise the SDK would go
/// on to look for a virtual machine's credentials, and complain about those.
///
/// # Errors
/// Exit code 2 if it is not (the message names the profile and the files), or
/// if the files cannot be read.
pub(crate) async fn check_profile() -> Result<()> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(profile) = set(var::AWS_PROFILE) else {
        return Ok(());
    };
    // Keys in the environment take precedence over the profile.
    if set("AWS_ACCESS_KEY_ID").is_some() {
        return Ok(());
    }
    let (fs, env, files) = Default::default();
    let loaded = aws_config::profile::load(&fs, &env, &files, None).await;
    let profiles = loaded.map_err(|error| {
        let why = chain(&error);
        Failure::usage(format!("The AWS configuration cannot be read: {why}")).with_hint(SIGN_IN)
    })?;
    if profiles.get_profile(&profile).is_some() {
        return Ok(());
    }
    let file = |name, default: &str| set(name).unwrap_or_else(|| default.to_owned());
    let config = file("AWS_CONFIG_FILE", "~/.aws/config");
    let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    Err(Failure::usage(format!(
        "AWS_PROFILE is '{profile}', and no such profile is in {config} or {credentials}"
    ))
    .with_hint(format!(
        "set AWS_PROFILE to one that 'aws configure list-profiles' shows, or make it: 'aws configure --profile {profile}'"
    )))
}

/// Fetches the credentials that the configuration leads to.
///
/// # Errors
/// Exit code 2 if there are none, or they cannot be fetched.
pub(crate) async fn fetch(config: &SdkConfig) -> Result<SharedCredentialsProvider> {
    let missing =
        |why: String| Failure::usage(format!("No AWS credentials: {why}")).with_hint(SIGN_IN);
    let source = config
        .credentials_provider()
        .ok_or_else(|| missing("no source of credentials is set up".into()))?;
    let first = source
        .provide_credentials()
        .await
        .map_err(|error| missing(chain(&error)))?;
    Ok(SharedCredentialsProvider::new(Fetched {
        first: Mutex::new(Some(first)),
        source,
    }))
}

/// Credentials fetched in advance; the source is asked again only when they
/// expire. A source may prompt the user, who should not be prompted twice.
#[derive(Debug)]
struct Fetched {
    first: Mutex<Option<Credentials>>,
    source: SharedCredentialsProvider,
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        match first {
            Some(first) => future::ProvideCredentials::ready(Ok(first)),
            None => self.source.provide_credentials(),
        }
    }
}
