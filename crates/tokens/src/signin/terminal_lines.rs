//! Lines from the terminal, read in a thread of their own: a blocking `read`
//! cannot be cancelled, and must not keep the program from exiting.

use std::io::{self, BufRead};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use tokio::sync::mpsc;

/// How long to wait before looking again whether the program may read.
const PAUSE: Duration = Duration::from_millis(200);

/// What came from the terminal.
#[derive(Debug)]
pub(crate) enum Input {
    /// A line. What is not UTF-8 in it is replaced.
    Line(String),
    /// Ctrl-D: the end of the input, and more may follow.
    End,
    /// Nothing more can be read: the terminal is gone, for example.
    Failed(io::Error),
}

/// Reads stdin line by line, but only while `may_read` holds: a program in the
/// background that reads from its terminal is stopped.
pub(crate) fn read(may_read: fn() -> bool) -> mpsc::Receiver<Input> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        while !sender.is_closed() {
            match wait(may_read) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => {
                    let _ = sender.blocking_send(Input::Failed(error));
                    return;
                }
            }
            let input = one();
            let last = matches!(input, Input::Failed(_));
            if sender.blocking_send(input).is_err() || last {
                return;
            }
        }
    });
    receiver
}

/// Waits for a moment; returns whether there is something that may be read.
fn wait(may_read: fn() -> bool) -> io::Result<bool> {
    let stdin = rustix::stdio::stdin();
    let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
    if !may_read() {
        std::thread::sleep(PAUSE);
        return Ok(false);
    }
    let pause = Timespec::try_from(PAUSE).map_err(io::Error::other)?;
    match poll(&mut ready, Some(&pause)) {
        Ok(_) if ready[0].revents().contains(PollFlags::HUP) => {
            Err(io::Error::other("it was closed"))
        }
        Ok(count) => Ok(count > 0 && may_read()),
        Err(error) if error == rustix::io::Errno::INTR => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether this program may read from its terminal: `tokens &` would be stopped.
/// At a terminal that controls no process, anybody may.
pub(crate) fn in_foreground() -> bool {
    tcgetpgrp(rustix::stdio::stdin()).map_or(true, |group| group == getpgrp())
}

fn one() -> Input {
    let mut line = Vec::new();
    match io::stdin().lock().read_until(b'\n', &mut line) {
        Ok(0) => Input::End,
        Ok(_) => Input::Line(String::from_utf8_lossy(&line).into_owned()),
        Err(error) => Input::Failed(error),
    }
}
