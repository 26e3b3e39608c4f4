//! Custom domains, such as `api.example.com`, that lead to an API. `create` makes
//! none, and AWS does not delete an API that has one.

use aws_client::{CallError, Named, find};
use aws_sdk_apigatewayv2::types::{ApiMapping, DomainName, EndpointType};
use common::Result;

use crate::run::Run;

/// A custom domain's mapping to an API.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    /// For example `api.example.com`.
    pub domain: String,
    /// AWS's id of the mapping.
    pub id: String,
    /// The API that it leads to.
    pub api_id: String,
}

/// The mappings of all custom domains: no call lists those of an API. Without
/// permission to read them none are known, and AWS refuses DeleteApi if there is
/// one.
///
/// # Errors
/// If a call fails for another reason.
pub(crate) async fn mappings(run: &Run) -> Result<Vec<Mapping>> {
    let mut mappings = Vec::new();
    for domain in readable(domains(run).await)? {
        if !is_for_http_apis(&domain) {
            continue;
        }
        let name = domain.domain_name.unwrap_or_default();
        for mapping in readable(mappings_of(run, &name).await)? {
            mappings.push(Mapping {
                domain: name.clone(),
                id: mapping.api_mapping_id.unwrap_or_default(),
                api_id: mapping.api_id.unwrap_or_default(),
            });
        }
    }
    Ok(mappings)
}

async fn domains(run: &Run) -> Result<Vec<DomainName>, CallError> {
    find::pages(async |token| {
        let call = run.aws.api_gateway.get_domain_names().max_results("100");
        let answer = call.set_next_token(token).send().await;
        let page = answer.named("GetDomainNames")?;
        Ok((page.items, page.next_token))
    })
    .await
}

/// Domains at the edge are for REST APIs only.
fn is_for_http_apis(domain: &DomainName) -> bool {
    let configurations = domain.domain_name_configurations();
    let mut types = configurations.iter().map(|one| &one.endpoint_type);
    configurations.is_empty() || types.any(|kind| *kind != Some(EndpointType::Edge))
}

async fn mappings_of(run: &Run, domain: &str) -> Result<Vec<ApiMapping>, CallError> {
    find::pages(async |token| {
        let call = run.aws.api_gateway.get_api_mappings().domain_name(domain);
        let answer = call.max_results("100").set_next_token(token).send().await;
        let page = answer.named("GetApiMappings")?;
        Ok((page.items, page.next_token))
    })
    .await
}

/// What was listed; nothing, if it is gone or may not be read.
fn readable<T>(listed: Result<Vec<T>, CallError>) -> Result<Vec<T>> {
    match listed {
        Err(error) if error.is_not_found() || error.is_denied() => Ok(Vec::new()),
        listed => Ok(listed?),
    }
}
