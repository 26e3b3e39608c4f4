//! A reverse proxy between a program and the local cloud: it records every
//! call, and can delay it or inject a fault. No ready-made proxy does this: a
//! fault depends on the AWS operation and on what the call has already done.

mod first_minute;
mod lag;
mod quota;

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};

use crate::fault::{self, Fault, JsonChange};
use crate::operation;

use self::first_minute::FirstRequests;
use self::lag::CreationTimes;
use self::quota::Buckets;
pub use self::quota::{Quota, Quotas};

/// A call that a program made: one attempt at one operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation's name, for example `CreateUserPool`; for a request that is
    /// not an AWS call, its method and path.
    pub operation: String,
    /// When the proxy had read the request.
    pub started: Instant,
    /// When the response was sent; `None` if a fault prevented that.
    pub ended: Option<Instant>,
    /// The status of the response, if one was sent.
    pub status: Option<u16>,
    /// Whether the cloud has executed the call successfully.
    pub took_effect: bool,
}

/// What the proxy does to calls.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Injects fault `.1` at call number `.0`, counted from 1.
    pub fault: Option<(usize, Fault)>,
    /// Injects fault `.1` at the first call of operation `.0`.
    pub fault_on: Option<(&'static str, Fault)>,
    /// Changes the JSON of the answers to operation `.0`, for what AWS answers and
    /// the cloud does not.
    pub answer_with: Option<(&'static str, JsonChange)>,
    /// Added to the duration of each call.
    pub delay: Duration,
    /// How long after CreateRole Lambda cannot assume the role.
    pub propagation: Duration,
    /// How long a new resource is missing from lists, and not found by name.
    pub lag: Duration,
    /// How long a new sign-in host responds with 503, and a new stage with 404.
    pub not_ready: Option<Duration>,
    /// A prefix for which CreateUserPoolDomain answers as if another account had
    /// it.
    pub taken_prefix: Option<&'static str>,
    /// The account's quotas; `None` for no limit.
    pub quotas: Option<Quotas>,
}

impl Rules {
    /// A fault at the first call of this operation, and nothing else.
    pub fn fault_on(operation: &'static str, fault: Fault) -> Rules {
        Rules {
            fault_on: Some((operation, fault)),
            ..Rules::default()
        }
    }

    /// Other answers to this operation, and nothing else.
    pub fn answer_with(operation: &'static str, change: JsonChange) -> Rules {
        Rules {
            answer_with: Some((operation, change)),
            ..Rules::default()
        }
    }
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub url: String,
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Debug)]
struct Shared {
    target: String,
    url: String,
    first_requests: FirstRequests,
    client: reqwest::Client,
    rules: Mutex<Rules>,
    calls: Mutex<Vec<Call>>,
    in_flight: AtomicUsize,
    program: AtomicI32,
    role_created: Mutex<Option<Instant>>,
    creation_times: CreationTimes,
    buckets: Buckets,
    /// The number of calls that are yet to take effect, with no client waiting.
    late: AtomicUsize,
}

impl Proxy {
    /// Starts a proxy in front of the cloud at `target`.
    pub fn start(target: &str) -> Proxy {
        let (runtime, listener) = crate::server();
        let port = listener.local_addr().expect("an address").port();
        let url = format!("http://127.0.0.1:{port}");
        let shared = Arc::new(Shared {
            target: target.to_owned(),
            url: url.clone(),
            first_requests: FirstRequests::default(),
            client: crate::cloud::client(),
            rules: Mutex::default(),
            calls: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            program: AtomicI32::new(0),
            role_created: Mutex::default(),
            creation_times: CreationTimes::default(),
            buckets: Buckets::default(),
            late: AtomicUsize::new(0),
        });
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Proxy {
            url,
            shared,
            _runtime: runtime,
        }
    }

    /// Forgets the recorded calls and applies `rules` from now on.
    pub fn begin(&self, rules: Rules) {
        self.shared.program.store(0, Ordering::SeqCst);
        self.shared.calls.lock().expect("no panic here").clear();
        self.shared.first_requests.clear();
        *self.shared.role_created.lock().expect("no panic here") = None;
        *self.shared.rules.lock().expect("no panic here") = rules;
    }

    /// Sets the process that a fault may kill.
    pub fn watch(&self, pid: u32) {
        self.shared
            .program
            .store(pid.try_into().expect("a process id"), Ordering::SeqCst);
    }

