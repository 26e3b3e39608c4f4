//! Handles the listener's requests. The response to our authorization request
//! is handed over once; everything else is refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode, header};
use tokio::sync::{mpsc, oneshot};

use crate::config::redirect_uri::RedirectUri;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::signin::listener::page::Page;
use crate::signin::listener::pending::PendingCallback;
use crate::signin::listener::refusals::Refusals;

const MAX_QUERY_BYTES: usize = 4 * 1024;

/// Set for the connection that delivers the response, and dropped when that
/// connection has ended: by then, its page has been sent.
pub(crate) type ConnectionEnd = Mutex<Option<oneshot::Sender<()>>>;

/// Handles the requests of all connections.
#[derive(Debug)]
pub(crate) struct Handler {
    redirect_uri: RedirectUri,
    expected: ExpectedResponse,
    callbacks: mpsc::Sender<PendingCallback>,
    /// Where refused callbacks are told.
    refusals: Option<Refusals>,
    has_response: AtomicBool,
}

impl Handler {
    /// A handler that sends the expected response to `callbacks`.
    pub(crate) fn new(
        redirect_uri: RedirectUri,
        expected: ExpectedResponse,
        callbacks: mpsc::Sender<PendingCallback>,
        refusals: Option<Refusals>,
    ) -> Handler {
        Handler {
            redirect_uri,
            expected,
            callbacks,
            refusals,
            has_response: AtomicBool::new(false),
        }
    }

    /// The page for a request.
    pub(crate) async fn handle(&self, request: &Request<Incoming>, end: &ConnectionEnd) -> Page {
        match self.read(request) {
            Err(page) => page,
            // The first response counts; a second cannot replace it.
            Ok(_) if self.has_response.swap(true, Ordering::SeqCst) => Page::refused(
                StatusCode::BAD_REQUEST,
                "This sign-in has already been answered",
                "The first answer counts. Look at the terminal for how it ended.",
            ),
            Ok(response) => self.hand_over(response, end).await,
        }
    }

    /// Checks method, Host, path and query. The error is the refusal page.
    fn read(&self, request: &Request<Incoming>) -> Result<AuthorizationResponse, Page> {
        let bad =
            |why: &str| Page::refused(StatusCode::BAD_REQUEST, "Not the answer to a sign-in", why);
        // Against DNS rebinding: a hostile page may point its own name at this
        // machine, so only the registered host name is accepted.
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let host = hosts
            .next()
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let ours = self.redirect_uri.authority();
        let is_ours = hosts.next().is_none() && host.eq_ignore_ascii_case(&ours);
        let target = request.uri().authority();
        if !is_ours || target.is_some_and(|target| target.as_str() != ours) {
            return Err(bad(
                "It was sent to a host name other than the registered one.",
            ));
        }
        if request.uri().path() != self.redirect_uri.path {
            return Err(Page::refused(
                StatusCode::NOT_FOUND,
                "Nothing here",
                "This program answers at one address only.",
            ));
        }
        if request.method() != Method::GET {
            return Err(bad("The answer to a sign-in is a GET request."));
        }
        // A code has some hundred characters at most: more is not from a sign-in.
        let query = request.uri().query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(bad("Its query is too long."));
        }
        self.expected.parse_query(query).map_err(|why| {
            if let Some(refusals) = &self.refusals {
                refusals.tell(query, why);
            }
            bad(&format!(
                "It is not what this program is waiting for: {why}."
            ))
        })
    }

    /// Hands over the response. The page comes only after the code exchange and
    /// the checks, so that it shows what really happened.
    async fn hand_over(&self, response: AuthorizationResponse, end: &ConnectionEnd) -> Page {
        let (at_end, sent) = oneshot::channel();
        *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(at_end);
        let (callback, page) = PendingCallback::new(response, sent);
        if self.callbacks.send(callback).await.is_err() {
            return Page::stopped();
        }
        page.await.unwrap_or_else(|_| Page::stopped())
    }
}
