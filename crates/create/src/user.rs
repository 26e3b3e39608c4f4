//! The test user.

use std::collections::BTreeMap;

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use common::{Result, State};
use serde::Serialize;

use crate::config::names::{EMAIL, USERNAME};
use crate::resource::change::Change;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;
use crate::user_pool::UserPool;

/// The user as AWS describes it.
pub(crate) type Live = resource::Live<(), Properties>;

/// The properties that we set on a user, except the password: it cannot be read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    user_attributes: BTreeMap<String, String>,
}

/// The desired user.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The pool that it is in.
    pub pool: &'a UserPool,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "user";
    const CREATE: &'static str = "AdminCreateUser";
    type Id = ();
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let attributes = [("email", EMAIL), ("email_verified", "true")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Properties {
            user_attributes: BTreeMap::from(attributes),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        get(self.stack, &self.pool.id).await
    }

    async fn create(&self) -> Result<(), CallError> {
        self.stack
            .aws
            .cognito
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(USERNAME)
            .set_user_attributes(Some(attributes(&self.desired())))
            // No invitation by email: example.com accepts none.
            .message_action(MessageActionType::Suppress)
            .send()
            .await
            .named("AdminCreateUser")?;
        Ok(())
    }

    async fn update(&self, _: &Live, _: &[Difference]) -> Result<(), CallError> {
        self.stack
            .aws
            .cognito
            .admin_update_user_attributes()
            .user_pool_id(&self.pool.id)
            .username(USERNAME)
            .set_user_attributes(Some(attributes(&self.desired())))
            .send()
            .await
            .named("AdminUpdateUserAttributes")?;
        Ok(())
    }

    fn record(&self, (): &(), _: &mut State) {}
}

/// Creates or updates the test user, as needed. A password cannot be read, so
/// each run sets it again, which ends no session.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, pool: &UserPool) -> Result<()> {
    let ensured = stack.ensure(&Desired { stack, pool }, live).await?;
    set_password(stack, pool).await?;
    let mut suffix = ensured.change.suffix();
    if ensured.change != Change::Created {
        suffix.insert_str(suffix.len() - 1, "; password set again");
    }
    let line = format!(
        "User '{USERNAME}' created with email '{EMAIL}' in User Pool '{}'.{suffix}",
        pool.id
    );
    stack.line(OutputLine::User, line);
    Ok(())
}

/// Reads the test user in the pool recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().user_pool_id {
        Some(pool_id) => get(stack, &pool_id).await,
        None => Ok(None),
    }
}

async fn get(stack: &Stack, pool_id: &str) -> Result<Option<Live>> {
    let call = stack.aws.cognito.admin_get_user();
    let call = call.user_pool_id(pool_id).username(USERNAME);
    let Some(user) = optional(call.send().await.named("AdminGetUser"))? else {
        return Ok(None);
    };
    let set = |attribute: &AttributeType| ["email", "email_verified"].contains(&attribute.name());
    let attributes = user.user_attributes().iter().filter(|it| set(it));
    let attributes = attributes.map(|attribute| {
        let value = attribute.value().unwrap_or_default();
        (attribute.name().to_owned(), value.to_owned())
    });
    Ok(Some(Live {
        id: (),
        properties: Properties {
            user_attributes: attributes.collect(),
        },
    }))
}

fn attributes(desired: &Properties) -> Vec<AttributeType> {
    let attributes = desired.user_attributes.iter();
    let attributes = attributes.filter_map(|(name, value)| {
        let attribute = AttributeType::builder().name(name).value(value);
        attribute.build().ok()
    });
    attributes.collect()
}

async fn set_password(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    stack
        .aws
        .cognito
        .admin_set_user_password()
        .user_pool_id(&pool.id)
        .username(USERNAME)
        .password(stack.config.password.reveal())
        .permanent(true)
        .send()
        .await
        .named("AdminSetUserPassword")?;
    Ok(())
}
