//! The deployments in this account and region, found by the tag that everything
//! taggable carries. No call lists what has a tag across services without another
//! service and its permissions, so each service is asked for its own.

use std::collections::BTreeMap;

use aws_client::account::Account;
use aws_client::error::optional;
use aws_client::find::{self, deployment_of};
use aws_client::{Clients, Named, names};
use aws_smithy_types::DateTime;
use common::{Result, State, join_all};

/// What is there of one deployment.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    /// The value of its tag.
    pub id: String,
    /// Its resources, at least one.
    pub parts: Vec<Part>,
}

/// A resource of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its name, with the suffix; of a domain its prefix.
    pub name: String,
    /// AWS's id, where it is not the name.
    id: Option<String>,
    /// When it was created, where AWS says so.
    created: Option<DateTime>,
}

/// The kinds of resources that a tag leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The user pool.
    UserPool,
    /// The pool's domain, which goes with the pool's tag.
    Domain,
    /// The HTTP API.
    Api,
    /// The function's role.
    Role,
    /// The function.
    Function,
    /// The function's log group.
    LogGroup,
}

impl Kind {
    /// Its name without `NAME_SUFFIX`; a domain has a name of its own.
    fn base_name(self) -> Option<String> {
        match self {
            Kind::UserPool => Some(names::USER_POOL.to_owned()),
            Kind::Domain => None,
            Kind::Api => Some(names::API.to_owned()),
            Kind::Role => Some(names::ROLE.to_owned()),
            Kind::Function => Some(names::FUNCTION.to_owned()),
            Kind::LogGroup => Some(names::log_group(names::FUNCTION)),
        }
    }

    /// Whether `create` could have given this name.
    fn may_be_named(self, name: &str) -> bool {
        self.base_name().is_none_or(|base| name.starts_with(&base))
    }
}

/// A resource with the tag of its deployment.
type Tagged = (String, Part);

/// All deployments, oldest first. The services are asked side by side; each is
/// asked for one resource after the other, as the quotas are the whole account's.
///
/// # Errors
/// If a call fails.
pub(crate) async fn find(aws: &Clients) -> Result<Vec<Deployment>> {
    let (pools, apis, roles, functions, groups) = join_all!(
        user_pools(aws),
        apis(aws),
        roles(aws),
        functions(aws),
        log_groups(aws),
    )?;
    let mut found: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    let regional = [pools, apis, functions, groups];
    for (deployment, part) in regional.into_iter().flatten() {
        found.entry(deployment).or_default().push(part);
    }
    for (deployment, part) in roles {
        // A role is in no region: alone, it may be the role of a stack elsewhere.
        if found.contains_key(&deployment) || !is_of_another_region(aws, &part.name).await? {
            found.entry(deployment).or_default().push(part);
        }
    }
    let mut deployments: Vec<Deployment> = found
        .into_iter()
        .map(|(id, mut parts)| {
            parts.sort_by_key(|part| part.kind);
            Deployment { id, parts }
        })
        .collect();
    deployments.sort_by_key(|deployment| (deployment.since(), deployment.name_suffix()));
    Ok(deployments)
}

async fn user_pools(aws: &Clients) -> Result<Vec<Tagged>> {
    let pools = find::user_pools_named(aws, |name| Kind::UserPool.may_be_named(name)).await?;
    let mut tagged = Vec::new();
    for pool in pools {
        let Some(deployment) = deployment_of(pool.user_pool_tags.as_ref()) else {
            continue;
        };
        let domain = pool.domain.as_ref().map(|prefix| Part {
            kind: Kind::Domain,
            name: prefix.clone(),
            id: None,
            created: None,
        });
        tagged.extend(domain.map(|part| (deployment.to_owned(), part)));
        let part = Part {
            kind: Kind::UserPool,
            name: pool.name.clone().unwrap_or_default(),
            id: pool.id.clone(),
            created: pool.creation_date,
        };
        tagged.push((deployment.to_owned(), part));
    }
    Ok(tagged)
}

async fn apis(aws: &Clients) -> Result<Vec<Tagged>> {
    let mut apis = find::all_apis(aws).await?;
    apis.retain(|api| Kind::Api.may_be_named(api.name().unwrap_or_default()));
    let tagged = apis.into_iter().filter_map(|api| {
        let deployment = deployment_of(api.tags.as_ref())?.to_owned();
        let part = Part {
            kind: Kind::Api,
            name: api.name.unwrap_or_default(),
            id: api.api_id,
            created: api.created_date,
        };
        Some((deployment, part))
    });
    Ok(tagged.collect())
}

