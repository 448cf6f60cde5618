//! A file's text → the clients in it.

use std::sync::Arc;

use super::decode::read_resource;
use super::decode::{Decoded, Resource, decode, is_resource, kind};
use super::diagnostics::{Finding, MAX_WARNINGS, Report, Source, Span, shown_id};
use super::load::Manifest;
use super::parse::{Chunk, Content, Entry, Node, chunks};
use super::parse::{check_strict_json, parse};
use super::read::MAX_CLIENTS;
use super::validate::{Purpose, validate};
use crate::side_by_side::{cores, side_by_side};

/// All that one file holds.
pub(crate) struct Clients {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
}

/// Reads one client, a list of clients, several documents, or any mix of them. The documents of a
/// long file are read side by side if it `is_alone`; several files have all cores at work already.
pub(crate) fn clients(source: &Arc<Source>, purpose: Purpose, is_alone: bool) -> Clients {
    let chunks = chunks(&source.text, if is_alone { cores() } else { 1 });
    let mut read = in_chunks(source, purpose, chunks)
        .unwrap_or_else(|| clients_of(source, purpose, Chunk::whole(&source.text), MAX_CLIENTS));
    if read.manifests.is_empty() && read.findings.is_empty() {
        return Clients {
            manifests: Vec::new(),
            findings: vec![no_client(purpose).placed(source.place(Span::FILE))],
        };
    }
    // What is not even YAML has been said.
    if !read.findings.iter().any(Finding::is_error) {
        read.findings.extend(check_strict_json(source));
    }
    read
}

fn no_client(purpose: Purpose) -> Finding {
    match purpose {
        Purpose::Kept => {
            Finding::warning("no client in this file").help("an empty file can be deleted")
        }
        Purpose::Once => Finding::error("no client in this file"),
    }
}

/// Reads chunks side by side. `None` where there is one chunk only, or an error in any: how many
/// errors are found, and how far is read behind them, must not depend on the number of cores.
fn in_chunks(source: &Arc<Source>, purpose: Purpose, chunks: Vec<Chunk>) -> Option<Clients> {
    if chunks.len() < 2 {
        return None;
    }
    // So that all chunks together have no more than the whole may have.
    let most = MAX_CLIENTS / chunks.len();
    let read = side_by_side(chunks, 1, |chunk| clients_of(source, purpose, chunk, most)).ok()?;
    let mut all = Clients {
        manifests: Vec::new(),
        findings: Vec::new(),
    };
    for chunk in read {
        all.manifests.extend(chunk.manifests);
        all.findings.extend(chunk.findings);
    }
    let has_error = all.findings.iter().any(Finding::is_error);
    (!has_error && all.findings.len() < MAX_WARNINGS).then_some(all)
}

/// Reads a chunk of at most so many clients.
fn clients_of(source: &Arc<Source>, purpose: Purpose, chunk: Chunk, most: usize) -> Clients {
    let mut report = Report::new(Arc::clone(source));
    let mut manifests = Vec::new();
    parse(&source.text, chunk, &mut report, &mut |node, report| {
        let span = node.span;
        read(node, purpose, report, &mut manifests);
        if manifests.len() > most {
            let finding = Finding::error(format!("more than {MAX_CLIENTS} clients in this file"));
            report.give_up(span, finding.help("the rest of this file was not read"));
        }
    });
    Clients {
        manifests,
        findings: report.findings,
    }
}

fn read(node: Node<'_>, purpose: Purpose, report: &mut Report, manifests: &mut Vec<Manifest>) {
    let span = node.span;
    match node.content {
        Content::Object(entries) if is_resource(&entries) => {
            match read_resource(entries, span, report) {
                Resource::Client(entries) => {
                    let mut manifest = client(span, entries, purpose, report);
                    manifest.client.set_resource();
                    manifests.push(manifest);
                }
                Resource::List(items) => {
                    items
                        .into_iter()
                        .for_each(|item| read(item, purpose, report, manifests));
                }
                Resource::Other => {}
            }
        }
        Content::Object(entries) => manifests.push(client(span, entries, purpose, report)),
        Content::Faulty => {}
        _ => {
            // The text is not shown: whoever names a wrong file here may have named a secret.
            let finding = Finding::error(format!("expected a client, found {}", kind(&node)));
            let help = "a client is an object of Hydra's fields, such as `client_id: web`";
            report.push(finding.help(help).placed(report.source.place(span)));
        }
    }
}

/// Decodes and checks one client.
pub(crate) fn client(
    span: Span,
    entries: Vec<Entry<'_>>,
    purpose: Purpose,
    report: &mut Report,
) -> Manifest {
    let decoded = decode(span, entries, report);
    validate(&decoded, purpose, report);
    // Those of the parser about this client came before it.
    let id = decoded.client.client_id();
    report.attribute(span, id.map(|id| shown_id(id.as_str())).as_deref());
    manifest(decoded, report)
}

fn manifest(decoded: Decoded<'_>, report: &Report) -> Manifest {
    let fields = decoded
        .entries
        .iter()
        .map(|(field, entry)| (*field, entry.value.span))
        .collect();
    Manifest::new(
        decoded.client,
        Arc::clone(&report.source),
        decoded.span,
        fields,
    )
}
