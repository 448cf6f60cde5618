//! `completions`: what a shell offers when Tab is pressed.
//!
//! The script of a shell calls this program with [`VARIABLE`] set to the shell's name, followed by `--`
//! and the words typed so far. [`answer`] then prints what may come next. Nothing is sent anywhere,
//! and nothing is written.

mod answer;
mod candidates;
mod in_manifests;
mod safe;
mod script;

pub(super) use answer::answer;
pub(super) use candidates::{allowed, client_ids, denied, environments, fields, rules};
use script::VARIABLE;
pub(super) use script::{CompletionsArgs, run};
