//! The lab against a cloud that lets attackers in: it must report that. The
//! end-to-end tests cover a correct cloud.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fake_browser;
use crate::idp::Idp;
use crate::program::{Program, RunResult};

fn lab(idp: &Idp, names: &[&str]) -> RunResult {
    let args = [&["lab", "--headless"], names].concat();
    Program::new(idp, &args).run()
}

/// The API of these tests accepts any token.
#[test]
fn an_attack_that_gets_through_the_gateway_is_a_failure() {
    let idp = Idp::honest();
    for name in [
        "no-scope",
        "other-api",
        "id-token",
        "changed-payload",
        "alg-none",
        "hs256-public-key",
        "weak-secret",
        "other-key",
        "jwk-header",
        "jku-header",
        "kid-path",
    ] {
        let result = lab(&idp, &[name]);
        result.assert_code(1);
        result.assert_prints("FAIL: the API let it in");
        result.assert_prints(": the attack succeeds\nGot:     200 OK hello ");
        result.assert_prints("Refused: by nobody");
        result.assert_prints("1 experiment: 0 PASS, 0 NOT SHOWN, 1 FAIL");
    }
}

#[test]
fn an_api_that_takes_a_token_from_the_query_or_none_is_a_failure() {
    let idp = Idp::honest().answering("/dev/hello", |_| "hello world");
    let result = lab(&idp, &["no-token", "query-token"]);
    result.assert_code(1);
    result.assert_prints("2 experiments: 0 PASS, 0 NOT SHOWN, 2 FAIL");
    result.assert_prints("FAIL: the API let it in");
}

/// This API refuses, but not before it has fetched the attacker's keys.
#[test]
fn an_api_that_fetches_what_a_token_names_is_a_failure() {
    let idp = Idp::honest().with(|state| state.follows_jku = true);
    let result = lab(&idp, &["jku-header"]);
    result.assert_code(1);
    result.assert_prints("Answer:  401 Unauthorized");
    result.assert_prints("FAIL: the API fetched what the token told it to");
}

#[test]
fn a_refusal_for_another_reason_does_not_pass() {
    let idp = Idp::honest().answering("/oauth2/token", |_| {
        let body = Json(json!({"error": "invalid_client"}));
        (StatusCode::BAD_REQUEST, body)
    });
    let result = lab(&idp, &["wrong-verifier"]);
    result.assert_code(1);
    result.assert_prints("FAIL: refused, but not with invalid_grant");
}

#[test]
fn a_server_that_takes_a_revoked_token_or_an_open_redirect_is_a_failure() {
    let idp = Idp::honest().answering("/oauth2/revoke", |_| ());
    let result = lab(&idp, &["revoked-refresh-token"]);
    result.assert_code(1);
    result.assert_prints("FAIL: the token endpoint gave tokens");

    let idp = Idp::honest().with(|state| state.has_session = true);
    let result = lab(&idp, &["other-redirect", "other-scope"]);
    result.assert_code(1);
    result.assert_prints("FAIL: the browser was sent to an address that is not registered");
    result.assert_prints("FAIL: the server gave a code");
}

