//! `tokens` at OpenID providers that others have written.

mod browser;
mod canaille;
mod checks;
mod django_oauth_toolkit;
mod flows;
mod oidc_provider;
mod pages;
mod provider;
