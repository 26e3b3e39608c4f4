//! The longest chain of calls, each of which starts after the previous ended, and
//! how long any program takes for it at least.

use std::time::{Duration, Instant};

use crate::Rules;
use crate::proxy::Call;

/// The length of the longest chain, and the lower bound. If IAM is slow, the
/// chain is the one through the role, with the wait for IAM in the middle.
pub fn bound(calls: &[Call], rules: &Rules) -> (usize, Duration) {
    let times = |chain: usize| rules.delay * u32::try_from(chain).expect("a few calls");
    if rules.propagation.is_zero() {
        let chain = longest(calls);
        return (chain, times(chain));
    }
    let chain = longest_through(calls, "CreateRole", "CreateFunction");
    (chain, times(chain) + rules.propagation)
}

/// The number of calls in the longest chain.
fn longest(calls: &[Call]) -> usize {
    ending_with(&intervals(&last_tries(calls)))
        .into_iter()
        .max()
        .unwrap_or(0)
}

/// The number of calls in the longest chain through `first` and then `then`,
/// with nothing but waiting between the two.
fn longest_through(calls: &[Call], first: &str, then: &str) -> usize {
    let calls = last_tries(calls);
    let intervals = intervals(&calls);
    let at = |name| calls.iter().position(|call| call.operation == name);
    let before = at(first).map_or(0, |at| ending_with(&intervals)[at]);
    let after = at(then).map_or(0, |at| starting_with(&intervals)[at]);
    before + after
}

/// The last call of each operation. Calls that were repeated until AWS was
/// ready are waiting, not work; the programs need each operation only once.
fn last_tries(calls: &[Call]) -> Vec<&Call> {
    let mut last: Vec<&Call> = Vec::new();
    for call in calls {
        last.retain(|earlier| earlier.operation != call.operation);
        last.push(call);
    }
    last
}

type Interval = (Instant, Instant);

fn intervals(calls: &[&Call]) -> Vec<Interval> {
    let answered = calls.iter().map(|call| (call.started, call.ended));
    answered
        .map(|(started, ended)| (started, ended.unwrap_or(started)))
        .collect()
}

/// For each call, the length of the longest chain that ends with it. `calls`
/// are in the order in which they started.
fn ending_with(calls: &[Interval]) -> Vec<usize> {
    let mut longest: Vec<usize> = Vec::with_capacity(calls.len());
    for (started, _) in calls {
        let before = calls
            .iter()
            .zip(&longest)
            .filter(|((_, ended), _)| ended <= started);
        longest.push(1 + before.map(|(_, &length)| length).max().unwrap_or(0));
    }
    longest
}

/// For each call, the length of the longest chain that starts with it.
fn starting_with(calls: &[Interval]) -> Vec<usize> {
    let mut longest = vec![0; calls.len()];
    for (at, (_, ended)) in calls.iter().enumerate().rev() {
        let after = calls
            .iter()
            .zip(&longest)
            .skip(at + 1)
            .filter(|((started, _), _)| ended <= started);
        longest[at] = 1 + after.map(|(_, &length)| length).max().unwrap_or(0);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls with these names, start times and end times in milliseconds.
    fn calls(list: &[(&str, u64, u64)]) -> Vec<Call> {
        let zero = Instant::now();
        let at = |time| zero + Duration::from_millis(time);
        list.iter()
            .map(|&(name, started, ended)| Call {
                operation: name.to_owned(),
                started: at(started),
                ended: Some(at(ended)),
                status: None,
                took_effect: true,
            })
            .collect()
    }

    #[test]
    fn calls_side_by_side_count_once() {
        assert_eq!(longest(&[]), 0);
        assert_eq!(longest(&calls(&[("a", 0, 10), ("b", 1, 11)])), 1);
        let story = calls(&[("a", 0, 9), ("b", 9, 20), ("c", 10, 18), ("d", 18, 19)]);
        assert_eq!(longest(&story), 3);
    }

    #[test]
    fn repeated_tries_are_waiting() {
        let story = calls(&[
            ("account", 0, 1),
            ("role", 1, 2),
            ("function", 2, 3),
            ("api", 2, 4),
            ("function", 4, 5),
            ("function", 6, 7),
            ("route", 7, 8),
        ]);
        assert_eq!(longest_through(&story, "role", "function"), 4);
    }
}
