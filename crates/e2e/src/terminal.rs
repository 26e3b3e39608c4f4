//! Programs on a terminal of their own, as a person would run them.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Runs the command on a terminal of `columns` until it exits, types `typed`,
/// and returns what the terminal shows, without colours and spinners.
pub fn on_terminal(mut command: Command, columns: u16, typed: &str) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("its other end");
    unlockpt(&ours).expect("its other end");
    let path = ptsname(&ours, Vec::new()).expect("its path");
    let theirs = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NOCTTY.bits().cast_signed())
        .open(path.to_str().expect("UTF-8"))
        .expect("its other end");
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&theirs, size).expect("its size");
    let clone = || theirs.try_clone().expect("a second handle");
    command.stdin(clone()).stdout(clone()).stderr(clone());
    command.env("NO_COLOR", "1").env("TERM", "dumb");
    let mut child = command.spawn().expect("the program starts");
    // Only the child keeps the other end open: reading ends when it exits.
    drop((command, theirs));
    let mut terminal = std::fs::File::from(ours);
    terminal.write_all(typed.as_bytes()).expect("typed");
    let shown = read_to_end(&mut terminal);
    assert!(child.wait().expect("its state").success(), "{shown}");
    shown
}

/// On Linux, the end is an error (EIO).
fn read_to_end(terminal: &mut impl Read) -> String {
    let mut shown = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8(shown)
        .expect("UTF-8")
        .replace("\r\n", "\n")
}
