//! A route of the API as `state.json` records it.

use serde::{Deserialize, Serialize};

/// A route of the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// AWS's id; absent until it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The scopes of which a token needs one; none: any token of the client.
    pub scopes: Vec<String>,
}
