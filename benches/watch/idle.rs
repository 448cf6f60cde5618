//! What waiting costs: an hour's worth of looks, in a few seconds.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::size;
use crate::support::hydra::{Options, Release, Server};
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::Missing;
use crate::watching::Watching;

/// Cycles before anything is counted.
const WARM: u32 = 20;

/// A second in the system's unit of processor time (proc(5)).
const TICKS: u64 = 100;

/// Between two looks; in life it is thirty seconds.
const INTERVAL: Duration = Duration::from_millis(250);

pub(crate) fn measure() -> Result<(), Missing> {
    let cycles = size("HYDRA_GITOPS_BENCH_CYCLES", 120);
    println!("idle for {cycles} cycles, an hour's worth at 30 s each");
    let server = Server::start(Release::V2, cheap())?;
    let proxy = Proxy::start(&server.admin_url(), Box::new(|_| Fault::Pass));
    let endpoint = format!("http://{}", proxy.address());
    let looks: &[&str] = &["--interval", "250ms"];
    let polls: &[&str] = &["--interval", "0", "--poll", "250ms"];
    for (files, words, what) in [
        (20, looks, "20 files, Hydra looked at"),
        (20, polls, "20 files, read"),
        (
            size("HYDRA_GITOPS_BENCH_FILES", 10_000),
            polls,
            "many files, read",
        ),
    ] {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("manifests")).unwrap();
        for number in 0..files {
            let path = folder.path().join(format!("manifests/{number}.yaml"));
            let text = "# a line as long as others are\n".repeat(16);
            let client = format!("client_id: i{number}\ntoken_endpoint_auth_method: none\n");
            fs::write(path, client + &text).unwrap();
        }
        let watching = Watching::start(folder.path(), &endpoint, words);
        // The first cycles fill what later ones use again.
        thread::sleep(INTERVAL * WARM);
        let first = proxy.requests().len();
        let (before, start) = (Cost::of(watching.id()), Instant::now());
        let time = INTERVAL * u32::try_from(cycles).unwrap();
        thread::sleep(time.saturating_sub(start.elapsed()));
        let after = Cost::of(watching.id());
        let cycle = |number: f64| number / cycles as f64;
        println!(
            "{what} ({files}): {:.1} ms of processor, {:.1} wake-ups and {:.1} requests a cycle; {:.1} MB at first, {:.1} MB at the end",
            cycle((after.processor - before.processor).as_secs_f64() * 1_000.0),
            cycle(after.wakes - before.wakes),
            cycle((proxy.requests().len() - first) as f64),
            before.megabytes,
            after.megabytes,
        );
    }
    println!();
    Ok(())
}

/// Hashes that cost nothing: creates only prepare here.
fn cheap() -> Options {
    Options {
        env: vec![("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1".to_owned())],
        ..Options::default()
    }
}

/// What a process has used so far.
struct Cost {
    processor: Duration,
    /// How often a thread of it went to sleep.
    wakes: f64,
    megabytes: f64,
}

impl Cost {
    fn of(process: u32) -> Self {
        let mut wakes = 0.0;
        for task in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
            let status = fs::read_to_string(task.unwrap().path().join("status"));
            wakes += number(&status.unwrap_or_default(), "voluntary_ctxt_switches");
        }
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // Times follow the name, which may hold blanks (proc(5)).
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let ticks: u64 = fields[11..13]
            .iter()
            .map(|field| field.parse::<u64>().unwrap())
            .sum();
        Self {
            processor: Duration::from_millis(ticks * 1_000 / TICKS),
            wakes,
            megabytes: number(&status, "VmRSS") * 1.024 / 1_000.0,
        }
    }
}

fn number(status: &str, name: &str) -> f64 {
    let line = status.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_whitespace().nth(1));
    value.and_then(|value| value.parse().ok()).unwrap_or(0.0)
}
