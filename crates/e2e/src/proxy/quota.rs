//! AWS's published per-account quotas, as token buckets.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use axum::http::request::Parts;
use axum::response::Response;

use crate::fault;

/// How many calls an account may make: a token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Sustained calls per second.
    pub rate: f64,
    /// The bucket's capacity: calls that may be made at once.
    pub burst: f64,
}

impl Quota {
    /// One call every `seconds`.
    pub fn one_in(seconds: f64) -> Quota {
        Quota {
            rate: 1.0 / seconds,
            burst: 1.0,
        }
    }
}

/// The quotas of an account in a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotas {
    /// All of API Gateway's management calls together.
    pub api_gateway: Quota,
    /// CreateApi; AWS documents it for REST APIs.
    pub create_api: Quota,
    /// DeleteApi; AWS documents it for REST APIs.
    pub delete_api: Quota,
    /// All of Lambda's management calls together.
    pub lambda: Quota,
    /// Cognito has a quota per category of calls; here one covers them all.
    pub cognito: Quota,
    /// AWS publishes none for IAM; this is a low value.
    pub iam: Quota,
}

impl Quotas {
    /// The quotas that AWS publishes.
    pub fn published() -> Quotas {
        let at = |rate: f64| Quota { rate, burst: rate };
        Quotas {
            api_gateway: Quota {
                rate: 10.0,
                burst: 40.0,
            },
            create_api: Quota::one_in(3.0),
            delete_api: Quota::one_in(30.0),
            lambda: at(15.0),
            cognito: at(15.0),
            iam: at(10.0),
        }
    }

    /// The quotas that a call counts against.
    fn of(&self, operation: &str, request: &Parts) -> Vec<(&'static str, Quota)> {
        let mut quotas = vec![match service(request) {
            Service::ApiGateway => ("apigateway", self.api_gateway),
            Service::Lambda => ("lambda", self.lambda),
            Service::Cognito => ("cognito-idp", self.cognito),
            Service::Iam => ("iam", self.iam),
            Service::Other => return Vec::new(),
        }];
        match operation {
            "CreateApi" => quotas.push(("CreateApi", self.create_api)),
            "DeleteApi" => quotas.push(("DeleteApi", self.delete_api)),
            _ => {}
        }
        quotas
    }
}

enum Service {
    ApiGateway,
    Lambda,
    Cognito,
    Iam,
    Other,
}

fn service(request: &Parts) -> Service {
    let header = |name: &str| {
        let value = request.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    let path = request.uri.path();
    if header("x-amz-target").contains("CognitoIdentityProvider") {
        Service::Cognito
    } else if path.starts_with("/v2/") {
        Service::ApiGateway
    } else if path.contains("/functions") {
        Service::Lambda
    } else if header("authorization").contains("/iam/") {
        Service::Iam
    } else {
        Service::Other
    }
}

/// What is left of each quota, by its name.
#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<HashMap<&'static str, Bucket>>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Buckets {
    /// AWS's throttling response if one of the call's quotas is used up. A
    /// refused call counts against no quota.
    pub(super) fn refuse(
        &self,
        quotas: &Quotas,
        operation: &str,
        request: &Parts,
    ) -> Option<Response> {
        let counted = quotas.of(operation, request);
        let mut buckets = self.0.lock().expect("no panic here");
        let now = Instant::now();
        for (name, quota) in &counted {
            let bucket = buckets.entry(name).or_insert(Bucket {
                tokens: quota.burst,
                filled: now,
            });
            let since = now.duration_since(bucket.filled).as_secs_f64();
            bucket.tokens = (bucket.tokens + since * quota.rate).min(quota.burst);
            bucket.filled = now;
        }
        if counted.iter().any(|(name, _)| buckets[name].tokens < 1.0) {
            return Some(fault::throttled(request));
        }
        for (name, _) in counted {
            buckets.get_mut(name).expect("filled above").tokens -= 1.0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_that_is_used_up_refuses_and_fills_again() {
        let request = axum::http::Request::post("/v2/apis").body(()).unwrap();
        let (request, ()) = request.into_parts();
        let quotas = Quotas {
            create_api: Quota::one_in(0.02),
            ..Quotas::published()
        };
        let buckets = Buckets::default();
        let refused = || buckets.refuse(&quotas, "CreateApi", &request).is_some();
        assert!(!refused());
        assert!(refused());
        let begun = Instant::now();
        while refused() {
            assert!(begun.elapsed().as_secs() < 10, "it never fills");
        }
    }
}
