//! Comparison of live and desired properties, by AWS's names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::compare::property::Property;

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

/// Compares properties: the name, the live value and the desired one of each.
/// Objects are compared by what is in them. Sorted by name.
pub(crate) fn differences(properties: &[(&str, &dyn Property, &dyn Property)]) -> Vec<Difference> {
    let (mut live, mut desired) = (BTreeMap::new(), BTreeMap::new());
    for (name, live_value, desired_value) in properties {
        collect(name, live_value.to_json(), &mut live);
        collect(name, desired_value.to_json(), &mut desired);
    }
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
fn collect(name: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    let below = |key: &str| format!("{name}.{key}");
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

/// Writes `compare` and `overwrite` for a list of properties that have one name
/// in the create call, the answer that describes the resource, and the update.
macro_rules! properties {
    ($create:ty, $live:ty, $update:ty: $($property:ident),+ $(,)?) => { pastey::paste! {
        fn compare(live: &$live, create: &$create) -> Vec<Difference> {
            $crate::compare::difference::differences(&[ $( (
                $crate::compare::difference::aws_name(stringify!([<$property:camel>])),
                &live.$property,
                create.[<get_ $property>](),
            ) ),+ ])
        }

        fn overwrite(update: $update, create: &$create) -> $update {
            $crate::compare::property::overwrite!(update, create; $($property),+)
        }
    } };
}

pub(crate) use properties;

/// AWS's own spelling of a property's name.
pub(crate) fn aws_name(name: &str) -> &str {
    match name {
        "CallbackUrls" => "CallbackURLs",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(properties: &[(&str, &dyn Property, &dyn Property)]) -> Vec<String> {
        let found = differences(properties);
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn only_what_differs_is_named_with_both_values() {
        let found = lines(&[
            ("Timeout", &json!("9 s"), &json!("5 s")),
            ("MemorySize", &json!(128), &json!(128)),
        ]);
        assert_eq!(found, ["Timeout 9 s -> 5 s"]);
    }

    #[test]
    fn names_lead_to_what_is_inside() {
        let live = json!({"Statement": [{"Action": "a", "Effect": "Allow"}]});
        let desired = json!({"Statement": [{"Action": "b", "Effect": "Allow"}]});
        let found = lines(&[("Policy", &live, &desired)]);
        assert_eq!(found, ["Policy.Statement.0.Action a -> b"]);
    }

    #[test]
    fn lists_are_shown_whole_and_what_is_missing_is_said() {
        let found = lines(&[
            ("Scopes", &json!(["a", "b"]), &json!(["a"])),
            ("Name", &Value::Null, &json!("x")),
            ("Extra", &json!(true), &Value::Null),
        ]);
        let (extra, name) = ("Extra true -> (none)", "Name (none) -> x");
        assert_eq!(found, [extra, name, "Scopes [a b] -> [a]"]);
    }
}
