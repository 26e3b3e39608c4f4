//! `--explain`: every AWS call is reported on stderr, without secrets.

use std::collections::BTreeSet;

use e2e::{Fault, ProxiedEnv, Rules, RunResult, TestEnv};

/// One call as `--explain` reports it.
#[derive(Debug)]
struct Block<'a> {
    number: usize,
    operation: &'a str,
    lines: Vec<&'a str>,
}

/// The blocks in a program's stderr, which otherwise contains only `create`'s
/// account line, summary and what to do next.
fn blocks(stderr: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let explanation = |line: &&str| {
        let summary = line.ends_with("unchanged") && !line.starts_with(' ');
        let at_the_ends = [
            "In account ",
            "In region ",
            "note: ",
            "next: ",
            "http://",
            "curl -i ",
        ];
        let outside = at_the_ends.iter().any(|start| line.starts_with(start));
        !line.is_empty() && !outside && !summary
    };
    for line in stderr.lines().filter(explanation) {
        if let Some((number, operation)) = heading(line) {
            blocks.push(Block {
                number,
                operation,
                lines: Vec::new(),
            });
        } else {
            let text = line
                .strip_prefix("    ")
                .unwrap_or_else(|| panic!("a line outside of a block: {stderr}"));
            blocks.last_mut().expect("a heading first").lines.push(text);
        }
    }
    blocks
}

/// Parses `[7] CreateApi`, or for an SDK retry, `[8] GetApi (attempt 2)`.
fn heading(line: &str) -> Option<(usize, &str)> {
    let (number, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let operation = rest.split(" (attempt ").next()?;
    Some((number.parse().ok()?, operation))
}

/// Asserts that every block is complete and the numbers have no gap.
#[track_caller]
fn complete_blocks(stderr: &str) -> Vec<Block<'_>> {
    let blocks = blocks(stderr);
    for block in &blocks {
        let Block {
            operation, lines, ..
        } = block;
        let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
        let named = !operation.is_empty() && operation.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(named, "{block:#?}");
        let why = lines[0];
        assert!(why.contains(' ') && why.ends_with('.'), "{block:#?}");
        let method = lines[1].split_once(" http://").expect("an address").0;
        assert!(
            ["GET", "POST", "PATCH", "DELETE"].contains(&method),
            "{block:#?}"
        );
        assert!(lines.contains(&"Authorization: (hidden)"), "{block:#?}");
        assert!(has("answer: "), "{block:#?}");
        let answer = lines.iter().find(|line| line.starts_with("answer: "));
        assert!(
            answer.is_some_and(|line| line.contains(" ms, request id ")),
            "{block:#?}"
        );
    }
    let numbers: BTreeSet<usize> = blocks.iter().map(|block| block.number).collect();
    assert_eq!(numbers, (1..=blocks.len()).collect());
    blocks
}

/// The session token of temporary credentials.
const SESSION_TOKEN: &str = "session-token-42";

/// Asserts that no secret is in the output; `RunResult` checks the password.
#[track_caller]
fn without_secrets(env: &TestEnv, result: RunResult) -> RunResult {
    // In base64, every zip begins with "UEsDB".
    let secret_key = env.setting("AWS_SECRET_ACCESS_KEY");
    for secret in [
        secret_key,
        "UEsDB",
        SESSION_TOKEN,
        "AWS4-HMAC-SHA256",
        "Signature=",
    ] {
        for text in [&result.stdout, &result.stderr] {
            assert!(!text.contains(secret), "{secret} in {result:#?}");
        }
    }
    result
}

