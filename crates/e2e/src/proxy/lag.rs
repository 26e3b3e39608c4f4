//! Eventual consistency: a resource that was just created is missing from AWS's
//! lists, and a read by its name responds "not found".

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use crate::fault;

/// When each resource was created, by id; for roles and functions, by name.
#[derive(Debug, Default)]
pub(super) struct CreationTimes(Mutex<HashMap<String, Instant>>);

/// JSON pointers to the new resource's id in the response of a create call.
const IDS: [(&str, &str); 6] = [
    ("CreateUserPool", "/UserPool/Id"),
    ("CreateUserPoolClient", "/UserPoolClient/ClientId"),
    ("CreateApi", "/apiId"),
    ("CreateAuthorizer", "/authorizerId"),
    ("CreateIntegration", "/integrationId"),
    ("CreateRoute", "/routeId"),
];

/// For each listing call, the key of its items and the key of an item's id.
const LISTS: [(&str, &str, &str); 6] = [
    ("ListUserPools", "UserPools", "Id"),
    ("ListUserPoolClients", "UserPoolClients", "ClientId"),
    ("GetApis", "items", "apiId"),
    ("GetAuthorizers", "items", "authorizerId"),
    ("GetIntegrations", "items", "integrationId"),
    ("GetRoutes", "items", "routeId"),
];

impl CreationTimes {
    /// Records what a call has created.
    pub(super) fn remember(&self, operation: &str, request: &Bytes, answer: &Bytes) {
        let id = match operation {
            "CreateRole" => form_value(request, "RoleName"),
            "CreateFunction" => json(request)["FunctionName"].as_str().map(str::to_owned),
            _ => {
                let path = IDS.iter().find(|(name, _)| *name == operation);
                let id = path.and_then(|(_, path)| json(answer).pointer(path).cloned());
                id.and_then(|id| id.as_str().map(str::to_owned))
            }
        };
        if let Some(id) = id {
            let mut made = self.0.lock().expect("no panic here");
            made.insert(id, Instant::now());
        }
    }

    fn is_unseen(&self, id: &str, lag: Duration) -> bool {
        let made = self.0.lock().expect("no panic here");
        made.get(id).is_some_and(|at| at.elapsed() < lag)
    }

    /// A "not found" response if the call reads a role or function that was
    /// created less than `lag` ago.
    pub(super) fn not_found(
        &self,
        operation: &str,
        request: &Parts,
        body: &Bytes,
        lag: Duration,
    ) -> Option<Response> {
        let name_or_arn = match operation {
            "GetRole" => form_value(body, "RoleName")?,
            // The path has the name, or an ARN that ends with it.
            "GetFunction" => request.uri.path().rsplit(['/', ':']).next()?.to_owned(),
            _ => return None,
        };
        // In a path, the colons of an ARN are percent-encoded.
        let name = name_or_arn.rsplit("%3A").next().unwrap_or_default();
        self.is_unseen(name, lag)
            .then(|| fault::not_found(operation, request))
    }

    /// Removes from a list what was created less than `lag` ago.
    pub(super) fn hide(
        &self,
        operation: &str,
        answer: axum::http::Response<Bytes>,
        lag: Duration,
    ) -> axum::http::Response<Bytes> {
        let list = LISTS.iter().find(|(name, ..)| *name == operation);
        let Some((_, items, id)) = list.filter(|_| !lag.is_zero()) else {
            return answer;
        };
        let (parts, body) = answer.into_parts();
        let mut json = json(&body);
        if let Some(items) = json[*items].as_array_mut() {
            items.retain(|item| !self.is_unseen(item[*id].as_str().unwrap_or_default(), lag));
        }
        axum::http::Response::from_parts(parts, json.to_string().into())
    }
}

fn json(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

fn form_value(body: &Bytes, name: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let value = |pair: &str| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned());
    body.split('&').find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_lacks_what_is_new_and_only_that() {
        let made = CreationTimes::default();
        let answer = Bytes::from(r#"{"apiId":"new"}"#);
        made.remember("CreateApi", &Bytes::new(), &answer);
        let list = r#"{"items":[{"apiId":"old"},{"apiId":"new"}]}"#;
        let shown = |lag| {
            let answer = axum::http::Response::new(Bytes::from(list));
            let body = made.hide("GetApis", answer, lag).into_body();
            json(&body)["items"].as_array().map(Vec::len)
        };
        assert_eq!(shown(Duration::from_secs(60)), Some(1));
        assert_eq!(shown(Duration::ZERO), Some(2));
    }
}
