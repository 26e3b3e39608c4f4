//! Ctrl-C and SIGTERM; one program at a time; files that cannot be written.

use std::process::Child;
use std::time::Duration;

use e2e::{Ended, Fault, Rig, Rules};
use rustix::process::{Pid, Signal, kill_process};

use crate::whole_path::the_design;

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).expect("it runs");
}

/// Waits until the proxy has seen as many calls.
fn wait_for_calls(rig: &Rig, number: usize) {
    while rig.proxy.calls().len() < number {
        std::thread::yield_now();
    }
}

fn end(child: Child) -> Ended {
    Ended::from(child.wait_with_output().expect("it ends"))
}

#[test]
fn the_first_signal_lets_calls_end_and_be_recorded() {
    for (signal, calls) in [(Signal::INT, 3), (Signal::TERM, 8)] {
        let rig = Rig::new();
        let rules = Rules {
            delay: Duration::from_millis(300),
            ..Rules::default()
        };
        let child = rig.start("create", &[], rules);
        wait_for_calls(&rig, calls);
        send(&child, signal);
        let ended = end(child)
            .code(130)
            .stderr_has("stopping as soon as")
            .stderr_has("hint: run the same command again");
        for call in rig.proxy.calls() {
            assert!(
                call.took_effect && call.ended.is_some(),
                "{call:?} was cut off: {ended:#?}"
            );
        }
        let made = rig.person.inventory();
        let state = rig.person.state();
        assert_eq!(
            made.user_pools.is_empty(),
            state.get("user_pool_id").is_none(),
            "{state}"
        );
        assert_eq!(
            made.apis.is_empty(),
            state.get("api_id").is_none(),
            "{state}"
        );
        assert_eq!(
            made.roles.is_empty(),
            state.get("lambda_role_arn").is_none(),
            "{state}"
        );
        rig.create();
        assert_eq!(rig.person.inventory(), the_design("hello-42"));
        rig.delete_all("a signal");
    }
}

#[test]
fn the_second_signal_ends_at_once() {
    let rig = Rig::new();
    let child = rig.start(
        "create",
        &[],
        Rules {
            fault: Some((2, Fault::Hang)),
            ..Rules::default()
        },
    );
    wait_for_calls(&rig, 4);
    send(&child, Signal::INT);
    // The first is answered before the second is sent: they must not merge.
    let mut child = child;
    let stderr = child.stderr.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stderr));
    assert!(lines.any(|line| line.unwrap().contains("once more stops at once")));
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    rig.delete_all("two signals");
}

#[test]
fn a_signal_while_deleting() {
    let rig = Rig::new();
    rig.create();
    let rules = Rules {
        delay: Duration::from_millis(300),
        ..Rules::default()
    };
    let child = rig.start("delete", &[], rules);
    wait_for_calls(&rig, 5);
    send(&child, Signal::INT);
    end(child).code(130);
    assert!(rig.person.state_path().exists());
    rig.delete_all("a signal");
}

#[test]
fn one_program_at_a_time() {
    let rig = Rig::new();
    let rules = Rules {
        fault: Some((3, Fault::Hang)),
        ..Rules::default()
    };
    let mut first = rig.start("create", &[], rules);
    wait_for_calls(&rig, 3);
    for program in ["create", "delete"] {
        let ended = rig
            .person
            .run(program, &[])
            .code(2)
            .stderr_has("is in use by create (process ");
        assert!(
            ended.stderr.contains(&first.id().to_string()),
            "{}",
            ended.stderr
        );
    }
    // The lock dies with its holder.
    first.kill().unwrap();
    first.wait().unwrap();
    rig.delete_all("a killed holder");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let rig = Rig::new();
    let ended = rig
        .run("create", &["--state", "/proc/state.json"], Rules::default())
        .code(2);
    assert!(
        ended.stderr.contains("Cannot write") && ended.stderr.contains("hint: "),
        "{ended:#?}"
    );
    assert!(rig.person.inventory().is_empty());
}

/// A file system with room for state.json, but not for its next version.
#[test]
fn a_full_disk_loses_nothing() {
    let rig = Rig::new();
    // Files of more than 1.5 KiB (512-byte units) cannot be written: as on a full disk, the write
    // of the longer state.json fails in the middle of the run.
    let program = e2e::program::program("create");
    let limited = format!("ulimit -f 3; trap '' XFSZ; exec {}", program.display());
    let mut command = std::process::Command::new("sh");
    let like = rig.person.command("create", &[]);
    command
        .args(["-c", &limited])
        .current_dir(rig.person.dir())
        .env_clear();
    command.envs(
        like.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    rig.proxy.begin(Rules::default());
    let ended = Ended::of(command)
        .code(1)
        .stderr_has("Cannot save")
        .stderr_has("hint: ");
    let kept = rig.person.state();
    assert!(
        kept["deployment_id"].is_string(),
        "the file before is whole: {kept} {ended:#?}"
    );
    rig.create();
    assert_eq!(rig.person.inventory(), the_design("hello-42"));
    rig.delete_all("a full disk");
}
