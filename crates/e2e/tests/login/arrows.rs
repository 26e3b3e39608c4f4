//! The diagram of the page, compared with what proxies between the browser,
//! `tokens` and the servers have seen.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use ::browser::pages::NEEDED;
use ::browser::{Browser, command_line};
use e2e::run_result::PASSWORD;
use e2e::{RunResult, TestEnv, has};
use serde_json::json;

use crate::recorder::{Exchange, Record, Recorder};
use crate::{port_8083, with_stack};

/// An arrow: who to whom, and what.
#[derive(Clone, Debug, PartialEq)]
struct Arrow {
    who: String,
    what: String,
}

fn arrow(from: &str, to: &str, what: impl Into<String>) -> Arrow {
    Arrow {
        who: format!("{from} → {to}"),
        what: what.into(),
    }
}

/// A program for `BROWSER`: Chromium, which sends everything to the proxy.
fn proxied_chromium(dir: &Path, profile: &Path, proxy: &Recorder) -> String {
    let program = dir.join("proxied-chromium");
    let chromium = command_line(profile);
    let address = &proxy.address;
    // Without the last flag, nothing to this machine goes through a proxy.
    let script = format!(
        "#!/bin/sh\nexec {chromium} --proxy-server=http://{address} '--proxy-bypass-list=<-loopback>' \"$1\"\n"
    );
    std::fs::write(&program, script).expect("written");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, executable).expect("executable");
    program.display().to_string()
}

/// Has `tokens` reach the cloud and the API by way of its proxy.
fn lead_to(env: &mut TestEnv, proxy: &Recorder) {
    let cloud_port = env.cloud_url().rsplit(':').next().expect("a port");
    let (old, new) = (format!(":{cloud_port}/"), format!(":{}/", proxy.port()));
    let mut state = env.state();
    let api = state["api_url"].as_str().expect("the API's address");
    assert!(api.contains(&old), "{api}");
    state["api_url"] = json!(api.replace(&old, &new));
    state["endpoint_url"] = json!(format!("http://{}", proxy.address));
    // The stack counts as old: nothing waits for it.
    let state_object = state.as_object_mut().expect("an object");
    state_object.remove("last_created_at");
    std::fs::write(env.state_path(), state.to_string()).expect("written");
    env.change("AWS_ENDPOINT_URL", &format!("http://{}", proxy.address));
}

/// The arrows of the page that are messages over HTTP. What a program does by
/// itself, and the start of the browser, no proxy can see; that the person
/// signs in is seen as the form that the browser sends.
async fn drawn(browser: &Browser) -> Vec<Arrow> {
    let script = "return [...document.querySelectorAll('ul.arrows li')].map(item => \
        [item.querySelector('strong').textContent, item.textContent])";
    let items = browser.script(script).await;
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let arrows = items.as_array().expect("a list").iter().map(|item| {
        let (who, whole) = (text(&item[0]), text(&item[1]));
        let (_, what) = whole.split_once(&format!("{who}: ")).expect("what is sent");
        Arrow {
            what: what.to_owned(),
            who,
        }
    });
    arrows
        .filter(|arrow| arrow.who.contains(" → ") && !arrow.who.starts_with("person"))
        .filter(|arrow| arrow.what != "the address of the sign-in page")
        .collect()
}

/// What the proxies saw, as the page should draw it.
fn seen(exchanges: &[Exchange], cloud_hosts: &[String]) -> Vec<Arrow> {
    let receiver = |exchange: &Exchange| {
        if exchange.host.contains(".execute-api.") {
            "API"
        } else if cloud_hosts.contains(&exchange.host) {
            "Cognito"
        } else {
            assert_eq!(exchange.host, "localhost:8083", "{exchange:?}");
            "tokens"
        }
    };
    let mut arrows = Vec::new();
    for exchange in exchanges {
        let (from, to) = (exchange.from, receiver(exchange));
        let last = exchange.path.rsplit('/').next().unwrap_or_default();
        let request = format!("{} {last}", exchange.method);
        let sent = match (to, exchange.parameters.is_empty()) {
            ("API", _) => format!("{request}, Authorization: Bearer …"),
            (_, true) => request,
            (_, false) => exchange.parameters.join(", "),
        };
        let status = exchange.status;
        let redirected = exchange.redirected_with.join(", ");
        match (from, to, &*exchange.path) {
            // The page of a sign-in form, and the form with name and password:
            // of these the page draws the request and the last answer.
            ("browser", "Cognito", "/oauth2/authorize") => arrows.push(arrow(from, to, sent)),
            ("browser", "Cognito", _) => {
                assert_eq!(status, 302, "{exchange:?}");
                arrows.push(arrow(to, from, format!("302 {redirected}")));
            }
            _ => {
                arrows.push(arrow(from, to, sent));
                arrows.push(arrow(to, from, status.to_string()));
            }
        }
    }
    // The page is the answer to the callback, and comes last.
    let is_page = |arrow: &Arrow| arrow.who == "tokens → browser";
    let at = arrows.iter().position(is_page).expect("the answer");
    let mut page = arrows.remove(at);
    page.what = "200 this page".to_owned();
    arrows.push(page);
    arrows
}

#[test]
fn each_arrow_is_a_message_that_a_proxy_saw() {
    if !has("recording a login with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let mut env = with_stack();
    let cloud = env.cloud_url().to_owned();
    let record = Record::default();
    let of_tokens = Recorder::start("tokens", &record, &cloud, &[]);
    // The browser's messages to the cloud do not go through the other proxy.
    let of_browser = Recorder::start("browser", &record, &cloud, &[of_tokens.port()]);
    lead_to(&mut env, &of_tokens);
    let profile = env.dir().join("profile");
    let mut command = env.command("tokens", &["--refresh", "--userinfo"]);
    command
        .env(
            "BROWSER",
            proxied_chromium(env.dir(), &profile, &of_browser),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("tokens starts");
    let (result, drawn) = e2e::block_on(async {
        let browser = Browser::attach(&profile).await;
        browser.wait_for("h1", "Sign in").await;
        browser.fill("#username", "Testuser").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("button").await;
        browser.wait_for("h1", "Signed in").await;
        let drawn = drawn(&browser).await;
        (RunResult::wait(child), drawn)
    });
    result.code(0);

    // Chromium asks for an icon by itself.
    let mut exchanges = record.exchanges();
    exchanges.retain(|exchange| exchange.path != "/favicon.ico");
    let hosts = [of_tokens.address.clone(), cloud.replace("http://", "")];
    let seen = seen(&exchanges, &hosts);
    let who = |arrows: &[Arrow]| -> Vec<String> {
        let all = arrows.iter().map(|arrow| arrow.who.clone());
        all.collect()
    };
    assert_eq!(who(&drawn), who(&seen), "{drawn:#?} {exchanges:#?}");
    for (drawn, seen) in drawn.iter().zip(&seen) {
        // Of an answer, a proxy knows the status; its names are in the page.
        let same = drawn.what == seen.what
            || seen.what.len() == 3 && drawn.what.starts_with(&format!("{} ", seen.what));
        assert!(same, "{drawn:?} was drawn, {seen:?} was seen");
    }
    assert!(drawn.len() >= 15, "{drawn:#?}");
}
