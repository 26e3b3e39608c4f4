//! The README's path, as a person walks it: its commands in its order, with make
//! and a browser, in a copy of the repository.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ::browser::Browser;
use e2e::cloud::free_port;
use e2e::{RunResult, copy, has, workspace};
use tempfile::TempDir;

use crate::person::{addresses_in, note_addresses};
use crate::port_8083;
use ::browser::pages::Chromium;

/// The lines of the README's code blocks that are marked as `sh`.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(workspace().join("README.md")).expect("README.md");
    let blocks = readme.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// A copy of the repository, with ports of its own, and a person with a browser.
struct Walk {
    dir: TempDir,
    cloud_port: String,
    demo_port: String,
    /// The program for `BROWSER`, and the file of the addresses it was given.
    program: PathBuf,
    addresses: PathBuf,
    chromium: Chromium,
}

impl Walk {
    async fn begin() -> Walk {
        let dir = TempDir::new().expect("a folder");
        copy::repository(dir.path());
        let (program, addresses) = note_addresses(dir.path());
        Walk {
            cloud_port: free_port().to_string(),
            demo_port: free_port().to_string(),
            program,
            addresses,
            chromium: Chromium::start(dir.path(), "person").await,
            dir,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a line in a shell. `shown` is the heading of the page that a sign-in
    /// in the browser ends with.
    async fn run(&self, line: &str, shown: &str) -> RunResult {
        let output = ["stdout", "stderr"].map(|name| self.path(name));
        let file = |path: &Path| Stdio::from(File::create(path).expect("a file"));
        let before = addresses_in(&self.addresses).len();
        let mut command = Command::new("sh");
        copy::with_toolchain(&mut command)
            .args(["-c", line])
            .current_dir(self.dir.path())
            .env("BROWSER", &self.program)
            .env("CLOUD_PORT", &self.cloud_port)
            .env("DEMO_PORT", &self.demo_port)
            .stdin(Stdio::null())
            .stdout(file(&output[0]))
            .stderr(file(&output[1]));
        let mut child = command.spawn().expect("a shell");
        let mut sign_ins = before;
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(50));
        let status = loop {
            tick.tick().await;
            if let Some(status) = child.try_wait().expect("its state") {
                break status;
            }
            if let Some(address) = addresses_in(&self.addresses).get(sign_ins) {
                sign_ins += 1;
                self.sign_in(address, shown).await;
            }
        };
        let text = |path: &PathBuf| std::fs::read_to_string(path).expect("text");
        RunResult {
            code: status.code(),
            stdout: text(&output[0]),
            stderr: text(&output[1]),
        }
    }

    async fn sign_in(&self, address: &str, shown: &str) {
        let browser: &Browser = &self.chromium.browser;
        browser.go(address).await;
        browser.fill("#username", "Testuser").await;
        browser.fill("#password", &self.setting("PASSWORD")).await;
        browser.click("button").await;
        browser.wait_for("h1", shown).await;
    }

    /// A value that `make` has written to `.env`.
    fn setting(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(".env")).expect(".env");
        let start = format!("{name}=");
        let mut values = text.lines().filter_map(|line| line.strip_prefix(&start));
        values.next().expect(name).trim_matches('\'').to_owned()
    }

    /// Has `.env` name this test's own port of the local cloud.
    fn set_port(&self) {
        let text = std::fs::read_to_string(self.path(".env")).expect(".env");
        let usual = "http://127.0.0.1:4566\n";
        let own = format!("http://127.0.0.1:{}\n", self.cloud_port);
        assert!(text.contains(usual) || text.contains(&own), "{text}");
        std::fs::write(self.path(".env"), text.replace(usual, &own)).expect("written");
    }
}

/// The local cloud would outlive a test that fails.
impl Drop for Walk {
    fn drop(&mut self) {
        let mut stop = Command::new("scripts/cloud");
        stop.arg("stop-all").current_dir(self.dir.path());
        let _ = stop.output();
    }
}

#[test]
fn the_readme_s_commands_work_in_their_order_with_make() {
    if !has(
        "the README's path with Chromium",
        &["chromium", "chromedriver", "curl"],
    ) {
        return;
    }
    let _port = port_8083();
    e2e::block_on(async {
        let walk = Walk::begin().await;
        let mut run = 0;
        for line in commands() {
            run += 1;
            match &*line {
                // The archive's commands: e2e/archive.rs runs the demo there.
                "./demo" => {}
                line if line.starts_with("tar xzf ") || line.starts_with("cd ") => {}
                // It would run this test.
                "make test" => drop(walk.run("make --dry-run test", "").await.code(0)),
                "make" => {
                    let made = walk.run(&line, "").await.code(0);
                    made.stdout_has("Ready. Next: 'make api'");
                    walk.set_port();
                }
                "make api" => {
                    let made = walk.run(&line, "").await.code(0);
                    let made = made.stdout_has("API available at");
                    let curl = made.stderr.lines().find(|line| line.starts_with("curl "));
                    let curl = curl.expect("a line to paste").to_owned();
                    let refused = walk.run(&curl, "").await.code(0);
                    refused.stdout_has("HTTP/1.1 401 Unauthorized");
                    let refused = walk.run("make clean", "").await.code(2);
                    refused.stderr_has("run 'make delete' first");
                }
                "make request" => {
                    let made = walk.run(&line, "Signed in").await.code(0);
                    made.stdout_has("\nhello world\n")
                        .stdout_has("\nSigned in as Testuser: 21 checks hold");
                }
                "SCOPES=\"openid\" make request" => {
                    let title = "Signed in, and refused by the API";
                    let made = walk.run(&line, title).await.code(0);
                    made.stdout_has("< HTTP/1.1 403 Forbidden");
                }
                "make lab" => {
                    let made = walk.run(&line, "Code received").await.code(0);
                    made.stdout_has("35 experiments: ").stdout_has(", 0 FAIL");
                }
                "make demo" | "make delete" => {
                    let made = walk.run(&line, "").await.code(0);
                    made.stdout_has("Nothing is left.");
                }
                "make cloud-stop" => {
                    let made = walk.run(&line, "").await.code(0);
                    made.stdout_has("Local cloud stopped");
                }
                line if line.starts_with("cargo run --bin ") => {
                    drop(walk.run(line, "").await.code(0));
                }
                line => panic!("the README has a command that is not tried here: {line}"),
            }
        }
        assert!(run >= 15, "{run} commands");
        walk.run("make clean", "").await.code(0);
        for gone in ["target", ".venv", "state.json"] {
            assert!(!walk.path(gone).exists(), "{gone} is still there");
        }
        assert!(workspace().join(".venv/bin").exists());
    });
}
