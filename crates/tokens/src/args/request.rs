//! The flags that add to the requests of a login.

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

/// What the access token is bound to.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct BindingArgs {
    /// The API that the access token is for, as some providers name it; may be repeated
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Vec<String>,

    /// The API that the access token is for, as its URI (RFC 8707); may be repeated
    #[arg(long, value_name = "URI")]
    pub resource: Vec<String>,

    /// Bind the access token to a key of this run, so that a thief of the token alone cannot use it (RFC 9449)
    #[arg(long)]
    pub dpop: bool,
}

impl RequestArgs {
    /// A flag that was given, if any.
    pub(super) fn given(&self) -> Option<&'static str> {
        first([
            ("--prompt", self.prompt.is_some()),
            ("--login-hint", self.login_hint.is_some()),
            ("--max-age", self.max_age.is_some()),
            ("--par", self.par),
        ])
    }
}

impl BindingArgs {
    /// A flag that was given, if any.
    pub(super) fn given(&self) -> Option<&'static str> {
        first([
            ("--audience", !self.audience.is_empty()),
            ("--resource", !self.resource.is_empty()),
            ("--dpop", self.dpop),
        ])
    }
}

/// The first flag that was given.
pub(super) fn first<const N: usize>(flags: [(&'static str, bool); N]) -> Option<&'static str> {
    let given = flags.into_iter().find(|(_, given)| *given);
    given.map(|(name, _)| name)
}
