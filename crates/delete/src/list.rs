//! `--list`: the deployments in this account and region, for when a state.json is
//! lost, and for whoever looks after an account that many use.

use std::fmt;
use std::sync::Arc;

use aws_client::{Clients, account};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use common::{Console, Result, Settings, State, join_all};

use crate::deployments::{self, Deployment};
use crate::part::Part;

/// Prints a line for each deployment.
pub(crate) async fn show(settings: &Settings) -> Result<()> {
    let loaded = State::load(&settings.state_file).ok().flatten();
    let recorded = loaded.unwrap_or_default();
    let console = Arc::new(Console::new());
    let aws = Clients::new(settings, &console, recorded.region.as_deref()).await?;
    let (account, deployments) = join_all!(account::current(&aws), deployments::find(&aws))?;
    let (id, region, endpoint) = (&account.id, &aws.region, aws.place());
    let place = format!("account '{id}', region '{region}', at {endpoint}");
    if deployments.is_empty() {
        console.line(&format!("There is no deployment in {place}"));
        return Ok(());
    }
    console.message(&format!("In {place}:"));
    let path = settings.state_file.display();
    for deployment in deployments {
        let here = if recorded.deployment_id.as_ref() == Some(&deployment.id) {
            format!(" (in '{path}')")
        } else {
            String::new()
        };
        console.line(&format!("Deployment {deployment}{here}"));
    }
    Ok(())
}

/// Its id, name suffix, age, and what is there.
impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}', ", self.id)?;
        match self.name_suffix().as_str() {
            "" => write!(f, "no name suffix")?,
            suffix => write!(f, "name suffix '{suffix}'")?,
        }
        if let Some(since) = self.since().and_then(to_the_minute) {
            write!(f, ", since {since}")?;
        }
        let parts: Vec<String> = self.parts.iter().map(Part::to_string).collect();
        write!(f, ": {}", parts.join(", "))
    }
}

/// For example `2026-11-25 18:02 UTC`; `None` for a time that is not a date.
fn to_the_minute(time: DateTime) -> Option<String> {
    let text = time.fmt(Format::DateTime).ok()?; // 2026-11-25T18:02:23Z
    let minute = text.get(..16)?.replace('T', " ");
    Some(format!("{minute} UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_to_the_minute() {
        let time = DateTime::from_secs_f64(1_795_543_343.25);
        assert_eq!(to_the_minute(time).unwrap(), "2026-11-24 18:02 UTC");
        assert_eq!(to_the_minute(DateTime::from_secs(i64::MAX)), None);
    }
}
