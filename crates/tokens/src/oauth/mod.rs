//! OAuth 2.0 and OpenID Connect, as the RFCs have them: the authorization
//! request and its response, the code's exchange, and what comes after.

pub(crate) mod discovery;
pub(crate) mod logout;
pub(crate) mod refresh;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod scope;
pub(crate) mod token;
pub(crate) mod userinfo;
