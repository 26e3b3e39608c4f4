//! Account checks: state.json belongs to one account, region and endpoint.

use common::endpoint::{check_endpoint, elsewhere};
use common::{Failure, Result, State};

use crate::{Clients, Named};

/// An AWS account.
#[derive(Clone, Debug)]
pub struct Account {
    /// 12 digits.
    pub id: String,
    /// The partition in its ARNs: `aws`, in China `aws-cn`.
    pub partition: String,
}

/// The account that the credentials belong to (STS GetCallerIdentity).
///
/// # Errors
/// If the call fails, or its response lacks the account.
pub async fn current(aws: &Clients) -> Result<Account> {
    let answer = aws.sts.get_caller_identity().send().await;
    let identity = answer.named("GetCallerIdentity")?;
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
    match (identity.account(), partition) {
        (Some(id), Some(partition)) => Ok(Account {
            id: id.to_owned(),
            partition: partition.to_owned(),
        }),
        _ => Err(Failure::failed(
            "GetCallerIdentity: the answer has no account",
        )),
    }
}

/// Checks, before any call, that endpoint and region are those in state.json.
///
/// # Errors
/// Exit code 2 if they are not; the message names both values.
pub fn check_endpoint_and_region(state: &State, aws: &Clients) -> Result<()> {
    check_endpoint(state, aws.endpoint_url.as_deref())?;
    let here = &aws.region;
    match &state.region {
        Some(recorded) if recorded != here => {
            Err(elsewhere("region", recorded, here, "AWS_DEFAULT_REGION"))
        }
        _ => Ok(()),
    }
}

/// Checks that the account is the one in state.json.
///
/// # Errors
/// Exit code 2 if it is not (naming both), or if state.json names no account.
pub fn check_account(state: &State, account_id: &str) -> Result<()> {
    let recorded = state.account_id.as_deref();
    match recorded.or_else(|| state.account_of_role()) {
        Some(recorded) if recorded != account_id => {
            Err(elsewhere("account", recorded, account_id, "AWS_PROFILE"))
        }
        Some(_) => Ok(()),
        None if *state == State::default() => Ok(()),
        // In another account, "not found" would be mistaken for "deleted".
        None => Err(
            Failure::usage("state.json does not say which account it belongs to").with_hint(
                format!(
                    "if it is '{account_id}', add the line \"account_id\": \"{account_id}\", to it"
                ),
            ),
        ),
    }
}

/// The account in state.json, if the role's ARN there gives the partition.
pub fn recorded(state: &State) -> Option<Account> {
    let arn = state.lambda_role_arn.as_deref()?;
    Some(Account {
        id: state.account_id.clone()?,
        partition: arn.split(':').nth(1)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(account: Option<&str>, arn: Option<&str>) -> State {
        State {
            account_id: account.map(str::to_owned),
            lambda_role_arn: arn.map(str::to_owned),
            ..State::default()
        }
    }

    #[test]
    fn another_account_is_refused_and_both_are_named() {
        let ours = state(Some("111111111111"), None);
        assert!(check_account(&ours, "111111111111").is_ok());
        let error = check_account(&ours, "222222222222").unwrap_err();
        for account in ["111111111111", "222222222222"] {
            assert!(error.to_string().contains(account), "{error}");
        }
    }

    #[test]
    fn the_python_scripts_role_says_which_account() {
        let theirs = state(
            None,
            Some("arn:aws:iam::123456789876:role/APIGatewayLambdaRole"),
        );
        assert!(check_account(&theirs, "123456789876").is_ok());
        assert!(check_account(&theirs, "222222222222").is_err());
        let nobody_knows = State {
            api_id: Some("aoe1ba4ed6".into()),
            ..State::default()
        };
        assert!(check_account(&nobody_knows, "123456789876").is_err());
    }
}
