//! Medians, and the peak memory of a process.

use std::process::{Command, Stdio};
use std::time::Duration;

/// The median; of an even number of values, the upper one in the middle.
pub(crate) fn median<T: Copy + PartialOrd>(values: impl IntoIterator<Item = T>) -> T {
    let mut sorted: Vec<T> = values.into_iter().collect();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
    sorted[sorted.len() / 2]
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Runs a command until it exits; its peak memory in MiB. The value is read
/// every millisecond, since it is lost when the process ends.
pub(crate) fn peak_memory(mut command: Command) -> f64 {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut peak = 0.0_f64;
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None => peak = peak.max(peak_so_far(child.id())),
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(status.success(), "{command:?}: {status}");
    peak
}

/// `VmHWM` of a running process in MiB; 0 where there is no /proc.
pub(crate) fn peak_so_far(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}