/// ListRoles shows no tags, GetRole does.
async fn roles(aws: &Clients) -> Result<Vec<Tagged>> {
    let mut pages = aws.iam.list_roles().into_paginator().send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        listed.extend(page.named("ListRoles")?.roles);
    }
    listed.retain(|role| Kind::Role.may_be_named(role.role_name()));
    let mut tagged = Vec::new();
    for role in listed {
        let call = aws.iam.get_role().role_name(role.role_name());
        let answer = optional(call.send().await.named("GetRole"))?;
        let tags = answer
            .and_then(|answer| answer.role)
            .map(|role| find::iam_tags(role.tags()));
        let Some(deployment) = deployment_of(tags.as_ref()) else {
            continue;
        };
        let part = Part {
            kind: Kind::Role,
            name: role.role_name,
            id: None,
            created: Some(role.create_date),
        };
        tagged.push((deployment.to_owned(), part));
    }
    Ok(tagged)
}

/// Whether the role's policy, which names the function's log group, names one of
/// another region (GetRolePolicy). Without the policy, no stack can need the role.
async fn is_of_another_region(aws: &Clients, role: &str) -> Result<bool> {
    let call = aws.iam.get_role_policy().role_name(role);
    let answer = call.policy_name(names::ROLE_POLICY).send().await;
    let answer = optional(answer.named("GetRolePolicy"))?;
    let here = format!(":logs:{}:", aws.region);
    // Percent-encoded JSON (RFC 3986).
    let document = answer.map(|answer| answer.policy_document.replace("%3A", ":"));
    Ok(document.is_some_and(|document| !document.contains(&here)))
}

/// ListFunctions shows no tags, ListTags does.
async fn functions(aws: &Clients) -> Result<Vec<Tagged>> {
    let mut pages = aws.lambda.list_functions().into_paginator().send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        let functions = page.named("ListFunctions")?.functions;
        listed.extend(functions.into_iter().flatten());
    }
    listed.retain(|function| {
        Kind::Function.may_be_named(function.function_name().unwrap_or_default())
    });
    let mut tagged = Vec::new();
    for function in listed {
        let call = aws.lambda.list_tags();
        let call = call.set_resource(function.function_arn);
        let answer = optional(call.send().await.named("ListTags"))?;
        let tags = answer.and_then(|answer| answer.tags);
        let Some(deployment) = deployment_of(tags.as_ref()) else {
            continue;
        };
        let part = Part {
            kind: Kind::Function,
            name: function.function_name.unwrap_or_default(),
            id: None,
            created: None,
        };
        tagged.push((deployment.to_owned(), part));
    }
    Ok(tagged)
}

async fn log_groups(aws: &Clients) -> Result<Vec<Tagged>> {
    let prefix = names::log_group(names::FUNCTION);
    let mut tagged = Vec::new();
    for group in find::log_groups(aws, &prefix).await? {
        let arn = find::log_group_arn(&group).unwrap_or_default();
        let tags = find::log_group_tags(aws, arn).await?;
        let Some(deployment) = deployment_of(tags.as_ref()) else {
            continue;
        };
        let part = Part {
            kind: Kind::LogGroup,
            name: group.log_group_name.clone().unwrap_or_default(),
            id: None,
            created: group.creation_time.map(DateTime::from_millis),
        };
        tagged.push((deployment.to_owned(), part));
    }
    Ok(tagged)
}

impl Deployment {
    /// When its first resource was created, if AWS says so of any.
    pub(crate) fn since(&self) -> Option<DateTime> {
        self.parts.iter().filter_map(|part| part.created).min()
    }

    /// Its `NAME_SUFFIX`; empty if it has none.
    pub(crate) fn name_suffix(&self) -> String {
        let mut suffixes = self.parts.iter().filter_map(|part| {
            let base = part.kind.base_name()?;
            part.name.strip_prefix(&base)
        });
        suffixes.next().unwrap_or_default().to_owned()
    }

    /// What its state.json would say, as far as it is needed to delete it. It is not
    /// known to list everything, so what carries the tag is searched for again.
    pub(crate) fn state(&self, aws: &Clients, account: &Account) -> State {
        let suffix = self.name_suffix();
        let name = |base: &str| Some(format!("{base}{suffix}"));
        State {
            deployment_id: Some(self.id.clone()),
            account_id: Some(account.id.clone()),
            endpoint_url: aws.endpoint_url.clone(),
            region: Some(aws.region.clone()),
            user_pool_name: name(names::USER_POOL),
            user_pool_id: self.id_of(Kind::UserPool),
            api_name: name(names::API),
            api_id: self.id_of(Kind::Api),
            lambda_function_name: name(names::FUNCTION),
            lambda_role_name: name(names::ROLE),
            ..State::default()
        }
    }

    fn id_of(&self, kind: Kind) -> Option<String> {
        let mut parts = self.parts.iter().filter(|part| part.kind == kind);
        parts.next().and_then(|part| part.id.clone())
    }
}
