//! What the person in the terminal sees and types.

use std::io::Write;
use std::net::TcpStream;

use serde_json::json;

use crate::idp::Idp;
use crate::program::{Pending, Program};
use crate::raw_http;

/// Everything that a server, a token or a browser can put in.
const STEERING: &str = "\u{1b}]52;c;eA==\u{7}\u{1b}]8;;http://a\u{1b}\\\u{9b}2J\u{202e}\u{200b}";

/// Whatever comes from elsewhere: nothing of it may steer the terminal.
#[test]
fn nothing_foreign_steers_the_terminal() {
    let idp = Idp::tampering(|f| {
        f.id[STEERING] = json!(STEERING);
        f.access["username"] = json!(STEERING);
        f.access["scope"] = json!(format!("openid {STEERING}"));
        f.header[STEERING] = json!(STEERING);
    })
    .with_discovery(|d| {
        let end = format!("{}?{STEERING}", d["end_session_endpoint"].as_str().unwrap());
        d["end_session_endpoint"] = json!(end);
        d[STEERING] = json!(STEERING);
    })
    .answering("/oauth2/userInfo", |_| {
        axum::Json(json!({"sub": "s", "name": STEERING, STEERING: 1}))
    })
    .answering("/dev/hello", |_| format!("hello {STEERING}"));
    let all = [
        "--headless",
        "--explain",
        "--refresh",
        "--userinfo",
        "--logout",
    ];
    for args in [&all[..], &["--headless", "--json", "--userinfo"]] {
        let mut program = Program::new(&idp, args);
        program.state["user_pool_username"] = json!("Testuser");
        let result = program.run();
        let steers =
            |c: char| (c.is_control() && c != '\n' && c != '\t') || "\u{202e}\u{200b}".contains(c);
        let printed = result.printed();
        let found: Vec<char> = printed.chars().filter(|c| steers(*c)).collect();
        assert!(found.is_empty(), "{found:?} in {printed:?}");
        assert!(result.stdout.contains("\\u001b]52;c;eA=="), "{printed}");
    }
}

#[test]
fn what_is_in_state_json_does_not_steer_the_terminal() {
    let idp = Idp::honest();
    for key in ["user_pool_jwt_issuer_url", "api_url", "api_route_method"] {
        let mut program = Program::new(&idp, &["--headless", "--explain"]);
        program.state[key] = json!(format!("x{STEERING}"));
        let result = program.run();
        assert_ne!(result.code, Some(0));
        let printed = result.printed();
        assert!(
            !printed.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
            "{printed:?}"
        );
    }
}

fn refuse(login: &Pending, query: &str) {
    let address = format!("http://localhost:{}/callback?{query}", login.port);
    assert_eq!(raw_http::get(&address).status, 400);
}

#[test]
fn a_refused_callback_is_told_at_once_and_a_crowd_of_them_once() {
    let idp = Idp::honest();
    let mut login = Program::new(&idp, &["--no-browser"]).start();
    refuse(&login, "error=access_denied&error_description=not+assigned");
    let said =
        "note: a callback was refused: it has no state. It says: access_denied: not assigned";
    login.wait_for(said);
    for _ in 0..50 {
        refuse(&login, "code=stolen&state=guessed");
    }
    assert_eq!(raw_http::get(&idp.approve(&login.address)).status, 200);
    let result = login.result();
    result.assert_code(0);
    let told = result.stderr.matches("a callback was refused").count();
    assert!(told <= 2, "{}", result.stderr);
}

/// The callback has arrived before the program looks, and so has a crowd of
/// idle connections after it.
#[test]
fn a_request_that_has_arrived_is_served_before_idle_connections_are_closed() {
    for crowd in [63, 64, 100] {
        let idp = Idp::honest();
        let login = Program::new(&idp, &["--no-browser"]).start();
        login.signal("STOP");
        let address = url::Url::parse(&idp.approve(&login.address)).unwrap();
        let mut good = TcpStream::connect(("127.0.0.1", login.port)).unwrap();
        let target = &address[url::Position::BeforePath..];
        let port = login.port;
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
        good.write_all(request.as_bytes()).unwrap();
        let idle: Vec<TcpStream> = (0..crowd)
            .map(|_| TcpStream::connect(("127.0.0.1", login.port)).unwrap())
            .collect();
        login.signal("CONT");
        let answer = raw_http::read(&mut good);
        assert_eq!(answer.status, 200, "{crowd}: {answer:?}");
        drop(idle);
        login.result().assert_code(0);
    }
}

#[test]
fn the_first_browser_of_a_list_that_works_is_used() {
    let idp = Idp::honest().with(|state| state.has_session = true);
    let list = format!(
        "/nowhere/browser:false:{}",
        crate::fake_browser::command_line()
    );
    let result = Program::new(&idp, &[]).env("BROWSER", &list).run();
    result.assert_code(0);
    result.assert_says_not("note:");
}

#[test]
fn over_ssh_the_command_has_the_server_s_port() {
    let idp = Idp::honest();
    let program = Program::new(&idp, &["--no-browser", "--timeout", "1"]);
    let port = program.port;
    program
        .env("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 2222")
        .env("USER", "ada")
        .run()
        .assert_says(&format!(
            "ssh -p 2222 -L {port}:localhost:{port} ada@10.0.0.2"
        ))
        .assert_says("hint: run this again, or wait longer with --timeout SECONDS")
        .assert_says("--no-browser");
}
