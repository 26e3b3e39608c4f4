//! How the user signs in: in a browser, by a pasted URL, or headless.

use std::sync::Arc;
use std::time::Duration;

use common::settings::Secret;
use common::text::visible_line;
use common::{Console, Failure, Result, Settings};

use crate::args::LoginArgs;
use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::http::request::without_query;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::oauth::discovery::Provider;
use crate::signin::browser;
use crate::signin::headless::Headless;
use crate::signin::listener::page::Page;
use crate::signin::listener::pending::PendingCallback;
use crate::signin::listener::server::{Listener, RunningListener};
use crate::signin::paste;
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

/// How the user signs in.
#[derive(Clone, Debug)]
pub(crate) enum SignInMethod {
    /// In a browser that this program opens: `BROWSER`, or the default one.
    Browser(Option<String>),
    /// In a browser that the user opens.
    NoBrowser,
    /// Without a browser: as the test user, over HTTP.
    Headless { username: String, password: Secret },
}

impl SignInMethod {
    /// The method that the flags of a login select.
    ///
    /// # Errors
    /// As [`SignInMethod::headless`].
    pub(crate) fn of_login(
        args: &LoginArgs,
        config: &ClientConfig,
        settings: &Settings,
    ) -> Result<SignInMethod> {
        if args.headless {
            SignInMethod::headless(config, settings)
        } else if args.no_browser {
            Ok(SignInMethod::NoBrowser)
        } else {
            Ok(SignInMethod::browser(settings))
        }
    }

    /// In the browser of the settings.
    pub(crate) fn browser(settings: &Settings) -> SignInMethod {
        SignInMethod::Browser(settings.browser.clone())
    }

    /// As the test user.
    ///
    /// # Errors
    /// Exit code 2 without the test user's password.
    pub(crate) fn headless(config: &ClientConfig, settings: &Settings) -> Result<SignInMethod> {
        Ok(SignInMethod::Headless {
            username: config.username.clone().unwrap_or_default(),
            password: settings.password()?.clone(),
        })
    }
}

/// The authorization response, and the browser that is waiting for a page.
pub(crate) struct ReceivedResponse {
    response: AuthorizationResponse,
    /// How it came.
    channel: Channel,
    browser: Option<(PendingCallback, RunningListener)>,
}

/// Where the answer will be received.
pub(crate) enum Receiver<'a> {
    /// A port, bound before anything is asked: if another program had it, that
    /// program would get the code.
    Listener(Listener),
    /// This program itself, which takes the browser's part.
    Headless(RedirectUri, Headless<'a>),
}

impl Receiver<'_> {
    /// The registered address.
    pub(crate) fn redirect_uri(&self) -> &RedirectUri {
        match self {
            Receiver::Listener(listener) => listener.redirect_uri(),
            Receiver::Headless(redirect_uri, _) => redirect_uri,
        }
    }
}

/// What a sign-in needs.
pub(crate) struct SignIn<'a> {
    pub config: &'a ClientConfig,
    pub console: &'a Arc<Console>,
    pub transcript: &'a Transcript,
    pub method: &'a SignInMethod,
    /// How long the user may take.
    pub timeout: Duration,
}

