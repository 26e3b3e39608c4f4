//! Tells the person in the terminal of callbacks that were refused: in the
//! browser, somebody may be looking at a page that says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use common::Console;
use common::text::printable;
use url::form_urlencoded;

/// After a note, how long others are only counted: any web page can send them.
const QUIET: Duration = Duration::from_secs(5);

/// The refused callbacks of one sign-in.
#[derive(Debug)]
pub(crate) struct Refusals {
    console: Arc<Console>,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    last: Option<Instant>,
    since_then: usize,
}

impl Told {
    /// How many went untold before this one; `None` if this one does too.
    fn now(&mut self, now: Instant) -> Option<usize> {
        let is_quiet = |last| now.saturating_duration_since(last) < QUIET;
        if self.last.is_some_and(is_quiet) {
            self.since_then += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.since_then))
    }
}

impl Refusals {
    /// None refused yet.
    pub(crate) fn new(console: Arc<Console>) -> Refusals {
        Refusals {
            console,
            told: Mutex::default(),
        }
    }

    /// Tells why a callback with this query was refused, unless another one was
    /// told a moment ago.
    pub(crate) fn tell(&self, query: &str, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(untold) = told.now(Instant::now()) {
            self.console.note(&sentence(query, why, untold));
        }
    }
}

fn sentence(query: &str, why: &str, untold: usize) -> String {
    let mut text = format!("a callback was refused: {why}");
    if let Some(error) = error_in(query) {
        text.push_str(&format!(". It says: {error}"));
    }
    if untold > 0 {
        text.push_str(&format!(" ({untold} more before it)"));
    }
    text
}

/// The error that the query carries. Whoever sent it may have made it up.
fn error_in(query: &str) -> Option<String> {
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(name, _)| name == wanted);
        found.map(|(_, value)| printable(&value))
    };
    let error = value("error")?;
    Some(match value("error_description") {
        Some(description) => format!("{error}: {description}"),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_at_once_and_a_crowd_is_counted() {
        let (mut told, start) = (Told::default(), Instant::now());
        assert_eq!(told.now(start), Some(0));
        for _ in 0..3 {
            assert_eq!(told.now(start + QUIET / 2), None);
        }
        assert_eq!(told.now(start + QUIET), Some(3));
        assert_eq!(told.now(start + 3 * QUIET), Some(0));
    }

    #[test]
    fn the_note_has_the_reason_and_the_error_that_came() {
        for (query, untold, said) in [
            ("code=C", 0, "a callback was refused: it has no state"),
            (
                "error=access_denied&error_description=not+assigned",
                0,
                "a callback was refused: it has no state. It says: access_denied: not assigned",
            ),
            (
                "error=x%1b%5b2J",
                2,
                "a callback was refused: it has no state. It says: x [2J (2 more before it)",
            ),
        ] {
            assert_eq!(sentence(query, "it has no state", untold), said);
        }
    }
}
