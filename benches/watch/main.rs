//! How soon a saved manifest is a client, and what waiting costs.
//!
//! - `cargo bench --bench watch` measures all figures, `cargo bench --bench watch -- idle` those
//!   whose names hold one of the words.
//! - `HYDRA_GITOPS_BENCH_SAVES`, `…_CYCLES` and `…_FILES` set the sizes.
//! - `HYDRA_GITOPS_BENCH_BESIDE` names the program of an earlier build, whose saves are measured too.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark may fail, and prints its results"
)]

mod idle;
#[path = "../speed/machine.rs"]
mod machine;
mod saves;
#[path = "../../tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "tests need more of it"
)]
mod support;
mod watching;
mod ways;

use support::requirement::Missing;

/// Measures and prints some figures.
type Measure = fn() -> Result<(), Missing>;

const ALL: &[(&str, Measure)] = &[("saves", saves::measure), ("idle", idle::measure)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("not measured: run `cargo bench`");
        return;
    }
    let words: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    println!("{}\n", machine::describe());
    for (name, measure) in ALL {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        if let Err(Missing(why)) = measure() {
            println!("{name}: skipped: {why}");
        }
    }
}

/// A size from the environment.
fn size(name: &str, default: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => match text.parse() {
            Ok(number) if number > 0 => number,
            _ => panic!("`{name}` has to be a number from 1"),
        },
        Err(_) => default,
    }
}
