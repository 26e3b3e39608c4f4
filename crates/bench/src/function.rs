//! The function, compared with the same in Python on AWS's own runtime client.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use e2e::{test_env, workspace};
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;

use crate::runtime_api::RuntimeApi;
use crate::sample::{median, ms, peak_so_far};

/// The event that API Gateway sends for `GET /hello`.
const EVENT: &str = include_str!("event.json");

/// Invocations of a function per run.
const INVOCATIONS: usize = 200;

/// The measurements of one function.
#[derive(Serialize)]
pub(crate) struct Row {
    /// Language and runtime.
    pub function: String,
    /// Time from process start to the first poll of the runtime API.
    pub first_poll_ms: f64,
    /// Time from sending an event to its response, in a warm process.
    pub invocation_ms: f64,
    /// Peak memory.
    pub peak_mib: f64,
    /// Size of the upload.
    pub upload_kib: f64,
}

/// Runs both functions alternately.
pub(crate) fn measure(runs: u32) -> [Row; 2] {
    eprintln!("the function, in Rust and in Python ...");
    let dir = TempDir::new().expect("a folder");
    let rust = || rust(dir.path());
    let python = || python(dir.path());
    unpack(dir.path());
    // A first run of each fills the caches, also Python's compiled modules.
    Run::of(rust());
    Run::of(python());
    let runs: Vec<(Run, Run)> = (0..runs)
        .map(|_| (Run::of(rust()), Run::of(python())))
        .collect();
    let zip = std::fs::metadata(test_env::zip()).expect("built").len();
    let handler = include_str!("handler.py").len() as u64;
    [
        row("Rust".into(), runs.iter().map(|run| &run.0), zip),
        row(python_version(), runs.iter().map(|run| &run.1), handler),
    ]
}

/// Writes our `bootstrap` and Python's `handler.py` to `dir`.
fn unpack(dir: &Path) {
    let file = std::fs::File::open(test_env::zip()).expect("built");
    let mut zip = zip::ZipArchive::new(file).expect("a zip");
    zip.extract(dir).expect("unpacked");
    std::fs::write(dir.join("handler.py"), include_str!("handler.py")).expect("written");
}

fn rust(dir: &Path) -> Command {
    Command::new(dir.join("bootstrap"))
}

fn python(dir: &Path) -> Command {
    let mut command = Command::new(workspace().join(".venv/bin/python3"));
    command
        .args(["-m", "awslambdaric", "handler.handle"])
        .current_dir(dir);
    command
}

/// For example `Python 3.13.1, awslambdaric 4.2.2`.
fn python_version() -> String {
    let script = "import platform, importlib.metadata as m; \
                  print(f'Python {platform.python_version()}, awslambdaric {m.version(\"awslambdaric\")}')";
    let answer = Command::new(workspace().join(".venv/bin/python3"))
        .args(["-c", script])
        .output()
        .expect("Python starts")
        .stdout;
    String::from_utf8(answer).expect("UTF-8").trim().to_owned()
}

struct Run {
    first_poll_ms: f64,
    invocation_ms: f64,
    peak_mib: f64,
}

impl Run {
    fn of(mut command: Command) -> Run {
        let answer = json!({
            "statusCode": 200,
            "headers": { "content-type": "application/json" },
            "body": "hello world",
        });
        let api = RuntimeApi::start(EVENT, answer, INVOCATIONS);
        let command = as_in_lambda(&mut command, &api.address);
        let start = Instant::now();
        let mut child = command.spawn().expect("the function starts");
        let timeline = api.wait();
        let peak_mib = peak_so_far(child.id());
        child.kill().and_then(|()| child.wait()).expect("a child");
        let first_poll = timeline.first_poll.expect("polled") - start;
        Run {
            first_poll_ms: ms(first_poll),
            invocation_ms: ms(median(timeline.invocations)),
            peak_mib,
        }
    }
}

fn as_in_lambda<'a>(command: &'a mut Command, address: &str) -> &'a mut Command {
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "EchoFunction")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/EchoFunction")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_REGION", "us-east-1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
}

fn row<'a>(function: String, runs: impl Iterator<Item = &'a Run> + Clone, upload: u64) -> Row {
    Row {
        function,
        first_poll_ms: median(runs.clone().map(|run| run.first_poll_ms)),
        invocation_ms: median(runs.clone().map(|run| run.invocation_ms)),
        peak_mib: median(runs.map(|run| run.peak_mib)),
        upload_kib: upload as f64 / 1024.0,
    }
}
