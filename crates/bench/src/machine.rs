//! The machine and build profile of the measurements.

/// The profile that this program, and so the others, was built with.
pub(crate) const PROFILE: &str = if cfg!(debug_assertions) {
    "dev"
} else {
    "release"
};

/// Cores, processor and system, for example `2 cores, AMD EPYC, linux`.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1))
        .unwrap_or(std::env::consts::ARCH);
    format!("{cores} cores, {model}, {}", std::env::consts::OS)
}
