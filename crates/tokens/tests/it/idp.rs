//! A sign-in server and an API, which tests can tell to misbehave. They record
//! their requests.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use url::Url;

use crate::idp_clients::{self, Clients, DEVICE_CODE};
use crate::jwt::{self, SERVER, base64url};
use crate::raw_http;

pub(crate) const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_test";
pub(crate) const POOL: &str = "us-east-1_test";
pub(crate) const CLIENT: &str = "client";
pub(crate) const PASSWORD: &str = "Correct-Horse-1";

pub(crate) type Parameters = HashMap<String, String>;

/// The two tokens before they are signed, for a test to falsify.
pub(crate) struct UnsignedTokens {
    pub header: Value,
    pub id: Value,
    pub access: Value,
    /// Signs the id token, given its header and claims.
    pub sign_id: fn(&Value, &Value) -> String,
    pub sign_access: fn(&Value, &Value) -> String,
    /// The header of the access token, if it is not the same.
    pub access_header: Option<Value>,
    /// What else the token response has.
    pub response: Value,
}

/// Placeholder for the correct `at_hash` of the access token.
const RIGHT_AT_HASH: &str = "right";

/// Falsifies tokens before they are signed.
pub(crate) type Tamper = Box<dyn Fn(&mut UnsignedTokens) + Send>;

/// What a server answers instead, given its own address.
type Answer = Arc<dyn Fn(&SocketAddr) -> Response + Send + Sync>;

/// An access token that is no JWT.
pub(crate) const OPAQUE: &str = "opaque-access-token";

/// What a server has recorded, and how it behaves.
pub(crate) struct ProviderState {
    pub calls: Vec<String>,
    pub revoked: Vec<String>,
    codes: HashMap<String, Parameters>,
    tamper: Tamper,
    /// The issuer of its tokens.
    pub issuer: String,
    /// The paths whose responses are replaced.
    pub overrides: HashMap<&'static str, Answer>,
    /// Changes the discovery document.
    pub discovery: Box<dyn Fn(&mut Value) + Send>,
    /// Whether the authorization endpoint redirects without a password, as with
    /// an open session.
    pub has_session: bool,
    refresh_token: String,
    /// The scope of the newest sign-in.
    granted: Option<String>,
    /// Whether a refresh replaces the refresh token.
    pub rotates: bool,
    /// How many more times a replaced refresh token works.
    pub old_works_for: usize,
    /// Whether a refresh gives any scope that is asked for.
    pub gives_any_scope: bool,
    /// Whether a code that had no challenge is given out with any verifier.
    pub ignores_verifier: bool,
    /// Whether the API fetches keys from where a token says, before it refuses.
    pub follows_jku: bool,
    /// Whether the first JWKS response lacks the key, as after a key rotation.
    pub key_is_new: bool,
    pub clients: Clients,
}

impl ProviderState {
    /// Replaces the response for a path.
    pub(crate) fn answer<R: IntoResponse>(
        &mut self,
        path: &'static str,
        answer: impl Fn(&SocketAddr) -> R + Send + Sync + 'static,
    ) {
        let answer: Answer = Arc::new(move |address| answer(address).into_response());
        self.overrides.insert(path, answer);
    }
}

#[derive(Clone)]
pub(crate) struct Idp {
    address: SocketAddr,
    state: Arc<Mutex<ProviderState>>,
}

impl Idp {
    pub(crate) fn honest() -> Idp {
        Idp::tampering(|_| {})
    }

