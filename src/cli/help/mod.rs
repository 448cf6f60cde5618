//! Help: examples and exit codes below each `--help`.

mod command;
mod ends;
mod examples;
mod man_page;

#[cfg(test)]
mod tests;

pub(super) use command::command;
pub(super) use man_page::{all_man_pages, man_page};
