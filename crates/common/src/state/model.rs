//! The data in `state.json`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lock::sibling;
use super::route::Route;
use super::under_way::{self, UnderWay};
use crate::failure::{Failure, Result};
use crate::file::{self, write_private};

/// The version of `state.json` that this program writes. It also reads those
/// before: version 1 has no calls under way, version 2 no lost calls, version 3 a single
/// route.
pub const VERSION: u32 = 4;

/// The longest file that is read, in bytes.
const MAX_LENGTH: u64 = 16 * 1024 * 1024;

/// The data in `state.json`. The key of something not yet created is absent.
///
/// The older Python scripts wrote the same keys, except for those that identify
/// the deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    // Which deployment this is, and in which cloud.
    /// The version of this file; absent in files of the Python scripts.
    pub state_version: Option<u32>,
    /// Random; every taggable resource carries it as a tag.
    pub deployment_id: Option<String>,
    /// The AWS account, 12 digits.
    pub account_id: Option<String>,
    /// `AWS_ENDPOINT_URL` at creation; absent for AWS itself.
    pub endpoint_url: Option<String>,
    /// Whether this file is known to list everything: a `create` completed
    /// and lost no response. If not, `delete` also searches by tag.
    pub complete: Option<bool>,
    /// Whether `delete` has begun. If so, `create` must not continue, because
    /// what is left refers to what is gone.
    pub deleting: Option<bool>,
    /// Calls whose response is not known, and which may still take effect.
    #[serde(skip_serializing_if = "UnderWay::is_empty")]
    pub under_way: UnderWay,
    /// Calls that were sent again because an answer was lost, with the time of the
    /// first: they may have made something twice. Kept until a run has looked.
    #[serde(skip_serializing_if = "UnderWay::is_empty")]
    pub lost_calls: UnderWay,
    /// Properties that this cloud did not answer with although they were set, as
    /// an emulator may do. They cannot be compared.
    pub not_shown: Option<Vec<String>>,
    /// When something was last created, in milliseconds since 1970. Until AWS
    /// has settled, "not found" may mean "not visible yet".
    pub last_created_at: Option<u64>,
    /// For example `us-east-1`.
    pub region: Option<String>,

    // Names and settings.
    /// `HelloUserPool`, with `NAME_SUFFIX`.
    pub user_pool_name: Option<String>,
    /// `https://cognito-idp.{region}.amazonaws.com/{user_pool_id}`: `iss` of every token.
    pub user_pool_jwt_issuer_url: Option<String>,
    /// `Testuser`.
    pub user_pool_username: Option<String>,
    /// `testuser@example.com`.
    pub user_pool_email: Option<String>,
    /// `HelloAPI`, with `NAME_SUFFIX`.
    pub api_name: Option<String>,
    /// `/hello`: of the first route.
    pub api_route_path: Option<String>,
    /// `GET`: of the first route.
    pub api_route_method: Option<String>,
    /// `EchoFunction`, with `NAME_SUFFIX`.
    pub lambda_function_name: Option<String>,
    /// `APIGatewayLambdaRole`, with `NAME_SUFFIX`.
    pub lambda_role_name: Option<String>,
    /// `dev`.
    pub api_stage_name: Option<String>,
    /// Custom scopes as `[name, description]`.
    pub api_scopes: Option<Vec<(String, String)>>,
    /// `redirect_uri`s that the app client may use.
    pub terminal_app_callback_urls: Option<Vec<String>>,
    /// Where the sign-in page may redirect to after a logout, if `create` has set it.
    pub terminal_app_logout_urls: Option<Vec<String>>,
    /// The origins whose pages may call the API, if `create` has set them.
    pub api_allowed_origins: Option<Vec<String>>,
    /// Scopes that the app client may ask for.
    pub terminal_app_scopes: Option<Vec<String>>,

    // Values from AWS's responses.
    /// For example `us-east-1_abcdef`.
    pub user_pool_id: Option<String>,
    /// First label of the sign-in page's host name.
    pub user_pool_auth_domain_prefix: Option<String>,
    /// URL of the sign-in page.
    pub user_pool_auth_domain: Option<String>,
    /// The resource server's identifier, `HelloAPI`: scopes begin with it.
    pub user_pool_resource_server_id: Option<String>,
    /// `client_id` of the terminal application.
    pub terminal_app_client_id: Option<String>,
    /// The HTTP API.
    pub api_id: Option<String>,
    /// The API's JWT authorizer.
    pub api_authorizer_id: Option<String>,
    /// The function's role.
    pub lambda_role_arn: Option<String>,
    /// The function.
    pub lambda_function_arn: Option<String>,
    /// The function's log group, if `create` made it.
    pub lambda_log_group_name: Option<String>,
    /// The API's integration with the function.
    pub api_integration_id: Option<String>,
    /// The API's routes by their keys, for example `GET /hello`; also those whose row
    /// was taken out, until they are removed.
    pub api_routes: Option<BTreeMap<String, Route>>,
    /// The first of them, which the older Python scripts know.
    pub api_route_id: Option<String>,
    /// URL of the first route, with stage and path.
    pub api_url: Option<String>,
}

impl State {
    /// Reads the file; `None` if there is none.
    ///
    /// # Errors
    /// Exit code 2 if it cannot be read, or its format is not known. A copy of
    /// a file of unknown format is kept next to it.
    pub fn load(path: &Path) -> Result<Option<State>> {
        let text = match file::read(path, MAX_LENGTH) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot_read(path, &error)),
        };
        let state = parse(&text).map_err(|why| unreadable(path, &text, &why))?;
        Ok(Some(state))
    }

    /// The file's text: indented JSON, without the keys that are `None`.
    pub(super) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_value(self)?;
        if let Value::Object(keys) = &mut json {
            keys.retain(|_, value| !value.is_null());
        }
        let mut text = serde_json::to_vec_pretty(&json)?;
        text.push(b'\n');
        Ok(text)
    }

    /// How much longer AWS's responses may lack what was created last; `None`
    /// if that time is over.
    pub fn unsettled(&self, settle: Duration) -> Option<Duration> {
        under_way::left(self.last_created_at?, settle)
    }
}

fn parse(text: &[u8]) -> Result<State, String> {
    if text.trim_ascii().is_empty() {
        return Err("it is empty".into());
    }
    // The version first: for a newer format, any other error would mislead.
    let keys: BTreeMap<String, Value> = serde_json::from_slice(text)
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

pub(super) fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("Cannot read {}: {error}", path.display()))
        .with_hint("state.json is a regular file: move away what is there, or give --state PATH")
}

fn unreadable(path: &Path, text: &[u8], why: &str) -> Failure {
    let copy = sibling(path, "unreadable");
    let kept = match write_private(&copy, text) {
        Ok(()) => format!("a copy is kept in {}; ", copy.display()),
        Err(_) => String::new(),
    };
    Failure::usage(format!("Cannot use {}: {why}", path.display())).with_hint(format!(
        "{kept}repair it or use the program that wrote it: without it, what was created must be deleted by hand"
    ))
}
