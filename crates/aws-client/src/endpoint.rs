//! The endpoint of all clients, resolved once as the SDK resolves it: from the
//! environment and the profile, for one service or for all.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use common::settings::var;
use common::{Failure, Result, Settings, endpoint};

/// The services that are called, by the ids that settings are named after.
const SERVICES: [&str; 6] = [
    "ApiGatewayV2",
    "CloudWatch Logs",
    "Cognito Identity Provider",
    "IAM",
    "Lambda",
    "STS",
];

/// The endpoint of every client; `None` for AWS itself.
///
/// # Errors
/// Exit code 2, naming the setting, if services have different endpoints (a
/// stack is in one cloud), `AWS_ENDPOINT_URL` is not the one in use, FIPS or
/// dual-stack hosts are asked for, or the endpoint is not a URL that may be used.
pub(crate) fn resolve(config: &SdkConfig, settings: &Settings) -> Result<Option<String>> {
    for (is_on, name) in [
        (config.use_fips(), "AWS_USE_FIPS_ENDPOINT"),
        (config.use_dual_stack(), "AWS_USE_DUALSTACK_ENDPOINT"),
    ] {
        if is_on == Some(true) {
            // The profile's `use_fips_endpoint`, for example.
            let key = name.trim_start_matches("AWS_").to_lowercase();
            return Err(Failure::usage(format!(
                "{name} (or {key} in the AWS profile) is on: these programs know AWS's usual hosts only"
            ))
            .with_hint(format!("set {name}=false")));
        }
    }
    let mut found = SERVICES.map(|service| (service, of_service(config, service)));
    // The setting for all services, if there is one, comes first: what differs
    // from it is named.
    let general = config.endpoint_url().map(str::to_owned);
    found.sort_by_key(|(_, endpoint)| *endpoint != general);
    let (_, endpoint) = &found[0];
    if let Some((service, other)) = found.iter().find(|(_, other)| other != endpoint) {
        return Err(two_clouds(service, other.as_deref(), endpoint.as_deref()));
    }
    let parsed = endpoint
        .as_deref()
        .map(|url| endpoint::parse("The endpoint", url.trim()));
    let endpoint = parsed.transpose()?;
    match &settings.endpoint_url {
        Some(set) if endpoint.is_none() => Err(endpoint::ignored(
            "ignore_configured_endpoint_urls in the AWS profile",
            set,
        )),
        Some(set) if endpoint.as_ref() != Some(set) => {
            Err(two_clouds(SERVICES[0], endpoint.as_deref(), Some(set)))
        }
        _ => Ok(endpoint),
    }
}

/// What the SDK's own clients would use. An empty setting counts as none.
fn of_service(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env(var::AWS_ENDPOINT_URL)
        .profile("endpoint_url")
        .build();
    let own = config
        .service_config()
        .zip(key.ok())
        .and_then(|(settings, key)| settings.load_config(key));
    let endpoint = own.or_else(|| config.endpoint_url().map(str::to_owned));
    endpoint.filter(|url| !url.trim().is_empty())
}

fn two_clouds(service: &str, own: Option<&str>, others: Option<&str>) -> Failure {
    let suffix = service.to_uppercase().replace(' ', "_");
    let variable = format!("{}_{suffix}", var::AWS_ENDPOINT_URL);
    let setting = if std::env::var_os(&variable).is_some() {
        variable
    } else {
        format!("{variable}, or a services section of the AWS profile,")
    };
    let name = |url: Option<&str>| url.unwrap_or("AWS itself").to_owned();
    Failure::usage(format!(
        "{setting} sends calls of {service} to {}, while others go to {}",
        name(own),
        name(others)
    ))
    .with_hint("a stack is in one cloud: set AWS_ENDPOINT_URL alone, or none for AWS itself")
}
