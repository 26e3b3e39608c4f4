//! `--no-browser`: the URL that the browser ended at, pasted into the terminal.
//! For a browser on another machine, which cannot reach our listener.

use std::io::{BufRead, IsTerminal};

use common::Console;
use tokio::sync::mpsc;

use crate::config::RedirectUri;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};

/// Reads lines from stdin until one is the response. If stdin is not a
/// terminal, waits forever: it may belong to another program.
pub(crate) async fn pasted(
    console: &Console,
    redirect_uri: &RedirectUri,
    expected: &ExpectedResponse,
) -> AuthorizationResponse {
    if !std::io::stdin().is_terminal() {
        return std::future::pending().await;
    }
    console
        .message("Or paste here the address that the browser shows at the end, and press Enter:");
    let mut lines = lines();
    while let Some(line) = lines.recv().await {
        if line.trim().is_empty() {
            continue;
        }
        match expected.parse_url(redirect_uri, &line) {
            Ok(response) => return response,
            Err(why) => console.note(&format!(
                "This is not the answer to the sign-in: {why}. The address must begin with {}",
                redirect_uri.uri
            )),
        }
    }
    std::future::pending().await
}

/// Reads in a separate thread: a blocking `read` cannot be cancelled, and must
/// not keep the program from exiting.
fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
