//! The HTTP API. Its stage, routes, integrations and authorizers go with it.
//!
//! Nothing has to be deleted before it, and AWS accepts few deletions of APIs (for
//! REST APIs it documents one in 30 s), so it is among the first. AWS refuses
//! while a custom domain leads to the API: such a mapping, which `create` never
//! makes, is looked for before anything is deleted.

use std::collections::BTreeSet;

use aws_client::error::optional;
use aws_client::find::Found;
use aws_client::{Named, find};
use common::failure::all;
use common::{Failure, Result, join_all};

use crate::custom_domain::{self, Mapping};
use crate::run::Run;

/// An existing API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// The custom domains that lead to it.
    mappings: Vec<Mapping>,
}

/// Our APIs: the recorded one, and any others with our tag.
pub(crate) async fn find(run: &Run) -> Result<Vec<Api>> {
    let (ids, all_mappings) = join_all!(ids(run), custom_domain::mappings(run))?;
    let api = |id: String| {
        let mut mappings = all_mappings.clone();
        mappings.retain(|mapping| mapping.api_id == id);
        Api { id, mappings }
    };
    Ok(ids.into_iter().map(api).collect())
}

async fn ids(run: &Run) -> Result<BTreeSet<String>> {
    let recorded = recorded(run).await?;
    let search = recorded.is_none() || run.may_lack_something();
    let tagged = match &run.tag {
        Some(tag) if search => find::apis(&run.aws, tag).await?,
        _ => Vec::new(),
    };
    // The list may lag behind: the recorded API may be missing in it.
    let listed = tagged.into_iter().filter_map(|api| api.api_id);
    Ok(listed.chain(recorded).collect())
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
                state.api_routes = None;
                state.api_route_id = None;
                state.api_url = None;
            }
        })
    }
}
