//! The listener at `redirect_uri`: RFC 8252 section 7.3.
//!
//! Every program and every web page on this machine can send it requests, so it
//! accepts only the response to our authorization request. It refuses
//! everything else and keeps waiting.
//!
//! It uses hyper directly: axum's `serve` limits neither the size of a
//! request's head nor the time to receive it.

use std::convert::Infallible;
use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
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

use crate::config::redirect_uri::RedirectUri;
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
    /// Listens at the first of these addresses that is free, and on no other.
    ///
    /// # Errors
    /// If other programs have all of them; the error names those, if possible.
    pub(crate) async fn bind(redirect_uris: &[RedirectUri]) -> Result<Listener> {
        let mut reasons = Vec::new();
        for uri in redirect_uris {
            match bind_all(&uri.socket_addresses()).await {
                Ok(sockets) => {
                    let bound = sockets.first().and_then(|socket| socket.local_addr().ok());
                    let port = bound.map_or(uri.port, |address| address.port());
                    return Ok(Listener {
                        sockets,
                        redirect_uri: uri.at(port),
                    });
                }
                Err(reason) => reasons.push(reason),
            }
        }
        Err(cannot_listen(&reasons))
    }

    /// The address that it listens at.
    pub(crate) fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
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

/// Why it was not possible to listen.
struct Reason {
    address: SocketAddr,
    error: std::io::Error,
    /// The program that has the port, if it can be found.
    holder: Option<String>,
}

/// Listens on every address: a browser may use any of them.
async fn bind_all(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Reason> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(socket) => sockets.push(socket),
            // A machine may have no IPv6; then no browser uses it either.
            Err(error) if !sockets.is_empty() && error.kind() != ErrorKind::AddrInUse => {}
            Err(error) => return Err(Reason::of(*address, error)),
        }
    }
    Ok(sockets)
}

impl Reason {
    fn of(address: SocketAddr, error: std::io::Error) -> Reason {
        let holder = port::other_process_listening_on(address.port());
        Reason {
            address,
            error,
            holder,
        }
    }

    fn is_busy_port(&self) -> bool {
        self.error.kind() == ErrorKind::AddrInUse
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.address.port();
        match &self.holder {
            _ if !self.is_busy_port() => write!(f, "{}", self.error),
            Some(holder) => write!(f, "port {port} is in use by {holder}"),
            None => write!(f, "port {port} is in use"),
        }
    }
}

