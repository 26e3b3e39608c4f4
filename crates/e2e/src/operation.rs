//! Finds out which AWS operation a request calls.

use axum::http::request::Parts;

/// AWS's operation name, for example `CreateUserPool`. For a request that is
/// not an AWS call, its method and path.
pub(crate) fn name(request: &Parts, body: &[u8]) -> String {
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
        (method, ["v2", "apis", rest @ ..]) => return in_apis(method, rest),
        ("POST", ["v2", "tags", ..]) => "TagResource",
        ("GET", ["v2", "domainnames"]) => "GetDomainNames",
        ("GET", ["v2", "domainnames", _, "apimappings"]) => "GetApiMappings",
        ("POST", [_, "functions"]) => "CreateFunction",
        ("GET", [_, "functions"]) => "ListFunctions",
        ("GET", [_, "functions", _]) => "GetFunction",
        ("GET", ["2017-03-31", "tags", _]) => "ListTags",
        ("DELETE", [_, "functions", _]) => "DeleteFunction",
        ("PUT", [_, "functions", _, "code"]) => "UpdateFunctionCode",
        ("PUT", [_, "functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("POST", [_, "functions", _, "policy"]) => "AddPermission",
        ("GET", [_, "functions", _, "policy"]) => "GetPolicy",
        ("DELETE", [_, "functions", _, "policy", _]) => "RemovePermission",
        _ => return None,
    };
    Some(name.to_owned())
}

/// API Gateway's names follow a pattern: `GET /v2/apis/ID/routes` is
/// GetRoutes, `PATCH /v2/apis/ID/routes/ID` is UpdateRoute.
fn in_apis(method: &str, path: &[&str]) -> Option<String> {
    let (plural, one) = match path {
        [] => ("Apis", false),
        [_] => ("Apis", true),
        [_, "cors"] => return (method == "DELETE").then(|| "DeleteCorsConfiguration".to_owned()),
        [_, "authorizers", rest @ ..] => ("Authorizers", !rest.is_empty()),
        [_, "integrations", rest @ ..] => ("Integrations", !rest.is_empty()),
        [_, "routes", rest @ ..] => ("Routes", !rest.is_empty()),
        [_, "stages", rest @ ..] => ("Stages", !rest.is_empty()),
        _ => return None,
    };
    let singular = &plural[..plural.len() - 1];
    Some(match (method, one) {
        ("GET", false) => format!("Get{plural}"),
        ("GET", true) => format!("Get{singular}"),
        ("POST", false) => format!("Create{singular}"),
        ("PATCH", true) => format!("Update{singular}"),
        ("DELETE", true) => format!("Delete{singular}"),
        _ => return None,
    })
}

/// Whether the operation changes something, judging by its name.
pub fn changes(operation: &str) -> bool {
    let reads = ["Get", "List", "Describe", "AdminGet", "Filter"];
    !reads.iter().any(|verb| operation.starts_with(verb))
}