    /// Waits until the cloud has executed everything that was forwarded: calls
    /// of a killed program still take effect.
    pub fn settle(&self) {
        while self.shared.in_flight.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
    }

    /// Waits until every delayed call has taken effect.
    pub fn settle_late(&self) {
        while self.shared.late.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The calls so far, in the order in which they started.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().expect("no panic here").clone()
    }

    /// Waits until the calls so far are as asked for.
    pub fn wait_for(&self, asked_for: impl Fn(&[Call]) -> bool) {
        while !asked_for(&self.calls()) {
            std::thread::yield_now();
        }
    }

    /// The operations called so far, in order. Requests that are not AWS calls,
    /// such as for the discovery document, are left out.
    pub fn operations(&self) -> Vec<String> {
        let operations = self.calls().into_iter().map(|call| call.operation);
        operations.filter(|name| !name.contains('/')).collect()
    }

    /// Those of them that change something.
    pub fn changes(&self) -> Vec<String> {
        let mut operations = self.operations();
        operations.retain(|name| operation::changes(name));
        operations
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    // A separate task, so that it continues if the calling program is killed.
    shared.in_flight.fetch_add(1, Ordering::SeqCst);
    let task = tokio::spawn(async move {
        let answer = shared.pass_on(request).await;
        shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        answer
    });
    match task.await.expect("no panic in the proxy") {
        Answer::Respond(response) => response,
        // Closes the connection without a response or a panic message.
        Answer::Drop => std::panic::resume_unwind(Box::new("dropped")),
        Answer::Hang => std::future::pending().await,
    }
}

enum Answer {
    Respond(Response),
    Drop,
    Hang,
}

impl Shared {
    async fn pass_on(self: &Arc<Self>, request: Request) -> Answer {
        let (mut parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Answer::Drop;
        };
        let operation = operation::name(&parts, &body);
        let (number, rules) = self.record(&operation);
        tokio::time::sleep(rules.delay).await;
        if let Some(time) = rules.not_ready {
            if let Some(answer) = self.first_requests.not_ready(&parts, time) {
                return self.respond(number, answer);
            }
            first_minute::set_cloud_port(&mut parts, &self.url, &self.target);
        }
        if let Some(quotas) = &rules.quotas
            && let Some(refused) = self.buckets.refuse(quotas, &operation, &parts)
        {
            return self.respond(number, refused);
        }
        if let Some(unseen) = self
            .creation_times
            .not_found(&operation, &parts, &body, rules.lag)
        {
            return self.respond(number, unseen);
        }
        if operation == "CreateUserPoolDomain"
            && let Some(prefix) = rules.taken_prefix
            && String::from_utf8_lossy(&body).contains(prefix)
        {
            return self.respond(number, fault::domain_is_taken(&parts));
        }
        if operation == "CreateFunction" && !self.role_is_ready(rules.propagation) {
            return self.respond(number, fault::cannot_be_assumed());
        }
        match self.fault(&rules, number, &operation) {
            None => {
                let whole = self.forward(number, &parts, body).await;
                if operation == "CreateRole" {
                    *self.role_created.lock().expect("no panic here") = Some(Instant::now());
                }
                let mut answer = self.creation_times.hide(&operation, whole, rules.lag);
                if let Some((name, change)) = rules.answer_with
                    && name == operation
                {
                    answer = fault::changed(answer, change);
                }
                if rules.not_ready.is_some() {
                    answer = first_minute::point_api_to_proxy(
                        &operation,
                        answer,
                        &self.url,
                        &self.target,
                    );
                }
                self.respond(number, answer.map(Body::from))
            }
            Some(Fault::KillBefore) => self.kill().await,
            Some(Fault::KillAfter) => {
                self.forward(number, &parts, body).await;
                self.kill().await
            }
            Some(Fault::KillThenEffect(after)) => {
                self.take_effect_later(parts, body, after);
                self.kill().await
            }
            Some(Fault::DropThenEffect(after)) => {
                self.take_effect_later(parts, body, after);
                Answer::Drop
            }
            Some(Fault::DropAnswer) => {
                self.forward(number, &parts, body).await;
                Answer::Drop
            }
            Some(Fault::FailAfter) => {
                self.forward(number, &parts, body).await;
                self.respond(number, fault::refusal(500, &parts))
            }
            Some(Fault::CutBody) => {
                let answer = self.forward(number, &parts, body).await;
                Answer::Respond(fault::cut(answer.into_body()))
            }
            Some(Fault::Without(field)) => {
                let answer = self.forward(number, &parts, body).await;
                self.respond(number, fault::without(field, answer))
            }
            Some(Fault::Hang) => Answer::Hang,
            Some(Fault::Refuse(status)) => self.respond(number, fault::refusal(status, &parts)),
            Some(Fault::RetryAfter(seconds)) => {
                self.respond(number, fault::retry_after(seconds, &parts))
            }
            Some(Fault::TryAgainLater) => self.respond(number, fault::try_again_later(&parts)),
            Some(Fault::Error(status, code, message)) => {
                self.respond(number, fault::answer(status, code, message, &parts))
            }
        }
    }

