//! Comparison of live and desired properties, by AWS's names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A property whose live value is not the desired one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// AWS's name, as a path: `PasswordPolicy.MinimumLength`.
    pub property: String,
    /// The live value, as text.
    pub live: String,
    /// The desired value, as text.
    pub desired: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.property, self.live, self.desired)
    }
}

/// Compares two values of one type field by field, sorted by property.
pub(crate) fn differences<P: Serialize>(live: &P, desired: &P) -> Vec<Difference> {
    let (live, desired) = (properties(live), properties(desired));
    let names: BTreeSet<&String> = live.keys().chain(desired.keys()).collect();
    names
        .into_iter()
        .filter(|name| live.get(*name) != desired.get(*name))
        .map(|name| Difference {
            property: name.clone(),
            live: shown(live.get(name)),
            desired: shown(desired.get(name)),
        })
        .collect()
}

/// Every value that is not an object, by its path.
fn properties(value: &impl Serialize) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let value = serde_json::to_value(value).unwrap_or_default();
    collect("", value, &mut found);
    found
}

fn collect(name: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    let below = |key: &str| match name {
        "" => key.to_owned(),
        name => format!("{name}.{key}"),
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                collect(&below(&key), value, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, value) in items.into_iter().enumerate() {
                collect(&below(&at.to_string()), value, found);
            }
        }
        Value::Null => {}
        value => {
            found.insert(name.to_owned(), value);
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "(none)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| shown(Some(item))).collect();
            format!("[{}]", items.join(" "))
        }
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(live: Value, desired: Value) -> Vec<String> {
        let found = differences(&live, &desired);
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn only_what_differs_is_named_with_both_values() {
        let live = json!({"Timeout": "9 s", "MemorySize": 128, "Handler": "bootstrap"});
        let desired = json!({"Timeout": "5 s", "MemorySize": 128, "Handler": "bootstrap"});
        assert_eq!(lines(live, desired), ["Timeout 9 s -> 5 s"]);
    }

    #[test]
    fn names_lead_to_what_is_inside() {
        let live = json!({"Policy": {"Statement": [{"Action": "a", "Effect": "Allow"}]}});
        let desired = json!({"Policy": {"Statement": [{"Action": "b", "Effect": "Allow"}]}});
        assert_eq!(lines(live, desired), ["Policy.Statement.0.Action a -> b"]);
    }

    #[test]
    fn lists_are_shown_whole_and_what_is_missing_is_said() {
        let live = json!({"Scopes": ["a", "b"], "Extra": true});
        let desired = json!({"Scopes": ["a"], "Name": "x", "Extra": null});
        assert_eq!(
            lines(live, desired),
            [
                "Extra true -> (none)",
                "Name (none) -> x",
                "Scopes [a b] -> [a]"
            ]
        );
    }
}
