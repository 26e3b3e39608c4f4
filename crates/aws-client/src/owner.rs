//! Whose a resource is: the tag of a deployment, and what it says.

use std::collections::HashMap;

use common::{Failure, Result};

/// The key of the tag that every resource of a deployment carries.
const KEY: &str = "deployment_id";

/// A resource's tags.
pub type Tags = HashMap<String, String>;

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

    /// Whose resource this is, by its tags.
    pub fn whose<T>(&self, resource: T, tags: Option<&Tags>) -> Found<T> {
        match deployment_of(tags) {
            Some(id) if id == self.0 => Found::Ours(resource),
            Some(id) => Found::OfDeployment(id.to_owned()),
            None => Found::Foreign,
        }
    }

    /// Whether it is among a resource's tags.
    pub fn is_in(&self, tags: Option<&Tags>) -> bool {
        deployment_of(tags) == Some(&self.0)
    }
}

/// The `deployment_id` in a resource's tags.
pub fn deployment_of(tags: Option<&Tags>) -> Option<&str> {
    tags?.get(KEY).map(String::as_str)
}

/// The result of a look-up by a unique name or a recorded id.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<T> {
    /// This deployment made it.
    Ours(T),
    /// Another deployment made it, with this id: neither adopt nor delete.
    OfDeployment(String),
    /// Somebody else made it, without our programs: neither adopt nor delete.
    Foreign,
    /// It does not exist.
    Nothing,
}

impl<T> Found<T> {
    /// Returns our resource, or `None` if there is none.
    ///
    /// # Errors
    /// If it is not ours: names it (`what`), whose it is if that is known, and the
    /// `setting` to change.
    pub fn refuse_foreign(self, what: &str, setting: &str) -> Result<Option<T>> {
        let another_name =
            format!("run 'make delete', set {setting} in .env, then run 'make api' again");
        match self {
            Found::Ours(resource) => Ok(Some(resource)),
            Found::Nothing => Ok(None),
            Found::Foreign => Err(Failure::failed(format!(
                "{what} is there already, and this deployment did not make it: it is left as it is"
            ))
            .with_hint(another_name)),
            Found::OfDeployment(id) => Err(Failure::failed(format!(
                "{what} is there already: it belongs to deployment '{id}', and is left as it is"
            ))
            .with_hint(format!(
                "if that deployment is yours and its state.json is lost, 'cargo run --bin delete -- --deployment {id}' takes it down (--list instead shows all); if not, {another_name}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        let owned = |(key, value): &(&str, &str)| (key.to_string(), value.to_string());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn the_tag_says_whose_a_resource_is() {
        let ours = DeploymentTag::new("1a");
        let whose = |pairs: &[(&str, &str)]| ours.whose("it", Some(&tags(pairs)));
        assert_eq!(whose(&[("deployment_id", "1a")]), Found::Ours("it"));
        let other = Found::OfDeployment("2b".to_owned());
        assert_eq!(whose(&[("deployment_id", "2b"), ("x", "1a")]), other);
        assert_eq!(whose(&[("team", "1a")]), Found::Foreign);
        assert_eq!(ours.whose("it", None), Found::Foreign);
    }

    #[test]
    fn a_refusal_names_the_deployment_and_the_way_out() {
        let refuse = |found: Found<()>| found.refuse_foreign("Role 'R'", "NAME_SUFFIX");
        assert!(refuse(Found::Nothing).unwrap().is_none());
        assert!(refuse(Found::Ours(())).unwrap().is_some());
        for (found, named) in [
            (Found::OfDeployment("2b".to_owned()), "--deployment 2b"),
            (Found::Foreign, "NAME_SUFFIX"),
        ] {
            let error = refuse(found).unwrap_err();
            assert!(error.to_string().contains("Role 'R' is there already"));
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains(named), "{hint}");
            assert!(hint.contains("NAME_SUFFIX"), "{hint}");
        }
    }
}
