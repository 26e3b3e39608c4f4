//! TLS before a cloud, with a certificate authority that nobody knows: as a
//! company's proxy and AWS's own emulator have.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, LOCATION, TRANSFER_ENCODING};
use axum::response::Response;
use axum::serve::Listener;
use common::settings::ca_bundle::to_pem;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A running server that passes on what it decrypts.
#[derive(Debug)]
pub struct TlsFront {
    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub url: String,
    /// The certificate of its authority, in PEM.
    pub ca_pem: String,
    _runtime: tokio::runtime::Runtime,
}

impl TlsFront {
    /// Starts a server before the one at `target`, an address such as
    /// `http://127.0.0.1:4566`. Of the addresses that the cloud answers with,
    /// its own and those of its APIs lead here.
    pub fn start(target: &str) -> TlsFront {
        let (config, ca_pem) = certificates();
        let (runtime, tcp) = crate::server();
        let listener = TlsListener {
            tcp,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        };
        let address = listener.tcp.local_addr().expect("an address");
        let passed_on = PassedOn {
            target: target.to_owned(),
            here: format!(":{}", address.port()),
            client: client(),
        };
        let app = Router::new().fallback(pass_on).with_state(passed_on);
        runtime.spawn(async move { axum::serve(listener, app).await });
        TlsFront {
            url: format!("https://{address}"),
            ca_pem,
            _runtime: runtime,
        }
    }
}

struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    /// The next client that trusts the certificate.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (client, address) = Listener::accept(&mut self.tcp).await;
            if let Ok(client) = self.acceptor.accept(client).await {
                return (client, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// Redirects are for the program behind TLS.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build();
    client.expect("a client")
}

#[derive(Clone)]
struct PassedOn {
    target: String,
    /// The port of this server, with its colon.
    here: String,
    client: reqwest::Client,
}

impl PassedOn {
    /// Has the addresses in an answer lead here, over TLS.
    fn lead_here(&self, text: &str) -> String {
        let port = self.target.rfind(':').map_or("", |at| &self.target[at..]);
        let api = ".execute-api.localhost";
        let mut text = text.replace(
            &format!("http://127.0.0.1{}", self.here),
            &format!("https://127.0.0.1{}", self.here),
        );
        if text.contains(api) {
            text = text.replace("\"http://", "\"https://");
        }
        text.replace(&format!("{api}{port}"), &format!("{api}{}", self.here))
    }
}

async fn pass_on(State(front): State<PassedOn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let url = format!("{}{}", front.target, parts.uri);
    let request = front.client.request(parts.method, url);
    let mut headers = parts.headers;
    headers.remove(CONTENT_LENGTH);
    let sent = request.headers(headers).body(body).send().await;
    let answer = sent.expect("the cloud answers");
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if *name == LOCATION {
            response = response.header(name, front.lead_here(value.to_str().expect("text")));
        } else if *name != TRANSFER_ENCODING && *name != CONTENT_LENGTH {
            response = response.header(name, value);
        }
    }
    let text = answer.text().await.expect("the cloud's answer");
    let body = Body::from(front.lead_here(&text));
    response.body(body).expect("a response")
}

/// A server's configuration with a new certificate, and its authority's in PEM.
fn certificates() -> (ServerConfig, String) {
    let key = || KeyPair::generate().expect("a key");
    let authority_key = key();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("a root");
    let issuer = Issuer::new(authority, authority_key);

    let server_key = key();
    let names = ["127.0.0.1", "*.execute-api.localhost"].map(str::to_owned);
    let params = CertificateParams::new(names).expect("names");
    let server = params
        .signed_by(&server_key, &issuer)
        .expect("a certificate");
    let private = PrivatePkcs8KeyDer::from(server_key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], private.into())
        .expect("a configuration");
    // The cloud behind it speaks no HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    (config, to_pem(root.der()))
}
