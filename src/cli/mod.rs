//! The command line: one file a command, and what several commands share.
//!
//! Only this module knows arguments, the environment, the terminal and exit codes. Each command
//! resolves its arguments, calls an engine, passes the results to `report`, and returns an exit
//! code.

mod advice;
mod all_environments;
mod apply;
mod completions;
mod config;
mod connection;
mod credential;
mod doctor;
mod drift_args;
mod expect;
mod export;
mod findings_format;
mod flag_conflicts;
mod guards;
mod help;
mod init;
mod man;
mod manifest_args;
mod ory;
mod output_args;
mod patch;
mod plan;
mod recipient_args;
mod report_file;
mod rule_args;
mod runtime;
mod sandbox;
mod schema;
mod secrets;
mod settings;
mod sources;
mod start;
mod token_args;
mod ui;
mod validate;
mod value_args;
mod values;
mod version;
mod watch;

pub use start::{Cli, main};
