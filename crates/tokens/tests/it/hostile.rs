//! Hostile callbacks before the good one: each is refused, none ends the login,
//! and the login then succeeds.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::Json;
use serde_json::json;

use crate::idp::{Idp, PASSWORD};
use crate::program::{Pending, Program};
use crate::raw_http::{self, Answer};

/// A login that waits for its callback, and its server.
fn waiting() -> (Idp, Pending) {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser"]).start();
    (idp, login)
}

/// Asserts that the good callback after the hostile ones works.
fn works(idp: &Idp, login: Pending) {
    works_at("localhost", idp, login);
}

fn works_at(host: &str, idp: &Idp, login: Pending) {
    let page = raw_http::get_at(host, &idp.approve(&login.address));
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("<h1>Signed in</h1>"), "{}", page.body);
    assert!(page.body.contains("signed in as Testuser"), "{}", page.body);
    let result = login.result();
    result.assert_code(0);
    result.assert_prints("< HTTP/1.1 200 OK");
    result.assert_ends_with(
        "hello world\n\nSigned in as Testuser: 22 checks hold, the API answered 200\n",
    );
    assert_eq!(idp.api_calls(), 1);
}

/// Sends one request to the listener.
fn request(login: &Pending, head: &str) -> Answer {
    let text = format!("{head}\r\nConnection: close\r\n\r\n");
    raw_http::send("127.0.0.1", login.port, text.as_bytes())
}

fn get(login: &Pending, target: &str) -> Answer {
    let host = format!("localhost:{}", login.port);
    request(login, &format!("GET {target} HTTP/1.1\r\nHost: {host}"))
}

/// Asserts that a request is refused.
fn refused(login: &Pending, head: &str) {
    let answer = request(login, head);
    assert_eq!(answer.status, 400, "{head}: {answer:?}");
}

fn state(login: &Pending) -> String {
    let url = url::Url::parse(&login.address).unwrap();
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    state.into_owned()
}

#[test]
fn wrong_or_missing_state_with_a_code_or_an_error() {
    let (idp, login) = waiting();
    for query in [
        "code=stolen&state=guessed",
        "code=stolen",
        "code=stolen&state=",
        "error=access_denied&state=guessed",
        "error=access_denied",
        "",
    ] {
        let answer = get(&login, &format!("/callback?{query}"));
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    assert_eq!(idp.count("/oauth2/token"), 0);
    works(&idp, login);
}

#[test]
fn our_state_with_no_code_two_codes_or_code_and_error() {
    let (idp, login) = waiting();
    let state = state(&login);
    for query in [
        "x=1",
        "code=",
        "code=a&code=b",
        "code=a&error=b",
        "code=a&state=other",
        "code=a&iss=https://evil.example",
    ] {
        let answer = get(&login, &format!("/callback?state={state}&{query}"));
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    works(&idp, login);
}

#[test]
fn another_path_is_not_found() {
    let (idp, login) = waiting();
    let state = state(&login);
    for target in [
        "/favicon.ico".to_owned(),
        "/".to_owned(),
        format!("/callback/?code=a&state={state}"),
        format!("/Callback?code=a&state={state}"),
    ] {
        assert_eq!(get(&login, &target).status, 404, "{target}");
    }
    works(&idp, login);
}

#[test]
fn another_method_is_refused() {
    let (idp, login) = waiting();
    let (state, host) = (state(&login), format!("localhost:{}", login.port));
    for method in ["POST", "HEAD", "PUT", "OPTIONS", "DELETE"] {
        let line = format!("{method} /callback?code=a&state={state} HTTP/1.1");
        refused(
            &login,
            &format!("{line}\r\nHost: {host}\r\nContent-Length: 0"),
        );
    }
    works(&idp, login);
}

#[test]
fn another_host_is_refused() {
    let (idp, login) = waiting();
    let (state, port) = (state(&login), login.port);
    for host in [
        format!("Host: evil.example:{port}"),
        "Host: localhost".to_owned(),
        format!("Host: 127.0.0.1:{port}"),
        format!("Host: localhost:{port}.evil.example"),
        format!("Host: localhost:{port}\r\nHost: evil.example"),
        "X: no host".to_owned(),
    ] {
        let line = format!("GET /callback?code=a&state={state} HTTP/1.1");
        refused(&login, &format!("{line}\r\n{host}"));
    }
    let line = format!("GET http://evil.example/callback?code=a&state={state} HTTP/1.1");
    refused(&login, &format!("{line}\r\nHost: localhost:{port}"));
    works(&idp, login);
}

#[test]
fn a_query_of_one_megabyte_is_cut_off() {
    let (idp, login) = waiting();
    let state = state(&login);
    let with_code_of = |length: usize| {
        let code = "a".repeat(length);
        get(&login, &format!("/callback?state={state}&code={code}"))
    };
    let answer = with_code_of(1024 * 1024);
    assert!([0, 400, 414, 431].contains(&answer.status), "{answer:?}");
    let answer = with_code_of(5000);
    assert_eq!(answer.status, 400, "{answer:?}");
    works(&idp, login);
}

#[test]
fn the_longest_query_that_is_read_has_4096_bytes() {
    let (idp, login) = waiting();
    for (length, said) in [(4096, "its state is not"), (4097, "Its query is too long")] {
        let query = "state=guessed&code=";
        let code = "a".repeat(length - query.len());
        let answer = get(&login, &format!("/callback?{query}{code}"));
        assert!(answer.body.contains(said), "{length}: {answer:?}");
    }
    works(&idp, login);
}

#[test]
fn a_thousand_headers_are_cut_off() {
    let (idp, login) = waiting();
    let headers: String = (0..1000).map(|i| format!("\r\nX-{i}: 1")).collect();
    let answer = get(&login, &format!("/callback HTTP/1.1{headers}"));
    assert!([0, 400, 431].contains(&answer.status), "{answer:?}");
    works(&idp, login);
}

#[test]
fn a_connection_that_sends_nothing_or_never_ends_its_head_is_cut_off() {
    let (idp, login) = waiting();
    let start = Instant::now();
    let mut silent = TcpStream::connect(("127.0.0.1", login.port)).unwrap();
    let mut endless = TcpStream::connect(("127.0.0.1", login.port)).unwrap();
    endless
        .write_all(b"GET /callback HTTP/1.1\r\nHost: ")
        .unwrap();
    // Reading ends when the listener closes the connection.
    for stream in [&mut silent, &mut endless] {
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        raw_http::read(stream);
    }
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
    works(&idp, login);
}

#[test]
fn two_hundred_silent_connections_leave_room_for_the_good_one() {
    // Waiting for all of them to time out would take three times 5 seconds.
    let (idp, login) = waiting();
    let start = Instant::now();
    let crowd: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(("127.0.0.1", login.port)).unwrap())
        .collect();
    works(&idp, login);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "the good one had to wait: {:?}",
        start.elapsed()
    );
    drop(crowd);
}

