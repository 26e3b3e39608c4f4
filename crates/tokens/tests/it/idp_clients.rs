//! What the tests' sign-in server does with clients that have a secret or a key,
//! push their requests, or have no callback.

use std::collections::{HashMap, VecDeque};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::idp::{CLIENT, Idp, Parameters};
use crate::jwt::{base64url, sha256};

pub(crate) const DEVICE_CODE: &str = "device-code-of-the-test";
pub(crate) const USER_CODE: &str = "WDJB-MJHT";

/// What the server knows of its clients, and demands of them.
#[derive(Default)]
pub(crate) struct Clients {
    /// The forms and the requests with a token, in order.
    pub seen: Vec<Seen>,
    /// The client's secret, if it has one.
    pub secret: Option<&'static str>,
    /// Whether tokens are bound to the key of a proof.
    pub binds: bool,
    /// The nonce that proofs must have, at the server and at the API.
    pub nonce: Option<&'static str>,
    pub api_nonce: Option<&'static str>,
    /// The thumbprint of the newest proof's key.
    pub thumbprint: Option<String>,
    /// The errors before the tokens for a device code.
    pub device_errors: VecDeque<&'static str>,
    pub pushed: HashMap<String, Parameters>,
    proofs: Vec<String>,
}

/// A request, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub path: String,
    pub authorization: Option<String>,
    pub proof: Option<Value>,
    pub form: Parameters,
}

/// Adds an endpoint beside the token endpoint to a discovery document.
pub(crate) fn offer(document: &mut Value, name: &str, path: &str) {
    let token = document["token_endpoint"].as_str().unwrap();
    document[name] = json!(token.replace("/oauth2/token", path));
}

/// Records the request; refuses one whose client or proof is not good.
pub(crate) async fn admit(idp: &Idp, request: Request) -> Result<Request, Box<Response>> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let mut seen = Seen {
        path: head.uri.path().to_owned(),
        authorization: header("authorization"),
        proof: None,
        form: Parameters::default(),
    };
    if head.method == Method::POST {
        seen.form = form_urlencoded::parse(&body).into_owned().collect();
    }
    let url = format!("{}{}", idp.url(), seen.path);
    let proof = header("dpop");
    let mut state = idp.state();
    let clients = &mut state.clients;
    let checked = proof.map(|proof| clients.check_proof(&proof, &head.method, &url, &seen));
    if let Some(Ok(claims)) = &checked {
        seen.proof = Some(claims.clone());
    }
    if head.method == Method::POST || seen.authorization.is_some() {
        clients.seen.push(seen.clone());
    }
    if let Some(Err(refused)) = checked {
        return Err(refused);
    }
    clients.check_client(&seen)?;
    clients.check_token(&seen)?;
    drop(state);
    Ok(Request::from_parts(head, Body::from(body)))
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

fn with_nonce(mut response: Response, nonce: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.insert("dpop-nonce", HeaderValue::from_static(nonce));
    response
}

impl Clients {
    /// The secret, in one place and right.
    fn check_client(&self, seen: &Seen) -> Result<(), Box<Response>> {
        let endpoints = ["/oauth2/token", "/oauth2/revoke", "/par", "/device"];
        let Some(secret) = self.secret.filter(|_| endpoints.contains(&&*seen.path)) else {
            return Ok(());
        };
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let basic = format!("{}:{}", encoded(CLIENT), encoded(secret));
        let basic = format!("Basic {}", STANDARD.encode(basic));
        let posted = seen.form.get("client_secret");
        match (&seen.authorization, posted) {
            (Some(header), None) if *header == basic => Ok(()),
            (None, Some(posted)) if posted == secret => Ok(()),
            _ => Err(Box::new(refuse(StatusCode::UNAUTHORIZED, "invalid_client"))),
        }
    }

    /// A token that is bound to a key needs its proof.
    fn check_token(&self, seen: &Seen) -> Result<(), Box<Response>> {
        let resources = ["/oauth2/userInfo", "/dev/hello"];
        if !self.binds || !resources.contains(&&*seen.path) {
            return Ok(());
        }
        let is_bound = seen
            .authorization
            .as_ref()
            .is_some_and(|a| a.starts_with("DPoP "));
        if is_bound && seen.proof.is_some() {
            return Ok(());
        }
        let challenge = [("www-authenticate", "DPoP algs=\"ES256\"")];
        Err(Box::new(
            (StatusCode::UNAUTHORIZED, challenge).into_response(),
        ))
    }

    /// RFC 9449 section 4.3.
    fn check_proof(
        &mut self,
        proof: &str,
        method: &Method,
        url: &str,
        seen: &Seen,
    ) -> Result<Value, Box<Response>> {
        let bad = || Box::new(refuse(StatusCode::BAD_REQUEST, "invalid_dpop_proof"));
        let header = jsonwebtoken::decode_header(proof).map_err(|_| bad())?;
        let jwk: Jwk = header.jwk.ok_or_else(bad)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| bad())?;
        let claims: Value = jsonwebtoken::decode(proof, &key, &validation)
            .map_err(|_| bad())?
            .claims;
        let token = seen
            .authorization
            .as_deref()
            .and_then(|a| a.strip_prefix("DPoP "));
        let ath = token.map(|token| json!(base64url(&sha256(token))));
        let jti = claims["jti"].to_string();
        let good = header.typ.as_deref() == Some("dpop+jwt")
            && claims["htm"] == method.as_str()
            && claims["htu"] == url
            && claims.get("ath") == ath.as_ref()
            && !self.proofs.contains(&jti);
        if !good {
            return Err(bad());
        }
        self.proofs.push(jti);
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256);
        self.thumbprint = Some(thumbprint.unwrap());
        let at_api = seen.path == "/dev/hello";
        let nonce = if at_api { self.api_nonce } else { self.nonce };
        match nonce {
            Some(nonce) if claims["nonce"] != nonce && at_api => {
                let challenge = [("www-authenticate", "DPoP error=\"use_dpop_nonce\"")];
                let refused = (StatusCode::UNAUTHORIZED, challenge).into_response();
                Err(Box::new(with_nonce(refused, nonce)))
            }
            Some(nonce) if claims["nonce"] != nonce => {
                let refused = refuse(StatusCode::BAD_REQUEST, "use_dpop_nonce");
                Err(Box::new(with_nonce(refused, nonce)))
            }
            _ => Ok(claims),
        }
    }
}

/// RFC 9126 section 2.2.
pub(crate) async fn par(State(idp): State<Idp>, Form(form): Form<Parameters>) -> Response {
    let mut state = idp.state();
    let request_uri = format!("urn:test:{}", state.clients.pushed.len());
    state.clients.pushed.insert(request_uri.clone(), form);
    let answer = json!({ "request_uri": request_uri, "expires_in": 60 });
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// RFC 8628 section 3.2.
pub(crate) async fn device(State(idp): State<Idp>, _: HeaderMap) -> Json<Value> {
    let page = format!("{}/activate", idp.url());
    Json(json!({
        "device_code": DEVICE_CODE,
        "user_code": USER_CODE,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={USER_CODE}"),
        "expires_in": 600,
        "interval": 1,
    }))
}