    pub(crate) fn tampering(tamper: impl Fn(&mut UnsignedTokens) + Send + 'static) -> Idp {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let state = ProviderState {
            calls: Vec::new(),
            revoked: Vec::new(),
            codes: HashMap::new(),
            tamper: Box::new(tamper),
            issuer: ISSUER.to_owned(),
            overrides: HashMap::new(),
            discovery: Box::new(|_| {}),
            has_session: false,
            refresh_token: "refresh".to_owned(),
            granted: None,
            rotates: false,
            old_works_for: 0,
            gives_any_scope: false,
            ignores_verifier: false,
            follows_jku: false,
            key_is_new: false,
            clients: Clients::default(),
        };
        let idp = Idp {
            address: socket.local_addr().unwrap(),
            state: Arc::new(Mutex::new(state)),
        };
        let router = router(idp.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let socket = tokio::net::TcpListener::from_std(socket).unwrap();
                axum::serve(socket, router).await.unwrap();
            });
        });
        idp
    }

    /// A provider of another make, whose issuer has this path, and whose access
    /// tokens are opaque.
    pub(crate) fn provider(path: &str) -> Idp {
        Idp::provider_tampering(path, |_| {})
    }

    /// The same, with access tokens of RFC 9068 for one API.
    pub(crate) fn provider_of_rfc9068(
        tamper: impl Fn(&mut UnsignedTokens) + Send + 'static,
    ) -> Idp {
        Idp::provider_tampering("", move |t| {
            t.sign_access = |header, claims| SERVER.sign(header, claims);
            t.access_header = Some(json!({"alg": "RS256", "kid": "k1", "typ": "at+jwt"}));
            t.access["aud"] = json!("https://api.example.com");
            t.access["jti"] = json!("j");
            tamper(t);
        })
    }

    /// The same, with tokens that are falsified.
    pub(crate) fn provider_tampering(
        path: &str,
        tamper: impl Fn(&mut UnsignedTokens) + Send + 'static,
    ) -> Idp {
        let idp = Idp::tampering(move |tokens| {
            for claims in [&mut tokens.id, &mut tokens.access] {
                claims.as_object_mut().unwrap().remove("token_use");
            }
            let id = tokens.id.as_object_mut().unwrap();
            id.remove("cognito:username");
            id.insert("email".to_owned(), json!("ada@example.com"));
            tokens.sign_access = |_, _| OPAQUE.to_owned();
            tamper(tokens);
        });
        let issuer = format!("{}{path}", idp.url());
        idp.with(|state| state.issuer = issuer)
    }

    /// The issuer of its tokens.
    pub(crate) fn issuer(&self) -> String {
        self.state().issuer.clone()
    }

    /// Changes the server's behaviour before its first request.
    pub(crate) fn with(self, change: impl FnOnce(&mut ProviderState)) -> Idp {
        change(&mut self.state());
        self
    }

    /// The same, with another response for a path.
    pub(crate) fn answering<R: IntoResponse>(
        self,
        path: &'static str,
        answer: impl Fn(&SocketAddr) -> R + Send + Sync + 'static,
    ) -> Idp {
        self.with(|state| state.answer(path, answer))
    }

    /// The same, with a changed discovery document.
    pub(crate) fn with_discovery(self, change: impl Fn(&mut Value) + Send + 'static) -> Idp {
        self.with(|state| state.discovery = Box::new(change))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, ProviderState> {
        self.state.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of requests for a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.state()
            .calls
            .iter()
            .filter(|call| *call == path)
            .count()
    }

    pub(crate) fn api_calls(&self) -> usize {
        self.count("/dev/hello")
    }

    /// The callback URL to which the browser is redirected after the sign-in.
    pub(crate) fn approve(&self, authorization: &str) -> String {
        let url = Url::parse(authorization).unwrap();
        let mut asked: Parameters = url.query_pairs().into_owned().collect();
        if let Some(request_uri) = asked.get("request_uri") {
            let mut state = self.state();
            asked = state.clients.pushed.remove(request_uri).unwrap();
        }
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        let code = format!("code{}", self.state().codes.len());
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &asked["state"]);
        self.state().codes.insert(code, asked);
        back.into()
    }
}

fn router(idp: Idp) -> Router {
    Router::new()
        .route(
            &format!("/{POOL}/.well-known/openid-configuration"),
            get(discovery),
        )
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/realm/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/oauth2/authorize", get(authorize))
        .route("/login", post(login))
        .route("/oauth2/token", post(token))
        .route("/oauth2/userInfo", get(userinfo))
        .route("/oauth2/revoke", post(revoke))
        .route("/par", post(idp_clients::par))
        .route("/device", post(idp_clients::device))
        .route("/dev/hello", get(api))
        .layer(axum::middleware::from_fn_with_state(idp.clone(), count))
        .with_state(idp)
}

