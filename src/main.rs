//! The `hydra-gitops` binary: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    hydra_gitops::cli::main(std::env::args_os())
}
