//! How fast the tool is beside something that cannot be much faster, or that it succeeds.
//!
//! Times depend on the machine, so each figure is a ratio of two programs that do the same work on
//! the same server, in turns and in one run. `docs/performance.md` says what the figures mean.
//!
//! - `cargo bench --bench speed` measures all figures, `cargo bench --bench speed -- apply plan`
//!   those whose names hold one of the words.
//! - `HYDRA_GITOPS_BENCH_CLIENTS`, `…_MANIFESTS` and `…_PAIRS` set the sizes.
//! - `HYDRA_GITOPS_BENCH_BESIDE` names the program of an earlier build, for the figures `earlier-…`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark may fail, and prints its results"
)]

mod bare;
mod clients;
mod creates;
mod earlier;
mod exports;
mod figure;
mod machine;
mod outputs;
mod plans;
mod program;
mod settings;
mod starts;
#[path = "../../tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "tests need more of it"
)]
mod support;

use figure::Figure;
use settings::Settings;
use support::requirement::Missing;

/// Measures one or several figures.
type Measure = fn(&Settings) -> Result<Vec<Figure>, Missing>;

const ALL: &[(&str, Measure)] = &[
    ("apply-memory", creates::beside_bare_in_memory),
    ("apply-postgres", creates::beside_bare_on_postgres),
    ("apply-import", creates::beside_the_import),
    ("sops-jsonl", outputs::files_beside_lines),
    ("sops-many", outputs::last_beside_first),
    ("plan-download", plans::beside_the_download),
    ("plan-few", plans::few_among_many),
    ("export-download", exports::beside_the_download),
    ("validate-few", starts::beside_an_empty_program),
    ("earlier-validate", earlier::validate),
    ("earlier-plan", earlier::plan),
    ("earlier-apply", earlier::apply),
];

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
    let settings = Settings::from_environment();
    println!("{}\n{settings}\n", machine::describe());
    figure::print_head();
    for (name, measure) in ALL {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        match measure(&settings) {
            Ok(figures) => figures.iter().for_each(Figure::print),
            Err(Missing(why)) => println!("{name}: skipped: {why}"),
        }
    }
}