async fn count(
    State(idp): State<Idp>,
    uri: Uri,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let overrides = {
        let mut state = idp.state();
        state.calls.push(uri.path().to_owned());
        state.overrides.get(uri.path()).cloned()
    };
    match overrides {
        Some(answer) => answer(&idp.address),
        None => match idp_clients::admit(&idp, request).await {
            Ok(request) => next.run(request).await,
            Err(refused) => *refused,
        },
    }
}

async fn discovery(State(idp): State<Idp>) -> Json<Value> {
    let base = idp.url();
    let mut document = json!({
        "issuer": idp.issuer(),
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "token_endpoint": format!("{base}/oauth2/token"),
        "userinfo_endpoint": format!("{base}/oauth2/userInfo"),
        "revocation_endpoint": format!("{base}/oauth2/revoke"),
        "end_session_endpoint": format!("{base}/logout"),
        "jwks_uri": format!("{base}/jwks"),
    });
    (idp.state().discovery)(&mut document);
    Json(document)
}

async fn jwks(State(idp): State<Idp>) -> Json<Value> {
    let old = idp.state().key_is_new && idp.count("/jwks") == 1;
    Json(json!({ "keys": [SERVER.jwk(if old { "k0" } else { "k1" })] }))
}

/// The page has its form twice, with `_csrf` and a cookie, as Cognito's has.
async fn authorize(State(idp): State<Idp>, uri: Uri) -> Response {
    if idp.state().has_session {
        let back = idp.approve(&format!("http://localhost{uri}"));
        return Redirect::to(&back).into_response();
    }
    let action = format!(
        "/login?{}",
        uri.query().unwrap_or_default().replace('&', "&amp;")
    );
    let form = format!(
        "<form action=\"{action}\" method=\"post\"><input type=hidden name=_csrf value=csrf>\
         <input name=username type=text><input name=password type=password></form>"
    );
    let page = Html(format!(
        "<!doctype html><html><body>{form}{form}</body></html>"
    ));
    ([("set-cookie", "XSRF-TOKEN=csrf; Path=/; HttpOnly")], page).into_response()
}

async fn login(
    State(idp): State<Idp>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Parameters>,
) -> Response {
    let cookie = headers
        .get("cookie")
        .and_then(|c| c.to_str().ok())
        .unwrap_or_default();
    if cookie != "XSRF-TOKEN=csrf" || form.get("_csrf").map(String::as_str) != Some("csrf") {
        return (StatusCode::FORBIDDEN, "no csrf").into_response();
    }
    if form["password"] != PASSWORD || form["username"] != "Testuser" {
        return Html("<form><p class=error>Incorrect username or password.</p><input name=username><input type=password name=password></form>").into_response();
    }
    Redirect::to(&idp.approve(&format!("http://localhost{uri}"))).into_response()
}

