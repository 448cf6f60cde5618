//! A file's text → the clients in it.

use std::sync::Arc;

use super::decode::{Document, decode, kind, resolve_resources};
use super::diagnostics::{
    Finding, MAX_WARNINGS, Policy, Report, Rule, Source, Span, allow, shown_id,
};
use super::manifest::Manifest;
use super::parse::{Chunk, Content, Entry, Node, check_strict_json, chunks, parse};
use super::read::MAX_CLIENTS;
use super::validate::{Purpose, validate};
use crate::side_by_side::{cores, side_by_side};

/// The contents of one file.
#[derive(Default)]
pub(super) struct Clients {
    pub(super) manifests: Vec<Manifest>,
    pub(super) findings: Vec<Finding>,
}

/// What clients are checked for, and how bad what is found is.
#[derive(Debug, Clone)]
pub(super) struct Checks {
    pub(super) purpose: Purpose,
    pub(super) policy: Arc<Policy>,
}

/// Reads one client, a list of clients, several documents, or any mix of them. The documents of a
/// long file are read in parallel if it `is_alone`; several files already occupy all cores.
pub(super) fn clients_of(source: &Arc<Source>, checks: &Checks, is_alone: bool) -> Clients {
    let chunks = chunks(&source.text, if is_alone { cores() } else { 1 });
    let mut clients = in_chunks(source, checks, chunks)
        .unwrap_or_else(|| in_chunk(source, checks, Chunk::whole(&source.text), MAX_CLIENTS));
    if clients.manifests.is_empty() && clients.findings.is_empty() {
        let rule = match checks.purpose {
            Purpose::Managed => Rule::NoClient,
            Purpose::OneOff => Rule::NothingToImport,
        };
        let finding =
            Finding::new(rule, "no client in this file").help("add one, or delete the file");
        clients
            .findings
            .push(finding.located(source.location(Span::FILE)));
    } else if !clients.findings.iter().any(Finding::is_error) {
        // A file that is not even valid YAML already has an error.
        clients.findings.extend(check_strict_json(source));
    }
    let has_read_all = !clients.findings.iter().any(Finding::hides_others);
    allow(source, &mut clients.findings, has_read_all, &checks.policy);
    clients.findings = checks.policy.apply(clients.findings);
    clients
}

/// Reads chunks in parallel. `None` if there is only one, or an error in any: the number of errors
/// that are found must not depend on the number of cores.
fn in_chunks(source: &Arc<Source>, checks: &Checks, chunks: Vec<Chunk>) -> Option<Clients> {
    if chunks.len() < 2 {
        return None;
    }
    // All chunks together may have no more than the whole file.
    let most = MAX_CLIENTS / chunks.len();
    let read = side_by_side(chunks, 1, |chunk| in_chunk(source, checks, chunk, most)).ok()?;
    let mut all = Clients::default();
    for chunk in read {
        all.manifests.extend(chunk.manifests);
        all.findings.extend(chunk.findings);
    }
    let has_error = all.findings.iter().any(Finding::is_error);
    (!has_error && all.findings.len() < MAX_WARNINGS).then_some(all)
}

/// Reads a chunk of at most `most` clients.
fn in_chunk(source: &Arc<Source>, checks: &Checks, chunk: Chunk, most: usize) -> Clients {
    let mut report = Report::new(Arc::clone(source), Arc::clone(&checks.policy));
    let mut manifests = Vec::new();
    parse(&source.text, chunk, &mut report, &mut |node, report| {
        let span = node.span;
        add(node, checks.purpose, report, &mut manifests);
        if manifests.len() > most {
            let message = format!("more than {MAX_CLIENTS} clients in this file");
            let finding = Finding::new(Rule::LimitExceeded, message);
            report.give_up(span, finding.help("the rest of this file was not read"));
        }
    });
    Clients {
        manifests,
        findings: report.findings,
    }
}

/// Adds the clients of a document or of an item of a list.
fn add(node: Node<'_>, purpose: Purpose, report: &mut Report, manifests: &mut Vec<Manifest>) {
    resolve_resources(node, report, &mut |span, document, report| match document {
        Document::Client(entries, is_resource) => {
            let mut manifest = manifest(span, entries, purpose, report);
            if is_resource {
                manifest.client.set_resource();
            }
            manifests.push(manifest);
        }
        Document::Other(Node {
            content: Content::Faulty,
            ..
        }) => {}
        Document::Other(node) => {
            let message = format!("expected a client, found {}", kind(&node));
            let finding = Finding::new(Rule::NotAClient, message);
            let help = "a client is an object of Hydra's fields, such as `client_id: web`";
            // The text is not shown: the wrong file may contain secrets.
            report.add_hidden(span, finding.help(help));
        }
    });
}

/// Decodes and checks one client.
pub(super) fn manifest(
    span: Span,
    entries: Vec<Entry<'_>>,
    purpose: Purpose,
    report: &mut Report,
) -> Manifest {
    let decoded = decode(span, entries, report);
    validate(&decoded, purpose, report);
    // Includes the parser's findings about this client, which came first.
    let id = decoded.client.client_id();
    report.attribute(span, id.map(|id| shown_id(id.as_str())).as_deref());
    Manifest::new(decoded, &report.source)
}
