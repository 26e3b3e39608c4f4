//! The flags that name a sign-in server other than the one that `create` made.

/// A sign-in server of any make, and this program as its client.
#[derive(Clone, Debug, clap::Args)]
pub struct ProviderArgs {
    /// Sign in at this OpenID provider instead of the stack that create made; takes its issuer, for example https://login.example.com/realm
    #[arg(long, value_name = "URL", conflicts_with = "state")]
    pub issuer: Option<String>,

    /// With --issuer: the id under which this program is registered there
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,

    /// With --issuer and CLIENT_SECRET: how the secret is sent, in a header or in the form [default: as the provider's discovery document says]
    #[arg(long, value_name = "METHOD")]
    pub client_auth: Option<ClientAuthMethod>,

    /// With --issuer: the API to call with the access token [default: none is called]
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
}

/// How a client with a secret authenticates: `client_secret_basic` in a header,
/// or `client_secret_post` in the form (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
#[allow(missing_docs)]
pub enum ClientAuthMethod {
    Basic,
    Post,
}
