//! `hydra-gitops/secrets/1`.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::safe_json;
use crate::vault::{Content, Sealed, Standing};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    secrets: Vec<Line<'a>>,
    broken: Vec<Broken<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    line: usize,
    client_id: &'a str,
    client_name: Option<&'a str>,
    endpoint: &'a str,
    created_at: String,
    recipients: &'a [String],
    encrypted: bool,
    unconfirmed: bool,
    superseded: bool,
}

#[derive(Serialize)]
struct Broken<'a> {
    line: usize,
    error: &'a str,
}

fn lines(content: &Content) -> Vec<Line<'_>> {
    let lines = content.standings();
    lines
        .map(|(line, record, standing)| Line {
            line,
            client_id: &record.client_id,
            client_name: record.client_name.as_deref(),
            endpoint: &record.endpoint,
            created_at: record.created_at.to_string(),
            recipients: &record.recipients,
            encrypted: matches!(record.secret, Sealed::Encrypted(_)),
            unconfirmed: record.unconfirmed,
            superseded: standing == Standing::Superseded,
        })
        .collect()
}

/// Writes `hydra-gitops/secrets/1`.
pub fn secrets(content: &Content, out: &mut dyn Write) -> io::Result<()> {
    let broken = content
        .broken
        .iter()
        .map(|(line, error)| Broken { line: *line, error })
        .collect();
    let document = Document {
        format: "hydra-gitops/secrets/1",
        secrets: lines(content),
        broken,
    };
    safe_json::pretty(&document, out)
}
