//! Who gets in at the listener: the answer to our request, once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode, header};
use tokio::sync::{mpsc, oneshot};

use crate::config::Callback;
use crate::oauth::response::{AuthorizationResponse, Expected};
use crate::signin::listener::page::Page;
use crate::signin::listener::pending::PendingCallback;

const MAX_QUERY_BYTES: usize = 4 * 1024;

/// Filled when a connection brings the answer, dropped when it has ended:
/// then its page is sent.
pub(crate) type Ended = Mutex<Option<oneshot::Sender<()>>>;

/// What decides who gets in.
#[derive(Debug)]
pub(crate) struct Handler {
    callback: Callback,
    expected: Expected,
    arrival: mpsc::Sender<PendingCallback>,
    answered: AtomicBool,
}

impl Handler {
    /// A handler for the answer to `expected`.
    pub(crate) fn new(
        callback: Callback,
        expected: Expected,
        arrival: mpsc::Sender<PendingCallback>,
    ) -> Handler {
        Handler {
            callback,
            expected,
            arrival,
            answered: AtomicBool::new(false),
        }
    }

    /// The page for a request.
    pub(crate) async fn answer(&self, request: &Request<Incoming>, sent: &Ended) -> Page {
        match self.read(request) {
            Err(page) => page,
            // The first answer counts; a second cannot replace it.
            Ok(_) if self.answered.swap(true, Ordering::SeqCst) => Page::refused(
                StatusCode::BAD_REQUEST,
                "This sign-in has been answered already",
                "The first answer counts. Look at the terminal for how it ended.",
            ),
            Ok(redirect) => self.hand_over(redirect, sent).await,
        }
    }

    /// Method, Host, path and query: everything but our own answer is refused.
    fn read(&self, request: &Request<Incoming>) -> Result<AuthorizationResponse, Page> {
        let bad =
            |why: &str| Page::refused(StatusCode::BAD_REQUEST, "Not the answer to a sign-in", why);
        // Against DNS rebinding: another name for this address is not ours.
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let host = hosts
            .next()
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        if hosts.next().is_some() || !host.eq_ignore_ascii_case(&self.callback.authority()) {
            return Err(bad(
                "It was sent to another host name than the registered one.",
            ));
        }
        if request
            .uri()
            .authority()
            .is_some_and(|a| a.as_str() != self.callback.authority())
        {
            return Err(bad(
                "It was sent to another host name than the registered one.",
            ));
        }
        if request.uri().path() != self.callback.path {
            return Err(Page::refused(
                StatusCode::NOT_FOUND,
                "Nothing here",
                "This program answers one address only.",
            ));
        }
        if request.method() != Method::GET {
            return Err(bad("A sign-in is answered with GET."));
        }
        let query = request.uri().query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(bad("Its query is too long."));
        }
        self.expected
            .read(query)
            .map_err(|why| bad(&format!("It is not what this program waits for: {why}.")))
    }

    /// The page is written after exchange and checks, so that it says what
    /// really happened.
    async fn hand_over(&self, redirect: AuthorizationResponse, sent: &Ended) -> Page {
        let (ended, when_sent) = oneshot::channel();
        *sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        let (arrival, answer) = PendingCallback::new(redirect, when_sent);
        if self.arrival.send(arrival).await.is_err() {
            return Page::stopped();
        }
        answer.await.unwrap_or_else(|_| Page::stopped())
    }
}
