//! Finding a deployment's resources by tag or by name: for `create` when it
//! runs again, and for `delete` where state.json does not list them.

use aws_sdk_apigatewayv2::operation::get_api::GetApiOutput;
use aws_sdk_apigatewayv2::types::Api;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, UserPoolType};
use aws_sdk_iam::types::{Role, Tag};
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use common::{Failure, Result};

use crate::account::Account;
use crate::error::optional;
use crate::{CallError, Clients, Named};

pub use crate::owner::{DeploymentTag, Found, Tags, deployment_of};

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
    let mut pools = user_pools_named(aws, |found| found == name).await?;
    pools.retain(|pool| tag.is_in(pool.user_pool_tags.as_ref()));
    Ok(pools)
}

/// The user pools of some names, whoever made them, oldest first (ListUserPools,
/// DescribeUserPool).
///
/// # Errors
/// If a call fails.
pub async fn user_pools_named(
    aws: &Clients,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<UserPoolType>> {
    let call = aws.cognito.list_user_pools().max_results(60);
    let listed = call.into_paginator().items().send().try_collect().await;
    let mut pools = Vec::new();
    for pool in listed.named("ListUserPools")? {
        if is_wanted(pool.name().unwrap_or_default())
            && let Some(id) = pool.id()
        {
            // It may have been deleted since it was listed.
            pools.extend(user_pool(aws, id).await?);
        }
    }
    pools.sort_by_key(|pool| pool.creation_date);
    Ok(pools)
}

/// The user pool with this id, whoever made it (DescribeUserPool).
///
/// # Errors
/// If the call fails.
pub async fn user_pool(aws: &Clients, id: &str) -> Result<Option<UserPoolType>> {
    let call = aws.cognito.describe_user_pool().user_pool_id(id);
    let answer = optional(call.send().await.named("DescribeUserPool"))?;
    Ok(answer.and_then(|answer| answer.user_pool))
}

/// Who owns a user pool that is not ours, by its tag: for the message that
/// refuses its sign-in domain. A pool of another account cannot be read.
pub async fn owner_of_foreign_pool<T>(aws: &Clients, id: &str) -> Found<T> {
    let pool = user_pool(aws, id).await.ok().flatten();
    let tags = pool.and_then(|pool| pool.user_pool_tags);
    match deployment_of(tags.as_ref()) {
        Some(deployment) => Found::OfDeployment(deployment.to_owned()),
        None => Found::Foreign,
    }
}

/// The sign-in domain with this prefix, whoever made it (DescribeUserPoolDomain,
/// whose response is empty if there is no such domain).
///
/// # Errors
/// If the call fails.
pub async fn domain(aws: &Clients, prefix: &str) -> Result<Option<DomainDescriptionType>> {
    let call = aws.cognito.describe_user_pool_domain().domain(prefix);
    let answer = optional(call.send().await.named("DescribeUserPoolDomain"))?;
    let domain = answer.and_then(|answer| answer.domain_description);
    Ok(domain.filter(|domain| domain.user_pool_id.is_some()))
}

/// Our APIs, oldest first (GetApis, which returns tags).
///
/// # Errors
/// If a call fails.
pub async fn apis(aws: &Clients, tag: &DeploymentTag) -> Result<Vec<Api>> {
    let mut apis = all_apis(aws).await?;
    apis.retain(|api| tag.is_in(api.tags.as_ref()));
    Ok(apis)
}

/// All APIs, whoever made them, oldest first (GetApis).
///
/// # Errors
/// If a call fails.
pub async fn all_apis(aws: &Clients) -> Result<Vec<Api>> {
    let mut apis = pages(async |token| {
        let call = aws.api_gateway.get_apis().max_results("100");
        let answer = call.set_next_token(token).send().await.named("GetApis")?;
        Ok((answer.items, answer.next_token))
    })
    .await?;
    apis.sort_by_key(|api| api.created_date);
    Ok(apis)
}

/// The API with this id, whoever made it (GetApi, which returns tags).
///
/// # Errors
/// If the call fails.
pub async fn api(aws: &Clients, id: &str) -> Result<Option<GetApiOutput>> {
    let call = aws.api_gateway.get_api().api_id(id);
    Ok(optional(call.send().await.named("GetApi"))?)
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
    let call = aws.iam.get_role().role_name(name);
    let answer = optional(call.send().await.named("GetRole"))?;
    let Some(role) = answer.and_then(|answer| answer.role) else {
        return Ok(Found::Nothing);
    };
    let tags = iam_tags(role.tags());
    Ok(tag.whose(role, Some(&tags)))
}

/// The ARNs of the managed policies that are attached to a role; none, if the role
/// itself is gone (ListAttachedRolePolicies).
///
/// # Errors
/// If a call fails.
pub async fn attached_policies(aws: &Clients, role: &str) -> Result<Vec<String>> {
    let call = aws.iam.list_attached_role_policies().role_name(role);
    let listed = call.into_paginator().items().send().try_collect().await;
    let policies = optional(listed.named("ListAttachedRolePolicies"))?.unwrap_or_default();
    let arns = policies.into_iter().filter_map(|policy| policy.policy_arn);
    Ok(arns.collect())
}

/// IAM's tags, in the form of the other services'.
pub fn iam_tags(tags: &[Tag]) -> Tags {
    let pairs = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    pairs.collect()
}

/// The function of this name (GetFunction, which returns tags).
///
/// # Errors
/// If the call fails, or the tags cannot be read.
pub async fn function(
    aws: &Clients,
    name: &str,
    tag: &DeploymentTag,
) -> Result<Found<GetFunctionOutput>> {
    let call = aws.lambda.get_function().function_name(name);
    let Some(function) = optional(call.send().await.named("GetFunction"))? else {
        return Ok(Found::Nothing);
    };
    if function.tags_error.is_some() {
        // Status 200, but no permission to read the tags: the owner is unknown.
        return Err(
            Failure::failed(format!("GetFunction: the tags of '{name}' cannot be read"))
                .with_hint("allow lambda:ListTags: only the tags say whose function it is"),
        );
    }
    let tags = function.tags.clone();
    Ok(tag.whose(function, tags.as_ref()))
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
    let tags = log_group_tags(aws, &arn).await?;
    Ok(tags.map_or(Found::Nothing, |tags| tag.whose((), Some(&tags))))
}

/// The tags of the log group with this ARN, without `:*` at its end (CloudWatch
/// Logs ListTagsForResource); `None` if there is no such group.
///
/// # Errors
/// If the call fails.
pub async fn log_group_tags(aws: &Clients, arn: &str) -> Result<Option<Tags>> {
    let call = aws.logs.list_tags_for_resource().resource_arn(arn);
    let answer = optional(call.send().await.named("ListTagsForResource"))?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default()))
}

