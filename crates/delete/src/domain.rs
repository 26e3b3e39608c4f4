//! The domain of the hosted sign-in page: without it, nobody can sign in any more.
//!
//! It does not go with its pool. On the contrary: AWS does not delete a pool that
//! has a domain.

use aws_client::Named;
use aws_client::error::optional;
use common::Result;

use crate::run::Run;

/// Deletes the pool's sign-in domain (DeleteUserPoolDomain). AWS may take a moment
/// to do it.
pub(crate) async fn delete(run: &Run, pool_id: &str, prefix: &str) -> Result<()> {
    let _shown = run.console.working("sign-in domain");
    let call = run.aws.cognito.delete_user_pool_domain().domain(prefix);
    let answer = call.user_pool_id(pool_id).send().await;
    let was_there = optional(answer.named("DeleteUserPoolDomain"))?.is_some();
    run.deleted(&format!("Sign-in domain '{prefix}'"), was_there, |state| {
        let known = &mut state.user_pool_auth_domain_prefix;
        if known.take_if(|known| known == prefix).is_some() {
            state.user_pool_auth_domain = None;
        }
    })
}