impl<'a> SignIn<'a> {
    /// Chooses the address that the answer is to be sent to: the first whose
    /// port is free.
    ///
    /// # Errors
    /// If none is.
    pub(crate) async fn receiver(&self) -> Result<Receiver<'a>> {
        let redirect_uris = &self.config.redirect_uris;
        if let SignInMethod::Headless { username, password } = self.method {
            let headless = Headless::new(self.transcript.clone(), username, password);
            return Ok(Receiver::Headless(redirect_uris[0].clone(), headless));
        }
        let bound = Listener::bind(redirect_uris).await;
        let listener = bound.map_err(|failure| match failure.hint() {
            Some(hint) => {
                let hint = format!("{hint}; {}", self.config.server.hints.busy_port);
                failure.with_hint(hint)
            }
            None => failure,
        })?;
        Ok(Receiver::Listener(listener))
    }

    /// Sends the authorization request through the browser and waits for the
    /// response at `receiver`.
    ///
    /// # Errors
    /// If the time is up, or the headless sign-in fails.
    pub(crate) async fn authorize(
        &self,
        request: &AuthorizationRequest,
        receiver: Receiver<'_>,
        provider: &Provider,
    ) -> Result<ReceivedResponse> {
        let expected = ExpectedResponse::to(request, provider);
        let limit = self.timeout;
        let answer = async {
            match receiver {
                Receiver::Headless(_, headless) => {
                    self.headless(headless, request, &expected).await
                }
                Receiver::Listener(port) => {
                    self.in_a_browser(port, request, expected.clone()).await
                }
            }
        };
        let Ok(ended) = tokio::time::timeout(limit, answer).await else {
            let message = format!("Nobody signed in within {} s", limit.as_secs());
            return Err(Failure::failed(message).with_hint(
                "run this again, or wait longer with --timeout SECONDS. Where this machine has no browser: --no-browser, then paste the address that another one shows at the end",
            ));
        };
        let received = ended?;
        received
            .response
            .narrate(self.transcript, received.channel, request, &expected);
        Ok(received)
    }

    async fn headless(
        &self,
        headless: Headless<'_>,
        request: &AuthorizationRequest,
        expected: &ExpectedResponse,
    ) -> Result<ReceivedResponse> {
        let _working = self.console.working("Signing in as the test user");
        let response = headless.sign_in(request, expected).await?;
        Ok(ReceivedResponse {
            response,
            channel: Channel::Headless,
            browser: None,
        })
    }

    async fn in_a_browser(
        &self,
        port: Listener,
        request: &AuthorizationRequest,
        expected: ExpectedResponse,
    ) -> Result<ReceivedResponse> {
        let mut listener = port.start(expected.clone(), Some(self.console.clone()));
        self.show_address(request);
        // A browser on another machine (SSH, a container) cannot reach the
        // listener: the person may paste the address that it shows instead.
        let pasted = paste::pasted(self.console, &request.redirect_uri, &expected);
        let _working = self.console.working(format!(
            "Waiting for the sign-in at {}",
            request.redirect_uri.uri
        ));
        let response = tokio::select! {
            Some(callback) = listener.callback() => {
                return Ok(ReceivedResponse {
                    response: callback.response(),
                    channel: Channel::Callback,
                    browser: Some((callback, listener)),
                });
            }
            response = pasted => response,
        };
        listener.close().await;
        Ok(ReceivedResponse {
            response,
            channel: Channel::Pasted,
            browser: None,
        })
    }

    /// Prints the URL unbroken on a line of its own, whether or not a browser
    /// opens, and opens one if the method is `Browser`.
    fn show_address(&self, request: &AuthorizationRequest) {
        let channel = Channel::Browser;
        let heading = format!("the browser is sent to {}", without_query(&request.url));
        let text = format!("{} Nothing here is secret.", channel.who_sees());
        let step = self.transcript.step(channel, &heading, &text);
        step.fields(&request.fields);
        self.console
            .message("Sign in with a browser at this address:");
        self.console.message("");
        self.console.message(&visible_line(request.url.as_str()));
        self.console.message("");
        if let Some(command) = browser::ssh_forward(&request.redirect_uri) {
            self.console.message(
                "This is an SSH session. If your browser is on the other machine, first run there:",
            );
            self.console.message(&format!("    {command}"));
        }
        if let SignInMethod::Browser(browser) = self.method {
            browser::open(
                self.console,
                browser.as_deref(),
                &request.url,
                browser::INSTEAD,
            );
        }
    }
}

impl ReceivedResponse {
    /// The sign-in server's response.
    pub(crate) fn response(&self) -> AuthorizationResponse {
        self.response.clone()
    }

    /// Sends the page to the waiting browser, then closes the listener.
    pub(crate) async fn show(self, page: Page) {
        if let Some((callback, listener)) = self.browser {
            callback.show(page).await;
            listener.close().await;
        }
    }
}