#[test]
fn this_client_and_an_honest_server_refuse_for_the_right_reason() {
    let idp = Idp::honest();
    let names = [
        "no-token",
        "expired",
        "other-issuer",
        "other-audience",
        "token-type",
        "nonce-swapped",
        "forged-callback",
        "login-csrf",
        "mix-up",
        "query-token",
        "code-twice",
        "wrong-verifier",
        "no-verifier",
        "code-injection",
        "other-client",
        "more-scope",
        "revoked-refresh-token",
    ];
    let result = lab(&idp, &names);
    result.assert_code(0);
    result.assert_prints("17 experiments: 17 PASS, 0 NOT SHOWN, 0 FAIL");
    // What the attacker gets from the careless twin, and the lines it lacks.
    for (name, got, lines) in [
        ("expired", "signed in as Testuser", "LEEWAY > now"),
        (
            "other-issuer",
            "signed in as Testuser",
            "expect.issuer, id.",
        ),
        ("other-audience", "signed in as Testuser", "fn audience("),
        ("token-type", "signed in as Testuser", "token_use"),
        ("nonce-swapped", "signed in as Testuser", "of.equal("),
        (
            "forged-callback",
            "the code 'of-the-attacker' taken",
            "constant_time_eq(",
        ),
        (
            "login-csrf",
            "the victim now works in the attacker's account",
            "constant_time_eq(",
        ),
        (
            "mix-up",
            "token endpoint received code=of-the-honest-server and code_verifier=",
            "one(\"iss\")",
        ),
        ("query-token", "GET /?access_token=eyJ", "strip_prefix("),
    ] {
        let block = block(&result, name);
        let answer = block.find("\nAnswer:").expect("an answer");
        let twin = &block[block.find("\nTwin:").expect("a twin")..answer];
        assert!(twin.contains("the attack succeeds\nGot: "), "{block}");
        assert!(twin.contains(got), "no {got:?} in {block}");
        assert!(twin.contains(lines), "no {lines:?} in {block}");
    }
    result.assert_prints("Check:   the callback is refused: its iss names another issuer");
}

/// What was printed about one experiment.
fn block<'a>(result: &'a RunResult, name: &str) -> &'a str {
    let ends = |block: &&str| {
        block
            .lines()
            .next()
            .is_some_and(|line| line.ends_with(&format!(" {name}")))
    };
    let block = result.stdout.split("\n\n").find(ends);
    block.unwrap_or_else(|| panic!("no {name} in {}", result.stdout))
}

#[test]
fn a_code_that_had_no_challenge_is_tried_with_and_without_a_verifier() {
    let names = ["pkce-removed", "no-scope"];
    // This server voids the code at the first attempt, so that no-scope needs
    // another sign-in.
    let result = lab(&Idp::honest(), &names);
    result.assert_prints(
        "Twin:    a sign-in server without the check of code_challenge: the attack succeeds",
    );
    result.assert_prints("Lacks:   (\"code_challenge\", self.code_challenge.is_some()");
    result.assert_prints(
        "Answer:  400 Bad Request invalid_grant\n         the same code without a code_verifier: 400 Bad Request invalid_grant",
    );
    result.assert_prints("2 experiments: 1 PASS, 0 NOT SHOWN, 1 FAIL");
    result
        .assert_says("Sign-in 2: no-scope needs a token with the scope openid only, and pkce-removed needs a request without code_challenge.")
        .assert_says("Sign-in 3: no-scope needs a token with the scope openid only.");

    // One that gives tokens serves both experiments. It is an emulator: that
    // says nothing about AWS.
    let idp = Idp::honest().with(|state| state.ignores_verifier = true);
    let result = lab(&idp, &names);
    result.assert_prints("Answer:  200 OK\n");
    result.assert_prints("NOT SHOWN: this cloud compares a code_verifier only where");
    result.assert_says_not("Sign-in 3");
    let idp = Idp::honest().with(|state| state.ignores_verifier = true);
    lab(&idp, &["--fail", "pkce-removed"]).assert_code(3);

    // One that demands a challenge needs no sign-in to show it.
    let idp = Idp::honest().answering("/oauth2/authorize", |_| StatusCode::BAD_REQUEST);
    let result = lab(&idp, &["pkce-removed"]);
    result.assert_code(0);
    result.assert_prints("Answer:  400 Bad Request\n");
    result.assert_says_not("Sign-in");
}

#[test]
fn what_a_cloud_cannot_show_is_told_with_what_it_answered() {
    let idp = Idp::honest().with(|state| state.rotates = false);
    let result = lab(&idp, &["--json", "refresh-replay"]);
    let verdicts = result.json();
    assert_eq!(verdicts["experiments"][0]["request"], Value::Null);
    let idp = Idp::honest().with(|state| state.ignores_verifier = true);
    let result = lab(&idp, &["--json", "pkce-removed"]);
    let verdicts = result.json();
    assert_eq!(verdicts["experiments"][0]["answer"], "200 OK");
}

