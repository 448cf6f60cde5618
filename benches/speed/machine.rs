//! The machine, in the words that say what a figure is worth.

use std::fs;
use std::thread;

/// Cores, processor, memory, and how busy it is with other things.
pub(crate) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let processor = value("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = value("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(|| "unknown".to_owned(), |kib| format!("{} GiB", kib >> 20));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{cores} cores ({processor}), {memory} of memory, load before the start {load}")
}

/// The value of the first `name: value` line.
fn value(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
