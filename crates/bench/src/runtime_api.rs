//! A minimal Lambda runtime API, which a function polls inside Lambda.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

/// A server that invokes one function, one event at a time.
pub(crate) struct RuntimeApi {
    /// Host and port, for `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    done: mpsc::Receiver<Timeline>,
    _runtime: tokio::runtime::Runtime,
}

/// The timing of a function.
#[derive(Clone, Default)]
pub(crate) struct Timeline {
    /// The first request for `next`.
    pub first_poll: Option<Instant>,
    /// For each event, the time from sending it to the response.
    pub invocations: Vec<Duration>,
    event_left: Option<Instant>,
}

struct Shared {
    event: &'static str,
    answer: serde_json::Value,
    times: usize,
    timeline: Mutex<Timeline>,
    done: mpsc::Sender<Timeline>,
}

impl RuntimeApi {
    /// Serves `event` for `times` invocations; each response must be `answer`.
    pub(crate) fn start(
        event: &'static str,
        answer: serde_json::Value,
        times: usize,
    ) -> RuntimeApi {
        let (runtime, listener) = e2e::server();
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, done) = mpsc::channel();
        let shared = Shared {
            event,
            answer,
            times,
            timeline: Mutex::default(),
            done: sender,
        };
        let invocation = "/2018-06-01/runtime/invocation";
        let app = Router::new()
            .route(&format!("{invocation}/next"), get(next))
            .route(&format!("{invocation}/{{id}}/response"), post(response))
            .with_state(Arc::new(shared));
        runtime.spawn(async move { axum::serve(listener, app).await });
        RuntimeApi {
            address,
            done,
            _runtime: runtime,
        }
    }

    /// Waits until all events are answered and the function asks for another.
    pub(crate) fn wait(&self) -> Timeline {
        let limit = Duration::from_secs(60);
        self.done
            .recv_timeout(limit)
            .expect("the function answers all events")
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let over = {
        let mut timeline = shared.timeline.lock().expect("no panic here");
        timeline.first_poll.get_or_insert_with(Instant::now);
        timeline.event_left = Some(Instant::now());
        (timeline.invocations.len() == shared.times).then(|| timeline.clone())
    };
    if let Some(timeline) = over {
        shared.done.send(timeline).expect("the bench waits");
        return std::future::pending().await;
    }
    let headers = [
        ("content-type", "application/json"),
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:EchoFunction",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        ),
    ];
    (headers, shared.event).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let now = Instant::now();
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(answer, shared.answer, "what the function answers");
    let mut timeline = shared.timeline.lock().expect("no panic here");
    let left = timeline.event_left.take().expect("an event is out");
    timeline.invocations.push(now - left);
    StatusCode::ACCEPTED
}
