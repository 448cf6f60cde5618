//! How much is measured.

use std::fmt;

/// The sizes; the defaults let all figures end in a few minutes.
pub(crate) struct Settings {
    /// Clients that one run creates.
    pub(crate) clients: usize,
    /// Manifests that one run compares, and clients of a server that holds many.
    pub(crate) manifests: usize,
    /// How often each of the two is measured, in turns.
    pub(crate) pairs: usize,
}

impl Settings {
    pub(crate) fn from_environment() -> Self {
        Self {
            clients: size("HYDRA_GITOPS_BENCH_CLIENTS", 1_200),
            manifests: size("HYDRA_GITOPS_BENCH_MANIFESTS", 10_000),
            pairs: size("HYDRA_GITOPS_BENCH_PAIRS", 5),
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} creates and {} manifests a run, {} pairs of runs",
            self.clients, self.manifests, self.pairs
        )
    }
}

fn size(name: &str, default: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => match text.parse() {
            Ok(number) if number > 0 => number,
            _ => panic!("`{name}` has to be a number from 1"),
        },
        Err(_) => default,
    }
}
