//! The deployments in this account and region, by the tag that everything taggable
//! carries.

use std::collections::BTreeMap;

use aws_client::account::Account;
use aws_client::{Clients, names};
use aws_smithy_types::DateTime;
use common::{Result, State, join_all};

use crate::part::{Kind, Part};
use crate::tagged;

/// What is there of one deployment.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    /// The value of its tag.
    pub id: String,
    /// Its resources, at least one.
    pub parts: Vec<Part>,
}

/// All deployments, oldest first. The services are asked side by side.
pub(crate) async fn find(aws: &Clients) -> Result<Vec<Deployment>> {
    let (pools, apis, roles, functions, groups) = join_all!(
        tagged::user_pools(aws),
        tagged::apis(aws),
        tagged::roles(aws),
        tagged::functions(aws),
        tagged::log_groups(aws),
    )?;
    let mut found: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for tagged in [pools, apis, functions, groups].into_iter().flatten() {
        let parts = found.entry(tagged.deployment).or_default();
        parts.push(tagged.part);
    }
    for role in roles {
        let name = &role.part.name;
        // A role is in no region: alone, it may be the role of a stack elsewhere.
        if found.contains_key(&role.deployment) || !tagged::is_of_another_region(aws, name).await? {
            found.entry(role.deployment).or_default().push(role.part);
        }
    }
    let mut deployments = Vec::new();
    for (id, mut parts) in found {
        parts.sort_by_key(|part| part.kind);
        deployments.push(Deployment { id, parts });
    }
    deployments.sort_by_key(|deployment| (deployment.since(), deployment.name_suffix()));
    Ok(deployments)
}

impl Deployment {
    /// When its first resource was created, if AWS says so of any.
    pub(crate) fn since(&self) -> Option<DateTime> {
        self.parts.iter().filter_map(|part| part.created).min()
    }

    /// Its `NAME_SUFFIX`; empty if it has none.
    pub(crate) fn name_suffix(&self) -> String {
        let suffix = self.parts.iter().find_map(Part::name_suffix);
        suffix.unwrap_or_default().to_owned()
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
        self.parts.iter().find(|part| part.kind == kind)?.id.clone()
    }
}
