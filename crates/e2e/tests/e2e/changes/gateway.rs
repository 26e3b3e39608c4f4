//! The API and its parts, changed by hand.

use aws_sdk_apigatewayv2::operation::{
    update_authorizer::builders::UpdateAuthorizerFluentBuilder,
    update_integration::builders::UpdateIntegrationFluentBuilder,
    update_route::builders::UpdateRouteFluentBuilder,
    update_stage::builders::UpdateStageFluentBuilder,
};
use aws_sdk_apigatewayv2::types::{AuthorizationType, JwtConfiguration, RouteSettings};

use super::by_hand::{LiveStack, Row};

/// Each change, and how `create` must describe it. The API's tags are missing:
/// in MiniStack, GetApi always returns those of CreateApi.
pub(super) const ROWS: &[Row] = &[
    ("HTTP API 'HelloAPI'", |stack| {
        let call = stack.gateway.update_api().api_id(stack.api());
        stack.call(call.name("Other").send());
        "Name Other -> HelloAPI".into()
    }),
    ("Integration with 'EchoFunction'", |stack| {
        let ours = stack.id("lambda_function_arn");
        let other = "arn:aws:lambda:us-east-1:000000000000:function:other";
        stack.call(integration(stack).integration_uri(other).send());
        format!("IntegrationUri {other} -> {ours}")
    }),
    ("Integration with 'EchoFunction'", |stack| {
        stack.call(integration(stack).payload_format_version("1.0").send());
        "PayloadFormatVersion 1.0 -> 2.0".into()
    }),
    ("Integration with 'EchoFunction'", |stack| {
        stack.call(integration(stack).integration_method("GET").send());
        "IntegrationMethod GET -> POST".into()
    }),
    ("Route 'GET /hello'", |stack| {
        stack.call(route(stack).target("integrations/other").send());
        let ours = stack.id("api_integration_id");
        format!("Target integrations/other -> integrations/{ours}")
    }),
    ("Route 'GET /hello'", |stack| {
        let open = AuthorizationType::None;
        stack.call(route(stack).authorization_type(open).send());
        "AuthorizationType NONE -> JWT".into()
    }),
    ("Route 'GET /hello'", |stack| {
        stack.call(route(stack).authorizer_id("other").send());
        format!("AuthorizerId other -> {}", stack.id("api_authorizer_id"))
    }),
    ("Route 'GET /hello'", |stack| {
        let other = "HelloAPI/hello.write";
        stack.call(route(stack).authorization_scopes(other).send());
        "AuthorizationScopes [HelloAPI/hello.write] -> [HelloAPI/hello.read HelloAPI/hello.write]"
            .into()
    }),
    ("Route 'GET /hello'", |stack| {
        stack.call(route(stack).route_key("POST /hello").send());
        "RouteKey POST /hello -> GET /hello".into()
    }),
    ("Authorizer 'MyAuthorizer'", |stack| {
        let other = "https://example.com";
        let jwt = JwtConfiguration::builder()
            .issuer(other)
            .audience(stack.id("terminal_app_client_id"));
        stack.call(authorizer(stack).jwt_configuration(jwt.build()).send());
        let ours = stack.id("user_pool_jwt_issuer_url");
        format!("JwtConfiguration.Issuer {other} -> {ours}")
    }),
    ("Authorizer 'MyAuthorizer'", |stack| {
        let ours = stack.id("terminal_app_client_id");
        let jwt = JwtConfiguration::builder()
            .issuer(stack.id("user_pool_jwt_issuer_url"))
            .audience(ours)
            .audience("other");
        stack.call(authorizer(stack).jwt_configuration(jwt.build()).send());
        let mut both = [ours, "other"];
        both.sort_unstable(); // as lists are shown; the id is random
        format!("JwtConfiguration.Audience [{}] -> [{ours}]", both.join(" "))
    }),
    ("Authorizer 'MyAuthorizer'", |stack| {
        let other = "$request.querystring.token";
        stack.call(authorizer(stack).identity_source(other).send());
        format!("IdentitySource [{other}] -> [$request.header.Authorization]")
    }),
    ("Authorizer 'MyAuthorizer'", |stack| {
        stack.call(authorizer(stack).name("Other").send());
        "Name Other -> MyAuthorizer".into()
    }),
    ("Stage 'dev'", |stack| {
        stack.call(stage(stack).auto_deploy(false).send());
        "AutoDeploy false -> true".into()
    }),
    ("Stage 'dev'", |stack| {
        throttle(stack, 1.0, 10);
        "DefaultRouteSettings.ThrottlingRateLimit 1.0 -> 5.0".into()
    }),
    ("Stage 'dev'", |stack| {
        throttle(stack, 5.0, 1);
        "DefaultRouteSettings.ThrottlingBurstLimit 1 -> 10".into()
    }),
];

fn integration(stack: &LiveStack) -> UpdateIntegrationFluentBuilder {
    let call = stack.gateway.update_integration().api_id(stack.api());
    call.integration_id(stack.id("api_integration_id"))
}

fn route(stack: &LiveStack) -> UpdateRouteFluentBuilder {
    let call = stack.gateway.update_route().api_id(stack.api());
    call.route_id(stack.id("api_route_id"))
}

fn authorizer(stack: &LiveStack) -> UpdateAuthorizerFluentBuilder {
    let call = stack.gateway.update_authorizer().api_id(stack.api());
    call.authorizer_id(stack.id("api_authorizer_id"))
}

fn stage(stack: &LiveStack) -> UpdateStageFluentBuilder {
    let call = stack.gateway.update_stage().api_id(stack.api());
    call.stage_name("dev")
}

fn throttle(stack: &LiveStack, rate: f64, burst: i32) {
    let settings = RouteSettings::builder()
        .throttling_rate_limit(rate)
        .throttling_burst_limit(burst);
    stack.call(stage(stack).default_route_settings(settings.build()).send());
}
