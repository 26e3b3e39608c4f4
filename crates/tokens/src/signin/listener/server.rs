//! The listener at `redirect_uri`: RFC 8252 section 7.3.
//!
//! Every program and every web page on this machine can call it, so it takes
//! one thing only: the response to our request. It refuses all else, and goes on
//! waiting.
//!
//! By hand with hyper: axum's `serve` sets no limits on the size and the time of
//! a request's head.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api_core::{Failure, Result};
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

/// How long a connection may take to send its request: a browser does so at once.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The limit of a request's head. Browsers send `localhost` the cookies of every program
/// that was ever developed there.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The port, held before the browser opens. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    redirect_uri: RedirectUri,
}

/// A listener that takes requests. It ends, with its connections, when this is
/// dropped.
#[derive(Debug)]
pub(crate) struct RunningListener {
    callbacks: mpsc::Receiver<PendingCallback>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on 127.0.0.1 and on ::1, for a browser may take either for
    /// `localhost`, and on no other address.
    ///
    /// # Errors
    /// If another program has the port; it is named where that can be told.
    pub(crate) async fn bind(redirect_uri: &RedirectUri) -> Result<Listener> {
        let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, redirect_uri.port));
        let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, redirect_uri.port));
        let mut sockets = Vec::new();
        for address in [v4, v6] {
            match TcpListener::bind(address).await {
                Ok(socket) => sockets.push(socket),
                // A machine may have no IPv6; then no browser gets there either.
                Err(error) if address == v6 && error.kind() != std::io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(cannot_listen(address, &error)),
            }
        }
        Ok(Listener {
            sockets,
            redirect_uri: redirect_uri.clone(),
        })
    }

    /// Takes requests from now on, and waits for the expected response.
    pub(crate) fn start(self, expected: ExpectedResponse) -> RunningListener {
        let (sender, callbacks) = mpsc::channel(1);
        let handler = Arc::new(Handler::new(self.redirect_uri, expected, sender));
        let task = tokio::spawn(accept(self.sockets, handler));
        RunningListener { callbacks, task }
    }
}

impl RunningListener {
    /// The callback with the response to our request.
    pub(crate) async fn callback(&mut self) -> Option<PendingCallback> {
        self.callbacks.recv().await
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
            "Cannot listen on {address} for the sign-in's answer: {why}"
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
            // Out of file descriptors, as a rule: some will be free again.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        connections.admit(|guard| serve(stream, handler.clone(), guard));
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

/// One connection, one request.
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
    // A broken connection concerns only the one who broke it.
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
