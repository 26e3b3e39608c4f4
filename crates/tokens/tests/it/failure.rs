//! Logins that fail, are interrupted, or need the person's help.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::idp::{Idp, PASSWORD};
use crate::program::Program;
use crate::raw_http;

fn is_free(port: u16) -> bool {
    ["127.0.0.1", "::1"]
        .iter()
        .all(|host| TcpListener::bind((*host, port)).is_ok())
}

/// Signs in at a server that redirects back with this error; page and stderr.
fn refused(query: &str) -> (String, String) {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser"]).start();
    let mut back = url::Url::parse(&idp.approve(&login.address)).unwrap();
    let state = back
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    back.set_query(Some(&format!("{query}&state={state}")));
    let page = raw_http::get(back.as_str());
    assert_eq!(page.status, 200, "{page:?}");
    let result = login.result();
    result.assert_code(1);
    assert_eq!(
        (
            result.stdout.as_str(),
            idp.count("/oauth2/token"),
            idp.api_calls()
        ),
        ("", 0, 0)
    );
    (page.body, result.stderr)
}

#[test]
fn access_denied_is_reported_with_what_to_do() {
    let (page, stderr) = refused("error=access_denied&error_description=User+cancelled");
    for text in [&page, &stderr] {
        assert!(
            text.contains("The sign-in server refused: access_denied: User cancelled"),
            "{text}"
        );
        assert!(text.contains("run this again to try once more"), "{text}");
    }
}

#[test]
fn an_invalid_scope_is_recognised_as_cognito_sends_it() {
    let (_, stderr) = refused("error=invalid_request&error_description=invalid_scope");
    assert!(
        stderr.contains("see terminal_app_scopes in state.json"),
        "{stderr}"
    );
}

#[test]
fn what_the_server_says_is_neither_markup_nor_a_terminal_s_command() {
    let (page, stderr) =
        refused("error=x&error_description=%3Cscript%3Ealert(1)%3C/script%3E%1B%5B2J");
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script"),
        "{page}"
    );
    assert!(!stderr.contains('\u{1b}'), "{stderr:?}");
}

#[test]
fn a_timeout_says_so_and_frees_the_port() {
    let idp = Idp::honest();
    let program = Program::new(&idp, &["--no-browser", "--timeout", "1"]);
    let port = program.port;
    program
        .run()
        .assert_code(1)
        .assert_says("Nobody signed in within 1 s");
    assert!(is_free(port));
}

#[test]
fn ctrl_c_ends_with_130_and_frees_the_port() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser"]).start();
    let port = login.port;
    assert!(!is_free(port));
    let status = Command::new("kill")
        .args(["-INT", &login.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    login.result().assert_code(130);
    assert!(is_free(port));
    assert_eq!(idp.api_calls(), 0);
}

#[test]
fn a_busy_port_is_reported_at_once_with_who_has_it() {
    let idp = Idp::honest();
    for host in ["127.0.0.1", "::1"] {
        let program = Program::new(&idp, &["--no-browser"]);
        let _holder = TcpListener::bind((host, program.port)).unwrap();
        let said = format!("port {} is in use by ", program.port);
        let result = program.run();
        result
            .assert_code(1)
            .assert_says(&said)
            .assert_says("hint: stop that program");
        #[cfg(target_os = "linux")]
        result.assert_says(&format!("(process {})", std::process::id()));
        assert!(
            !result.stderr.contains("/oauth2/authorize"),
            "no browser may be sent there: {}",
            result.stderr
        );
    }
}

#[test]
fn a_browser_that_cannot_be_opened_leaves_the_address() {
    for (browser, note) in [
        (
            "/nowhere/browser",
            "Cannot open a browser with '/nowhere/browser'",
        ),
        ("false", "'false' could not open the browser"),
    ] {
        let idp = Idp::honest();
        let login = Program::new(&idp, &[]).env("BROWSER", browser).start();
        assert!(!login.address.contains(char::is_whitespace));
        // `false` takes a moment to exit; the login does not wait for that.
        let said = std::time::Instant::now();
        while browser == "false" && said.elapsed() < std::time::Duration::from_millis(300) {
            std::thread::yield_now();
        }
        assert_eq!(raw_http::get(&idp.approve(&login.address)).status, 200);
        login
            .result()
            .assert_code(0)
            .assert_says(note)
            .assert_says("Open the address above yourself");
    }
}

#[test]
fn over_ssh_the_command_that_leads_the_port_here_is_shown() {
    let idp = Idp::honest();
    let program = Program::new(&idp, &["--no-browser"]);
    let port = program.port;
    let login = program
        .env("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")
        .env("USER", "ada")
        .start();
    assert_eq!(raw_http::get(&idp.approve(&login.address)).status, 200);
    login
        .result()
        .assert_code(0)
        .assert_says(&format!("ssh -L {port}:localhost:{port} ada@10.0.0.2"));
}

/// `script` gives the program a terminal. A wrong address is pasted first.
#[cfg(target_os = "linux")]
#[test]
fn a_pasted_address_is_checked_as_the_listener_checks_it() {
    use std::io::{BufRead, BufReader};

    let idp = Idp::honest();
    let mut program = Program::new(&idp, &[]);
    let tokens = format!("{} --no-browser", env!("CARGO_BIN_EXE_tokens"));
    let mut command = Command::new("script");
    command
        .args(["-qefc", &tokens, "/dev/null"])
        .current_dir(program.dir.path());
    command.envs(
        program
            .command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    std::mem::swap(&mut program.command, &mut command);
    std::fs::write(
        program.dir.path().join("state.json"),
        program.state.to_string(),
    )
    .unwrap();
    let mut child = program.command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut printed = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(at) = line.find("http://127.0.0.1")
            && !printed.contains("/oauth2/authorize")
        {
            let good = idp.approve(line[at..].trim());
            writeln!(
                stdin,
                "http://localhost:{}/callback?code=stolen&state=guessed",
                program.port
            )
            .unwrap();
            writeln!(stdin, "{good}").unwrap();
        }
        printed.push_str(&line);
        printed.push('\n');
    }
    assert!(child.wait().unwrap().success(), "{printed}");
    assert!(
        printed.contains("This is not the answer to the sign-in: its state is not the one"),
        "{printed}"
    );
    assert!(printed.contains("hello world"), "{printed}");
}

#[test]
fn a_wrong_password_is_reported_without_the_password() {
    let idp = Idp::honest();
    let result = Program::new(&idp, &["--headless"])
        .env("PASSWORD", "Wrong-Horse-22")
        .run();
    result
        .assert_code(1)
        .assert_says("did not let the test user in: Incorrect username or password.");
    assert!(!result.printed().contains("Wrong-Horse-22"));
}

#[test]
fn a_page_without_a_form_is_reported() {
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/oauth2/authorize", |_| {
            axum::response::IntoResponse::into_response("Down for maintenance")
        });
    });
    let result = Program::new(&idp, &["--headless"]).run();
    result
        .assert_code(1)
        .assert_says("has no sign-in form with a password field (status 200 OK)");
}

