//! `logs`: what the function has logged.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use e2e::{Fault, ProxiedEnv, Rules, RunResult, TestEnv};
use serde_json::{Value, json};

const GROUP: &str = "/aws/lambda/EchoFunction";

/// Writes lines to the function's log group, this many seconds ago.
fn put(env: &TestEnv, stream: &str, lines: &[(u64, &str)]) {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&env.sdk_config());
    let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
    let events = lines.iter().map(|(ago, message)| {
        let time = i64::try_from((now - ago) * 1000).expect("milliseconds");
        let event = InputLogEvent::builder().timestamp(time).message(*message);
        event.build().expect("an event")
    });
    let call = logs.create_log_stream().log_group_name(GROUP);
    // It may be there already.
    let _ = e2e::block_on(call.log_stream_name(stream).send());
    let call = logs.put_log_events().log_group_name(GROUP);
    let call = call
        .log_stream_name(stream)
        .set_log_events(Some(events.collect()));
    e2e::block_on(call.send()).expect("PutLogEvents");
}

/// What stands behind the time of each line.
fn messages(result: &RunResult) -> Vec<&str> {
    let messages = result.stdout.lines().map(|line| {
        let (time, message) = line.split_once("  ").expect(line);
        assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
        message
    });
    messages.collect()
}

#[test]
fn the_last_lines_of_the_function() {
    let env = TestEnv::new();
    env.run("logs", &[])
        .code(2)
        .stderr_has("There is no state.json")
        .stderr_has("make api");
    env.create().code(0);
    let nothing = env.run("logs", &[]).code(0);
    assert_eq!(nothing.stdout, "");
    nothing.stderr_has("note: log group '/aws/lambda/EchoFunction' has no line");

    env.tokens(&[]).code(0);
    let result = env.run("logs", &[]).code(0);
    let lines = messages(&result);
    let event = lines
        .iter()
        .find(|line| line.contains("\"routeKey\":\"GET /hello\""));
    let event = event.unwrap_or_else(|| panic!("no event in {lines:?}"));
    assert!(
        event.contains("(hidden)") && !event.contains("Bearer"),
        "{event}"
    );
    env.delete().code(0);
}

#[test]
fn lines_of_several_streams_and_of_long_ago_are_in_order() {
    let env = TestEnv::with_stack();
    put(
        &env,
        "one",
        &[(200_000, "first"), (30, "fourth"), (10, "sixth")],
    );
    put(
        &env,
        "two",
        &[(4000, "second"), (700, "third"), (20, "fifth")],
    );
    let all = env.run("logs", &[]).code(0);
    let expected = ["first", "second", "third", "fourth", "fifth", "sixth"];
    assert_eq!(messages(&all), expected);
    for count in 1..=6 {
        let some = env.run("logs", &["-n", &count.to_string()]).code(0);
        assert_eq!(messages(&some), expected[6 - count..]);
    }
    env.run("logs", &["-n", "0"]).code(2);
    env.delete().code(0);
}

#[test]
fn a_line_cannot_pass_for_another_or_steer_the_terminal() {
    let env = TestEnv::with_stack();
    put(
        &env,
        "one",
        &[(5, "a\u{1b}]52;c;eA==\u{7}b\nforged\u{202e}")],
    );
    let result = env.run("logs", &[]).code(0);
    assert_eq!(
        messages(&result),
        ["a\\u001b]52;c;eA==\\u0007b", "forged\\u202e"]
    );
    env.delete().code(0);
}

#[test]
fn every_page_is_read() {
    static PAGE: AtomicUsize = AtomicUsize::new(0);
    let proxied = ProxiedEnv::with_stack();
    put(&proxied.env, "one", &[(30, "a"), (20, "b"), (10, "c")]);
    // A page of one line, an empty page, and a page with the rest.
    let rules = Rules::answer_with("FilterLogEvents", |answer: &mut Value| {
        let events = answer["events"].as_array_mut().expect("events");
        match PAGE.fetch_add(1, Ordering::Relaxed) {
            0 => events.truncate(1),
            1 => events.clear(),
            _ => return drop(events.remove(0)),
        }
        answer["nextToken"] = json!(PAGE.load(Ordering::Relaxed).to_string());
    });
    let result = proxied.run("logs", &["-n", "3"], rules).code(0);
    assert_eq!(messages(&result), ["a", "b", "c"]);
    proxied.delete_all("pages");
}

#[test]
fn follow_shows_each_new_line_once_until_ctrl_c() {
    let env = TestEnv::with_stack();
    put(&env, "one", &[(20, "not asked for"), (10, "old")]);
    let mut command = env.command("logs", &["--follow", "-n", "1"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
    let mut next = || {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        line.split_once("  ")
            .expect("a time")
            .1
            .trim_end()
            .to_owned()
    };
    assert_eq!(next(), "old");
    put(&env, "one", &[(0, "new")]);
    assert_eq!(next(), "new");
    // One that AWS shows late, and one of the same time.
    put(&env, "two", &[(5, "late"), (0, "newer")]);
    assert_eq!([next(), next()], ["late", "newer"]);
    env.tokens(&[]).code(0);
    while !next().contains("routeKey") {}
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("a signal");
    let rest = RunResult::wait(child);
    assert_eq!(rest.code, Some(130), "{rest:#?}");
    assert_eq!(rest.stderr, "", "nothing has failed");
    env.delete().code(0);
}

#[test]
fn another_account_and_a_missing_group_are_refused() {
    let env = TestEnv::with_stack();
    let mut other = env.command("logs", &[]);
    other.env("AWS_ACCESS_KEY_ID", "111111111111");
    RunResult::of(other)
        .code(2)
        .stderr_has("belongs to account '000000000000'");
    let logs = aws_sdk_cloudwatchlogs::Client::new(&env.sdk_config());
    let call = logs.delete_log_group().log_group_name(GROUP);
    e2e::block_on(call.send()).expect("DeleteLogGroup");
    env.run("logs", &[])
        .code(1)
        .stderr_has("There is no log group '/aws/lambda/EchoFunction'")
        .stderr_has("make api");
    env.create().code(0);
    env.delete().code(0);
}

#[test]
fn a_cloud_that_does_not_know_the_call() {
    let proxied = ProxiedEnv::with_stack();
    let unknown = Fault::Error(501, "NotImplemented", "FilterLogEvents is not known here");
    proxied
        .run("logs", &[], Rules::fault_on("FilterLogEvents", unknown))
        .code(1)
        .stderr_has("error: This cloud has no log to read")
        .stderr_has("FilterLogEvents is not known here");
    proxied.delete_all("a cloud without logs");
}
