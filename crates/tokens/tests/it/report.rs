//! The report of a login: in the browser, and in a file.

use std::os::unix::fs::PermissionsExt;

use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use crate::idp::Idp;
use crate::program::{Program, RunResult};
use crate::raw_http;

const MARKUP: &str = "<script>alert('x')</script>\u{1b}[2J";

/// Runs a headless login with `--report`; returns the report and the result.
fn report(idp: &Idp, args: &[&str]) -> (String, RunResult) {
    let args = [&["--headless", "--report", "login.html"], args].concat();
    let mut program = Program::new(idp, &args);
    let dir = program.dir.path().to_owned();
    let result = program.run_and_keep();
    let html = std::fs::read_to_string(dir.join("login.html"))
        .unwrap_or_else(|error| panic!("{error}: {}", result.printed()));
    (html, result)
}

/// Asserts that the page has no script, no `src` and no control character.
fn is_harmless(html: &str) {
    assert!(
        !html.contains("<script") && !html.contains("src="),
        "{html}"
    );
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!html.contains(control), "{html:?}");
}

#[test]
fn the_browser_shows_what_was_really_sent() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser", "--explain"]).start();
    let sent = Url::parse(&login.address).unwrap();
    let page = raw_http::get(&idp.approve(&login.address));
    let result = login.result();
    result.assert_code(0);
    for name in ["state", "nonce", "code_challenge", "client_id"] {
        let (_, value) = sent.query_pairs().find(|(key, _)| key == name).unwrap();
        assert!(page.body.contains(&*value), "no {name} in {}", page.body);
    }
    let told = result.stderr.lines().filter(|line| line.starts_with('['));
    let shown = page.body.matches("<details id=\"step-").count();
    assert_eq!(shown, told.count());
    assert!(page.body.contains("the API said 200 hello world"));
    assert!(page.body.len() < 150_000, "{} bytes", page.body.len());
}

#[test]
fn the_same_checks_as_in_the_json() {
    let idp = Idp::honest();
    let (html, result) = report(&idp, &["--json"]);
    let json = result.json();
    let checks = json["checks"].as_array().unwrap();
    for check in checks {
        let name = format!(
            "<td data-head=\"check\">{}</td>",
            check["check"].as_str().unwrap()
        );
        assert!(html.contains(&name), "no {name} in {html}");
    }
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.len(), html.matches("<details id=\"step-").count());
    let held = checks.iter().filter(|check| check["verdict"] == "ok");
    let sum = format!("{} checks hold, 0 failed", held.count());
    assert!(html.contains(&sum));
}

#[test]
fn a_check_that_fails_is_shown_and_the_api_was_not_called() {
    let idp = Idp::tampering(|forge| forge.id["nonce"] = json!("another"));
    let (html, result) = report(&idp, &[]);
    result.assert_code(1);
    assert!(html.contains("<h1>Sign-in failed</h1>"), "{html}");
    assert!(html.contains("<td class=\"fail\" data-head=\"verdict\"><strong>FAILED</strong></td>"));
    assert!(html.contains("Next: the API was not called"));
    assert!(!html.contains("the API said"));
}

#[test]
fn a_refusal_of_the_api_is_shown() {
    let idp = Idp::honest().answering("/dev/hello", |_| (StatusCode::FORBIDDEN, "no"));
    let (html, result) = report(&idp, &[]);
    result.assert_code(0);
    assert!(html.contains("<h1>Signed in, and refused by the API</h1>"));
    assert!(html.contains("the API said 403 no"));
    let reason = "The token has a scope that the route accepts";
    assert!(
        html.contains(reason) && result.stdout.contains(reason),
        "{html}"
    );
    let missing = "no WWW-Authenticate header";
    assert!(
        html.contains(missing) && result.stdout.contains(missing),
        "{html}"
    );
}

