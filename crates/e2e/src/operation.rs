//! The name of the AWS operation that a request is for.

use axum::http::request::Parts;

/// AWS's name, for example `CreateUserPool`; for a request of another kind
/// its method and path.
pub fn name(request: &Parts, body: &[u8]) -> String {
    by_header(request)
        .or_else(|| by_parameter(body))
        .or_else(|| by_path(request.method.as_str(), request.uri.path()))
        .unwrap_or_else(|| format!("{} {}", request.method, request.uri.path()))
}

/// Cognito and CloudWatch Logs: `X-Amz-Target: Service.Operation`.
fn by_header(request: &Parts) -> Option<String> {
    let target = request.headers.get("x-amz-target")?.to_str().ok()?;
    Some(target.rsplit('.').next()?.to_owned())
}

/// IAM and STS: the form parameter `Action`.
fn by_parameter(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let action = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="))?;
    Some(action.to_owned())
}

/// API Gateway and Lambda: method and path.
fn by_path(method: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let name = match (method, parts.as_slice()) {
        ("POST", ["v2", "apis"]) => "CreateApi",
        ("GET", ["v2", "apis"]) => "GetApis",
        ("GET", ["v2", "apis", _]) => "GetApi",
        ("DELETE", ["v2", "apis", _]) => "DeleteApi",
        ("POST", ["v2", "apis", _, "stages"]) => "CreateStage",
        ("GET", ["v2", "apis", _, "stages", _]) => "GetStage",
        ("POST", ["v2", "apis", _, "authorizers"]) => "CreateAuthorizer",
        ("GET", ["v2", "apis", _, "authorizers"]) => "GetAuthorizers",
        ("POST", ["v2", "apis", _, "integrations"]) => "CreateIntegration",
        ("GET", ["v2", "apis", _, "integrations"]) => "GetIntegrations",
        ("POST", ["v2", "apis", _, "routes"]) => "CreateRoute",
        ("GET", ["v2", "apis", _, "routes"]) => "GetRoutes",
        ("POST", [_, "functions"]) => "CreateFunction",
        ("GET", [_, "functions", _]) => "GetFunction",
        ("DELETE", [_, "functions", _]) => "DeleteFunction",
        ("POST", [_, "functions", _, "policy"]) => "AddPermission",
        ("GET", [_, "functions", _, "policy"]) => "GetPolicy",
        _ => return None,
    };
    Some(name.to_owned())
}
