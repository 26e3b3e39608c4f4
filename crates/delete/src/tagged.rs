//! What carries the tag of any deployment, service by service. No call lists that
//! for all of them without another service and its permissions.
//!
//! A service is asked for one resource after the other: its quota is the whole
//! account's.

use aws_client::error::optional;
use aws_client::find::{self, Tags, deployment_of};
use aws_client::{Clients, Named, names};
use aws_smithy_types::DateTime;
use common::Result;

use crate::part::{Kind, Part};

/// A resource, and the deployment that its tag names.
#[derive(Clone, Debug)]
pub(crate) struct Tagged {
    /// The value of the tag.
    pub deployment: String,
    /// The resource.
    pub part: Part,
}

impl Tagged {
    /// `None` without the tag, or if `create` would not give this name: the key of
    /// the tag is so plain that somebody else may use it too.
    fn new(tags: Option<&Tags>, part: Part) -> Option<Tagged> {
        let deployment = deployment_of(tags)?.to_owned();
        let named_by_us = part.kind.may_be_named(&part.name);
        named_by_us.then_some(Tagged { deployment, part })
    }
}

/// User pools and their domains.
pub(crate) async fn user_pools(aws: &Clients) -> Result<Vec<Tagged>> {
    let pools = find::user_pools_named(aws, |name| Kind::UserPool.may_be_named(name)).await?;
    let mut found = Vec::new();
    for pool in pools {
        let tags = pool.user_pool_tags.as_ref();
        if pool.domain.is_some() {
            found.extend(Tagged::new(tags, Part::new(Kind::Domain, pool.domain)));
        }
        let part = Part {
            id: pool.id,
            created: pool.creation_date,
            ..Part::new(Kind::UserPool, pool.name)
        };
        found.extend(Tagged::new(tags, part));
    }
    Ok(found)
}

/// HTTP APIs.
pub(crate) async fn apis(aws: &Clients) -> Result<Vec<Tagged>> {
    let apis = find::all_apis(aws).await?;
    let found = apis.into_iter().filter_map(|api| {
        let part = Part {
            id: api.api_id,
            created: api.created_date,
            ..Part::new(Kind::Api, api.name)
        };
        Tagged::new(api.tags.as_ref(), part)
    });
    Ok(found.collect())
}

/// Roles: ListRoles shows no tags, GetRole does.
pub(crate) async fn roles(aws: &Clients) -> Result<Vec<Tagged>> {
    let pages = aws.iam.list_roles().into_paginator();
    let listed = pages.items().send().try_collect().await;
    let mut roles = listed.named("ListRoles")?;
    roles.retain(|role| Kind::Role.may_be_named(role.role_name()));
    let mut found = Vec::new();
    for role in roles {
        let call = aws.iam.get_role().role_name(role.role_name());
        let answer = optional(call.send().await.named("GetRole"))?;
        let described = answer.and_then(|answer| answer.role);
        let tags = described.map(|role| find::iam_tags(role.tags()));
        let part = Part {
            created: Some(role.create_date),
            ..Part::new(Kind::Role, Some(role.role_name))
        };
        found.extend(Tagged::new(tags.as_ref(), part));
    }
    Ok(found)
}

/// Whether the role's policy, which names the function's log group, names one of
/// another region (GetRolePolicy). Without its policy, no stack works with the role.
pub(crate) async fn is_of_another_region(aws: &Clients, role: &str) -> Result<bool> {
    let call = aws.iam.get_role_policy().role_name(role);
    let answer = call.policy_name(names::ROLE_POLICY).send().await;
    let found = optional(answer.named("GetRolePolicy"))?;
    let here = format!(":logs:{}:", aws.region);
    // Percent-encoded JSON (RFC 3986).
    let document = found.map(|answer| answer.policy_document.replace("%3A", ":"));
    Ok(document.is_some_and(|document| !document.contains(&here)))
}

/// Functions: ListFunctions shows no tags, ListTags does.
pub(crate) async fn functions(aws: &Clients) -> Result<Vec<Tagged>> {
    let pages = aws.lambda.list_functions().into_paginator();
    let listed = pages.items().send().try_collect().await;
    let mut functions = listed.named("ListFunctions")?;
    functions.retain(|function| {
        let name = function.function_name().unwrap_or_default();
        Kind::Function.may_be_named(name)
    });
    let mut found = Vec::new();
    for function in functions {
        let call = aws.lambda.list_tags().set_resource(function.function_arn);
        let answer = optional(call.send().await.named("ListTags"))?;
        let tags = answer.and_then(|answer| answer.tags);
        let part = Part::new(Kind::Function, function.function_name);
        found.extend(Tagged::new(tags.as_ref(), part));
    }
    Ok(found)
}

/// The functions' log groups: DescribeLogGroups shows no tags, ListTagsForResource
/// does.
pub(crate) async fn log_groups(aws: &Clients) -> Result<Vec<Tagged>> {
    let prefix = names::log_group(names::FUNCTION);
    let mut found = Vec::new();
    for group in find::log_groups(aws, &prefix).await? {
        let arn = find::log_group_arn(&group).unwrap_or_default();
        let tags = find::log_group_tags(aws, arn).await?;
        let part = Part {
            created: group.creation_time.map(DateTime::from_millis),
            ..Part::new(Kind::LogGroup, group.log_group_name)
        };
        found.extend(Tagged::new(tags.as_ref(), part));
    }
    Ok(found)
}