#[test]
fn a_login_that_fails_writes_a_report_too() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless", "--report", "login.html"])
        .env("PASSWORD", "not-the-password");
    program.run_and_keep().assert_code(1);
    let html = program.file("login.html");
    assert!(html.contains("<h1>Sign-in failed</h1>"), "{html}");
    assert!(!html.contains("not-the-password"));
    let file = std::fs::metadata(program.dir.path().join("login.html")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_others_say_is_text_on_the_page() {
    let idp = Idp::tampering(|forge| {
        forge.id["cognito:username"] = json!(MARKUP);
        forge.id["custom:<b>"] = json!(MARKUP);
    })
    .answering("/dev/hello", |_| MARKUP);
    let (html, _) = report(&idp, &[]);
    is_harmless(&html);
    assert!(
        html.contains("&lt;script&gt;alert('x')&lt;/script&gt;"),
        "{html}"
    );
    assert!(!html.contains("<b>"));
}

#[test]
fn only_a_report_is_written_over() {
    let idp = Idp::honest();
    let run = |dir: &std::path::Path, args: &[&str]| {
        let args = [&["--headless", "--report", "page.html"], args].concat();
        let mut program = Program::new(&idp, &args);
        std::fs::copy(dir.join("page.html"), program.dir.path().join("page.html")).unwrap();
        let result = program.run_and_keep();
        (program.file("page.html"), result)
    };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("page.html"), "my homework").unwrap();
    let (kept, result) = run(dir.path(), &[]);
    result
        .assert_code(2)
        .assert_says("already exists and is not a report");
    assert_eq!((kept.as_str(), idp.api_calls()), ("my homework", 0));
    let (html, result) = run(dir.path(), &["--force"]);
    result.assert_code(0);
    assert!(html.contains("Signed in"));
    std::fs::write(dir.path().join("page.html"), html).unwrap();
    run(dir.path(), &[]).1.assert_code(0);
}

/// A token endpoint that gives no tokens leaves code and verifier usable.
#[test]
fn a_code_that_was_not_exchanged_is_neither_on_the_page_nor_in_the_json() {
    let idp = Idp::honest().answering("/oauth2/token", |_| StatusCode::SERVICE_UNAVAILABLE);
    let (html, result) = report(&idp, &["--explain", "--json"]);
    result.assert_code(1);
    let line = |start: &str| {
        let mut lines = result.stderr.lines().map(str::trim);
        let rest = lines.find_map(|line| line.strip_prefix(start));
        rest.unwrap_or_else(|| panic!("no {start} in {}", result.stderr))
    };
    for secret in [line("code_verifier = "), line("code = ")] {
        for place in [&html, &result.stdout] {
            assert!(!place.contains(secret), "{secret} in {place}");
        }
    }
    for place in [&html, &result.stdout] {
        assert!(place.contains("(hidden: not spent)"), "{place}");
        let public = line("nonce = ");
        assert!(place.contains(public), "what is no secret is shown");
        let reason = "The token endpoint answered 503 Service Unavailable";
        assert!(place.contains(reason), "no reason in {place}");
    }
}

/// The arrows of the diagram: number, from and to, what is sent.
fn arrows(html: &str) -> Vec<(String, String)> {
    let list = html.split("<ul class=\"arrows\">").nth(1).unwrap();
    let items = list.split("</ul>").next().unwrap().split("<li");
    let text = |item: &str| {
        let mut tags = item.split('<').map(|part| part.split('>').nth(1));
        tags.by_ref().flatten().collect::<String>()
    };
    items
        .skip(1)
        .map(|item| {
            let (_, named) = item.split_once("<strong>").unwrap();
            let (who, _) = named.split_once("</strong>").unwrap();
            let whole = text(item);
            let (_, sent) = whole.split_once(who).unwrap();
            (who.to_owned(), sent.trim_start_matches(": ").to_owned())
        })
        .collect()
}

