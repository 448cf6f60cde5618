//! A file's text → the clients in it, with their locations.

use std::sync::Arc;

use super::decode::{Document, Resource, decode, foreign, kind, resolve_resources, resource_label};
use super::diagnostics::{
    Finding, Location, MAX_WARNINGS, Policy, Report, Rule, Source, Span, allow, by_name, shown_id,
};
use super::load::Loaded;
use super::parse::{Chunk, Content, Entry, check_strict_json, chunks, parse};
use super::read::{MAX_CLIENTS, Text};
use super::slips::explain;
use super::validate::{Purpose, validate};
use super::values::replace;
use crate::client::{Client, Field};
use crate::side_by_side::{cores, side_by_side};

/// A client as a manifest describes it, and where.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The client, as far as it could be read.
    pub client: Client,
    /// Where the client starts.
    pub location: Location,
    pub(super) source: Arc<Source>,
    span: Span,
    fields: Vec<(Field, Span)>,
}

impl Manifest {
    /// Where the value of a field is, or where the client starts if the manifest does not set it.
    #[must_use]
    pub fn field_location(&self, field: Field) -> Location {
        self.source.location(self.span(field))
    }

    /// A finding about a field. `message` may contain foreign text, but no secret.
    pub(super) fn finding(&self, rule: Rule, field: Field, message: &str) -> Finding {
        let finding = Finding::new(rule, message).field(field);
        Finding {
            client_id: self.client.client_id().map(|id| shown_id(id.as_str())),
            ..finding.at(&self.source, self.span(field))
        }
    }

    pub(super) fn span(&self, field: Field) -> Span {
        let mut fields = self.fields.iter();
        let found = fields.find(|(of, _)| *of == field);
        found.map_or(self.span, |(_, span)| *span)
    }
}

/// What clients are checked for, and how bad what is found is.
#[derive(Debug, Clone)]
pub(super) struct Checks {
    pub(super) purpose: Purpose,
    pub(super) policy: Arc<Policy>,
}

impl Checks {
    pub(super) fn new(purpose: Purpose, policy: &Policy) -> Self {
        Self {
            purpose,
            policy: Arc::new(policy.clone()),
        }
    }
}

/// Reads one client, a list of clients, several documents, or any mix of them. The documents of a
/// long file are read in parallel if it `is_alone`; several files already occupy all cores.
pub(super) fn clients_of(text: &Text, checks: &Checks, is_alone: bool) -> Loaded {
    let mut clients = match text {
        Ok(source) => {
            let mut clients = of_source(source, checks, is_alone);
            // After an error, not every rule is checked.
            let has_read_all = !clients.has_errors();
            allow(source, &mut clients.findings, has_read_all, &checks.policy);
            clients
        }
        Err(finding) => Loaded::failed(Finding::clone(finding)),
    };
    clients.findings = checks.policy.apply(clients.findings);
    clients
}

fn of_source(source: &Arc<Source>, checks: &Checks, is_alone: bool) -> Loaded {
    let chunks = chunks(&source.text, if is_alone { cores() } else { 1 });
    let mut clients = in_chunks(source, checks, chunks)
        .unwrap_or_else(|| in_chunk(source, checks, Chunk::whole(&source.text), MAX_CLIENTS));
    explain(source, &mut clients.findings);
    if clients.manifests.is_empty() && clients.findings.is_empty() {
        let rule = match checks.purpose {
            Purpose::Managed => Rule::NoClient,
            Purpose::OneOff => Rule::NothingToImport,
        };
        let finding = Finding::new(rule, "no client in this file");
        let finding = finding.located(source.location(Span::FILE));
        return Loaded::failed(finding.help("add one, or delete the file"));
    }
    if !clients.has_errors() {
        // A file that is not even valid YAML already has an error.
        clients.findings.extend(check_strict_json(source));
    }
    clients
}

/// Reads chunks in parallel. `None` if there is only one, or an error in any: the number of errors
/// that are found must not depend on the number of cores.
fn in_chunks(source: &Arc<Source>, checks: &Checks, chunks: Vec<Chunk>) -> Option<Loaded> {
    if chunks.len() < 2 {
        return None;
    }
    // All chunks together may have no more than the whole file.
    let most = MAX_CLIENTS / chunks.len();
    let read = side_by_side(chunks, 1, |chunk| in_chunk(source, checks, chunk, most)).ok()?;
    let mut all = Loaded::default();
    for chunk in read {
        all.manifests.extend(chunk.manifests);
        all.findings.extend(chunk.findings);
    }
    let is_complete = !all.has_errors() && all.findings.len() < MAX_WARNINGS;
    is_complete.then_some(all)
}

/// Reads a chunk of at most `most` clients.
fn in_chunk(source: &Arc<Source>, checks: &Checks, chunk: Chunk, most: usize) -> Loaded {
    let mut report = Report::new(Arc::clone(source), Arc::clone(&checks.policy));
    let mut manifests = Vec::new();
    let has_references = source.text.contains('$');
    parse(&source.text, chunk, &mut report, &mut |mut node, report| {
        let span = node.span;
        if has_references {
            replace(&mut node, report);
        }
        resolve_resources(node, report, &mut |span, document, report| match document {
            Document::Client(entries, None) if let Some((at, finding)) = foreign(&entries) => {
                report.add(at, finding);
            }
            Document::Client(entries, resource) => {
                report.label = match &resource {
                    Some(_) => resource_label,
                    None => by_name,
                };
                let purpose = checks.purpose;
                manifests.push(manifest(span, entries, resource, purpose, report));
            }
            Document::Other(node) if matches!(node.content, Content::Faulty) => {}
            Document::Other(node) => {
                let message = format!("expected a client, found {}", kind(&node));
                let finding = Finding::new(Rule::NotAClient, message);
                let help = "a client is an object of Hydra's fields, such as `client_id: web`";
                // The text is not shown: the wrong file may contain secrets.
                report.add_hidden(span, finding.help(help));
            }
        });
        if manifests.len() > most {
            let message = format!("more than {MAX_CLIENTS} clients in this file");
            let finding = Finding::new(Rule::LimitExceeded, message);
            report.give_up(span, finding.help("the rest of this file was not read"));
        }
    });
    Loaded {
        manifests,
        findings: report.findings,
    }
}

/// Decodes and checks one client.
pub(super) fn manifest(
    span: Span,
    entries: Vec<Entry<'_>>,
    resource: Option<Resource>,
    purpose: Purpose,
    report: &mut Report,
) -> Manifest {
    let decoded = decode(span, entries, resource, purpose == Purpose::OneOff, report);
    validate(&decoded, purpose, report);
    if decoded.client.has_hidden() {
        report.conceal();
    }
    // Includes the parser's findings about this client, which came first.
    report.attribute(span, decoded.client.client_id().as_ref());
    let fields = decoded.entries.iter();
    let fields = fields.map(|(field, entry)| (field, entry.value.span));
    Manifest {
        location: report.source.location(span),
        source: Arc::clone(&report.source),
        span,
        fields: fields.collect(),
        client: decoded.client,
    }
}
