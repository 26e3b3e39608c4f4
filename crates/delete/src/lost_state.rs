//! `--deployment ID`: deletes a deployment whose state.json is lost.

use std::cell::RefCell;
use std::sync::Arc;

use aws_client::{Clients, account};
use common::{Access, Console, Failure, Result, Settings, State, join_all};

use crate::deployments;
use crate::record::Record;
use crate::run::Run;

/// The run that deletes the deployment with this id: from its state.json, if that
/// is here after all, else from what carries its tag. A state.json of another
/// deployment is left alone.
///
/// # Errors
/// If there is no such deployment in this account and region, or a call fails.
pub(crate) async fn open(settings: &Settings, access: Access, id: &str) -> Result<Run> {
    let recorded = State::load(&settings.state_file).ok().flatten();
    if recorded.is_some_and(|state| state.deployment_id.as_deref() == Some(id))
        && let Some(run) = Run::open(settings, access).await?
    {
        return Ok(run);
    }
    let console = Arc::new(Console::new());
    let aws = Clients::new(settings, &console, None).await?;
    let (account, deployments) = join_all!(account::current(&aws), deployments::find(&aws))?;
    let Some(deployment) = deployments.iter().find(|one| one.id == id) else {
        return Err(Failure::failed(format!(
            "There is no deployment '{id}' in account '{}', region '{}'",
            account.id, aws.region
        ))
        .with_hint("'cargo run --bin delete -- --list' shows those that are there; AWS_PROFILE and AWS_DEFAULT_REGION say where to look"));
    };
    let (account_id, region) = (&account.id, &aws.region);
    console.message(&format!(
        "In account '{account_id}', region '{region}': deployment {deployment}"
    ));
    let state = RefCell::new(deployment.state(&aws, &account));
    Ok(Run::new(settings, aws, console, Record::Memory(state)))
}