/// Everything that servers and listener saw is an arrow from its sender to its
/// receiver, in order, and no other arrow reaches a server.
#[test]
fn the_arrows_are_what_was_sent() {
    let sent = |arrows: &[(String, String)]| {
        let to_server = |who: &String| who.ends_with("→ Cognito") || who.ends_with("→ API");
        let mut found: Vec<String> = arrows.iter().map(|(who, _)| who.clone()).collect();
        found.retain(|who| to_server(who) && !who.starts_with("person"));
        found
    };
    let seen = |idp: &Idp, browser: &str| -> Vec<String> {
        let calls = idp.state().calls.clone();
        let arrow = |call: &String| match call.as_str() {
            "/oauth2/authorize" | "/login" => format!("{browser} → Cognito"),
            "/dev/hello" => "tokens → API".to_owned(),
            _ => "tokens → Cognito".to_owned(),
        };
        calls.iter().map(arrow).collect()
    };
    let has = |arrows: &[(String, String)], who: &str, what: &str| {
        let found = arrows.iter().any(|(w, sent)| w == who && sent == what);
        assert!(found, "no {who}: {what} in {arrows:?}");
    };

    let idp = Idp::honest();
    let (html, _) = report(&idp, &["--refresh", "--userinfo"]);
    let headless = arrows(&html);
    assert_eq!(sent(&headless), seen(&idp, "tokens as browser"));
    has(&headless, "Cognito → tokens as browser", "303 code, state");

    let idp = Idp::honest().with(|state| state.has_session = true);
    let args = ["--report", "login.html"];
    let mut program =
        Program::new(&idp, &args).env("BROWSER", &crate::fake_browser::command_line());
    program.run_and_keep().assert_code(0);
    let html = program.file("login.html");
    let browser = arrows(&html);
    assert_eq!(sent(&browser), seen(&idp, "browser"));
    let request = "response_type, client_id, redirect_uri, scope, state, nonce, code_challenge, code_challenge_method";
    has(&browser, "browser → Cognito", request);
    has(&browser, "Cognito → browser", "302 code, state");
    has(&browser, "browser → tokens", "code, state");
    has(&browser, "tokens → browser", "200 this page");
    let tokens = "200 access_token, token_type, expires_in, id_token, refresh_token";
    has(&browser, "Cognito → tokens", tokens);
}

/// What did not happen is not on the page.
#[test]
fn a_refused_sign_in_shows_the_server_s_words_and_no_more() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser"]).start();
    let back = Url::parse(&idp.approve(&login.address)).unwrap();
    let (_, state) = back
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap();
    let mut denied = back.clone();
    let query = format!("error=access_denied&error_description=User+said+no&state={state}");
    denied.set_query(Some(&query));
    let html = raw_http::get(denied.as_str()).body;
    login.result().assert_code(1);
    assert!(
        html.contains("error_description</strong> = User said no"),
        "{html}"
    );
    for absent in ["person", "The code alone", "password", "$ (hidden)"] {
        assert!(!html.contains(absent), "{absent} in {html}");
    }
    let arrows = arrows(&html);
    let (_, last) = arrows.split_last_chunk::<3>().unwrap();
    let expected = [
        ("Cognito → browser", "302 error, error_description, state"),
        ("browser → tokens", "error, error_description, state"),
        ("tokens → browser", "200 this page"),
    ];
    let shown = last.each_ref().map(|(who, sent)| (&**who, &**sent));
    assert_eq!(shown, expected);
}

#[test]
fn nobody_who_did_not_come_is_drawn() {
    let idp = Idp::honest();
    let args = ["--no-browser", "--timeout", "1", "--report", "login.html"];
    let mut program = Program::new(&idp, &args);
    program.run_and_keep().assert_code(1);
    let html = program.file("login.html");
    let all = arrows(&html);
    let (who, _) = all.last().unwrap();
    assert_eq!(who, "tokens → browser");
    assert!(!html.contains("browser → Cognito"), "{html}");
}

