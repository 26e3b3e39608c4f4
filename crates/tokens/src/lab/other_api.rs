//! The experiment with a second API that trusts the same client. It runs in this
//! process, and makes every check that the gateway makes.

use common::Result;
use url::Url;

use super::experiment::Outcome;
use super::gateway::{Attack, api};
use super::session::Session;
use super::twins::api::{self as twin, Api};
use crate::http::request::Request;

const WHY: &str = "A second API of the same client, in this process.";

pub(super) async fn other_api(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let theirs = session.openid_only().await?.tokens.access.raw.clone();
    let ours = &login.tokens.access.raw;
    let scopes = ["openid".to_owned()];
    let second = Api {
        scopes: &scopes,
        ..api(session, &login.keys, &[], None)
    };
    let call_second = async |token: &str| {
        let request = |url: Url| Request::get("second API", WHY, url).bearer(token);
        twin::attack(session.http, &second, request).await
    };
    // Otherwise it would not be a token of that API.
    let meant_for_it = call_second(&theirs).await?;
    if !meant_for_it.succeeded {
        let why = format!(
            "the second API does not take the token that is meant for it: {}",
            meant_for_it.got
        );
        return Ok(Outcome::not_shown(why));
    }
    let attack = Attack {
        token: &theirs,
        what: "with the token that a second API was called with: it asks for openid, trusts the same client, and let it in",
        check: "scope",
        secret: &[],
    };
    let outcome = attack.run(session, &login.keys).await?;
    let back = call_second(ours).await?;
    let because = if back.succeeded {
        "\nour token has openid too, and nothing in it says for which API it is"
    } else {
        ""
    };
    Ok(Outcome {
        answer: format!(
            "{}\nthe other way round, our token at the second API: {}{because}",
            outcome.answer, back.got
        ),
        ..outcome
    })
}
