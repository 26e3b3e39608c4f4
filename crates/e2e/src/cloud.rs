//! The local cloud: the emulators MiniStack and moto, each on a free port.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use crate::workspace;

/// A running emulator.
#[derive(Debug)]
pub struct Cloud {
    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub url: String,
    // Its stdin stays open while this process lives. Then the shell around
    // the emulator reads end-of-file and stops it.
    child: Child,
}

/// A cloud that only one test uses at a time, empty at first. MiniStack routes
/// API requests only in its default account, so tests cannot share a cloud.
#[derive(Debug)]
pub(crate) struct Lease(Option<Cloud>);

static IDLE: Mutex<Vec<Cloud>> = Mutex::new(Vec::new());

impl Lease {
    /// Takes an idle cloud, or starts one.
    pub(crate) fn new() -> Lease {
        let idle = IDLE.lock().expect("no panic here").pop();
        let cloud = idle.unwrap_or_else(Cloud::start);
        crate::block_on(cloud.reset());
        Lease(Some(cloud))
    }
}

impl Deref for Lease {
    type Target = Cloud;

    fn deref(&self) -> &Cloud {
        self.0.as_ref().expect("held until dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        IDLE.lock().expect("no panic here").extend(self.0.take());
    }
}

// Runs "$@" until stdin is closed. The shell also exits when the emulator does,
// so a failed start is noticed.
const STOP_WITH_PARENT: &str = r#"
exec 3<&0
"$@" 3<&- & pid=$!
{ read -r _ <&3; kill $pid; } &
exec 3<&-
wait $pid
"#;

impl Cloud {
    /// Starts MiniStack on a free port and waits until it responds.
    pub(crate) fn start() -> Cloud {
        Cloud::start_with_auth(false)
    }

    /// Starts MiniStack with checks of signatures and, where it can, policies.
    pub fn start_strict() -> Cloud {
        Cloud::start_with_auth(true)
    }

    fn start_with_auth(auth: bool) -> Cloud {
        let port = free_port();
        let mut command = stopped_with_us("ministack");
        command
            .env("AUTH", auth.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("SERVICES", "cognito-idp,apigateway,lambda,iam,sts,logs");
        Cloud::spawn(command, port, "/_ministack/health")
    }

    /// Starts moto, a second emulator, which validates requests differently. It
    /// has no sign-in page and does not serve APIs.
    pub fn start_moto() -> Cloud {
        let port = free_port();
        let mut command = stopped_with_us("moto_server");
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        Cloud::spawn(command, port, "/moto-api/")
    }

    fn spawn(mut command: Command, port: u16, health: &str) -> Cloud {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut cloud = Cloud {
            url: format!("http://127.0.0.1:{port}"),
            child: command.spawn().expect("the emulator starts"),
        };
        crate::block_on(cloud.wait_until_ready(health));
        cloud
    }

    async fn wait_until_ready(&mut self, health: &str) {
        let health = format!("{}{health}", self.url);
        let client = client();
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(50));
        while client.get(&health).send().await.is_err() {
            let ended = self.child.try_wait().expect("a child");
            assert!(
                ended.is_none(),
                "the emulator ended before it answered: {ended:?}"
            );
            tick.tick().await;
        }
    }

    async fn reset(&self) {
        let reset = format!("{}/_ministack/reset", self.url);
        let client = client();
        let answer = client.post(&reset).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

/// A command for a program that is stopped when this process ends.
fn stopped_with_us(program: &str) -> Command {
    let program = workspace().join(".venv/bin").join(program);
    assert!(
        program.exists(),
        "{} is missing: run 'make tools'",
        program.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", STOP_WITH_PARENT, "sh"]).arg(program);
    // Whoever finds its port can have it run code: it gets no secrets.
    command.env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.env("HOME", std::env::temp_dir());
    command
}

/// A client for servers on this machine, which a proxy could not reach.
pub(crate) fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().expect("a client")
}

/// A free port, never given twice within this process.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        if GIVEN.lock().expect("no panic here").insert(port) {
            return port;
        }
    }
}
