//! OAuth 2.0 and OpenID Connect, named as in the RFCs: the authorization
//! request and its response, the code exchange, and what comes after.

pub(crate) mod authorization_request;
pub(crate) mod authorization_response;
pub(crate) mod back_channel;
mod client_auth;
pub(crate) mod device_authorization;
pub(crate) mod discovery;
pub(crate) mod dpop;
pub(crate) mod error_code;
pub(crate) mod grant;
pub(crate) mod logout;
pub(crate) mod par;
pub(crate) mod pkce;
pub(crate) mod refresh;
pub(crate) mod scope;
pub(crate) mod token;
pub(crate) mod token_response;
pub(crate) mod token_set;
pub(crate) mod userinfo;
