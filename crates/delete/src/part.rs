//! A resource that has its deployment's tag.

use std::fmt;

use aws_client::names;
use aws_smithy_types::DateTime;

/// A resource of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its name, with the suffix; of a domain its prefix.
    pub name: String,
    /// AWS's id, where it is not the name.
    pub id: Option<String>,
    /// When it was created, where AWS says so.
    pub created: Option<DateTime>,
}

impl Part {
    /// A resource that is known by its name.
    pub(crate) fn new(kind: Kind, name: Option<String>) -> Part {
        Part {
            kind,
            name: name.unwrap_or_default(),
            id: None,
            created: None,
        }
    }

    /// The `NAME_SUFFIX` in its name.
    pub(crate) fn name_suffix(&self) -> Option<&str> {
        let base = self.kind.base_name()?;
        self.name.strip_prefix(&base)
    }
}

/// For example `API 'HelloAPI'`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::UserPool => "user pool",
            Kind::Domain => "sign-in domain",
            Kind::Api => "API",
            Kind::Role => "role",
            Kind::Function => "function",
            Kind::LogGroup => "log group",
        };
        write!(f, "{kind} '{}'", self.name)
    }
}

/// The kinds of resources that a tag leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    UserPool,
    /// The pool's domain, which goes with the pool's tag.
    Domain,
    Api,
    Role,
    Function,
    LogGroup,
}

impl Kind {
    /// Its name without `NAME_SUFFIX`; a domain has a name of its own.
    pub(crate) fn base_name(self) -> Option<String> {
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
    pub(crate) fn may_be_named(self, name: &str) -> bool {
        self.base_name().is_none_or(|base| name.starts_with(&base))
    }
}
