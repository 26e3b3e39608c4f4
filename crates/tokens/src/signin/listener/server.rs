//! The listener at `redirect_uri`: RFC 8252 section 7.3.
//!
//! Every program and every web page on this machine can send it requests, so it
//! accepts only the response to our authorization request. It refuses
//! everything else and keeps waiting.
//!
//! It uses hyper directly: axum's `serve` limits neither the size of a
//! request's head nor the time to receive it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use common::{Console, Failure, Result};
use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::RedirectUri;
use crate::oauth::authorization_response::ExpectedResponse;
use crate::signin::listener::connections::{ConnectionGuard, ConnectionLimiter};
use crate::signin::listener::handler::{ConnectionEnd, Handler};
use crate::signin::listener::page::Page;
use crate::signin::listener::pending::PendingCallback;
use crate::signin::listener::port;
use crate::signin::listener::refusals::Refusals;

/// How long a connection may take to send its request: a browser does so at once.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum size of a request's head. Browsers send `localhost` the cookies
/// of every program that was ever developed there.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The port, bound before the browser opens. Dropping this frees it.
#[derive(Debug)]
pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    redirect_uri: RedirectUri,
}

/// A listener that serves requests. Dropping it begins to close it; only
/// [`close`](RunningListener::close) waits until the port is free.
#[derive(Debug)]
pub(crate) struct RunningListener {
    callbacks: mpsc::Receiver<PendingCallback>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on 127.0.0.1 and ::1, as a browser may use either for
    /// `localhost`, and on no other address.
    ///
    /// # Errors
    /// If another program has the port; the error names it if possible.
    pub(crate) async fn bind(redirect_uri: &RedirectUri) -> Result<Listener> {
        let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, redirect_uri.port));
        let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, redirect_uri.port));
        let mut sockets = Vec::new();
        for address in [v4, v6] {
            match TcpListener::bind(address).await {
                Ok(socket) => sockets.push(socket),
                // A machine may have no IPv6; then no browser uses it either.
                Err(error) if address == v6 && error.kind() != std::io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(cannot_listen(address, &error)),
            }
        }
        Ok(Listener {
            sockets,
            redirect_uri: redirect_uri.clone(),
        })
    }

    /// Starts serving requests, and waits for the expected response. With a
    /// console, refused callbacks are told there.
    pub(crate) fn start(
        self,
        expected: ExpectedResponse,
        console: Option<Arc<Console>>,
    ) -> RunningListener {
        let (sender, callbacks) = mpsc::channel(1);
        let refusals = console.map(Refusals::new);
        let handler = Handler::new(self.redirect_uri, expected, sender, refusals);
        let task = tokio::spawn(accept(self.sockets, Arc::new(handler)));
        RunningListener { callbacks, task }
    }
}

impl RunningListener {
    /// Waits for the callback with the response to our request.
    pub(crate) async fn callback(&mut self) -> Option<PendingCallback> {
        self.callbacks.recv().await
    }

    /// Closes the listener and its connections, and waits until the port is
    /// free: the same program may need it again for another sign-in.
    pub(crate) async fn close(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for RunningListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Failure {
    let port = address.port();
    let failure = |why: &str| {
        Failure::failed(format!(
            "Cannot listen on {address} for the answer to the sign-in: {why}"
        ))
    };
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return failure(&error.to_string());
    }
    match port::other_process_listening_on(port) {
        Some(holder) => failure(&format!("port {port} is in use by {holder}"))
            .with_hint("stop that program, then run this again; --headless needs no port"),
        None => failure(&format!("port {port} is in use")).with_hint(format!(
            "find the program with 'lsof -i :{port}' and stop it; --headless needs no port"
        )),
    }
}

async fn accept(sockets: Vec<TcpListener>, handler: Arc<Handler>) {
    let mut connections = ConnectionLimiter::default();
    loop {
        let Some(stream) = next(&sockets).await else {
            // Usually out of file descriptors: some will become free again.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        connections
            .admit(stream, |stream, guard| {
                serve(stream, handler.clone(), guard)
            })
            .await;
    }
}

async fn next(sockets: &[TcpListener]) -> Option<TcpStream> {
    let accepted = match sockets {
        [one] => one.accept().await,
        [one, other, ..] => tokio::select! {
            accepted = one.accept() => accepted,
            accepted = other.accept() => accepted,
        },
        [] => std::future::pending().await,
    };
    accepted.ok().map(|(stream, _)| stream)
}

/// Serves one request on one connection.
async fn serve(stream: TcpStream, handler: Arc<Handler>, guard: ConnectionGuard) {
    let end: Arc<ConnectionEnd> = Arc::default();
    let service = service_fn(|request| {
        guard.request_received();
        let (handler, end) = (handler.clone(), end.clone());
        async move { Ok::<_, Infallible>(response(&handler.handle(&request, &end).await)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(64)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A broken connection affects only its client.
    let _ = connection.await;
}

fn response(page: &Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(page.html.clone())));
    *response.status_mut() = page.status;
    for (name, value) in Page::headers() {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_listener_has_freed_its_port() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let uri = RedirectUri::parse(&format!("http://localhost:{port}/callback")).unwrap();
        for _ in 0..3 {
            let expected = ExpectedResponse {
                state: "S".into(),
                issuer: "https://issuer".into(),
                must_have_iss: false,
            };
            let listener = Listener::bind(&uri).await.expect("the port is free");
            listener.start(expected, None).close().await;
        }
    }
}