/// The JSON of the request in a block.
fn json(block: &Block) -> serde_json::Value {
    let lines = block.lines.iter();
    let body = lines
        .skip_while(|line| **line != "{")
        .take_while(|line| !line.starts_with("answer: "));
    let text: String = body.copied().collect();
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_whole_path_is_explained_without_a_secret() {
    let env = TestEnv::new().set("AWS_SESSION_TOKEN", SESSION_TOKEN);
    let run = |name: &str, args: &[&str]| without_secrets(&env, env.run(name, args).code(0));

    let created = run("create", &["--explain"]);
    let calls = complete_blocks(&created.stderr);
    let call = |name: &str| {
        let found = calls.iter().find(|call| call.operation == name);
        found.unwrap_or_else(|| panic!("no {name} in {}", created.stderr))
    };
    let token = "X-Amz-Security-Token: (hidden)";
    assert!(calls.iter().all(|call| call.lines.contains(&token)));
    assert_eq!(json(call("AdminSetUserPassword"))["Password"], "(hidden)");
    assert_eq!(json(call("CreateFunction"))["Code"]["ZipFile"], "(hidden)");
    // A form parameter that contains JSON.
    let role = json(call("CreateRole"));
    let who = &role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"];
    assert_eq!(who["Service"], "lambda.amazonaws.com");
    let api_id = format!("  apiId = {}", env.state()["api_id"].as_str().unwrap());
    assert!(call("CreateApi").lines.contains(&&*api_id));
    // Polling until the function is active is reported too.
    call("GetFunction");

    let resumed = run("create", &["--explain"]);
    complete_blocks(&resumed.stderr);
    let plain = env.create().code(0);
    assert_eq!(resumed.stdout, plain.stdout, "stdout does not change");

    run("tokens", &["--headless", "--explain"]);
    let deleted = run("delete", &["--explain"]);
    let deletes = complete_blocks(&deleted.stderr);
    let explained = |name| deletes.iter().any(|call| call.operation == name);
    assert!(explained("DeleteLogGroup") && explained("DeleteUserPool"));
}

#[test]
fn a_refusal_is_explained_in_aws_words() {
    let mut env = TestEnv::with_stack();
    env.delete().code(0);
    env.change("NAME_SUFFIX", "-gone");
    env.create().code(0);
    env.edit_state(|state| state["api_id"] = "a0b1c2d3".into());
    let result = without_secrets(&env, env.run("create", &["--explain"]).code(0));
    let calls = complete_blocks(&result.stderr);
    let mut refused = calls.iter().filter(|call| call.operation == "GetApi");
    let lines = &refused.next().unwrap().lines;
    let mut answer = lines
        .iter()
        .skip_while(|line| !line.starts_with("answer: 404"));
    assert!(
        answer.any(|line| line.contains("\"message\"")),
        "{lines:#?}"
    );
}

/// Runs a program; asserts that it reports exactly the calls the proxy saw.
#[track_caller]
fn explains_what_the_proxy_saw(
    proxied: &ProxiedEnv,
    program: &str,
    fault: Option<(usize, Fault)>,
) -> RunResult {
    let rules = Rules {
        fault,
        ..Rules::default()
    };
    let result = proxied.run(program, &["--explain"], rules);
    let mut explained: Vec<&str> = result
        .stderr
        .lines()
        .filter_map(|line| Some(heading(line)?.1))
        .collect();
    let mut seen = proxied.proxy.operations();
    explained.sort_unstable();
    seen.sort_unstable();
    assert_eq!(explained, seen, "{program} with {fault:?}: {result:#?}");
    result
}

#[test]
fn every_call_the_proxy_sees_is_explained() {
    let proxied = ProxiedEnv::new();
    let first = explains_what_the_proxy_saw(&proxied, "create", None).code(0);
    assert!(complete_blocks(&first.stderr).len() > 15);
    explains_what_the_proxy_saw(&proxied, "create", None).code(0);
    explains_what_the_proxy_saw(&proxied, "delete", None).code(0);
}

#[test]
fn every_attempt_at_a_call_is_explained() {
    let proxied = ProxiedEnv::new();
    explains_what_the_proxy_saw(&proxied, "create", Some((1, Fault::Refuse(503))))
        .stderr_has("(attempt 2)");
    explains_what_the_proxy_saw(&proxied, "delete", Some((1, Fault::DropAnswer)))
        .stderr_has("no answer after");
    explains_what_the_proxy_saw(&proxied, "create", Some((4, Fault::Refuse(429))))
        .stderr_has("(attempt 2)");
    explains_what_the_proxy_saw(&proxied, "delete", Some((4, Fault::TryAgainLater)));
    explains_what_the_proxy_saw(&proxied, "create", Some((5, Fault::CutBody)));
    explains_what_the_proxy_saw(&proxied, "delete", Some((5, Fault::FailAfter)));
}
