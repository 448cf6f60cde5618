//! The `hydra-gitops` binary: parse, run, exit.

fn main() {}
