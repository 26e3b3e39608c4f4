//! A real browser for tests: attaches to a running Chromium and drives it with
//! chromedriver, over W3C WebDriver.

pub mod pages;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;

/// Longer than any step takes, even on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Time between two polls of a condition.
const INTERVAL: Duration = Duration::from_millis(50);

/// The command line that starts Chromium, with a new profile in `profile`.
pub fn command_line(profile: &Path) -> String {
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

/// A running browser and its driver. Dropping it stops both.
#[derive(Debug)]
pub struct Browser {
    web: WebDriver,
    profile: PathBuf,
    driver: Child,
}

impl Browser {
    /// Attaches to the browser that was started with `profile`.
    ///
    /// # Panics
    /// Like all methods here, if what it waits for takes more than a minute.
    pub async fn attach(profile: &Path) -> Browser {
        let port_file = profile.join("DevToolsActivePort");
        let port = until("the browser's debugging port", async || {
            let text = std::fs::read_to_string(&port_file).ok()?;
            text.lines().next()?.parse::<u16>().ok()
        })
        .await;
        let (driver, url) = start_driver();
        let mut capabilities = DesiredCapabilities::chrome();
        let address = format!("127.0.0.1:{port}");
        let attached = capabilities.set_debugger_address(&address);
        attached.expect("the browser's address");
        // A proxy set in the environment could not reach this machine.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .expect("a client");
        let web = WebDriver::builder(url, capabilities).client(client);
        Browser {
            web: web.connect().await.expect("a session"),
            profile: profile.to_owned(),
            driver,
        }
    }

    async fn element(&self, css: &str) -> WebElement {
        let query = self.web.query(By::Css(css)).wait(TIMEOUT, INTERVAL);
        query.first().await.expect(css)
    }

    /// The text of an element; waits until the element exists.
    pub async fn text(&self, css: &str) -> String {
        self.element(css).await.text().await.expect("its text")
    }

    /// Waits until an element contains this text.
    pub async fn wait_for(&self, css: &str, text: &str) {
        let script = format!("return document.querySelector({css:?})?.innerText ?? ''");
        until(&format!("{css} with {text:?}"), async || {
            let found = self.script(&script).await;
            found.as_str()?.contains(text).then_some(())
        })
        .await;
    }

    /// Types into a field.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.element(css).await;
        field.send_keys(text).await.expect("typed");
    }

    /// Clicks an element.
    pub async fn click(&self, css: &str) {
        self.element(css).await.click().await.expect("clicked");
    }

    /// Navigates to a URL.
    pub async fn go(&self, url: &str) {
        self.web.goto(url).await.expect("gone there");
    }

    /// The current URL.
    pub async fn url(&self) -> String {
        self.web.current_url().await.expect("an address").into()
    }

    /// Runs a script in the page; its result, or null during a navigation.
    pub async fn script(&self, script: &str) -> Value {
        let result = self.web.execute(script, Vec::new()).await;
        result.map_or(Value::Null, |result| result.json().clone())
    }

    /// Sends a Chrome DevTools Protocol command.
    pub async fn chromium(&self, command: &str, parameters: Value) {
        let answer = self.web.cdp().send_raw(command, parameters).await;
        answer.expect(command);
    }

    /// Sets the page's size in pixels and its scheme: `dark` or `light`.
    pub async fn look(&self, width: u32, height: u32, scheme: &str) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", size)
            .await;
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", features).await;
    }

    /// A screenshot of the window, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.web.screenshot_as_png().await.expect("a picture")
    }
}

/// Starts chromedriver on a port of its choice; returns the process and URL.
fn start_driver() -> (Child, String) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let lines = BufReader::new(driver.stdout.take().expect("its stdout")).lines();
    let started = "ChromeDriver was started successfully on port ";
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(started).map(str::to_owned))
        .expect("chromedriver says its port");
    let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
    (driver, url)
}

/// Stops browser and driver, even if the test failed.
impl Drop for Browser {
    fn drop(&mut self) {
        // The session ends with its driver.
        let _ = self.web.clone().leak();
        // Chromium's lock has its process id: "host-4711".
        let lock = std::fs::read_link(self.profile.join("SingletonLock")).unwrap_or_default();
        if let Some((_, id)) = lock.to_string_lossy().rsplit_once('-') {
            let _ = Command::new("kill").arg(id).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Polls `ask` until it returns a value.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let start = Instant::now();
    let mut tick = tokio::time::interval(INTERVAL);
    loop {
        tick.tick().await;
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < TIMEOUT, "waited too long for {what}");
    }
}
