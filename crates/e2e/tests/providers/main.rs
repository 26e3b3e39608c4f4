//! `tokens` at OpenID providers that others have written.

mod browser;
mod flows;
mod oidc_provider;
mod provider;
