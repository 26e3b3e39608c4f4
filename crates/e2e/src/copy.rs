//! A copy of the repository, in which a test may run make and edit sources.

use std::path::Path;
use std::process::Command;

use crate::{RunResult, workspace};

/// Copies parts of the repository: the sources, and what was built, so that
/// dependencies need not be built again.
const COPIED: &str = r#"
cp -Rp Cargo.toml Cargo.lock Makefile requirements scripts crates lambda "$0"
mkdir "$0/target"
for built in target/release target/*-linux-*; do
    [ ! -e "$built" ] || cp -Rp "$built" "$0/target"
done
# The SDK takes minutes to build: its libraries are the same files.
cp -al target/debug "$0/target" 2>/dev/null || cp -Rp target/debug "$0/target"
# The tools are installed, whatever the timestamps of a checkout say.
touch -t 200001010000 "$0"/requirements/*
ln -s "$PWD/.venv" "$0/.venv"
"#;

/// Copies the repository into `folder`, which exists.
pub fn repository(folder: &Path) {
    let mut copy = Command::new("sh");
    copy.current_dir(workspace());
    copy.arg("-ec").arg(COPIED).arg(folder);
    RunResult::of(copy).code(0);
}

/// Lets a command find the Rust toolchain, which is all that it gets of this
/// process's environment.
pub fn with_toolchain(command: &mut Command) -> &mut Command {
    command.env_clear();
    for kept in [
        "PATH",
        "HOME",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
    ] {
        command.envs(std::env::var_os(kept).map(|value| (kept, value)));
    }
    command
}
