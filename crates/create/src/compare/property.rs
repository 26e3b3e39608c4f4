//! The SDK's values as JSON, so that all of them are compared and shown alike;
//! and the macros that read and set properties by their names.

use aws_sdk_apigatewayv2::types::{
    AuthorizationType, AuthorizerType, IntegrationType, ProtocolType,
};
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, FeatureType, OAuthFlowType, PreventUserExistenceErrorTypes,
    TimeUnitsType, VerifiedAttributeType,
};
use aws_sdk_lambda::types::{Architecture, Runtime};
use serde_json::Value;

/// A value of a property.
pub(crate) trait Property {
    /// The value as JSON. Empty text is null: AWS leaves it out.
    fn to_json(&self) -> Value;

    /// What a property that AWS leaves out counts as.
    fn absent() -> Value
    where
        Self: Sized,
    {
        Value::Null
    }
}

/// Of a struct of the SDK, or a policy.
impl Property for Value {
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl Property for String {
    fn to_json(&self) -> Value {
        if self.is_empty() {
            Value::Null
        } else {
            self.as_str().into()
        }
    }
}

impl Property for bool {
    fn to_json(&self) -> Value {
        (*self).into()
    }

    fn absent() -> Value {
        false.into()
    }
}

impl Property for i32 {
    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Property for f64 {
    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl<T: Property> Property for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or_else(T::absent, T::to_json)
    }
}

/// AWS keeps no order in the lists that we set.
impl<T: Property> Property for Vec<T> {
    fn to_json(&self) -> Value {
        let mut items: Vec<Value> = self.iter().map(T::to_json).collect();
        items.sort_by_key(Value::to_string);
        items.into()
    }

    fn absent() -> Value {
        Value::Array(Vec::new())
    }
}

macro_rules! enums {
    ($($name:ty),+ $(,)?) => { $(
        impl Property for $name {
            fn to_json(&self) -> Value {
                self.as_str().to_owned().to_json()
            }
        }
    )+ };
}

enums!(
    Architecture,
    AuthorizationType,
    AuthorizerType,
    ExplicitAuthFlowsType,
    FeatureType,
    IntegrationType,
    OAuthFlowType,
    PreventUserExistenceErrorTypes,
    ProtocolType,
    Runtime,
    TimeUnitsType,
    VerifiedAttributeType,
);

/// A struct of the SDK as an object of those of its properties that we set.
macro_rules! object {
    ($struct:expr; $($property:ident),+ $(,)?) => { pastey::paste! {
        serde_json::json!({ $(
            stringify!([<$property:camel>]):
                $crate::compare::property::Property::to_json(&$struct.$property),
        )+ })
    } };
}

/// Sets properties of an update call to the values of the create call.
macro_rules! overwrite {
    ($update:expr, $create:expr; $($property:ident),+ $(,)?) => { pastey::paste! {
        $update $( .[<set_ $property>]($create.[<get_ $property>]().clone()) )+
    } };
}

/// Sets properties of an update call to what they are now, so that a call which
/// resets whatever it is not given loses nothing.
macro_rules! keep {
    ($update:expr, $live:expr; $($property:ident),+ $(,)?) => { pastey::paste! {
        $update $( .[<set_ $property>]($live.$property.clone()) )+
    } };
}

pub(crate) use {keep, object, overwrite};
