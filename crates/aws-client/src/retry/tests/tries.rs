//! Which calls are retried, how often, and for how long.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda as lambda;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use common::Console;
use tokio::time::Instant;

use crate::clients::{ClientDefaults, Clients};
use crate::{Kind, Named};

/// How AWS responds.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// An error with this status and code.
    Refuses(u16, &'static str),
    /// The same, with `Retry-After`.
    RefusesFor(u16, &'static str, &'static str),
    /// Not at all: the connection breaks.
    Breaks,
    /// Connection refused.
    Nobody,
}

use Answer::{Breaks, Nobody, Refuses, RefusesFor};

/// A fake AWS: gives the same response to the first `until` attempts, then
/// accepts the call. Records the time of each attempt.
#[derive(Clone, Debug)]
struct Aws {
    answer: Answer,
    until: usize,
    tries: Arc<Mutex<Vec<Instant>>>,
}

impl Aws {
    fn new(answer: Answer, until: usize) -> Aws {
        Aws {
            answer,
            until,
            tries: Arc::default(),
        }
    }

    /// When each attempt was made.
    fn tries(&self) -> Vec<Instant> {
        self.tries.lock().expect("no panic here").clone()
    }

    /// Clients as the programs have them, for this fake.
    fn clients(&self, endpoint: &str) -> Clients {
        let connector = SharedHttpConnector::new(self.clone());
        let region = Region::from_static("us-east-1");
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region.clone())
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        let defaults = ClientDefaults::new(&Arc::new(Console::new()), false);
        Clients::of(&config, &region, &defaults)
    }
}