/// A server that refuses everything refuses a tricked address for no reason
/// that could be seen.
#[test]
fn the_unchanged_request_must_be_taken() {
    let idp = Idp::honest().answering("/oauth2/authorize", |_| StatusCode::BAD_REQUEST);
    let result = lab(&idp, &["other-redirect", "redirect-tricks"]);
    result.assert_code(1);
    result.assert_prints("2 experiments: 0 PASS, 0 NOT SHOWN, 2 FAIL");
    result.assert_prints("FAIL: the server refuses the unchanged request too");
}

#[test]
fn attacker_and_victim_stand_side_by_side() {
    let result = lab(&Idp::honest(), &["login-csrf"]);
    result.assert_code(0);
    for line in [
        "\nAttacker starts a sign-in",
        "\n         Victim opens the page",
    ] {
        result.assert_prints(line);
    }
}

#[test]
fn rotated_refresh_tokens_are_replayed() {
    let result = lab(&Idp::honest(), &["refresh-replay"]);
    result.assert_code(0);
    result.assert_prints("NOT SHOWN: the server does not rotate");
    let names = ["refresh-replay", "revoked-refresh-token"];
    let rotating = |old_works_for| {
        Idp::honest().with(|state| {
            state.rotates = true;
            state.old_works_for = old_works_for;
        })
    };
    let run = |idp: &Idp, names: &[&str]| {
        let args = [&["lab", "--headless"], names].concat();
        Program::new(idp, &args).env("SETTLE_SECONDS", "1").run()
    };
    // Without a grace period, and with one that ends.
    for old_works_for in [0, 2] {
        let idp = rotating(old_works_for);
        let result = run(&idp, &names);
        result.assert_code(0);
        result.assert_prints("2 experiments: 2 PASS");
        let waited = result.stdout.contains(" s, in which it still worked");
        assert_eq!(waited, old_works_for > 0, "{}", result.stdout);
        result.assert_says_not("Sign-in 2");
    }
    let result = run(&rotating(1000), &names[..1]);
    result.assert_code(1);
    result.assert_prints("FAIL: the token endpoint gave tokens");
}

#[test]
fn a_refresh_that_gives_more_scope_than_was_granted_is_a_failure() {
    let idp = Idp::honest().with(|state| state.gives_any_scope = true);
    let result = lab(&idp, &["more-scope"]);
    result.assert_code(1);
    result.assert_prints("FAIL: the new token has more scope");
}

#[test]
fn a_server_that_takes_plain_or_any_redirect_uri_is_a_failure() {
    // It shows its sign-in page whatever is asked for.
    let result = lab(&Idp::honest(), &["pkce-downgrade", "redirect-tricks"]);
    result.assert_code(1);
    result.assert_prints("FAIL: the server shows its sign-in page");
    result.assert_prints("FAIL: the server took a parameter, a fragment, a longer path");
}

