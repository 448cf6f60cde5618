//! Help: examples and exit codes below each `--help`.

mod command;
mod ends;
mod examples;

#[cfg(test)]
mod tests;

pub(super) use command::command;
