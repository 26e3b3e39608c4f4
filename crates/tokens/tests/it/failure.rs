//! Logins that fail, are interrupted, or need the person's help.

use std::io::Write;
use std::net::TcpListener;

use axum::response::Html;

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
    let (_, state) = back
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap();
    let state = state.into_owned();
    back.set_query(Some(&format!("{query}&state={state}")));
    let page = raw_http::get(back.as_str());
    assert_eq!(page.status, 200, "{page:?}");
    let result = login.result();
    result.assert_code(1);
    assert_eq!(result.stdout, "");
    assert_eq!((idp.count("/oauth2/token"), idp.api_calls()), (0, 0));
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
    login.signal("INT");
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

/// The program at a terminal, which `script` gives it.
#[cfg(target_os = "linux")]
fn at_a_terminal(program: Program, command_line: &str) -> Program {
    program.with_command("script", &["-qefc", command_line, "/dev/null"])
}

/// First a wrong address, then octets that are no text, then Ctrl-D: none of
/// them ends the sign-in, and each is answered. With and without a browser.
#[cfg(target_os = "linux")]
#[test]
fn a_pasted_address_is_checked_as_the_listener_checks_it() {
    use std::io::{BufRead, BufReader};

    for flags in ["--no-browser", ""] {
        let idp = Idp::honest();
        let program = Program::new(&idp, &[]).env("BROWSER", "true");
        let tokens = format!("{} {flags}", env!("CARGO_BIN_EXE_tokens"));
        let mut program = at_a_terminal(program, &tokens);
        let (mut child, mut stdin) = program.spawn();
        let mut printed = String::new();
        // The terminal echoes what is typed, whether or not it is text.
        for line in BufReader::new(child.stdout.take().unwrap()).split(b'\n') {
            let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
            if let Some(at) = line.find("http://127.0.0.1")
                && !printed.contains("/oauth2/authorize")
            {
                let good = idp.approve(line[at..].trim());
                let port = program.port;
                let wrong = format!("http://localhost:{port}/callback?code=stolen&state=guessed");
                writeln!(stdin, "{wrong}").unwrap();
                stdin.write_all(b"\xff\xfe\n\x04").unwrap();
                // As a shell that quotes what is pasted gives it.
                writeln!(stdin, "'{}'", good.replace('&', "\\&")).unwrap();
            }
            printed.push_str(&line);
            printed.push('\n');
        }
        assert!(child.wait().unwrap().success(), "{printed}");
        for said in [
            "This is not the answer to the sign-in: its state is not the one",
            "This is not the answer to the sign-in: it is not a valid address",
            "an address can still be pasted",
            "hello world",
        ] {
            assert!(printed.contains(said), "no {said:?} in {printed}");
        }
    }
}

/// A program in the background that reads from its terminal is stopped.
#[cfg(target_os = "linux")]
#[test]
fn in_the_background_it_goes_on_waiting() {
    let idp = Idp::honest();
    let tokens = env!("CARGO_BIN_EXE_tokens");
    let shell = format!(
        "bash -c 'set -m; {tokens} --no-browser --timeout 2 & wait $!; echo it ended with $?'"
    );
    let mut program = at_a_terminal(Program::new(&idp, &[]), &shell);
    let (child, mut stdin) = program.spawn();
    writeln!(stdin, "typed for the shell").unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("Nobody signed in within 2 s"), "{printed}");
    assert!(printed.contains("it ended with 1"), "{printed}");
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
    let idp = Idp::honest().answering("/oauth2/authorize", |_| "Down for maintenance");
    let result = Program::new(&idp, &["--headless"]).run();
    result
        .assert_code(1)
        .assert_says("has no sign-in form with a password field (status 200 OK)");
}

#[test]
fn a_page_that_asks_for_more_after_the_password_is_reported() {
    let idp = Idp::honest().answering("/login", |_| {
        let form = "<form><input type=password name=new_password></form>";
        Html(form)
    });
    let result = Program::new(&idp, &["--headless"]).run();
    result
        .assert_code(1)
        .assert_says("/login has no sign-in form");
}

#[test]
fn headless_gives_the_password_to_no_other_server() {
    let form = "<form action=\"http://127.0.0.1:9/steal\">\
                <input name=username><input type=password name=password></form>";
    let idp = Idp::honest().answering("/oauth2/authorize", move |_| Html(form));
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
    assert!(idp.state().calls.is_empty());
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