fn cannot_listen(reasons: &[Reason]) -> Failure {
    let list = |part: fn(&Reason) -> String| reasons.iter().map(part).collect::<Vec<_>>();
    let addresses = list(|reason| reason.address.to_string()).join(" or ");
    let whys = list(Reason::to_string).join("; ");
    let failure = Failure::failed(format!(
        "Cannot listen on {addresses} for the answer to the sign-in: {whys}"
    ));
    let busy: Vec<&Reason> = reasons.iter().filter(|r| r.is_busy_port()).collect();
    let unknown = busy.iter().find(|reason| reason.holder.is_none());
    match (&busy[..], unknown) {
        ([], _) => failure,
        (_, Some(reason)) => failure.with_hint(format!(
            "find the program with 'lsof -i :{}' and stop it",
            reason.address.port()
        )),
        ([_], None) => failure.with_hint("stop that program, then run this again"),
        (_, None) => failure.with_hint("stop one of these programs, then run this again"),
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

    fn expected() -> ExpectedResponse {
        ExpectedResponse {
            state: "S".into(),
            issuer: "https://issuer".into(),
            must_have_iss: false,
        }
    }

    #[tokio::test]
    async fn a_closed_listener_has_freed_its_port() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let uri = RedirectUri::parse(&format!("http://localhost:{port}/callback")).unwrap();
        for _ in 0..3 {
            let bound = Listener::bind(std::slice::from_ref(&uri)).await;
            let listener = bound.expect("the port is free");
            listener.start(expected(), None).close().await;
        }
    }

    #[tokio::test]
    async fn a_listener_that_is_dropped_frees_its_port_too() {
        let free = RedirectUri::parse("http://127.0.0.1:0/callback").unwrap();
        let listener = Listener::bind(&[free]).await.expect("a free port");
        let address = ("127.0.0.1", listener.redirect_uri().port);
        drop(listener.start(expected(), None));
        let freed = async {
            while TcpListener::bind(address).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        let freed = tokio::time::timeout(Duration::from_secs(10), freed).await;
        assert!(freed.is_ok(), "nobody listens there any more");
    }

    #[tokio::test]
    async fn only_an_address_that_this_machine_lacks_is_left_out() {
        let free: SocketAddr = ([127, 0, 0, 1], 0).into();
        // For documentation: no machine has it (RFC 5737).
        let lacking: SocketAddr = ([192, 0, 2, 1], 0).into();
        let other = TcpListener::bind(free).await.expect("a free port");
        let taken = other.local_addr().expect("its address");
        let bound = |addresses: Vec<SocketAddr>| async move {
            let bound = bind_all(&addresses).await;
            bound.map(|sockets| sockets.len()).ok()
        };
        assert_eq!(bound(vec![free, free]).await, Some(2));
        assert_eq!(bound(vec![free, lacking]).await, Some(1));
        assert_eq!(bound(vec![lacking, free]).await, None);
        assert_eq!(bound(vec![free, taken]).await, None);
    }

    #[tokio::test]
    async fn the_first_free_address_is_taken_and_who_has_the_others_is_said() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let uri = |text: String| RedirectUri::parse(&text).unwrap();
        let busy = uri(format!("http://localhost:{port}/callback"));
        let busy_too = uri(format!("http://127.0.0.1:{port}/other"));
        let free = uri("http://127.0.0.1:0/callback".to_owned());
        let listener = Listener::bind(&[busy.clone(), free]).await.unwrap();
        let found = listener.redirect_uri();
        assert!(found.port != port && found.port > 0, "{found:?}");
        assert_eq!(
            found.uri,
            format!("http://127.0.0.1:{}/callback", found.port)
        );
        let failure = Listener::bind(&[busy, busy_too]).await.unwrap_err();
        let said = failure.to_string();
        assert_eq!(
            said.matches(&format!("port {port} is in use")).count(),
            2,
            "{said}"
        );
        // This program itself has the port: it does not ask to be stopped.
        assert!(!said.contains(&std::process::id().to_string()), "{said}");
        assert!(failure.hint().unwrap().contains("lsof"), "{failure:?}");
    }

    #[test]
    fn who_has_the_port_decides_what_can_be_done() {
        let reason = |kind: ErrorKind, holder: Option<&str>| Reason {
            address: ([127, 0, 0, 1], 8083).into(),
            error: kind.into(),
            holder: holder.map(str::to_owned),
        };
        let denied = || reason(ErrorKind::PermissionDenied, None);
        let unknown = || reason(ErrorKind::AddrInUse, None);
        let known = || reason(ErrorKind::AddrInUse, Some("python3 (1)"));
        for (reasons, said, hint) in [
            (vec![denied()], "permission denied", None),
            (
                vec![known()],
                "port 8083 is in use by python3 (1)",
                Some("stop that program, then run this again"),
            ),
            (
                vec![denied(), known()],
                "permission denied; port 8083 is in use by python3 (1)",
                Some("stop that program, then run this again"),
            ),
            (
                vec![known(), known()],
                "port 8083 is in use by python3 (1); port",
                Some("stop one of these programs, then run this again"),
            ),
            (
                vec![known(), unknown()],
                "; port 8083 is in use",
                Some("find the program with 'lsof -i :8083' and stop it"),
            ),
        ] {
            let failure = cannot_listen(&reasons);
            assert!(failure.to_string().contains(said), "{failure}");
            assert_eq!(failure.hint(), hint, "{failure}");
        }
    }
}
