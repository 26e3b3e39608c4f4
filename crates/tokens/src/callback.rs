//! The listener at `redirect_uri`: RFC 8252 section 7.3.
//!
//! Every program and every web page on this machine can call it, so it takes
//! one thing only: the answer to our request. All else is refused and ends
//! nothing.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api_core::{Failure, Result};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::app::Callback;
use crate::crowd::Crowd;
use crate::page::Page;
use crate::port;
use crate::redirect::{Expected, Redirect};

/// A browser sends its request at once; who does not is cut off.
const REQUEST_TIME: Duration = Duration::from_secs(5);
/// A page that nobody reads is given up.
const ANSWER_TIME: Duration = Duration::from_secs(2);
/// Of a request's head. A code is shorter than 100 bytes, Cognito's cookies for
/// `localhost` are none.
const GREATEST_HEAD: usize = 16 * 1024;
const GREATEST_QUERY: usize = 4 * 1024;

/// The port, held before the browser opens. Dropped, it is free again.
#[derive(Debug)]
pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    callback: Callback,
}

/// The answer to our request, and the browser that waits for its page.
#[derive(Debug)]
pub(crate) struct Arrival {
    redirect: Redirect,
    page: oneshot::Sender<Page>,
    sent: oneshot::Receiver<()>,
}

/// A listener at work. Dropped, it is gone, and so are its connections.
#[derive(Debug)]
pub(crate) struct Waiting {
    arrivals: mpsc::Receiver<Arrival>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on 127.0.0.1 and on ::1, for a browser may take either for
    /// `localhost`, and on no other address.
    ///
    /// # Errors
    /// If another program has the port; it is named where that can be told.
    pub(crate) async fn bind(callback: &Callback) -> Result<Listener> {
        let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, callback.port));
        let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, callback.port));
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
            callback: callback.clone(),
        })
    }

    /// Takes requests from now on, until the answer to `expected` is here.
    pub(crate) fn wait_for(self, expected: Expected) -> Waiting {
        let (arrival, arrivals) = mpsc::channel(1);
        let door = Arc::new(Door {
            callback: self.callback,
            expected,
            arrival,
            answered: AtomicBool::new(false),
        });
        let task = tokio::spawn(accept(self.sockets, door));
        Waiting { arrivals, task }
    }
}

impl Waiting {
    /// The answer to our request.
    pub(crate) async fn arrival(&mut self) -> Option<Arrival> {
        self.arrivals.recv().await
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Arrival {
    /// The answer itself.
    pub(crate) fn redirect(&self) -> Redirect {
        self.redirect.clone()
    }

    /// Shows the browser how it ended, and waits until that is sent.
    pub(crate) async fn show(self, page: Page) {
        if self.page.send(page).is_ok() {
            let _ = tokio::time::timeout(ANSWER_TIME, self.sent).await;
        }
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
    match port::holder(port) {
        Some(holder) => failure(&format!("port {port} is in use by {holder}"))
            .hint("stop that program, then run this again; --headless needs no port"),
        None => failure(&format!("port {port} is in use")).hint(format!(
            "find the program with 'lsof -i :{port}' and stop it; --headless needs no port"
        )),
    }
}

async fn accept(sockets: Vec<TcpListener>, door: Arc<Door>) {
    let mut crowd = Crowd::default();
    loop {
        let Some(stream) = next(&sockets).await else {
            // Out of file descriptors, as a rule: some will be free again.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        crowd.admit(|quiet| serve(stream, door.clone(), quiet));
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
async fn serve(stream: TcpStream, door: Arc<Door>, quiet: crate::crowd::Quiet) {
    // Dropped when the connection has ended: then the page is sent.
    let sent: Arc<Mutex<Option<oneshot::Sender<()>>>> = Arc::default();
    let service = service_fn(|request| {
        quiet.spoke();
        let (door, sent) = (door.clone(), sent.clone());
        async move { Ok::<_, Infallible>(door.answer(&request, &sent).await.into_response()) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .max_buf_size(GREATEST_HEAD)
        .max_headers(64)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A broken connection concerns only the one who broke it.
    let _ = connection.await;
}

/// What decides who gets in.
struct Door {
    callback: Callback,
    expected: Expected,
    arrival: mpsc::Sender<Arrival>,
    answered: AtomicBool,
}

impl Door {
    async fn answer(
        &self,
        request: &Request<Incoming>,
        sent: &Mutex<Option<oneshot::Sender<()>>>,
    ) -> Page {
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
    fn read(&self, request: &Request<Incoming>) -> Result<Redirect, Page> {
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
        if query.len() > GREATEST_QUERY {
            return Err(bad("Its query is too long."));
        }
        self.expected
            .read(query)
            .map_err(|why| bad(&format!("It is not what this program waits for: {why}.")))
    }

    /// The page is written after exchange and checks, so that it says what
    /// really happened.
    async fn hand_over(
        &self,
        redirect: Redirect,
        sent: &Mutex<Option<oneshot::Sender<()>>>,
    ) -> Page {
        let (page, answer) = oneshot::channel();
        let (ended, when_sent) = oneshot::channel();
        *sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        let arrival = Arrival {
            redirect,
            page,
            sent: when_sent,
        };
        if self.arrival.send(arrival).await.is_err() {
            return Page::stopped();
        }
        answer.await.unwrap_or_else(|_| Page::stopped())
    }
}

impl Page {
    fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.html())));
        *response.status_mut() = self.status;
        for (name, value) in Page::headers() {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
