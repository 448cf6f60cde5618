//! Every decision of `watch`, case by case: what happened, and when → what is done.

mod creates;
mod files;
mod hydra;
mod machine;
mod told;
