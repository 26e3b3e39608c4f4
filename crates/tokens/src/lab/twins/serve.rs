//! A small HTTP server on loopback, for as long as something waits for it.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::time::Duration;

use common::{Failure, Result};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// How long a client may take to send its request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The parts of a request that a twin looks at.
#[derive(Default)]
pub(crate) struct Received {
    pub query: String,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    pub body: String,
}

/// A response: its status and its text.
pub(crate) type Reply = (StatusCode, String);

/// Serves `answer` on 127.0.0.1 while `work` runs, which is given the URL. When
/// this returns, nothing listens there any more.
///
/// # Errors
/// If there is no free port, or as `work`.
pub(crate) async fn while_serving<T>(
    answer: impl AsyncFn(Received) -> Reply,
    work: impl AsyncFnOnce(Url) -> Result<T>,
) -> Result<T> {
    let failed =
        |error: &dyn std::error::Error| Failure::failed(format!("Cannot start a twin: {error}"));
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(|error| failed(&error))?;
    let address = socket.local_addr().map_err(|error| failed(&error))?;
    let url = Url::parse(&format!("http://{address}/")).map_err(|error| failed(&error))?;
    tokio::select! {
        result = work(url) => result,
        never = accept(&socket, &answer) => match never {},
    }
}

async fn accept(socket: &TcpListener, answer: &impl AsyncFn(Received) -> Reply) -> Infallible {
    loop {
        match socket.accept().await {
            Ok((stream, _)) => serve(stream, answer).await,
            // Usually out of file descriptors: some will become free again.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Serves one request on one connection.
async fn serve(stream: TcpStream, answer: &impl AsyncFn(Received) -> Reply) {
    let service = service_fn(async |request| {
        let (status, text) = match read(request).await {
            Some(received) => answer(received).await,
            None => (StatusCode::BAD_REQUEST, String::new()),
        };
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = status;
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, plain);
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A broken connection affects only its client.
    let _ = tokio::time::timeout(REQUEST_TIMEOUT * 2, connection).await;
}

async fn read(request: Request<Incoming>) -> Option<Received> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let header = request.headers().get(AUTHORIZATION);
    let authorization = header
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = Limited::new(request.into_body(), MAX_BODY_BYTES);
    let bytes = body.collect().await.ok()?.to_bytes();
    Some(Received {
        query,
        authorization,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_twin_listens_on_loopback_and_only_while_it_is_needed() {
        let answer = async |received: Received| (StatusCode::OK, received.query);
        let url = while_serving(answer, async |url| {
            assert_eq!(url.host_str(), Some("127.0.0.1"));
            let mut stream = TcpStream::connect(url.authority()).await.unwrap();
            let request = b"GET /?a=b HTTP/1.1\r\nhost: x\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
            assert!(text.ends_with("a=b"), "{text}");
            Ok(url)
        });
        let url = url.await.unwrap();
        let refused = TcpStream::connect(url.authority()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
