//! The `hydra-gitops` binary: parse, run, exit.

use std::process::ExitCode;

/// With musl's own allocator, threads wait for each other: many manifests take almost three times as
/// long to read.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hydra_gitops::cli::main(std::env::args_os())
}