#[test]
fn verdicts_for_scripts() {
    let idp = Idp::honest();
    let mut program = Program::new(
        &idp,
        &[
            "lab",
            "--headless",
            "--json",
            "--junit",
            "lab.xml",
            "expired",
            "alg-none",
            "refresh-replay",
        ],
    );
    let result = program.run_and_keep();
    result.assert_code(1);
    let verdicts = result.json();
    let counts = ["passed", "not_shown", "failed", "not_run"].map(|name| verdicts[name].as_u64());
    assert_eq!(counts, [Some(1), Some(1), Some(1), Some(0)]);
    let expired = &verdicts["experiments"][0];
    assert_eq!(expired["name"], "expired");
    assert_eq!(expired["verdict"], "PASS");
    assert_eq!(expired["why"], Value::Null);
    assert_eq!(expired["twin"]["left_out"], "exp");
    assert_eq!(expired["twin"]["got"], "signed in as Testuser");
    assert_eq!(verdicts["experiments"][1]["why"], "the API let it in");
    let xml = program.file("lab.xml");
    for part in [
        "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"",
        "<testcase classname=\"this client\" name=\"expired\"></testcase>",
        "<failure message=\"the API let it in\"></failure>",
        "<skipped message=\"the server does not rotate",
    ] {
        assert!(xml.contains(part), "no {part} in {xml}");
    }
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let idp = Idp::honest();
    let help = Program::new(&idp, &["lab", "--help"]).run();
    for (code, names) in [
        ("0", &["expired", "refresh-replay"][..]),
        ("1", &["alg-none"]),
        ("2", &["bogus"]),
        ("3", &["--fail", "expired", "refresh-replay"]),
        ("0", &["--fail", "expired"]),
    ] {
        help.assert_prints(&format!("\n  {code}  "));
        lab(&idp, names).assert_code(code.parse().unwrap());
    }
}

#[test]
fn a_lab_that_stops_early_says_so_in_json() {
    let idp = Idp::honest().answering("/dev/hello", |_| StatusCode::UNAUTHORIZED);
    let result = lab(&idp, &["--json", "id-token"]);
    result.assert_code(1);
    let verdicts = result.json();
    assert_eq!(verdicts["not_run"], 1);
    assert_eq!(verdicts["experiments"][0]["verdict"], "NOT RUN");
    let message = verdicts["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("The API refuses a good token too"),
        "{message}"
    );
}

#[test]
fn a_lab_that_is_interrupted_says_so_on_its_page_and_in_json() {
    let idp = Idp::honest();
    let args = ["lab", "--json", "--report", "lab.html", "expired"];
    let lab = Program::new(&idp, &args).env("BROWSER", "true").start();
    lab.signal("INT");
    let (result, folder) = lab.result_and_folder();
    result.assert_code(130);
    let verdicts = result.json();
    assert_eq!(verdicts["error"]["code"], "interrupted");
    assert_eq!(verdicts["not_run"], 1);
    let page = std::fs::read_to_string(folder.path().join("lab.html")).unwrap();
    assert!(page.contains("Stopped after 0 of 1 experiments"), "{page}");
}

#[test]
fn files_that_are_not_ours_are_not_overwritten() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["lab", "--junit", "notes.xml", "no-token"]);
    std::fs::write(program.dir.path().join("notes.xml"), "mine").unwrap();
    program
        .run_and_keep()
        .assert_code(2)
        .assert_says("notes.xml already exists");
    assert!(idp.state().calls.is_empty());
}

#[test]
fn the_quiz_is_for_a_terminal() {
    let idp = Idp::honest();
    lab(&idp, &["--quiz"])
        .assert_code(2)
        .assert_says("--quiz asks questions, and this is not a terminal");
    lab(&idp, &["--quiz", "--json"])
        .assert_code(2)
        .assert_says("cannot be used with");
    assert!(idp.state().calls.is_empty());
}

/// `script` gives the program a terminal, whose input is what is piped into it.
#[test]
fn the_quiz_asks_before_it_answers_and_the_page_has_the_score() {
    let idp = Idp::honest();
    let program = env!("CARGO_BIN_EXE_tokens");
    let line = format!("{program} lab --headless --quiz --report lab.html expired nonce-swapped");
    let mut program =
        Program::new(&idp, &[]).with_command("script", &["-qec", &line, "typescript"]);
    let result = program.run_with_input("9\n1\n1\n");
    result.assert_code(0);
    let said = result.stdout.replace('\r', "");
    for name in ["expired", "nonce-swapped"] {
        let heading = format!("/2 {name}");
        let is_its_own = |block: &&str| block.lines().any(|line| line.ends_with(&heading));
        let mut blocks = said.split("\n\n");
        let block = blocks
            .find(is_its_own)
            .unwrap_or_else(|| panic!("no {name} in {said}"));
        let at = |text: &str| {
            block
                .find(text)
                .unwrap_or_else(|| panic!("no {text:?} in {block}"))
        };
        assert!(at("Request:") < at("Who refuses it, and why?"), "{block}");
        // What the twin leaves out would give the answer away.
        assert!(at("1, 2 or 3?") < at("\nTwin:"), "{block}");
        assert!(
            block.contains("\nRight.") || block.contains("\nNo. It is this client: "),
            "{block}"
        );
    }
    let right = said.matches("\nRight.").count();
    assert!(
        said.contains(&format!("Quiz: {right} of 2 right")),
        "{said}"
    );
    let page = program.file("lab.html");
    assert!(
        page.contains(&format!("Quiz: {right} of 2 right")),
        "{page}"
    );
    assert_eq!(page.matches("Your answer, ").count(), 2);
}