#[test]
fn a_page_that_asks_for_more_after_the_password_is_reported() {
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/login", |_| {
            let form = "<form><input type=password name=new_password></form>";
            axum::response::IntoResponse::into_response(axum::response::Html(form))
        });
    });
    let result = Program::new(&idp, &["--headless"]).run();
    result
        .assert_code(1)
        .assert_says("/login has no sign-in form");
}

#[test]
fn headless_gives_the_password_to_no_other_server() {
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/oauth2/authorize", |_| {
            axum::response::Html("<form action=\"http://127.0.0.1:9/steal\"><input name=username><input type=password name=password></form>").into_response()
        });
    });
    use axum::response::IntoResponse;
    let result = Program::new(&idp, &["--headless"]).run();
    result.assert_code(1).assert_says("leads to another server");
}

#[test]
fn settings_are_checked_before_any_call() {
    let idp = Idp::honest();
    let usage = |args: &[&str], change: &dyn Fn(&mut Program), said: &str| {
        let mut program = Program::new(&idp, args);
        change(&mut program);
        program
            .run()
            .assert_code(2)
            .assert_says(said)
            .assert_says("hint: ");
    };
    for (scopes, said) in [
        ("nobody", "There is no scope 'nobody'"),
        ("a\"b", "is not a scope"),
        (" ", "names no scope"),
    ] {
        usage(&["--scopes", scopes], &|_| {}, said);
    }
    let elsewhere = "http://localhost:1";
    for (name, value, said) in [
        ("PASSWORD", Some("short"), "fewer than 8"),
        ("PASSWORD", None, "PASSWORD is not set"),
        (
            "AWS_ENDPOINT_URL",
            Some(elsewhere),
            "and this is endpoint 'http://localhost:1'",
        ),
        ("STATE_FILE", Some("none.json"), "There is no none.json"),
    ] {
        let change: &dyn Fn(&mut Program) = &|program| {
            match value {
                Some(value) => program.command.env(name, value),
                None => program.command.env_remove(name),
            };
        };
        usage(&["--headless"], change, said);
    }
    for key in [
        "terminal_app_client_id",
        "user_pool_jwt_issuer_url",
        "api_url",
        "terminal_app_callback_urls",
    ] {
        let change: &dyn Fn(&mut Program) = &|program| {
            program.state.as_object_mut().unwrap().remove(key);
        };
        usage(&[], change, &format!("state.json has no {key}"));
    }
    usage(
        &[],
        &|p| p.state["terminal_app_callback_urls"][0] = "http://example.com/callback".into(),
        "not one that this program can listen on",
    );
    assert!(idp.state.lock().unwrap().calls.is_empty());
}

#[test]
fn no_output_has_the_password() {
    let idp = Idp::honest();
    for args in [
        &[
            "--headless",
            "--explain",
            "--refresh",
            "--userinfo",
            "--logout",
        ][..],
        &["--headless", "--json"],
    ] {
        let result = Program::new(&idp, args).run();
        result.assert_code(0);
        assert!(!result.printed().contains(PASSWORD));
        assert!(!result.printed().contains("aws-secret-of-the-test"));
    }
}
