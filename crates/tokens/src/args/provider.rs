//! The flags that name a sign-in server other than the one that `create` made.

/// A sign-in server of any make, and this program as its client.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ProviderArgs {
    /// Sign in at this OpenID provider instead of the stack that create made; takes its issuer, for example https://login.example.com/realm
    #[arg(long, value_name = "URL", global = true)]
    pub issuer: Option<String>,

    /// With --issuer: the id under which this program is registered there
    #[arg(long, value_name = "ID", global = true)]
    pub client_id: Option<String>,

    /// With --issuer and CLIENT_SECRET: how the secret is sent, in a header or in the form [default: as the provider's discovery document says]
    #[arg(long, value_name = "METHOD", global = true)]
    pub client_auth: Option<ClientAuthMethod>,

    /// With --issuer: the API to call with the access token [default: none is called]
    #[arg(long, value_name = "URL", global = true)]
    pub api: Option<String>,

    /// A registered address to receive the answer at; may be repeated, the first whose port is free is taken [default: what state.json lists, or http://localhost:8083/callback]
    #[arg(long, value_name = "URI", global = true)]
    pub redirect_uri: Vec<String>,

    /// With --issuer and --logout: the registered address that the provider sends the browser to afterwards
    #[arg(long, value_name = "URI", requires = "logout")]
    pub post_logout_redirect_uri: Option<String>,
}

/// How a client with a secret authenticates: `client_secret_basic` in a header,
/// or `client_secret_post` in the form (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
#[allow(missing_docs)]
pub enum ClientAuthMethod {
    Basic,
    Post,
}

impl ProviderArgs {
    /// A flag that was given, if any.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--issuer", self.issuer.is_some()),
            ("--client-id", self.client_id.is_some()),
            ("--client-auth", self.client_auth.is_some()),
            ("--api", self.api.is_some()),
            ("--redirect-uri", !self.redirect_uri.is_empty()),
        ];
        let given = flags.into_iter().find(|(_, given)| *given);
        given.map(|(name, _)| name)
    }
}
