//! A callback whose page is still to come.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::oauth::response::AuthorizationResponse;
use crate::signin::listener::page::Page;

/// A page that nobody reads is given up.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The answer to our request, and the browser that waits for its page.
#[derive(Debug)]
pub(crate) struct PendingCallback {
    redirect: AuthorizationResponse,
    page: oneshot::Sender<Page>,
    sent: oneshot::Receiver<()>,
}

impl PendingCallback {
    /// An answer, and where its page will come from.
    pub(crate) fn new(
        redirect: AuthorizationResponse,
        sent: oneshot::Receiver<()>,
    ) -> (PendingCallback, oneshot::Receiver<Page>) {
        let (page, answer) = oneshot::channel();
        (
            PendingCallback {
                redirect,
                page,
                sent,
            },
            answer,
        )
    }

    /// The answer itself.
    pub(crate) fn redirect(&self) -> AuthorizationResponse {
        self.redirect.clone()
    }

    /// Shows the browser how it ended, and waits until that is sent.
    pub(crate) async fn show(self, page: Page) {
        if self.page.send(page).is_ok() {
            let _ = tokio::time::timeout(ANSWER_TIMEOUT, self.sent).await;
        }
    }
}
