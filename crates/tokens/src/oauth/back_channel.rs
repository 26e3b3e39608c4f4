//! Every form that this client posts to the sign-in server goes through here,
//! so that none goes without what authenticates the client.

use common::Result;
use url::Url;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::transcript::field::Field;

/// Posts a form to an endpoint of the sign-in server, as this client.
///
/// # Errors
/// If there is no response. A refusal is a response.
pub(crate) async fn post(
    http: &Http,
    config: &ClientConfig,
    to: &'static str,
    why: &'static str,
    endpoint: &Url,
    form: Vec<Field>,
) -> Result<Response> {
    let request = Request::post(to, why, endpoint.clone(), form);
    http.send(config.authentication.add_to(request)).await
}
