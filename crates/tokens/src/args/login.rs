//! The flags of a login in a browser: of `tokens` without the word of a command.

use super::grant::{GrantArgs, SignInArgs};

/// The flags of a login in a browser.
#[derive(Clone, Debug, clap::Args)]
pub struct LoginArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub grant: GrantArgs,

    /// The route to call, for example "POST /hello" [default: the first of the table]
    #[arg(long, value_name = "ROUTE", conflicts_with = "print")]
    pub route: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub request: RequestArgs,

    /// A registered address to receive the answer at; may be repeated, the first whose port is free is taken [default: what state.json lists, or http://localhost:8083/callback]
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Vec<String>,

    /// With --issuer and --logout: the registered address that the provider sends the browser to afterwards
    #[arg(long, value_name = "URI", requires = "logout")]
    pub post_logout_redirect_uri: Option<String>,

    /// Open the page for new users instead of the sign-in page
    #[arg(long, conflicts_with = "headless")]
    pub signup: bool,

    /// Open no browser: print the address, and take the answer from the listener or pasted
    #[arg(long, conflicts_with = "headless")]
    pub no_browser: bool,

    /// Sign in as the test user by filling in the sign-in form over HTTP
    #[arg(long)]
    pub headless: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub sign_in: SignInArgs,
}

/// What the authorization request asks for beside scopes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RequestArgs {
    /// What the sign-in page shows: none, login, consent or select_account; several between spaces (OpenID Connect Core section 3.1.2.1)
    #[arg(long, value_name = "VALUES")]
    pub prompt: Option<String>,

    /// The name that the sign-in page fills in
    #[arg(long, value_name = "NAME")]
    pub login_hint: Option<String>,

    /// How long ago the person may have signed in; the id token must say when that was
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(0..=3_153_600_000))]
    pub max_age: Option<i64>,

    /// Push the request to the provider first, so that the browser carries nothing but a reference (RFC 9126) [default: where the provider requires it]
    #[arg(long)]
    pub par: bool,
}
