//! A file's text → the clients in it.

use std::sync::Arc;

use super::decode::{Decoded, decode, kind};
use super::finding::{Finding, Report, Source, Span};
use super::load::Manifest;
use super::resource::{self, Resource, is_resource};
use super::tree::{self, Content, Entry, Node};
use super::validate::{Purpose, validate};

/// All that one file holds.
pub(crate) struct Clients {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
}

/// Reads one client, a list of clients, several documents, or any mix of them.
pub(crate) fn clients(source: &Arc<Source>, purpose: Purpose) -> Clients {
    let mut report = Report::new(Arc::clone(source));
    let mut manifests = Vec::new();
    tree::read(&source.text, &mut report, &mut |node, report| {
        read(node, purpose, report, &mut manifests);
    });
    if manifests.is_empty() && report.findings.is_empty() {
        report.push(no_client(purpose).placed(source.place(Span::FILE)));
    }
    Clients {
        manifests,
        findings: report.findings,
    }
}

fn no_client(purpose: Purpose) -> Finding {
    match purpose {
        Purpose::Kept => {
            Finding::warning("no client in this file").help("an empty file can be deleted")
        }
        Purpose::Once => Finding::error("no client in this file"),
    }
}

fn read(node: Node<'_>, purpose: Purpose, report: &mut Report, manifests: &mut Vec<Manifest>) {
    let span = node.span;
    match node.content {
        Content::Object(entries) if is_resource(&entries) => {
            match resource::read(entries, span, report) {
                Resource::Client(entries) => {
                    manifests.push(client(span, entries, purpose, report));
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
    let client_id = decoded.client.client_id().map(|id| id.to_string());
    // Those of the parser about this client came before it.
    for finding in report.findings.iter_mut().rev() {
        match finding.marks.first() {
            Some(mark) if mark.span.start < span.start => break,
            _ => finding.client_id.clone_from(&client_id),
        }
    }
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
