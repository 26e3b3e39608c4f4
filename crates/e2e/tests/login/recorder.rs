//! HTTP proxies that record who sent what to whom, and what came back.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HOST, LOCATION, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use reqwest::Url;
use reqwest::redirect::Policy;

/// A request that a proxy has passed on, and the answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// Whose proxy it is.
    pub from: &'static str,
    /// The receiver's `Host`.
    pub host: String,
    pub method: String,
    pub path: String,
    /// The names of the parameters, in the query or in a form.
    pub parameters: Vec<String>,
    pub status: u16,
    /// The names of the parameters of the address that a redirect leads to.
    pub redirected_with: Vec<String>,
}

/// The record that two proxies share, in the order in which requests came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Exchange>>>);

impl Record {
    /// Everything so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().expect("no panic here").clone()
    }

    fn begin(&self, exchange: Exchange) -> usize {
        let mut all = self.0.lock().expect("no panic here");
        all.push(exchange);
        all.len() - 1
    }

    fn end(&self, index: usize, status: StatusCode, headers: &HeaderMap) {
        let mut all = self.0.lock().expect("no panic here");
        let to = headers.get(LOCATION).and_then(|to| to.to_str().ok());
        let query = to.and_then(|to| to.split_once('?'));
        all[index].status = status.as_u16();
        all[index].redirected_with = query.map_or_else(Vec::new, |(_, query)| names(query));
    }
}

fn names(form: &str) -> Vec<String> {
    let mut url: Url = "http://form".parse().expect("an address");
    url.set_query(Some(form));
    let pairs = url.query_pairs();
    pairs.map(|(name, _)| name.into_owned()).collect()
}

/// A running proxy.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Host and port.
    pub address: String,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Passing {
    from: &'static str,
    record: Record,
    /// The cloud, and the addresses that stand for it.
    cloud: Url,
    cloud_ports: Vec<u16>,
    client: reqwest::Client,
}

impl Recorder {
    /// Starts the proxy of `from`. What is sent to one of `cloud_ports`, or to the
    /// proxy itself, goes to the cloud at `cloud`; the rest where it says.
    pub(crate) fn start(
        from: &'static str,
        record: &Record,
        cloud: &str,
        cloud_ports: &[u16],
    ) -> Recorder {
        let (runtime, listener) = e2e::server();
        let address = listener.local_addr().expect("an address");
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none());
        let passing = Passing {
            from,
            record: record.clone(),
            cloud: cloud.parse().expect("an address"),
            cloud_ports: [cloud_ports, &[address.port()]].concat(),
            client: client.build().expect("a client"),
        };
        let app = Router::new().fallback(pass_on).with_state(passing);
        runtime.spawn(async move { axum::serve(listener, app).await });
        Recorder {
            address: address.to_string(),
            _runtime: runtime,
        }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        let port = self.address.rsplit(':').next();
        port.and_then(|port| port.parse().ok()).expect("a port")
    }
}

async fn pass_on(State(passing): State<Passing>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.expect("a host").to_owned();
    // What a browser asks its maker's servers for is not part of a login.
    if parts.method == Method::CONNECT || !is_here(&host) {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::FORBIDDEN;
        return refused;
    }
    let index = passing.record.begin(Exchange {
        from: passing.from,
        host: host.clone(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        parameters: parameters(&parts.uri, &body),
        status: 0,
        redirected_with: Vec::new(),
    });
    let url = passing.url(&host, &parts.uri);
    let call = passing.client.request(parts.method, url);
    let answer = call.headers(parts.headers).body(body).send().await;
    let answer = answer.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.expect("a whole answer");
    passing.record.end(index, status, &headers);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // It is passed on in one piece.
    for header in [CONTENT_LENGTH, TRANSFER_ENCODING] {
        response.headers_mut().remove(header);
    }
    response
}

/// Whether a `Host` is this machine.
fn is_here(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "127.0.0.1" || name == "localhost" || name.ends_with(".localhost")
}

fn parameters(uri: &Uri, body: &Bytes) -> Vec<String> {
    if body.is_empty() {
        return names(uri.query().unwrap_or_default());
    }
    names(&String::from_utf8_lossy(body))
}

impl Passing {
    /// Where the request goes.
    fn url(&self, host: &str, uri: &Uri) -> Url {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let asked: Url = format!("http://{host}{path}").parse().expect("an address");
        let port = asked.port().unwrap_or(80);
        if !self.cloud_ports.contains(&port) {
            return asked;
        }
        self.cloud.join(path).expect("an address")
    }
}
