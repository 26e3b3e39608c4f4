//! The front channel: the person signs in somewhere else, and the answer
//! comes back here.

use std::sync::Arc;
use std::time::Duration;

use api_core::settings::Password;
use api_core::{Console, Failure, Result};

use crate::config::ClientConfig;
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::{AuthorizationResponse, Expected};
use crate::output::explain::Explain;
use crate::signin::browser;
use crate::signin::headless::Headless;
use crate::signin::listener::callback::{Listener, RunningListener};
use crate::signin::listener::page::Page;
use crate::signin::listener::pending::PendingCallback;
use crate::signin::paste;

/// How the person signs in.
#[derive(Clone, Debug)]
pub(crate) enum SignInMethod {
    /// In a browser that this program opens: `BROWSER`, or the desktop's own.
    Browser(Option<String>),
    /// In a browser that the person opens.
    NoBrowser,
    /// Not a person: the test user, over HTTP.
    Headless(Password),
}

/// The answer, and who waits to see how it ends.
pub(crate) struct Answered {
    redirect: AuthorizationResponse,
    browser: Option<(PendingCallback, RunningListener)>,
}

/// A way to sign in, with the port held where one is needed.
pub(crate) struct SignIn<'a> {
    pub app: &'a ClientConfig,
    pub console: &'a Arc<Console>,
    pub explain: &'a Explain,
    pub way: &'a SignInMethod,
    pub timeout: Duration,
}

impl SignIn<'_> {
    /// Lets the person sign in and waits for the answer.
    ///
    /// # Errors
    /// If the port is taken, the time is up, or the headless sign-in fails.
    pub(crate) async fn answer(
        &self,
        asked: &AuthorizationRequest,
        issuer: &str,
    ) -> Result<Answered> {
        let expected = Expected {
            state: asked.state.clone(),
            issuer: issuer.to_owned(),
        };
        let limit = self.timeout;
        let answer = async {
            match self.way {
                SignInMethod::Headless(password) => self.headless(password, asked, &expected).await,
                _ => self.in_a_browser(asked, expected).await,
            }
        };
        tokio::time::timeout(limit, answer)
            .await
            .unwrap_or_else(|_| {
                Err(
                    Failure::failed(format!("Nobody signed in within {} s", limit.as_secs()))
                        .with_hint("run this again, or wait longer with --timeout SECONDS"),
                )
            })
    }

    async fn headless(
        &self,
        password: &Password,
        asked: &AuthorizationRequest,
        expected: &Expected,
    ) -> Result<Answered> {
        let _working = self.console.working("Signing in as the test user");
        let browser = Headless::new(self.explain.clone(), self.app, password);
        let redirect = browser.sign_in(&asked.url, expected).await?;
        Ok(Answered {
            redirect,
            browser: None,
        })
    }

    async fn in_a_browser(
        &self,
        asked: &AuthorizationRequest,
        expected: Expected,
    ) -> Result<Answered> {
        // The port first: no browser may be sent to an address where another
        // program listens.
        let listener = Listener::bind(&self.app.callback).await?;
        let mut waiting = listener.wait_for(expected.clone());
        self.show_address(asked);
        let pasted = async {
            match self.way {
                SignInMethod::NoBrowser => {
                    paste::pasted(self.console, &self.app.callback, &expected).await
                }
                _ => std::future::pending().await,
            }
        };
        let _working = self.console.working(format!(
            "Waiting for the sign-in at {}",
            self.app.callback.uri
        ));
        tokio::select! {
            Some(arrival) = waiting.arrival() => Ok(Answered {
                redirect: arrival.redirect(),
                browser: Some((arrival, waiting)),
            }),
            redirect = pasted => Ok(Answered { redirect, browser: None }),
        }
    }

    /// The address stands on a line of its own, unbroken, whether or not a
    /// browser opens.
    fn show_address(&self, asked: &AuthorizationRequest) {
        self.console
            .message("Sign in with a browser at this address:");
        self.console.message("");
        self.console.message(asked.url.as_str());
        self.console.message("");
        if let Some(command) = browser::ssh_forward(&self.app.callback) {
            self.console.message(
                "This is an SSH session. If your browser is on the other machine, first run there:",
            );
            self.console.message(&format!("    {command}"));
        }
        if let SignInMethod::Browser(browser) = self.way {
            browser::open(self.console, browser.as_deref(), &asked.url);
        }
    }
}

impl Answered {
    /// What the sign-in server answered.
    pub(crate) fn redirect(&self) -> AuthorizationResponse {
        self.redirect.clone()
    }

    /// Shows the waiting browser how it ended. The listener lives until then.
    pub(crate) async fn show(self, page: Page) {
        if let Some((arrival, _waiting)) = self.browser {
            arrival.show(page).await;
        }
    }
}