impl HttpConnector for Aws {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut tries = self.tries.lock().expect("no panic here");
        tries.push(Instant::now());
        let refused = |status: u16, code| {
            let body = format!(r#"{{"__type":"{code}","message":"no"}}"#);
            let mut response = response(status, body);
            response.headers_mut().insert("x-amzn-errortype", code);
            response
        };
        HttpConnectorFuture::ready(match self.answer {
            _ if tries.len() > self.until => Ok(response(200, "{}".into())),
            Refuses(status, code) => Ok(refused(status, code)),
            RefusesFor(status, code, after) => {
                let mut response = refused(status, code);
                response.headers_mut().insert("retry-after", after);
                Ok(response)
            }
            Breaks => Err(ConnectorError::io("connection reset".into())),
            Nobody => Err(ConnectorError::io("Connection refused".into())),
        })
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    let status = status.try_into().expect("a status");
    HttpResponse::new(status, SdkBody::from(body))
}

/// A call that creates, or one that may be repeated.
#[derive(Clone, Copy, Debug)]
enum Call {
    CreateApi,
    GetApis,
}

/// How a call ended: its kind of error, its attempts, and the time it took.
#[derive(Debug)]
struct Ended {
    error: Option<Kind>,
    tries: Vec<Instant>,
    took: Duration,
}

impl Ended {
    /// The pause before the second attempt.
    fn first_pause(&self) -> Duration {
        self.tries[1] - self.tries[0]
    }
}

async fn call(call: Call, answer: Answer, until: usize, endpoint: &str) -> Ended {
    let aws = Aws::new(answer, until);
    let clients = aws.clients(endpoint).api_gateway;
    let begun = Instant::now();
    let error = match call {
        Call::CreateApi => clients.create_api().send().await.named("CreateApi").err(),
        Call::GetApis => clients.get_apis().send().await.named("GetApis").err(),
    };
    Ended {
        error: error.map(|error| error.kind()),
        took: begun.elapsed(),
        tries: aws.tries(),
    }
}

const AWS: &str = "https://example.amazonaws.com";
const NEVER: usize = usize::MAX;

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_tried_again_also_one_that_creates() {
    for (status, code) in [
        (429, "TooManyRequestsException"),
        (400, "ThrottlingException"),
        (503, "Throttling"),
        (429, ""),
    ] {
        for what in [Call::CreateApi, Call::GetApis] {
            let ended = call(what, Refuses(status, code), 40, AWS).await;
            assert_eq!(ended.error, None, "{code}: {ended:?}");
            assert_eq!(ended.tries.len(), 41, "{code}");
            assert!(ended.took > Duration::from_secs(40), "{ended:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_for_half_an_hour() {
    let throttled = Refuses(429, "TooManyRequestsException");
    let ended = call(Call::CreateApi, throttled, NEVER, AWS).await;
    assert_eq!(ended.error, Some(Kind::TryLater));
    assert_eq!(ended.took.as_secs(), 30 * 60);
    // About one attempt per 15 s.
    let tries = ended.tries.len();
    assert!((80..180).contains(&tries), "{tries} tries");
    assert!(ended.first_pause() < Duration::from_secs(2), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn another_change_under_way_is_waited_for_at_shorter_pauses() {
    let busy = Answer::Refuses(409, "ConcurrentModificationException");
    let ended = call(Call::CreateApi, busy, 3, AWS).await;
    assert_eq!(ended.error, None);
    assert!(ended.took < Duration::from_secs(2), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed() {
    let throttled = RefusesFor(429, "TooManyRequestsException", "7");
    let ended = call(Call::CreateApi, throttled, 1, AWS).await;
    let pause = ended.first_pause();
    assert!((7.0..8.0).contains(&pause.as_secs_f64()), "{pause:?}");

    let dates = "Mon, 01 Jan 1990 00:00:00 GMT";
    let in_the_past = RefusesFor(429, "TooManyRequestsException", dates);
    let ended = call(Call::CreateApi, in_the_past, 1, AWS).await;
    assert!(ended.first_pause() < Duration::from_secs(2), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_over_a_quota_or_wrong_is_not_tried_again() {
    for (status, code) in [
        (429, "LimitExceededException"),
        (400, "BadRequestException"),
    ] {
        for what in [Call::CreateApi, Call::GetApis] {
            let ended = call(what, Refuses(status, code), NEVER, AWS).await;
            let tries = ended.tries.len();
            assert_eq!((tries, code), (1, code), "{ended:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_tried_again_unless_the_call_creates() {
    for lost in [Breaks, Refuses(500, ""), Refuses(503, "")] {
        let ended = call(Call::GetApis, lost, NEVER, AWS).await;
        assert_eq!((ended.error, ended.tries.len()), (Some(Kind::Lost), 8));
        assert!(ended.took < Duration::from_secs(25), "{ended:?}");
        let ended = call(Call::CreateApi, lost, NEVER, AWS).await;
        assert_eq!((ended.error, ended.tries.len()), (Some(Kind::Lost), 1));
    }
}

/// As for the upload of the zip, which has a timeout of its own.
#[tokio::test(start_paused = true)]
async fn a_call_with_settings_of_its_own_waits_as_politely() {
    let aws = Aws::new(Refuses(429, "TooManyRequestsException"), 20);
    let limit = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60));
    let settings = lambda::config::Builder::new().timeout_config(limit.build());
    let begun = Instant::now();
    let call = aws
        .clients(AWS)
        .lambda
        .update_function_code()
        .function_name("EchoFunction")
        .customize();
    let answer = call.config_override(settings).send().await;
    answer.named("UpdateFunctionCode").expect("taken at last");
    assert_eq!(aws.tries().len(), 21);
    assert!(begun.elapsed() > Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn each_further_try_is_announced() {
    let announced = Arc::new(Mutex::new(Vec::new()));
    let aws = Aws::new(Refuses(429, ""), 2);
    let clients = aws.clients(AWS);
    let heard = Arc::clone(&announced);
    clients.before_retry(move |operation| {
        let mut announced = heard.lock().expect("no panic here");
        announced.push(operation.to_owned());
        Ok(())
    });
    let answer = clients.api_gateway.create_api().send().await;
    answer.named("CreateApi").expect("taken");
    assert_eq!(*announced.lock().unwrap(), ["CreateApi", "CreateApi"]);

    let aws = Aws::new(Refuses(429, ""), 2);
    let clients = aws.clients(AWS);
    clients.before_retry(|_| Err(common::Failure::failed("the disk is full")));
    let answer = clients.api_gateway.create_api().send().await;
    let error = answer.named("CreateApi").expect_err("not noted: not sent");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(aws.tries().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_at_a_port_of_this_machine_is_said_at_once() {
    for endpoint in ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"] {
        let ended = call(Call::GetApis, Nobody, NEVER, endpoint).await;
        let unreachable = Some(Kind::Unreachable);
        assert_eq!((ended.error, ended.tries.len()), (unreachable, 1));
    }
    let ended = call(Call::GetApis, Nobody, NEVER, AWS).await;
    assert_eq!(ended.tries.len(), 8);
}
