//! A callback whose page has not been sent yet.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::oauth::authorization_response::AuthorizationResponse;
use crate::signin::listener::page::Page;

/// How long the browser may take to receive the page.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// The response to our request, and the browser that is waiting for a page.
#[derive(Debug)]
pub(crate) struct PendingCallback {
    response: AuthorizationResponse,
    page: oneshot::Sender<Page>,
    sent: oneshot::Receiver<()>,
}

impl PendingCallback {
    /// A callback, and the receiver of the page to send. `sent` closes when the
    /// page has been sent.
    pub(crate) fn new(
        response: AuthorizationResponse,
        sent: oneshot::Receiver<()>,
    ) -> (PendingCallback, oneshot::Receiver<Page>) {
        let (sender, page) = oneshot::channel();
        let callback = PendingCallback {
            response,
            page: sender,
            sent,
        };
        (callback, page)
    }

    /// The response itself.
    pub(crate) fn response(&self) -> AuthorizationResponse {
        self.response.clone()
    }

    /// Sends the page to the browser, and waits until it is sent.
    pub(crate) async fn show(self, page: Page) {
        if self.page.send(page).is_ok() {
            let _ = tokio::time::timeout(SEND_TIMEOUT, self.sent).await;
        }
    }
}
