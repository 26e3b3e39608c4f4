//! Ctrl-C and SIGTERM: at the first, calls in flight complete and are recorded;
//! the second ends the program at once.

use std::future::Future;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::console::Console;
use crate::failure::{Failure, Result};

static STOP: std::sync::LazyLock<watch::Sender<bool>> =
    std::sync::LazyLock::new(|| watch::Sender::new(false));

/// Whether a signal has asked the program to stop: then no new call may start.
pub fn stopping() -> bool {
    *STOP.borrow()
}

/// Completes once a signal has asked the program to stop.
pub async fn stopped() {
    let mut stop = STOP.subscribe();
    // The sender is static, so this can only end when the value is true.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for `future`, or fails with `message` if a signal comes first.
pub async fn or_stop<T>(future: impl Future<Output = T>, message: &str) -> Result<T> {
    tokio::select! {
        value = future => Ok(value),
        () = stopped() => Err(Failure::interrupted(message)),
    }
}

/// Like [`listen`], for a program whose calls change something: at the first
/// signal, a note says what happens next.
///
/// # Errors
/// As [`listen`].
pub fn listen_between_calls(console: Arc<Console>) -> Result<()> {
    listen(move || {
        console.message("");
        console.note("stopping as soon as the calls under way have ended; once more stops at once");
    })
}

/// Starts listening for signals; `on_first` runs at the first one.
///
/// # Errors
/// If the operating system refuses a signal handler.
pub fn listen(on_first: impl FnOnce() + Send + 'static) -> Result<()> {
    let handler = |kind| {
        signal(kind).map_err(|error| Failure::failed(format!("Cannot listen for signals: {error}")))
    };
    let mut interrupt = handler(SignalKind::interrupt())?;
    let mut terminate = handler(SignalKind::terminate())?;
    tokio::spawn(async move {
        next(&mut interrupt, &mut terminate).await;
        STOP.send_replace(true);
        on_first();
        next(&mut interrupt, &mut terminate).await;
        #[expect(clippy::exit, reason = "nothing may wait any more")]
        std::process::exit(130);
    });
    Ok(())
}

async fn next(
    interrupt: &mut tokio::signal::unix::Signal,
    terminate: &mut tokio::signal::unix::Signal,
) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