/// A question waits in a thread of its own: the program hears the signal.
#[test]
fn ctrl_c_ends_a_quiz_and_what_was_answered_counts() {
    let idp = Idp::honest();
    let program = env!("CARGO_BIN_EXE_tokens");
    let line = format!("{program} lab --headless --quiz expired nonce-swapped");
    let mut program =
        Program::new(&idp, &[]).with_command("script", &["-qec", &line, "typescript"]);
    let result = program.run_and_type("1, 2 or 3?", "\u{3}");
    result.assert_code(130);
    result.assert_prints("2 experiments: 0 PASS, 0 NOT SHOWN, 0 FAIL, 2 NOT RUN");
    result.assert_prints("Interrupted before the end");
}

#[test]
fn an_api_that_refuses_good_tokens_shows_nothing() {
    let idp = Idp::honest().answering("/dev/hello", |_| StatusCode::UNAUTHORIZED);
    lab(&idp, &["id-token"])
        .assert_code(1)
        .assert_says("The API refuses a good token too");
}

#[test]
fn experiments_are_listed_without_any_call_and_unknown_names_refused() {
    let idp = Idp::honest();
    let result = lab(&idp, &["--list"]);
    result.assert_code(0);
    assert_eq!(
        result
            .stdout
            .lines()
            .filter(|line| !line.is_empty())
            .count(),
        36
    );
    lab(&idp, &["bogus"])
        .assert_code(2)
        .assert_says("There is no experiment 'bogus'");
    lab(&idp, &["--list", "--json"])
        .assert_code(2)
        .assert_says("cannot be used with");
    Program::new(&idp, &["--json", "lab"])
        .run()
        .assert_code(2)
        .assert_says("does not take --json before the word lab");
    assert!(idp.state().calls.is_empty());
}

/// This server voids a code at the first wrong attempt, so that three sign-ins
/// are needed, each at the same port as the listener of forged-callback.
#[test]
fn one_program_listens_again_and_again_and_says_why() {
    let idp = Idp::honest().with(|state| state.has_session = true);
    let names = ["lab", "forged-callback", "wrong-verifier", "no-verifier"];
    let program = Program::new(&idp, &names).env("BROWSER", &fake_browser::command_line());
    let result = program.run();
    result.assert_code(0);
    result.assert_prints("3 experiments: 3 PASS, 0 NOT SHOWN, 0 FAIL");
    result
        .assert_says("Sign-in 1: it serves 2 of the 3 experiments.")
        .assert_says("Sign-in 2: the experiments have used up the code of the first.")
        .assert_says("Sign-in 3: the server voids a code after one wrong attempt");
    result.assert_says_not("Sign-in 4");
}

#[test]
fn what_needs_no_login_makes_none() {
    let idp = Idp::honest();
    // Twice: each listens at the port that the one before has just left.
    for names in [["no-token"; 2], ["forged-callback"; 2]] {
        let result = lab(&idp, &names);
        result.assert_code(0);
        result.assert_prints("2 experiments: 2 PASS");
        result.assert_says_not("Sign-in");
    }
    assert_eq!(idp.count("/oauth2/authorize"), 0);
}
