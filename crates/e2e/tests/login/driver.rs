//! A real browser: Chromium, started by `tokens` through `BROWSER`, and then
//! driven over WebDriver (W3C) by chromedriver.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command line for `BROWSER`, with a new profile in `profile`.
pub(crate) fn command_line(profile: &Path) -> String {
    let flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--remote-debugging-port=0",
    ];
    format!(
        "chromium {} --user-data-dir={}",
        flags.join(" "),
        profile.display()
    )
}

/// A browser that runs, and its driver.
pub(crate) struct Browser {
    client: Client,
    session: String,
    profile: PathBuf,
    driver: Child,
}

impl Browser {
    /// Takes over the browser that somebody has started with `profile`.
    pub(crate) async fn attach(profile: &Path) -> Browser {
        let port_file = profile.join("DevToolsActivePort");
        let port = until("the browser's debugging port", async || {
            let text = std::fs::read_to_string(&port_file).ok()?;
            text.lines().next()?.parse::<u16>().ok()
        })
        .await;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("its stdout")).lines();
        let driver_port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.strip_prefix("ChromeDriver was started successfully on port ")
                    .map(str::to_owned)
            })
            .expect("chromedriver says its port");
        let driver_url = format!("http://127.0.0.1:{}", driver_port.trim_end_matches('.'));
        let client = Client::builder().no_proxy().build().expect("a client");
        let options = json!({"debuggerAddress": format!("127.0.0.1:{port}")});
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let answer = client
            .post(format!("{driver_url}/session"))
            .json(&wanted)
            .send()
            .await
            .expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let id = answer["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session: {answer}"));
        let session = format!("{driver_url}/session/{id}");
        Browser {
            client,
            session,
            profile: profile.to_owned(),
            driver,
        }
    }

    async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Value,
    ) -> Result<Value, String> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}/{path}", self.session));
        if method == reqwest::Method::POST {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let good = answer.status().is_success();
        let mut answer: Value = answer.json().await.expect("JSON");
        if good {
            Ok(answer["value"].take())
        } else {
            Err(answer["value"].to_string())
        }
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call(reqwest::Method::POST, path, body).await
    }

    /// The element that a CSS selector finds, as soon as there is one.
    async fn element(&self, css: &str) -> String {
        until(css, async || {
            let found = self
                .post("element", json!({"using": "css selector", "value": css}))
                .await
                .ok()?;
            found
                .as_object()?
                .values()
                .next()?
                .as_str()
                .map(str::to_owned)
        })
        .await
    }

    /// The text of an element, as soon as there is one.
    pub(crate) async fn text(&self, css: &str) -> String {
        let element = self.element(css).await;
        let text = self
            .call(
                reqwest::Method::GET,
                &format!("element/{element}/text"),
                Value::Null,
            )
            .await;
        text.expect("its text")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until an element has this text.
    pub(crate) async fn wait_for(&self, css: &str, text: &str) {
        until(&format!("{css} with {text:?}"), async || {
            self.script(&format!(
                "let e = document.querySelector({css:?}); return e ? e.innerText : ''"
            ))
            .await
            .as_str()?
            .contains(text)
            .then_some(())
        })
        .await;
    }

    /// Types into a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        self.post(&format!("element/{element}/value"), json!({"text": text}))
            .await
            .expect("typed");
    }

    /// Clicks.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.element(css).await;
        self.post(&format!("element/{element}/click"), json!({}))
            .await
            .expect("clicked");
    }

    /// Goes to an address.
    pub(crate) async fn go(&self, url: &str) {
        self.post("url", json!({"url": url}))
            .await
            .expect("gone there");
    }

    /// Where it is.
    pub(crate) async fn url(&self) -> String {
        let url = self.call(reqwest::Method::GET, "url", Value::Null).await;
        url.expect("an address")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Runs a script in the page.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []}))
            .await
            .unwrap_or_default()
    }

    /// One of Chromium's own commands.
    pub(crate) async fn chromium(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.post("goog/cdp/execute", body).await.expect(command)
    }

    /// The size of the page, dark or light.
    pub(crate) async fn look(&self, width: u32, height: u32, scheme: &str) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", size)
            .await;
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", features).await;
    }

    /// A picture of the page, into the folder that `PICTURES` names, if it does.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("PICTURES") else {
            return;
        };
        let path = e2e::workspace().join(dir).join(name);
        let picture = self
            .chromium("Page.captureScreenshot", json!({"format": "png"}))
            .await;
        let decoded = base64(picture["data"].as_str().expect("a picture"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, decoded).expect("the picture is written");
    }
}

/// Nothing stays behind, whatever became of the test.
impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium's lock names its process: "host-4711".
        let lock = std::fs::read_link(self.profile.join("SingletonLock")).unwrap_or_default();
        if let Some((_, id)) = lock.to_string_lossy().rsplit_once('-') {
            let _ = Command::new("kill").arg(id).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Asks again and again until there is an answer.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let start = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    loop {
        tick.tick().await;
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
    }
}

/// Decodes base64: one use is not worth a crate here.
fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').map(value).collect();
    digits
        .chunks(4)
        .flat_map(|part| {
            let bits = part
                .iter()
                .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit))
                << (6 * (4 - part.len()));
            bits.to_be_bytes()[1..part.len()].to_vec()
        })
        .collect()
}
