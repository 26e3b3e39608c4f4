//! A program that panics prints no setting. It runs itself as that program.

use std::process::{Command, ExitCode};

use common::cli::CommonArgs;

const PANIC: &str = "PANIC_WITH";

fn main() -> ExitCode {
    if let Ok(secret) = std::env::var(PANIC) {
        let args = CommonArgs::default();
        return common::program::main(&args, |_| async move { panic!("{secret}") });
    }
    let dir = tempfile::tempdir().unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.current_dir(dir.path()).env(PANIC, "correct-horse");
    let output = program.output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("error: The program has a defect, at "),
        "{text}"
    );
    assert!(!text.contains("correct-horse"), "{text}");
    ExitCode::SUCCESS
}
