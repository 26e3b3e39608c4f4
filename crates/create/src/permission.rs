//! The permission of the API to invoke the function.

use aws_client::error::optional;
use aws_client::{CallError, Kind, Named};
use common::{Result, State};
use serde::Serialize;
use serde_json::Value;

use crate::api::Api;
use crate::config::names::ROUTE_PATH;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

const STATEMENT_ID: &str = "AllowInvokeFromApi";

/// The permission as AWS describes it.
pub(crate) type Live = resource::Live<(), Properties>;

/// The properties that we set on a permission.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    action: String,
    principal: String,
    source_arn: String,
}

/// The desired permission.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The one API that may invoke the function.
    pub api: &'a Api,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "permission";
    const CREATE: &'static str = "AddPermission";
    type Id = ();
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let account = self.stack.account();
        let (partition, id) = (&account.partition, &account.id);
        let (region, api_id) = (&self.stack.aws.region, &self.api.id);
        Properties {
            action: "lambda:InvokeFunction".to_owned(),
            principal: "apigateway.amazonaws.com".to_owned(),
            // Only this path of this API, with any stage and method.
            source_arn: format!(
                "arn:{partition}:execute-api:{region}:{id}:{api_id}/*/*{ROUTE_PATH}"
            ),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        get(self.stack).await
    }

    async fn create(&self) -> Result<(), CallError> {
        let desired = self.desired();
        self.stack
            .aws
            .lambda
            .add_permission()
            .function_name(&self.stack.config.names.function)
            .statement_id(STATEMENT_ID)
            .action(desired.action)
            .principal(desired.principal)
            .source_arn(desired.source_arn)
            .send()
            .await
            .named("AddPermission")?;
        Ok(())
    }

    /// A statement cannot be changed, so it is removed and added again.
    async fn update(&self, _: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.lambda.remove_permission();
        let call = call
            .function_name(&self.stack.config.names.function)
            .statement_id(STATEMENT_ID);
        optional(call.send().await.named("RemovePermission"))?;
        match self.create().await {
            // Its id is unique, so sending it again cannot add a second one.
            Err(error) if error.kind() == Kind::Lost => match self.create().await {
                Err(error) if error.kind() == Kind::Exists => Ok(()),
                other => other,
            },
            other => other,
        }
    }

    fn record(&self, (): &(), _: &mut State) {}
}

/// Ensures that this API may invoke the function, which must exist.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, api: &Api) -> Result<()> {
    let ensured = stack.ensure(&Desired { stack, api }, live).await?;
    let suffix = ensured.change.suffix();
    stack.line(
        OutputLine::Permission,
        format!("Permission added to Lambda function for API Gateway to invoke it.{suffix}"),
    );
    Ok(())
}

/// Reads the permission on the function recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().lambda_function_arn {
        Some(_) => get(stack).await,
        None => Ok(None),
    }
}

/// Our statement in the function's policy.
async fn get(stack: &Stack) -> Result<Option<Live>> {
    let call = stack.aws.lambda.get_policy();
    let call = call.function_name(&stack.config.names.function);
    let answer = optional(call.send().await.named("GetPolicy"))?;
    let policy = answer.and_then(|answer| answer.policy).unwrap_or_default();
    let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
    let statements = policy["Statement"].as_array().into_iter().flatten();
    let mut ours = statements.filter(|statement| statement["Sid"] == STATEMENT_ID);
    Ok(ours.next().map(live))
}

fn live(statement: &Value) -> Live {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Live {
        id: (),
        properties: Properties {
            action: text(&statement["Action"]),
            principal: text(&statement["Principal"]["Service"]),
            source_arn: text(&statement["Condition"]["ArnLike"]["AWS:SourceArn"]),
        },
    }
}