/// Waiting for a new stack is not part of the login.
#[test]
fn what_was_sent_to_find_out_whether_the_stack_is_ready_is_no_step() {
    let idp = Idp::honest();
    let args = ["--headless", "--report", "login.html"];
    let mut program = Program::new(&idp, &args);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    program.state["last_created_at"] = json!(now.unwrap().as_millis() as u64);
    program.run_and_keep().assert_code(0);
    let html = program.file("login.html");
    assert!(
        idp.count("/oauth2/authorize") > 1,
        "the sign-in page was not waited for"
    );
    let old = Idp::honest();
    let (usual, _) = report(&old, &[]);
    let who = |html| -> Vec<String> { arrows(html).into_iter().map(|(who, _)| who).collect() };
    assert_eq!(who(&html), who(&usual));
}

#[test]
fn a_command_that_lacks_a_hidden_value_is_not_printed() {
    let (html, _) = report(&Idp::honest(), &[]);
    let commands = html.split("<pre>$ ").skip(1);
    for command in commands.map(|rest| rest.split("</pre>").next().unwrap()) {
        assert!(!command.contains("(hidden"), "{command}");
    }
}

/// What a learner asks, and the sentence of the page that answers.
#[rustfmt::skip] // one line each
const ANSWERS: [(&str, &str); 20] = [
    ("Who sent what to whom?", "You proved to Cognito who you are, and this program never saw how. Cognito gave this program tokens. It checked them and showed one to the API."),
    ("What is PKCE for?", "only the program that asked for the code can use it"),
    ("And without it?", "whoever sees the code in the browser, its history or a log exchanges it for your tokens. Try it: cargo run --bin tokens -- lab wrong-verifier no-verifier pkce-removed"),
    ("What is state for, and without it?", "a web page could send this program the attacker's own code and, where PKCE does not stop that, you would work in the attacker's account without noticing. Try it: cargo run --bin tokens -- lab forged-callback login-csrf"),
    ("What is nonce for, and without it?", "an attacker could slip the code of another login into this one and, where PKCE does not stop that, this program would take its tokens for yours. Try it: cargo run --bin tokens -- lab nonce-swapped"),
    ("What is iss checked for, and without it?", "whoever runs a sign-in server of their own, with keys in order, could write tokens in your name. Try it: cargo run --bin tokens -- lab other-issuer"),
    ("And aud?", "another app to which you once signed in could pass on the id token that it got, and be you here. Try it: cargo run --bin tokens -- lab other-audience"),
    ("And client_id?", "another app could pass on its access token in the same way. Try it: cargo run --bin tokens -- lab other-audience other-api"),
    ("And exp?", "whoever finds an old token, in a log or a backup, could use it for ever. Try it: cargo run --bin tokens -- lab expired"),
    ("And token_use?", "an id token, which more programs get to see, would pass for an access token. Try it: cargo run --bin tokens -- lab token-type"),
    ("And scope?", "a token that you allowed for something harmless could do everything. Try it: cargo run --bin tokens -- lab no-scope more-scope"),
    ("What is the front channel, and why does it matter?", "Its history, extensions and logs may see what passes through it, so nothing passes through it that gives access by itself."),
    ("Why did the API trust this token?", "it trusts the signature on the access token"),
    ("Where did it get the keys?", "with the issuer's public keys, from the same jwks_uri"),
    ("Which scopes does it ask for?", "one of the scopes HelloAPI/hello.read, HelloAPI/hello.write; this token has openid, email, HelloAPI/hello.read."),
    ("What differs between id token and access token?", "The id token tells this program who signed in. The access token tells the API what this program may do."),
    ("Why is the id token not sent to the API?", "it is addressed to this program (aud) and has no scope"),
    ("What is the refresh token for, and where is it now?", "The refresh token gets new tokens without a new sign-in. It was printed in the terminal, is saved nowhere"),
    ("What could somebody do who sees this page?", "learns how this login went and what the tokens say about you, but gets no access"),
    ("What next?", "make lab breaks the protocol on purpose"),
];

/// A page's text, without its markup.
fn text_of(html: &str) -> String {
    let parts = html.split('<').skip(1);
    parts
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect()
}

