//! What to do after `create`: lines to paste, on stderr.

use common::State;
use common::loopback::is_localhost;
use url::Url;

use crate::readiness;
use crate::run::Run;

/// Prints where the sign-in page is, if not where AWS would have it, how to call
/// the API without a token, and what comes next.
pub(crate) async fn show(run: &Run) {
    let state = run.state.get();
    if let Some(page) = other_sign_in_page(run, &state).await {
        run.console
            .note("in this cloud, the sign-in page is at another address:");
        run.console.message(page.as_str());
    }
    let url = state.api_url.as_deref().unwrap_or_default();
    run.console.next("without a token, the API refuses (401):");
    run.console.message(&curl(url));
    run.console
        .next("'make request' signs you in, and calls it with a token");
}

/// The sign-in page of a cloud that is not AWS, with the parameters without which
/// it does not open (RFC 6749 section 4.1.1).
///
/// The line on stdout that announces the domain keeps AWS's host name, which is
/// what AWS's API was asked for: scripts read that line, and no page opens at
/// that moment, because the client that it is for is not made yet.
async fn other_sign_in_page(run: &Run, state: &State) -> Option<Url> {
    run.aws.endpoint_url.as_ref()?;
    let issuer = state.user_pool_jwt_issuer_url.as_deref()?;
    let mut page = readiness::sign_in_page(run, issuer).await?;
    let printed: Url = state.user_pool_auth_domain.as_deref()?.parse().ok()?;
    if page.host_str() == printed.host_str() {
        return None;
    }
    let callback = state.terminal_app_callback_urls.as_ref()?.first()?;
    page.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", state.terminal_app_client_id.as_deref()?)
        .append_pair("redirect_uri", callback);
    Some(page)
}

/// The command that calls the API. Names under `.localhost` are this machine
/// (RFC 6761 section 6.3), which not every curl knows; no proxy can reach it.
fn curl(api_url: &str) -> String {
    let quoted = format!("'{}'", api_url.replace('\'', r"'\''"));
    let url: Option<Url> = api_url.parse().ok();
    let local = url.as_ref().and_then(|url| {
        let host = url.host_str().filter(|host| is_localhost(host))?;
        Some((host, url.port_or_known_default()?))
    });
    match local {
        Some((host, port)) => {
            format!("curl -i --noproxy '*' --resolve {host}:{port}:127.0.0.1 {quoted}")
        }
        None => format!("curl -i {quoted}"),
    }
}

#[cfg(test)]
mod tests {
    use super::curl;

    #[test]
    fn curl_finds_a_name_of_this_machine_and_any_other_by_itself() {
        assert_eq!(
            curl("https://abc.execute-api.us-east-1.amazonaws.com/dev/hello"),
            "curl -i 'https://abc.execute-api.us-east-1.amazonaws.com/dev/hello'"
        );
        assert_eq!(
            curl("http://abc.execute-api.localhost:4566/dev/hello"),
            "curl -i --noproxy '*' --resolve abc.execute-api.localhost:4566:127.0.0.1 \
             'http://abc.execute-api.localhost:4566/dev/hello'"
        );
        assert_eq!(
            curl("http://127.0.0.1:4566/dev/hello"),
            "curl -i 'http://127.0.0.1:4566/dev/hello'"
        );
        assert_eq!(curl("https://a/'$(b)"), r"curl -i 'https://a/'\''$(b)'");
    }
}