#[test]
fn two_hundred_bad_requests_at_once_end_nothing() {
    let (idp, login) = waiting();
    std::thread::scope(|threads| {
        for _ in 0..200 {
            threads.spawn(|| get(&login, "/callback?code=stolen&state=guessed"));
        }
    });
    works(&idp, login);
}

/// The same callback is sent again while the code is being exchanged.
#[test]
fn a_second_callback_learns_that_the_first_counts() {
    // A slow exchange, so that the duplicate falls into it.
    let idp = Idp::honest().answering("/jwks", |_| {
        std::thread::sleep(Duration::from_millis(500));
        Json(json!({"keys": [crate::jwt::SERVER.jwk("k1")]}))
    });
    let login = Program::new(&idp, &["--no-browser"]).start();
    let address = idp.approve(&login.address);
    let same = address.clone();
    let first = std::thread::spawn(move || raw_http::get(&same));
    while idp.count("/jwks") == 0 {
        std::thread::yield_now();
    }
    let second = raw_http::get(&address);
    assert_eq!(second.status, 400, "{second:?}");
    assert!(
        second.body.contains("already been answered"),
        "{}",
        second.body
    );
    assert!(first.join().unwrap().body.contains("<h1>Signed in</h1>"));
    login.result().assert_code(0);
    assert_eq!(idp.count("/oauth2/token"), 1);
}

#[test]
fn both_loopback_addresses_are_listened_on() {
    for host in ["127.0.0.1", "::1"] {
        let (idp, login) = waiting();
        works_at(host, &idp, login);
    }
}

/// With an open session, the browser is redirected at once.
#[test]
fn an_instant_redirect_finds_the_listener_there() {
    let idp = Idp::honest().with(|state| state.has_session = true);
    let program = Program::new(&idp, &[]).env("BROWSER", &crate::fake_browser::command_line());
    let dir = program.dir.path().join("browser.txt");
    let login = program.start();
    let notes = loop {
        match std::fs::read_to_string(&dir) {
            Ok(notes) if !notes.is_empty() => break notes,
            _ => std::thread::yield_now(),
        }
    };
    login.result().assert_code(0);
    assert!(notes.contains("<h1>Signed in</h1>"), "{notes}");
    assert!(
        !notes.contains(PASSWORD) && !notes.contains("aws-secret-of-the-test"),
        "{notes}"
    );
    assert!(
        !notes.contains("variable PASSWORD") && !notes.contains("variable AWS_"),
        "{notes}"
    );
}

#[test]
fn the_page_is_kept_nowhere_and_loads_nothing() {
    let (idp, login) = waiting();
    let good = idp.approve(&login.address);
    for answer in [
        get(&login, "/callback?code=a"),
        get(&login, "/"),
        raw_http::get(&good),
    ] {
        for header in [
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'; style-src 'sha256-",
        ] {
            assert!(answer.head.contains(header), "{header} in {}", answer.head);
        }
        assert!(
            !answer.body.contains("<script") && !answer.body.contains("src="),
            "{}",
            answer.body
        );
    }
    login.result().assert_code(0);
}