fn refuse(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

async fn token(State(idp): State<Idp>, Form(form): Form<Parameters>) -> Response {
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let mut state = idp.state();
    match &*text("grant_type") {
        "client_credentials" => return Json(tokens(&state, None, &text("scope"))).into_response(),
        "urn:ietf:params:oauth:grant-type:device_code" => return device_tokens(&mut state, &form),
        _ => {}
    }
    if text("grant_type") == "refresh_token" {
        return refresh(&mut state, &form);
    }
    let Some(asked) = state.codes.remove(&text("code")) else {
        return refuse("invalid_grant");
    };
    let challenge = base64url(&jwt::sha256(&text("code_verifier")));
    let pkce = match asked.get("code_challenge") {
        Some(asked_for) => *asked_for == challenge && asked["code_challenge_method"] == "S256",
        None => state.ignores_verifier || !form.contains_key("code_verifier"),
    };
    let good = pkce
        && asked["redirect_uri"] == text("redirect_uri")
        && asked["client_id"] == text("client_id");
    if !good {
        return refuse("invalid_grant");
    }
    let mut answer = tokens(&state, Some(&asked["nonce"]), &asked["scope"]);
    answer["refresh_token"] = json!(state.refresh_token);
    state.granted = Some(asked["scope"].clone());
    Json(answer).into_response()
}

fn device_tokens(state: &mut ProviderState, form: &Parameters) -> Response {
    if form["device_code"] != DEVICE_CODE {
        return refuse("invalid_grant");
    }
    if let Some(error) = state.clients.device_errors.pop_front() {
        return refuse(error);
    }
    let mut answer = tokens(state, None, "openid");
    answer["refresh_token"] = json!(state.refresh_token);
    Json(answer).into_response()
}

fn refresh(state: &mut ProviderState, form: &Parameters) -> Response {
    let granted = "openid email HelloAPI/hello.read";
    let scope = match form.get("scope") {
        Some(asked) if state.gives_any_scope => &**asked,
        _ => state.granted.as_deref().unwrap_or(granted),
    }
    .to_owned();
    let token = &form["refresh_token"];
    let is_current = *token == state.refresh_token;
    if state.revoked.contains(token) || (!is_current && state.old_works_for == 0) {
        return refuse("invalid_grant");
    }
    let mut answer = tokens(state, None, &scope);
    if !is_current {
        state.old_works_for -= 1;
    } else if state.rotates {
        state.refresh_token.push('+');
        answer["refresh_token"] = json!(state.refresh_token);
    }
    Json(answer).into_response()
}

fn tokens(state: &ProviderState, nonce: Option<&str>, scope: &str) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let common =
        json!({"sub": "s", "iss": state.issuer, "iat": now, "auth_time": now, "exp": now + 3600});
    let with = |more: Value| {
        let mut claims = common.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    let mut forge = UnsignedTokens {
        header: json!({"alg": "RS256", "kid": "k1"}),
        id: with(json!({"token_use": "id", "aud": CLIENT, "cognito:username": "Testuser"})),
        access: with(
            json!({"token_use": "access", "client_id": CLIENT, "scope": scope, "username": "Testuser"}),
        ),
        sign_id: |header, claims| SERVER.sign(header, claims),
        sign_access: |header, claims| SERVER.sign(header, claims),
        access_header: None,
        response: json!({}),
    };
    if let Some(nonce) = nonce {
        forge.id["nonce"] = json!(nonce);
    }
    if let (true, Some(jkt)) = (state.clients.binds, &state.clients.thumbprint) {
        forge.access["cnf"] = json!({ "jkt": jkt });
        forge.response["token_type"] = json!("DPoP");
    }
    forge.id["at_hash"] = json!(RIGHT_AT_HASH);
    (state.tamper)(&mut forge);
    let header = forge.access_header.as_ref().unwrap_or(&forge.header);
    let access = (forge.sign_access)(header, &forge.access);
    if forge.id["at_hash"] == RIGHT_AT_HASH {
        forge.id["at_hash"] = json!(base64url(&jwt::sha256(&access)[..16]));
    }
    let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 3600});
    if scope.split(' ').any(|scope| scope == "openid") {
        answer["id_token"] = json!((forge.sign_id)(&forge.header, &forge.id));
    }
    let more = forge.response.as_object().unwrap().clone();
    answer.as_object_mut().unwrap().extend(more);
    answer
}

async fn userinfo(headers: HeaderMap) -> Response {
    match headers.get("authorization") {
        Some(_) => Json(json!({"sub": "s", "email": "testuser@example.com"})).into_response(),
        None => (
            StatusCode::UNAUTHORIZED,
            Json(json!({"error": "invalid_token"})),
        )
            .into_response(),
    }
}

async fn revoke(State(idp): State<Idp>, Form(form): Form<Parameters>) -> StatusCode {
    idp.state().revoked.push(form["token"].clone());
    StatusCode::OK
}

async fn api(State(idp): State<Idp>, Query(_): Query<Parameters>, headers: HeaderMap) -> Response {
    let Some(authorization) = headers.get("authorization") else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let follows_jku = idp.state().follows_jku;
    let header = follows_jku.then(|| jwt::header(authorization));
    if let Some(jku) = header.as_ref().and_then(|header| header["jku"].as_str()) {
        let url = Url::parse(jku).unwrap();
        let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
        raw_http::send(host, port, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    ([("content-type", "application/json")], "hello world").into_response()
}