#[test]
fn the_page_answers_what_a_learner_asks() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser", "--explain"]).start();
    let page = text_of(&raw_http::get(&idp.approve(&login.address)).body);
    let result = login.result();
    result.assert_code(0);
    for (question, answer) in ANSWERS {
        assert!(page.contains(answer), "{question} {answer} in {page}");
    }
    let shared = result.stderr.matches("Without it: ").count();
    assert_eq!(shared, 11, "{}", result.stderr);
    assert_eq!(result.stderr.matches("Try it: ").count(), 11);
    let lines: Vec<&str> = result.stderr.lines().map(str::trim).collect();
    let said = lines.join(" ");
    for (_, answer) in ANSWERS
        .iter()
        .skip(2)
        .filter(|(_, answer)| !is_of_page(answer))
    {
        assert!(said.contains(answer), "{answer} in {said}");
    }
}

/// Whether a sentence sums up the login, or is about the page, so that
/// `--explain` has no place for it.
fn is_of_page(answer: &str) -> bool {
    let only_there = [
        "The id token tells",
        "it is addressed to",
        "The refresh token gets",
        "Its history, extensions",
        "learns how this login",
        "make lab",
    ];
    only_there.iter().any(|start| answer.starts_with(start))
}

/// Every command that pages and `--explain` name is one that the lab knows.
#[test]
fn what_a_page_says_to_try_exists() {
    let idp = Idp::honest();
    let listed = Program::new(&idp, &["lab", "--list"]).run().stdout;
    let known: Vec<&str> = listed.lines().filter_map(|l| l.split(' ').next()).collect();
    let (html, _) = report(&idp, &["--explain"]);
    let mut tried = 0;
    for command in html.split("<code>cargo run --bin tokens -- lab ").skip(1) {
        for name in command.split("</code>").next().unwrap().split(' ') {
            assert!(known.contains(&name), "{name}");
            tried += 1;
        }
    }
    assert!(tried >= 18, "{tried} in {html}");
    assert!(!html.contains("(lab"), "{html}");
}

/// A learner reads the first line of a section, and then decides.
#[test]
fn every_section_begins_with_a_sentence_in_everyday_words() {
    let idp = Idp::honest();
    let (login, _) = report(&idp, &[]);
    let args = ["lab", "--headless", "--report", "lab.html", "expired"];
    let mut program = Program::new(&idp, &args);
    program.run_and_keep().assert_code(0);
    let lab = program.file("lab.html");
    for (html, count) in [(login, 6), (lab, 2)] {
        let sections: Vec<&str> = html.split("<section>").skip(1).collect();
        assert_eq!(sections.len(), count, "{html}");
        for section in sections {
            let (_, rest) = section.split_once("</h2>").expect("a heading");
            let first = rest.strip_prefix("<p>").unwrap_or_default();
            let sentence = text_of(&format!("<p>{}", first.split("</p>").next().unwrap()));
            assert!(sentence.ends_with('.') && sentence.len() > 20, "{rest}");
            let terms = ["RFC", "JWT", "PKCE", "jwks", "Bearer"];
            assert!(
                !terms.iter().any(|term| sentence.contains(term)),
                "{sentence}"
            );
        }
    }
}

/// What the page says in words fits what happened.
#[test]
fn the_words_of_a_page_are_those_of_its_login() {
    let headless = text_of(&report(&Idp::honest(), &["--logout"]).0);
    assert!(
        headless.contains("This program filled in Cognito's sign-in form"),
        "{headless}"
    );
    assert!(headless.contains("It has been revoked."), "{headless}");
    assert!(!headless.contains("never saw how"), "{headless}");
    let idp = Idp::honest().answering("/oauth2/token", |_| ());
    let refused = text_of(&report(&idp, &[]).0);
    for absent in [
        "gave this program tokens",
        "showed one to the API",
        "refresh token gets",
    ] {
        assert!(!refused.contains(absent), "{absent} in {refused}");
    }
}
