//! A simulated class of 30 under AWS's quotas: how much longer it takes than
//! the lowest quota requires.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::retry::throttle::ThrottleReason;

const PEOPLE: usize = 30;

/// How long a call takes, in milliseconds.
const CALL: u64 = 200;

/// A token bucket; times in milliseconds.
struct Quota {
    tokens: f64,
    most: f64,
    each: u64,
    filled: u64,
}

impl Quota {
    /// One call per `each` milliseconds, and `most` at once.
    fn new(each: u64, most: u32) -> Quota {
        let most = f64::from(most);
        Quota {
            tokens: most,
            most,
            each,
            filled: 0,
        }
    }

    fn takes(&mut self, now: u64) -> bool {
        let grown = (now - self.filled) as f64 / self.each as f64;
        self.tokens = (self.tokens + grown).min(self.most);
        self.filled = now;
        // Allows for rounding errors in the sum of fractions.
        let takes = self.tokens > 1.0 - 1e-6;
        self.tokens -= f64::from(u8::from(takes));
        takes
    }
}

/// The next call of one person, and since when it has been refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: u64,
    person: usize,
    calls_left: u32,
    refused_since: Option<u64>,
}

/// Everybody makes one call that is allowed once per `each` milliseconds, then
/// `more` calls limited only by the account: 10 per second, 40 at once. Returns
/// the milliseconds until the last one is done.
fn class(each: u64, more: u32, random: &mut StdRng) -> u64 {
    let (mut narrow, mut account) = (Quota::new(each, 1), Quota::new(100, 40));
    let mut turns: BinaryHeap<_> = (0..PEOPLE)
        .map(|person| {
            Reverse(Turn {
                at: random.random_range(0..1000),
                person,
                calls_left: 1 + more,
                refused_since: None,
            })
        })
        .collect();
    let mut last = 0;
    while let Some(Reverse(turn)) = turns.pop() {
        let is_first = turn.calls_left == 1 + more;
        let taken = account.takes(turn.at) && (!is_first || narrow.takes(turn.at));
        let answered = turn.at + CALL;
        let next = if taken {
            last = last.max(answered);
            Turn {
                at: answered,
                calls_left: turn.calls_left - 1,
                refused_since: None,
                ..turn
            }
        } else {
            let since = turn.refused_since.unwrap_or(answered);
            let waited = Duration::from_millis(answered - since);
            let pause = ThrottleReason::Quota
                .pause(waited, None, random)
                .expect("nobody gives up")
                .as_millis();
            Turn {
                at: answered + u64::try_from(pause).expect("milliseconds"),
                refused_since: Some(since),
                ..turn
            }
        };
        if next.calls_left > 0 {
            turns.push(Reverse(next));
        }
    }
    last
}

/// The longest of many classes, as a multiple of what the quota requires.
fn longest(each: u64, more: u32) -> f64 {
    let least = each * (PEOPLE as u64 - 1);
    let classes = (0..100).map(|seed| class(each, more, &mut StdRng::seed_from_u64(seed)));
    classes.max().expect("100 classes") as f64 / least as f64
}

#[test]
fn a_class_creates_in_little_more_than_its_quota_s_time() {
    let times = longest(3_000, 6);
    assert!(times < 1.3, "{times}");
}

#[test]
fn a_class_deletes_in_little_more_than_its_quota_s_time() {
    let times = longest(30_000, 1);
    assert!(times < 1.3, "{times}");
}

#[test]
fn a_shorter_quota_is_no_worse() {
    let times = longest(2_000, 1);
    assert!(times < 1.3, "{times}");
}
