//! A reverse proxy between a program and the local cloud: it records every
//! call, delays it, or breaks it on purpose.

use std::net::{Ipv4Addr, SocketAddr};
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

use crate::fault::{self, Fault};
use crate::operation;

/// A call that a program made: one try of one operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// AWS's name, for example `CreateUserPool`.
    pub operation: String,
    /// When the proxy had read the request.
    pub started: Instant,
    /// When the answer went back; `None` for a call that was broken before.
    pub ended: Option<Instant>,
    /// The status that the program saw, or would have seen.
    pub status: Option<u16>,
    /// Whether the cloud has carried the call out.
    pub took_effect: bool,
}

/// What the proxy does to calls.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Breaks call number `.0`, counted from 1, in the way of `.1`.
    pub fault: Option<(usize, Fault)>,
    /// How long each call takes more.
    pub delay: Duration,
    /// How long after CreateRole the role cannot be assumed by Lambda.
    pub propagation: Duration,
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub url: String,
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Debug)]
struct Shared {
    target: String,
    client: reqwest::Client,
    rules: Mutex<Rules>,
    calls: Mutex<Vec<Call>>,
    in_flight: AtomicUsize,
    program: AtomicI32,
    role_created: Mutex<Option<Instant>>,
}

impl Proxy {
    /// Starts one in front of the cloud at `target`.
    pub fn start(target: &str) -> Proxy {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let shared = Arc::new(Shared {
            target: target.to_owned(),
            client: crate::cloud::client(),
            rules: Mutex::default(),
            calls: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            program: AtomicI32::new(0),
            role_created: Mutex::default(),
        });
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(address))
            .expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Proxy {
            url: format!("http://127.0.0.1:{port}"),
            shared,
            _runtime: runtime,
        }
    }

    /// Forgets the calls so far; `rules` hold for those that come.
    pub fn begin(&self, rules: Rules) {
        self.shared.program.store(0, Ordering::SeqCst);
        self.shared.calls.lock().expect("no panic here").clear();
        *self.shared.role_created.lock().expect("no panic here") = None;
        *self.shared.rules.lock().expect("no panic here") = rules;
    }

    /// Says which process a fault may kill.
    pub fn watch(&self, pid: u32) {
        self.shared
            .program
            .store(pid.try_into().expect("a process id"), Ordering::SeqCst);
    }

    /// Waits until the cloud has carried out all that was passed on to it: a
    /// program that is killed leaves calls behind that still take effect.
    pub fn settle(&self) {
        while self.shared.in_flight.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
    }

    /// The calls so far, in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().expect("no panic here").clone()
    }

    /// The names of the operations so far, in the order in which they came. What
    /// is no call of AWS's API, as the look at the discovery document, is left out.
    pub fn operations(&self) -> Vec<String> {
        let operations = self.calls().into_iter().map(|call| call.operation);
        operations.filter(|name| !name.contains('/')).collect()
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    // A task of its own: it goes on when the program that called is killed.
    shared.in_flight.fetch_add(1, Ordering::SeqCst);
    let task = tokio::spawn(async move {
        let answer = shared.pass_on(request).await;
        shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        answer
    });
    match task.await.expect("no panic in the proxy") {
        Answer::Respond(response) => response,
        // Ends the connection without an answer, and without a message.
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
    async fn pass_on(&self, request: Request) -> Answer {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Answer::Drop;
        };
        let operation = operation::name(&parts, &body);
        let (number, rules) = self.record(&operation);
        tokio::time::sleep(rules.delay).await;
        if operation == "CreateFunction" && !self.role_is_ready(rules.propagation) {
            return self.respond(number, fault::cannot_be_assumed());
        }
        let fault = rules
            .fault
            .filter(|(at, _)| *at == number)
            .map(|(_, fault)| fault);
        match fault {
            None => {
                let answer = self.forward(number, &parts, body).await;
                if operation == "CreateRole" {
                    *self.role_created.lock().expect("no panic here") = Some(Instant::now());
                }
                self.respond(number, answer.map(Body::from))
            }
            Some(Fault::KillBefore) => self.kill().await,
            Some(Fault::KillAfter) => {
                self.forward(number, &parts, body).await;
                self.kill().await
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
            Some(Fault::Hang) => Answer::Hang,
            Some(Fault::Refuse(status)) => self.respond(number, fault::refusal(status, &parts)),
            Some(Fault::TryAgainLater) => self.respond(number, fault::try_again_later(&parts)),
        }
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
        // The list is emptied between runs.
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
        let url = format!("{}{}", self.target, parts.uri);
        let mut request = self.client.request(parts.method.clone(), url).body(body);
        for (name, value) in &parts.headers {
            if *name != HOST && *name != CONTENT_LENGTH {
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
        let body = answer.bytes().await.expect("the cloud's answer");
        if let Some(call) = self
            .calls
            .lock()
            .expect("no panic here")
            .get_mut(number - 1)
        {
            call.took_effect = took_effect;
        }
        response.body(body).expect("a response")
    }

    fn role_is_ready(&self, propagation: Duration) -> bool {
        let created = *self.role_created.lock().expect("no panic here");
        created.is_none_or(|created| created.elapsed() >= propagation)
    }

    /// Kills the program and answers nothing.
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
