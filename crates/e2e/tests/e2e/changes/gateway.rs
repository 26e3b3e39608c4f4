//! The API and its parts, changed by hand.

use aws_sdk_apigatewayv2::operation::{
    update_authorizer::builders::UpdateAuthorizerFluentBuilder,
    update_integration::builders::UpdateIntegrationFluentBuilder,
    update_route::builders::UpdateRouteFluentBuilder,
    update_stage::builders::UpdateStageFluentBuilder,
};
use aws_sdk_apigatewayv2::types::{AuthorizationType, JwtConfiguration, RouteSettings};

use super::by_hand::{ByHand, Row};

/// Each change, and how `create` must describe it. The API's tags are missing:
/// in MiniStack, GetApi always returns those of CreateApi.
pub(super) const ROWS: &[Row] = &[
    ("HTTP API 'HelloAPI'", |it| {
        it.call(
            it.gateway
                .update_api()
                .api_id(it.api())
                .name("Other")
                .send(),
        );
        "Name Other -> HelloAPI".into()
    }),
    ("Integration with 'EchoFunction'", |it| {
        let ours = it.id("lambda_function_arn");
        let other = "arn:aws:lambda:us-east-1:000000000000:function:other";
        it.call(integration(it).integration_uri(other).send());
        format!("IntegrationUri {other} -> {ours}")
    }),
    ("Integration with 'EchoFunction'", |it| {
        it.call(integration(it).payload_format_version("1.0").send());
        "PayloadFormatVersion 1.0 -> 2.0".into()
    }),
    ("Integration with 'EchoFunction'", |it| {
        it.call(integration(it).integration_method("GET").send());
        "IntegrationMethod GET -> POST".into()
    }),
    ("Route 'GET /hello'", |it| {
        it.call(route(it).target("integrations/other").send());
        let ours = it.id("api_integration_id");
        format!("Target integrations/other -> integrations/{ours}")
    }),
    ("Route 'GET /hello'", |it| {
        it.call(route(it).authorization_type(AuthorizationType::None).send());
        "AuthorizationType NONE -> JWT".into()
    }),
    ("Route 'GET /hello'", |it| {
        it.call(route(it).authorizer_id("other").send());
        format!("AuthorizerId other -> {}", it.id("api_authorizer_id"))
    }),
    ("Route 'GET /hello'", |it| {
        it.call(
            route(it)
                .authorization_scopes("HelloAPI/hello.write")
                .send(),
        );
        "AuthorizationScopes [HelloAPI/hello.write] -> [HelloAPI/hello.read HelloAPI/hello.write]"
            .into()
    }),
    ("Route 'GET /hello'", |it| {
        it.call(route(it).route_key("POST /hello").send());
        "RouteKey POST /hello -> GET /hello".into()
    }),
    ("Authorizer 'MyAuthorizer'", |it| {
        let other = "https://example.com";
        let jwt = JwtConfiguration::builder()
            .issuer(other)
            .audience(it.id("terminal_app_client_id"));
        it.call(authorizer(it).jwt_configuration(jwt.build()).send());
        let ours = it.id("user_pool_jwt_issuer_url");
        format!("JwtConfiguration.Issuer {other} -> {ours}")
    }),
    ("Authorizer 'MyAuthorizer'", |it| {
        let ours = it.id("terminal_app_client_id");
        let jwt = JwtConfiguration::builder()
            .issuer(it.id("user_pool_jwt_issuer_url"))
            .audience(ours)
            .audience("other");
        it.call(authorizer(it).jwt_configuration(jwt.build()).send());
        format!("JwtConfiguration.Audience [{ours} other] -> [{ours}]")
    }),
    ("Authorizer 'MyAuthorizer'", |it| {
        let other = "$request.querystring.token";
        it.call(authorizer(it).identity_source(other).send());
        format!("IdentitySource [{other}] -> [$request.header.Authorization]")
    }),
    ("Authorizer 'MyAuthorizer'", |it| {
        it.call(authorizer(it).name("Other").send());
        "Name Other -> MyAuthorizer".into()
    }),
    ("Stage 'dev'", |it| {
        it.call(stage(it).auto_deploy(false).send());
        "AutoDeploy false -> true".into()
    }),
    ("Stage 'dev'", |it| {
        throttle(it, 1.0, 10);
        "DefaultRouteSettings.ThrottlingRateLimit 1.0 -> 5.0".into()
    }),
    ("Stage 'dev'", |it| {
        throttle(it, 5.0, 1);
        "DefaultRouteSettings.ThrottlingBurstLimit 1 -> 10".into()
    }),
];

fn integration(it: &ByHand) -> UpdateIntegrationFluentBuilder {
    let call = it.gateway.update_integration().api_id(it.api());
    call.integration_id(it.id("api_integration_id"))
}

fn route(it: &ByHand) -> UpdateRouteFluentBuilder {
    let call = it.gateway.update_route().api_id(it.api());
    call.route_id(it.id("api_route_id"))
}

fn authorizer(it: &ByHand) -> UpdateAuthorizerFluentBuilder {
    let call = it.gateway.update_authorizer().api_id(it.api());
    call.authorizer_id(it.id("api_authorizer_id"))
}

fn stage(it: &ByHand) -> UpdateStageFluentBuilder {
    it.gateway.update_stage().api_id(it.api()).stage_name("dev")
}

fn throttle(it: &ByHand, rate: f64, burst: i32) {
    let settings = RouteSettings::builder()
        .throttling_rate_limit(rate)
        .throttling_burst_limit(burst);
    it.call(stage(it).default_route_settings(settings.build()).send());
}
