//! One client with its locations.

use std::sync::Arc;

use super::decode::Decoded;
use super::diagnostics::{Finding, Location, Rule, Source, Span, shown_id};
use crate::client::{Client, Field};

/// A client as a manifest describes it, and where.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The client, as far as it could be read.
    pub client: Client,
    /// Where the client starts.
    pub location: Location,
    source: Arc<Source>,
    span: Span,
    fields: Vec<(Field, Span)>,
}

impl Manifest {
    pub(super) fn new(decoded: Decoded<'_>, source: &Arc<Source>) -> Self {
        let fields = decoded.entries.iter();
        Self {
            client: decoded.client,
            location: source.location(decoded.span),
            source: Arc::clone(source),
            span: decoded.span,
            fields: fields
                .map(|(field, entry)| (*field, entry.value.span))
                .collect(),
        }
    }

    /// Where the value of a field is, or where the client starts if the manifest does not set it.
    #[must_use]
    pub fn field_location(&self, field: Field) -> Location {
        self.source.location(self.span(field))
    }

    /// A finding about a field. `message` may contain foreign text, but no secret.
    pub(super) fn finding(&self, rule: Rule, field: Field, message: &str) -> Finding {
        let finding = Finding::new(rule, message).field(field);
        let id = self.client.client_id();
        Finding {
            client_id: id.map(|id| shown_id(id.as_str())),
            ..finding.at(&self.source, self.span(field))
        }
    }

    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(super) fn span(&self, field: Field) -> Span {
        let mut fields = self.fields.iter();
        let found = fields.find(|(of, _)| *of == field);
        found.map_or(self.span, |(_, span)| *span)
    }
}
