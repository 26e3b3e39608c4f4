//! The function, its role and its log, changed by hand.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Architecture, Runtime};

use super::by_hand::{
    BASIC_EXECUTION, FUNCTION, LOG_GROUP, LiveStack, PERMISSION, ROLE, ROLE_POLICY, Row,
};

/// The permission as `--dry-run` names it.
const PERMISSION_TITLE: &str = "Permission for 'GET /hello' to invoke the function";
/// Who may invoke the function.
pub(super) const GATEWAY: &str = "apigateway.amazonaws.com";

/// Each change, and how `create` must describe it.
pub(super) const ROWS: &[Row] = &[
    ("Function 'EchoFunction'", |stack| {
        stack.call(configure(stack).memory_size(256).send());
        "MemorySize 256 MB -> 128 MB".into()
    }),
    ("Function 'EchoFunction'", |stack| {
        stack.call(configure(stack).timeout(9).send());
        "Timeout 9 s -> 5 s".into()
    }),
    ("Function 'EchoFunction'", |stack| {
        stack.call(configure(stack).runtime(Runtime::Providedal2).send());
        "Runtime provided.al2 -> provided.al2023".into()
    }),
    ("Function 'EchoFunction'", |stack| {
        stack.call(configure(stack).handler("other").send());
        "Handler other -> bootstrap".into()
    }),
    ("Function 'EchoFunction'", |stack| {
        let ours = stack.id("lambda_role_arn");
        let other = "arn:aws:iam::000000000000:role/other";
        stack.call(configure(stack).role(other).send());
        format!("Role {other} -> {ours}")
    }),
    ("Function 'EchoFunction'", |stack| {
        let (ours, other) = architectures();
        // cargo-lambda's zip contains timestamps; `create` removes them.
        let zip = std::fs::read(e2e::test_env::zip()).expect("the zip");
        let sha = upload(stack, zip, Some(&other));
        format!("Architectures [{other}] -> [{ours}], CodeSha256 {sha} -> {{sha}}")
    }),
    ("Function 'EchoFunction'", |stack| {
        let sha = upload(stack, other_zip(), None);
        format!("CodeSha256 {sha} -> {{sha}}")
    }),
    ("Role 'APIGatewayLambdaRole'", |stack| {
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let call = stack.iam.update_assume_role_policy().role_name(ROLE);
        stack.call(call.policy_document(document).send());
        "AssumeRolePolicyDocument.Statement.0.Principal.Service ec2.amazonaws.com -> lambda.amazonaws.com".into()
    }),
    ("Role 'APIGatewayLambdaRole'", |stack| {
        let call = stack.iam.delete_role_permissions_boundary();
        stack.call(call.role_name(ROLE).send());
        format!("PermissionsBoundary (none) -> {BASIC_EXECUTION}")
    }),
    ("Policy 'WriteOwnLogGroup'", |stack| {
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#;
        put_role_policy(stack, document);
        let group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/EchoFunction:*";
        format!("PolicyDocument.Statement.0.Resource * -> {group}")
    }),
    ("Policy 'WriteOwnLogGroup'", |stack| {
        let call = stack.iam.attach_role_policy().role_name(ROLE);
        stack.call(call.policy_arn(BASIC_EXECUTION).send());
        format!("AttachedPolicies [{BASIC_EXECUTION}] -> []")
    }),
    ("Log group '/aws/lambda/EchoFunction'", |stack| {
        let call = stack.logs.put_retention_policy().log_group_name(LOG_GROUP);
        stack.call(call.retention_in_days(30).send());
        "RetentionInDays 30 -> 7".into()
    }),
    ("Log group '/aws/lambda/EchoFunction'", |stack| {
        let call = stack.logs.delete_retention_policy();
        stack.call(call.log_group_name(LOG_GROUP).send());
        "RetentionInDays (none) -> 7".into()
    }),
    (PERMISSION_TITLE, |stack| {
        let (ours, wide) = (source(stack, "/*/GET/hello"), source(stack, "/*"));
        permit(stack, GATEWAY, "lambda:InvokeFunction", &wide);
        format!("SourceArn {wide} -> {ours}")
    }),
    (PERMISSION_TITLE, |stack| {
        let ours = source(stack, "/*/GET/hello");
        permit(stack, "s3.amazonaws.com", "lambda:InvokeFunction", &ours);
        format!("Principal s3.amazonaws.com -> {GATEWAY}")
    }),
    (PERMISSION_TITLE, |stack| {
        let ours = source(stack, "/*/GET/hello");
        permit(stack, GATEWAY, "lambda:GetFunction", &ours);
        "Action lambda:GetFunction -> lambda:InvokeFunction".into()
    }),
];

type Configure =
    aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;

fn configure(stack: &LiveStack) -> Configure {
    let call = stack.lambda.update_function_configuration();
    call.function_name(FUNCTION)
}

fn put_role_policy(stack: &LiveStack, document: &str) {
    let call = stack
        .iam
        .put_role_policy()
        .role_name(ROLE)
        .policy_name(ROLE_POLICY)
        .policy_document(document);
    stack.call(call.send());
}

/// Uploads a zip, which returns its hash.
pub(super) fn upload(
    stack: &LiveStack,
    zip: Vec<u8>,
    architecture: Option<&Architecture>,
) -> String {
    let call = stack.lambda.update_function_code().function_name(FUNCTION);
    let architectures = architecture.map(|architecture| vec![architecture.clone()]);
    let upload = call
        .zip_file(Blob::new(zip))
        .set_architectures(architectures);
    stack.call(upload.send()).code_sha256.expect("a hash")
}

/// The ARN of requests to the API.
fn source(stack: &LiveStack, requests: &str) -> String {
    let api = stack.api();
    format!("arn:aws:execute-api:us-east-1:000000000000:{api}{requests}")
}

/// Replaces the permission by another with the same Sid.
pub(super) fn permit(stack: &LiveStack, principal: &str, action: &str, source_arn: &str) {
    let call = stack.lambda.remove_permission().function_name(FUNCTION);
    stack.call(call.statement_id(PERMISSION).send());
    let call = stack
        .lambda
        .add_permission()
        .function_name(FUNCTION)
        .statement_id(PERMISSION)
        .action(action);
    stack.call(call.principal(principal).source_arn(source_arn).send());
}

/// This machine's architecture, for which the zip is built, and the other.
fn architectures() -> (Architecture, Architecture) {
    match std::env::consts::ARCH {
        "aarch64" => (Architecture::Arm64, Architecture::X8664),
        _ => (Architecture::X8664, Architecture::Arm64),
    }
}

/// A zip with other code: a script that fails.
pub(super) fn other_zip() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).expect("a zip");
    std::io::Write::write_all(&mut zip, b"#!/bin/sh\nexit 1\n").expect("a zip");
    zip.finish().expect("a zip").into_inner()
}
