//! Finding a deployment's resources by tag or by name: for `create` when it
//! runs again, and for `delete` where state.json does not list them.

use std::collections::HashMap;

use aws_sdk_apigatewayv2::types::Api;
use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use aws_sdk_iam::types::Role;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use common::{Failure, Result};

use crate::account::Account;
use crate::error::optional;
use crate::{CallError, Clients, Named};

/// The key of the tag that every resource of a deployment carries.
const KEY: &str = "deployment_id";

/// The tag of a deployment: it distinguishes the resources of this deployment
/// from those of others.
#[derive(Clone, Debug)]
pub struct DeploymentTag(String);

impl DeploymentTag {
    /// The tag of the deployment with this `deployment_id`.
    pub fn new(deployment_id: &str) -> DeploymentTag {
        DeploymentTag(deployment_id.to_owned())
    }

    /// The tag's key and value.
    pub fn pair(&self) -> (String, String) {
        (KEY.to_owned(), self.0.clone())
    }

    /// Whether it is among a resource's tags.
    pub fn is_in(&self, tags: Option<&HashMap<String, String>>) -> bool {
        tags.and_then(|tags| tags.get(KEY)) == Some(&self.0)
    }
}

/// Of a resource's tags that of its deployment: those that others have set are
/// left to them.
pub fn deployment_tag(mut tags: HashMap<String, String>) -> HashMap<String, String> {
    tags.retain(|key, _| key == KEY);
    tags
}

/// The result of a look-up by a unique name.
#[derive(Clone, Debug)]
pub enum Found<T> {
    /// This deployment made it.
    Ours(T),
    /// Somebody else made it: neither adopt nor delete.
    Foreign,
    /// It does not exist.
    Nothing,
}

impl<T> Found<T> {
    fn new(ours: bool, value: T) -> Found<T> {
        match ours {
            true => Found::Ours(value),
            false => Found::Foreign,
        }
    }

    /// Returns our resource, or `None` if there is none.
    ///
    /// # Errors
    /// If it is somebody else's: names it (`what`) and the `setting` to change.
    pub fn refuse_foreign(self, what: &str, setting: &str) -> Result<Option<T>> {
        match self {
            Found::Ours(value) => Ok(Some(value)),
            Found::Nothing => Ok(None),
            Found::Foreign => Err(Failure::failed(format!(
                "{what} is there already, and this deployment did not make it: it is left as it is"
            ))
            .with_hint(format!(
                "run 'make delete', set {setting} in .env, then run 'make api' again"
            ))),
        }
    }
}

/// Our user pools of this name, oldest first (ListUserPools, DescribeUserPool:
/// the list has no tags). More than one only after a response was lost.
///
/// # Errors
/// If a call fails.
pub async fn user_pools(
    aws: &Clients,
    name: &str,
    tag: &DeploymentTag,
) -> Result<Vec<UserPoolType>> {
    let mut pages = aws
        .cognito
        .list_user_pools()
        .max_results(60)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        for pool in page.named("ListUserPools")?.user_pools.unwrap_or_default() {
            if pool.name.as_deref() == Some(name)
                && let Some(pool) =
                    user_pool(aws, pool.id.as_deref().unwrap_or_default(), tag).await?
            {
                found.push(pool);
            }
        }
    }
    found.sort_by_key(|pool| pool.creation_date);
    Ok(found)
}

/// The user pool with this id, if it exists and is ours (DescribeUserPool).
///
/// # Errors
/// If the call fails.
pub async fn user_pool(
    aws: &Clients,
    id: &str,
    tag: &DeploymentTag,
) -> Result<Option<UserPoolType>> {
    let answer = aws
        .cognito
        .describe_user_pool()
        .user_pool_id(id)
        .send()
        .await;
    let pool = optional(answer.named("DescribeUserPool"))?.and_then(|answer| answer.user_pool);
    Ok(pool.filter(|pool| tag.is_in(pool.user_pool_tags.as_ref())))
}

/// The id of the pool that a sign-in domain belongs to (DescribeUserPoolDomain,
/// whose response is empty if there is no such domain).
///
/// # Errors
/// If the call fails.
pub async fn pool_of_domain(aws: &Clients, prefix: &str) -> Result<Option<String>> {
    let answer = aws
        .cognito
        .describe_user_pool_domain()
        .domain(prefix)
        .send()
        .await;
    let domain = optional(answer.named("DescribeUserPoolDomain"))?;
    Ok(domain
        .and_then(|answer| answer.domain_description)
        .and_then(|domain| domain.user_pool_id))
}

/// Our APIs, oldest first (GetApis, which returns tags).
///
/// # Errors
/// If a call fails.
pub async fn apis(aws: &Clients, tag: &DeploymentTag) -> Result<Vec<Api>> {
    let mut apis = pages(async |token| {
        let call = aws.api_gateway.get_apis().max_results("100");
        let answer = call.set_next_token(token).send().await.named("GetApis")?;
        Ok((answer.items, answer.next_token))
    })
    .await?;
    apis.retain(|api| tag.is_in(api.tags.as_ref()));
    apis.sort_by_key(|api| api.created_date);
    Ok(apis)
}

/// The items of every page of an API Gateway list, for which the SDK has no
/// paginator. `page` reads the page of a token: its items, and the next token.
///
/// # Errors
/// If a call fails.
pub async fn pages<T>(
    page: impl AsyncFn(Option<String>) -> Result<(Option<Vec<T>>, Option<String>), CallError>,
) -> Result<Vec<T>, CallError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = page(token).await?;
        found.extend(items.unwrap_or_default());
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The role of this name (GetRole, which returns tags).
///
/// # Errors
/// If the call fails.
pub async fn role(aws: &Clients, name: &str, tag: &DeploymentTag) -> Result<Found<Role>> {
    let answer = aws
        .iam
        .get_role()
        .role_name(name)
        .send()
        .await
        .named("GetRole");
    let Some(role) = optional(answer)?.and_then(|answer| answer.role) else {
        return Ok(Found::Nothing);
    };
    let tags = role
        .tags()
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()))
        .collect();
    Ok(Found::new(tag.is_in(Some(&tags)), role))
}

/// The function of this name (GetFunction, which returns tags).
///
/// # Errors
/// If the call fails.
pub async fn function(
    aws: &Clients,
    name: &str,
    tag: &DeploymentTag,
) -> Result<Found<GetFunctionOutput>> {
    let answer = aws.lambda.get_function().function_name(name).send().await;
    Ok(match optional(answer.named("GetFunction"))? {
        // Status 200, but no permission to read the tags: the owner is unknown.
        Some(function) if function.tags_error.is_some() => {
            return Err(Failure::failed(format!(
                "GetFunction: the tags of '{name}' cannot be read"
            ))
            .with_hint("allow lambda:ListTags: without it, whose function it is cannot be told"));
        }
        Some(function) => Found::new(tag.is_in(function.tags.as_ref()), function),
        None => Found::Nothing,
    })
}

/// The log group of this name (CloudWatch Logs ListTagsForResource).
///
/// # Errors
/// If the call fails.
pub async fn log_group(
    aws: &Clients,
    account: &Account,
    name: &str,
    tag: &DeploymentTag,
) -> Result<Found<()>> {
    let (Account { id, partition }, region) = (account, &aws.region);
    let arn = format!("arn:{partition}:logs:{region}:{id}:log-group:{name}");
    let answer = aws
        .logs
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await;
    Ok(match optional(answer.named("ListTagsForResource"))? {
        Some(answer) => Found::new(tag.is_in(answer.tags.as_ref()), ()),
        None => Found::Nothing,
    })
}
