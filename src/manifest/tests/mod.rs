//! Whole files in, clients and findings out.
#![expect(clippy::unwrap_used, reason = "a test may fail so")]

mod clients;
mod every_rule;
mod files;
mod ignored;
mod keys;
mod limits;
mod metadata;
mod mistakes;
mod not_json;
mod pipes;
mod policy;
mod rendered;
mod resources;
mod rules;
mod schema;
mod second_reader;
mod secrets;
mod shipped;

use std::path::{Path, PathBuf};

use super::{Loaded, Look, Policy, load, render};

/// Loads text as if it came from standard input.
fn load_text(text: impl AsRef<[u8]>) -> Loaded {
    load(
        &[PathBuf::from("-")],
        &mut text.as_ref(),
        &Policy::default(),
    )
    .unwrap()
}

/// The findings as a terminal of 80 columns without colour shows them.
fn shown(loaded: &Loaded) -> String {
    let mut out = Vec::new();
    let look = Look {
        width: 80,
        colour: false,
    };
    render(&loaded.findings, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// `line:column severity: message` of each finding.
fn brief(loaded: &Loaded) -> Vec<String> {
    let brief = loaded.findings.iter().map(|finding| {
        let place = finding
            .location
            .as_ref()
            .map(|place| format!("{}:{} ", place.line, place.column));
        let severity = format!("{:?}", finding.severity()).to_lowercase();
        format!(
            "{}{severity}: {}",
            place.unwrap_or_default(),
            finding.message
        )
    });
    brief.collect()
}

/// Makes a named pipe that nobody writes to.
fn make_pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
}
