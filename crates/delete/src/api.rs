//! The HTTP API. Deleting it deletes its stage, routes, integrations and
//! authorizers.

use aws_client::error::optional;
use aws_client::{Named, find};
use common::Result;
use common::failure::all;

use crate::stack::Stack;

/// The ids of our APIs: the one in state.json, and any with our tag.
pub(crate) async fn find(stack: &Stack) -> Result<Vec<String>> {
    let mut ids: Vec<String> = stack.state.get().api_id.into_iter().collect();
    if let Some(tag) = stack.search() {
        let found = find::apis(&stack.aws, tag).await?;
        ids.extend(found.into_iter().filter_map(|api| api.api_id));
        ids.sort();
        ids.dedup();
    }
    Ok(ids)
}

/// Deletes them (DeleteApi), one after the other.
pub(crate) async fn delete(stack: &Stack, ids: &[String]) -> Result<()> {
    let mut result = Ok(());
    for id in ids {
        result = all([result, delete_one(stack, id).await]);
    }
    result
}

async fn delete_one(stack: &Stack, id: &str) -> Result<()> {
    let _working = stack.console.working("API");
    let answer = stack.aws.api_gateway.delete_api().api_id(id).send().await;
    let there = optional(answer.named("DeleteApi"))?.is_some();
    stack.deleted(&format!("API '{id}'"), there, |state| {
        if there {
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
