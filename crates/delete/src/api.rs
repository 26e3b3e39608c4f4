//! The HTTP API. Its stage, routes, integrations and authorizers go with it.
//!
//! Nothing has to be deleted before it, and AWS accepts few deletions of APIs (for
//! REST APIs it documents one in 30 s), so it is among the first. AWS refuses
//! while a custom domain leads to the API: such a mapping, which `create` never
//! makes, is looked for before anything is deleted.

use aws_client::error::optional;
use aws_client::find::Found;
use aws_client::{CallError, Named, find};
use aws_sdk_apigatewayv2::types::{ApiMapping, DomainName, EndpointType};
use common::failure::all;
use common::{Failure, Result, join_all};

use crate::run::Run;

/// An existing API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// The custom domains that lead to it.
    mappings: Vec<Mapping>,
}

/// A custom domain's mapping to an API.
#[derive(Clone, Debug)]
struct Mapping {
    /// For example `api.example.com`.
    domain: String,
    /// AWS's id of the mapping.
    id: String,
    /// The API that it leads to.
    api_id: String,
}

/// Our APIs: the recorded one, and any others with our tag.
pub(crate) async fn find(run: &Run) -> Result<Vec<Api>> {
    let (ids, mappings) = join_all!(ids(run), mappings(run))?;
    let api = |id: String| {
        let mut mappings = mappings.clone();
        mappings.retain(|mapping| mapping.api_id == id);
        Api { id, mappings }
    };
    Ok(ids.into_iter().map(api).collect())
}

async fn ids(run: &Run) -> Result<Vec<String>> {
    let recorded = recorded(run).await?;
    let Some(tag) = &run.tag else {
        return Ok(recorded.into_iter().collect());
    };
    if recorded.is_some() && !run.may_lack_something() {
        return Ok(recorded.into_iter().collect());
    }
    let found = find::apis(&run.aws, tag).await?;
    let found = found.into_iter().filter_map(|api| api.api_id);
    // The list may lag behind: the recorded API may be missing in it.
    let mut ids: Vec<String> = found.chain(recorded).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// The recorded API, if it exists and is ours: the file may have been edited.
async fn recorded(run: &Run) -> Result<Option<String>> {
    let Some(id) = run.record.get().api_id else {
        return Ok(None);
    };
    let Some(tag) = &run.tag else {
        return Ok(Some(id));
    };
    let api = find::api(&run.aws, &id).await?;
    let found = api.map_or(Found::Nothing, |api| tag.whose((), api.tags.as_ref()));
    let ours = run.ours_only(found, true, &format!("API '{id}'"));
    Ok(ours.map(|()| id))
}

/// The mappings of all custom domains (GetDomainNames, GetApiMappings: no call
/// lists those of an API). Without permission to read them, none are known, and
/// DeleteApi says whether there is one.
async fn mappings(run: &Run) -> Result<Vec<Mapping>> {
    let mut mappings = Vec::new();
    for domain in readable(domains(run).await)? {
        let Some(name) = domain.domain_name.as_ref().filter(|_| is_regional(&domain)) else {
            continue;
        };
        for found in readable(mappings_of(run, name).await)? {
            mappings.push(Mapping {
                domain: name.clone(),
                id: found.api_mapping_id.unwrap_or_default(),
                api_id: found.api_id.unwrap_or_default(),
            });
        }
    }
    Ok(mappings)
}

/// Whether HTTP APIs can be behind the domain; the other kind is for REST APIs.
fn is_regional(domain: &DomainName) -> bool {
    let configurations = domain.domain_name_configurations();
    let mut types = configurations.iter().map(|one| &one.endpoint_type);
    configurations.is_empty() || types.any(|kind| *kind != Some(EndpointType::Edge))
}

async fn domains(run: &Run) -> Result<Vec<DomainName>, CallError> {
    find::pages(async |token| {
        let call = run.aws.api_gateway.get_domain_names().max_results("100");
        let answer = call.set_next_token(token).send().await;
        let answer = answer.named("GetDomainNames")?;
        Ok((answer.items, answer.next_token))
    })
    .await
}

async fn mappings_of(run: &Run, domain: &str) -> Result<Vec<ApiMapping>, CallError> {
    find::pages(async |token| {
        let call = run.aws.api_gateway.get_api_mappings().domain_name(domain);
        let call = call.max_results("100").set_next_token(token);
        let answer = call.send().await.named("GetApiMappings")?;
        Ok((answer.items, answer.next_token))
    })
    .await
}

/// Nothing, if it is gone or may not be read.
fn readable<T>(listed: Result<Vec<T>, CallError>) -> Result<Vec<T>> {
    match listed {
        Err(error) if error.is_not_found() || error.is_denied() => Ok(Vec::new()),
        listed => Ok(listed?),
    }
}

impl Api {
    /// Checks that no custom domain leads to it.
    ///
    /// # Errors
    /// If one does; the hint says how to remove the mapping.
    pub(crate) fn check_deletable(&self, run: &Run) -> Result<()> {
        let region = &run.aws.region;
        all(self.mappings.iter().map(|Mapping { domain, id, .. }| {
            Err(Failure::failed(format!(
                "API '{}' cannot be deleted: the custom domain '{domain}' leads to it",
                self.id
            ))
            .with_hint(format!(
                "if nobody needs that address any more, run 'aws apigatewayv2 delete-api-mapping --domain-name {domain} --api-mapping-id {id} --region {region}', then 'make delete' again"
            )))
        }))
    }

    /// Deletes it (DeleteApi).
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        let id = &self.id;
        let _shown = run.console.working("API");
        let answer = run.aws.api_gateway.delete_api().api_id(id).send().await;
        let was_there = optional(answer.named("DeleteApi"))?.is_some();
        run.deleted(&format!("API '{id}'"), was_there, |state| {
            if was_there {
                state.under_way.end("CreateApi");
            }
            if state.api_id.take_if(|known| known == id).is_some() {
                state.api_authorizer_id = None;
                state.api_integration_id = None;
                state.api_route_id = None;
                state.api_url = None;
            }
        })
    }
}