/// What AWS says of the log group of this name, whoever made it (DescribeLogGroups).
///
/// # Errors
/// If a call fails.
pub async fn log_group_details(aws: &Clients, name: &str) -> Result<Option<LogGroup>> {
    let mut groups = log_groups(aws, name).await?.into_iter();
    Ok(groups.find(|group| group.log_group_name() == Some(name)))
}

/// The log groups whose names begin with `prefix`, whoever made them (DescribeLogGroups).
///
/// # Errors
/// If a call fails.
pub async fn log_groups(aws: &Clients, prefix: &str) -> Result<Vec<LogGroup>> {
    let call = aws.logs.describe_log_groups().log_group_name_prefix(prefix);
    let groups = call.into_paginator().items().send().try_collect().await;
    Ok(groups.named("DescribeLogGroups")?)
}

/// The ARN of a log group without `:*` at its end, as calls for its tags need it.
pub fn log_group_arn(group: &LogGroup) -> Option<&str> {
    let arn = group.log_group_arn().or(group.arn())?;
    Some(arn.trim_end_matches(":*"))
}

#[cfg(test)]
mod tests {
    use super::pages;

    #[tokio::test]
    async fn every_page_is_read_until_there_is_no_token() {
        let found = pages(async |token| {
            Ok(match token.as_deref() {
                None => (Some(vec![1, 2]), Some("second".to_owned())),
                Some("second") => (None, Some("third".to_owned())),
                Some(_) => (Some(vec![3]), Some(String::new())),
            })
        });
        assert_eq!(found.await.unwrap(), [1, 2, 3]);
    }
}