    /// The fault to inject at this call, if any.
    fn fault(&self, rules: &Rules, number: usize, operation: &str) -> Option<Fault> {
        let by_number = rules.fault.filter(|(at, _)| *at == number);
        let by_name = rules.fault_on.filter(|(name, _)| {
            let calls = self.calls.lock().expect("no panic here");
            let before = calls.iter().take(number - 1);
            *name == operation && !before.into_iter().any(|call| call.operation == operation)
        });
        let fault = by_number.map(|(_, fault)| fault);
        fault.or(by_name.map(|(_, fault)| fault))
    }

    /// Has the cloud execute the call `after` a while, with no client waiting.
    fn take_effect_later(self: &Arc<Self>, parts: Parts, body: Bytes, after: Duration) {
        self.late.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            shared.send(&parts, body).await;
            shared.late.fetch_sub(1, Ordering::SeqCst);
        });
    }

    fn record(&self, operation: &str) -> (usize, Rules) {
        let mut calls = self.calls.lock().expect("no panic here");
        calls.push(Call {
            operation: operation.to_owned(),
            started: Instant::now(),
            ended: None,
            status: None,
            took_effect: false,
        });
        (
            calls.len(),
            self.rules.lock().expect("no panic here").clone(),
        )
    }

    fn respond(&self, number: usize, response: Response) -> Answer {
        let mut calls = self.calls.lock().expect("no panic here");
        // The call may be gone: the list is cleared between runs.
        if let Some(call) = calls.get_mut(number - 1) {
            call.ended = Some(Instant::now());
            call.status = Some(response.status().as_u16());
        }
        Answer::Respond(response)
    }

    async fn forward(
        &self,
        number: usize,
        parts: &Parts,
        body: Bytes,
    ) -> axum::http::Response<Bytes> {
        let answer = self.send(parts, body).await;
        let mut calls = self.calls.lock().expect("no panic here");
        if let Some(call) = calls.get_mut(number - 1) {
            call.took_effect = answer.status().is_success();
        }
        answer
    }

    /// Sends the request to the cloud.
    async fn send(&self, parts: &Parts, body: Bytes) -> axum::http::Response<Bytes> {
        let url = format!("{}{}", self.target, parts.uri);
        let mut request = self
            .client
            .request(parts.method.clone(), url)
            .body(body.clone());
        for (name, value) in &parts.headers {
            // In a request for an API, the host says which API it is for.
            let ours = *name == HOST && !first_minute::is_for_api(parts);
            if !ours && *name != CONTENT_LENGTH {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.expect("the cloud answers");
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if *name != TRANSFER_ENCODING && *name != CONTENT_LENGTH {
                response = response.header(name, value);
            }
        }
        let took_effect = answer.status().is_success();
        let answer_body = answer.bytes().await.expect("the cloud's answer");
        if took_effect {
            let operation = operation::name(parts, &body);
            self.creation_times
                .remember(&operation, &body, &answer_body);
        }
        response.body(answer_body).expect("a response")
    }

    fn role_is_ready(&self, propagation: Duration) -> bool {
        let created = *self.role_created.lock().expect("no panic here");
        created.is_none_or(|created| created.elapsed() >= propagation)
    }

    /// Kills the program; there is no response.
    async fn kill(&self) -> Answer {
        let pid = loop {
            match rustix::process::Pid::from_raw(self.program.load(Ordering::SeqCst)) {
                Some(pid) => break pid,
                None => tokio::task::yield_now().await,
            }
        };
        // It may have been killed already, by another call.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        Answer::Drop
    }
}
