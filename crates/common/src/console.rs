//! Console output: results on stdout; progress, notes and errors on stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use crate::archive;
use crate::failure::{Failure, Result};
use crate::styled_text::StyledText;
use crate::text::visible_line;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const NOTE: Style = AnsiColor::Yellow.on_default().bold();
const HEADING: Style = AnsiColor::Cyan.on_default().bold();

/// The stdout and stderr of a program. Colour and the spinner appear only on a
/// terminal, and not if `NO_COLOR` is set. All text goes through
/// [`StyledText`], which lets nothing steer the terminal.
#[derive(Debug)]
pub struct Console {
    spinner: ProgressBar,
    running: Mutex<Vec<String>>,
}

/// Why stdout could not be written, at the first time. The process has one stdout.
static STDOUT_ERROR: OnceLock<io::Error> = OnceLock::new();

/// Whether all results were written.
///
/// # Errors
/// If not: the disk is full, for example. A closed pipe (`tokens | head -1`)
/// is not an error: the reader has read enough.
pub fn stdout_written() -> Result<()> {
    match STDOUT_ERROR.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("Cannot write to stdout: {error}"))
                .with_hint("what was printed is not complete"))
        }
        _ => Ok(()),
    }
}

impl Default for Console {
    fn default() -> Self {
        Console::new()
    }
}

impl Console {
    /// Creates a console, with a spinner if stderr is a terminal.
    pub fn new() -> Console {
        let spinner = if has_spinner() {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            ProgressBar::new_spinner()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        } else {
            ProgressBar::hidden()
        };
        Console {
            spinner,
            running: Mutex::default(),
        }
    }

    /// Prints a result to stdout. A failure to write is not reported yet:
    /// see [`stdout_written`].
    pub fn line(&self, text: &str) {
        self.styled_line(&text.into());
    }

    /// Prints a result to stdout, in styles.
    pub fn styled_line(&self, text: &StyledText) {
        self.spinner.suspend(|| {
            let mut stdout = anstream::stdout();
            let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
            if let Err(error) = written {
                let _ = STDOUT_ERROR.set(error);
            }
        });
    }

    /// Whether stdout can no longer be written, or nobody reads it: what comes next is
    /// seen by nobody.
    pub fn is_closed(&self) -> bool {
        STDOUT_ERROR.get().is_some()
    }

    /// Prints a `note:` line to stderr.
    pub fn note(&self, text: &str) {
        let note = StyledText::new(NOTE, "note:").plain(format!(" {text}"));
        self.styled_message(&note);
    }

    /// Prints a `next:` line to stderr: what can be done after this program.
    /// Commands are named as in the repository; see [`archive`].
    pub fn next(&self, text: &str) {
        let text = archive::as_run_here(text);
        let next = StyledText::new(HINT, "next:").plain(format!(" {text}"));
        self.styled_message(&next);
    }

    /// Prints a line to stderr, without a prefix.
    pub fn message(&self, text: &str) {
        self.styled_message(&text.into());
    }

    /// Prints a line to stderr, in styles.
    pub fn styled_message(&self, text: &StyledText) {
        self.spinner.suspend(|| {
            let _ = writeln!(anstream::stderr(), "{text}");
        });
    }

    /// Shows `what` in the spinner until the returned guard is dropped.
    pub fn working(&self, what: impl Into<String>) -> ProgressGuard<'_> {
        let what = visible_line(&what.into());
        self.show(|running| running.push(what.clone()));
        ProgressGuard {
            console: self,
            what,
        }
    }

    /// Like [`working`](Console::working), for something slow: without a
    /// spinner, it prints a line to stderr instead.
    pub fn waiting(&self, what: impl Into<String>) -> ProgressGuard<'_> {
        let what = what.into();
        if self.spinner.is_hidden() {
            self.message(&format!("{what} ..."));
        }
        self.working(what)
    }

    /// The columns of the terminal to which stdout goes; `None` if it goes elsewhere.
    pub fn columns(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    fn show(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        if running.is_empty() {
            self.spinner.disable_steady_tick();
            self.spinner.set_message("");
            self.spinner.finish_and_clear();
        } else {
            self.spinner.reset();
            self.spinner.set_message(running.join(" · "));
            self.spinner.enable_steady_tick(Duration::from_millis(100));
        }
    }
}

/// Guard of [`Console::working`]: dropping it removes its text.
#[derive(Debug)]
pub struct ProgressGuard<'a> {
    console: &'a Console,
    what: String,
}

impl Drop for ProgressGuard<'_> {
    fn drop(&mut self) {
        self.console.show(|running| {
            if let Some(at) = running.iter().position(|what| *what == self.what) {
                running.remove(at);
            }
        });
    }
}

/// A wait of unknown length, shown in the spinner until this is dropped, or,
/// without a spinner, in a line on stderr after 2 s and then every 30 s.
#[derive(Debug)]
pub struct WaitNotice {
    console: Arc<Console>,
    what: String,
    shown: Option<String>,
    next_line: Duration,
}

impl WaitNotice {
    /// `what` precedes the time waited: `Waiting: AWS limits CreateApi`.
    pub fn new(console: Arc<Console>, what: impl Into<String>) -> WaitNotice {
        WaitNotice {
            console,
            what: what.into(),
            shown: None,
            next_line: Duration::from_secs(2),
        }
    }

    /// Shows how long the wait has lasted. Call it about once a second.
    pub fn tell(&mut self, so_far: Duration) {
        let text = format!("{}; {} so far", self.what, in_words(so_far));
        if self.console.spinner.is_hidden() {
            if so_far >= self.next_line {
                self.next_line = so_far + Duration::from_secs(30);
                self.console.message(&text);
            }
            return;
        }
        let shown = self.shown.replace(text.clone());
        self.console.show(|running| {
            running.retain(|what| Some(what) != shown.as_ref());
            // First, because a narrow terminal cuts off the end of the line.
            running.insert(0, text);
        });
    }
}

impl Drop for WaitNotice {
    fn drop(&mut self) {
        if let Some(shown) = self.shown.take() {
            self.console
                .show(|running| running.retain(|what| *what != shown));
        }
    }
}

/// Formats a duration, for example `12 s` or `2 min 5 s`.
fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn has_spinner() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !plain
}

/// The heading of a step shown by `--explain`, after an empty line.
pub fn numbered_heading(number: usize, text: &str) -> StyledText {
    StyledText::from("\n").then(HEADING, format!("[{number}] {text}"))
}

/// Prints a failure and its hint, then its [`others`](Failure::others).
pub fn print_failure(failure: &Failure) {
    let mut stderr = anstream::stderr();
    let error = StyledText::new(ERROR, "error:").plain(format!(" {failure}"));
    let _ = writeln!(stderr, "{error}");
    if let Some(hint) = failure.hint() {
        let hint = StyledText::new(HINT, "hint:").plain(format!(" {hint}"));
        let _ = writeln!(stderr, "{hint}");
    }
    for other in failure.others() {
        print_failure(other);
    }
}
