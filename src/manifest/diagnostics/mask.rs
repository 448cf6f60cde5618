//! What may be shown of a file's text.
//!
//! Where the text parses, the values of secret fields, of unknown fields, of private members of
//! keys and of anything named like a secret are masked, and so are addresses with a password.
//! Where it does not parse, it is unknown which text belongs to which field, so only the names of
//! fields and punctuation are shown.

use std::ops::Range;
use std::sync::Arc;

use super::location::Source;
use super::report::Report;
use super::shown::is_of_name;
use crate::client::{Field, Shape, has_password, is_secret_member, is_secret_name};
use crate::manifest::decode::{Document, NO_FIELDS, bare, closest_field, resolve_resources};
use crate::manifest::parse::{Chunk, Content, Entry, Node, parse};

/// The characters that structure YAML and JSON.
const PUNCTUATION: &str = ":,[]{}\"'#&*!|>?%@`";

/// What must not be shown of a file.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// Values, in order and without overlap.
    values: Vec<Range<usize>>,
    /// Everything that is neither a name nor a value: punctuation, comments, anchors, tags, and
    /// text that did not parse; in order and without overlap.
    rest: Vec<Range<usize>>,
}

impl Secrets {
    pub(crate) fn of(source: &Arc<Source>) -> Self {
        let mut seen = Seen::default();
        let mut report = Report::new(Arc::clone(source), Arc::default());
        parse(
            &source.text,
            Chunk::whole(&source.text),
            &mut report,
            &mut |node, report| seen.document(node, report),
        );
        let values = joined(seen.secret);
        let known = joined(values.iter().cloned().chain(seen.harmless).collect());
        let mut rest = Vec::new();
        let mut at = 0;
        for range in known {
            rest.push(at..range.start);
            at = range.end;
        }
        rest.push(at..source.text.len());
        Self { values, rest }
    }

    /// Whether a range is part of a value that must not be shown, but not all of it.
    pub(crate) fn contains(&self, range: &Range<usize>) -> bool {
        let mut values = overlapping(&self.values, range);
        values.any(|value| value.start < range.start && value.end >= range.end)
    }

    /// The ranges to mask in a part of a line, in order and without overlap.
    pub(crate) fn within(&self, text: &str, part: &Range<usize>) -> Vec<Range<usize>> {
        let mut hidden: Vec<_> = overlapping(&self.values, part).cloned().collect();
        for region in overlapping(&self.rest, part) {
            let region = region.start.max(part.start)..region.end.min(part.end);
            hidden.extend(unknown_words(text, region));
        }
        joined(hidden)
    }
}

/// The members of `ranges` (in order and without overlap) that overlap `part`.
fn overlapping<'r>(
    ranges: &'r [Range<usize>],
    part: &Range<usize>,
) -> impl Iterator<Item = &'r Range<usize>> {
    let from = ranges.partition_point(|range| range.end <= part.start);
    let end = part.end;
    ranges[from..]
        .iter()
        .take_while(move |range| range.start < end)
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let joins = next.start < last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    ranges
}

/// The words that are not names of fields.
fn unknown_words(text: &str, region: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let part = text.get(region.clone()).unwrap_or_default();
    let words = part.split(|char: char| char.is_whitespace() || PUNCTUATION.contains(char));
    // `-` and `---` are structure, but part of a word everywhere else.
    let unknown =
        |word: &&str| !word.chars().all(|char| char == '-') && Field::from_name(word).is_none();
    words.filter(unknown).map(move |word| {
        let start = region.start + (word.as_ptr() as usize - part.as_ptr() as usize);
        start..start + word.len()
    })
}

/// The names and values of a file.
#[derive(Default)]
struct Seen {
    secret: Vec<Range<usize>>,
    harmless: Vec<Range<usize>>,
}

impl Seen {
    fn document(&mut self, node: Node<'_>, report: &mut Report) {
        self.resource(&node);
        resolve_resources(node, report, &mut |span, document, _| match document {
            Document::Client(entries, _) => self.client(&entries),
            Document::Other(_) => self.secret.push(span.range()),
        });
    }

    /// What a Kubernetes resource has beside the fields of a client.
    fn resource(&mut self, node: &Node<'_>) {
        let Content::Object(entries) = &node.content else {
            return;
        };
        let has = |name: &str| entries.iter().any(|entry| entry.key == name);
        if !has("apiVersion") || !has("kind") {
            return;
        }
        for entry in entries {
            match (&*entry.key, &entry.value.content) {
                ("apiVersion" | "kind", _) => self.plain(entry),
                ("metadata", Content::Object(members)) => {
                    self.harmless.push(entry.key_span.range());
                    let is_identity =
                        |member: &&Entry<'_>| ["name", "namespace"].contains(&&*member.key);
                    members
                        .iter()
                        .filter(is_identity)
                        .for_each(|member| self.plain(member));
                }
                ("spec", Content::Object(members)) => {
                    self.harmless.push(entry.key_span.range());
                    members
                        .iter()
                        .for_each(|member| self.member_of_spec(member));
                }
                ("items", Content::List(items)) => {
                    items.iter().for_each(|item| self.resource(item))
                }
                _ => {}
            }
        }
    }

    /// Fields of a client are seen again as such.
    fn member_of_spec(&mut self, member: &Entry<'_>) {
        self.name(member, true);
        let is_open = |field: Field| !matches!(field.shape(), Shape::Secret | Shape::ServerMade);
        if NO_FIELDS.contains(&&*member.key) || misspelt(&member.key).is_some_and(is_open) {
            self.value(&member.value, is_secret_name);
        }
    }

    /// A name that is known, and its value, which is no secret.
    fn plain(&mut self, entry: &Entry<'_>) {
        self.harmless.push(entry.key_span.range());
        self.value(&entry.value, is_secret_name);
    }

    fn client(&mut self, entries: &[Entry<'_>]) {
        for entry in entries {
            self.name(entry, true);
            match Field::from_name(&entry.key).or_else(|| misspelt(&entry.key)) {
                Some(Field::Jwks) => self.value(&entry.value, is_secret_member),
                Some(field) if !matches!(field.shape(), Shape::Secret | Shape::ServerMade) => {
                    self.value(&entry.value, is_secret_name);
                }
                _ => self.secret.push(entry.value.span.range()),
            }
        }
    }

    fn value(&mut self, node: &Node<'_>, is_secret: fn(&str) -> bool) {
        match &node.content {
            Content::Text(text) | Content::Plain(text) if !has_password(text) => {
                self.harmless.push(node.span.range());
            }
            Content::Text(_) | Content::Plain(_) | Content::Faulty => {
                self.secret.push(node.span.range());
            }
            Content::List(items) => items.iter().for_each(|item| self.value(item, is_secret)),
            Content::Object(entries) => {
                for entry @ Entry { key, value, .. } in entries {
                    self.name(entry, is_secret(key));
                    match is_secret(key) {
                        true => self.secret.push(value.span.range()),
                        false => self.value(value, is_secret),
                    }
                }
            }
        }
    }

    /// Hides a name that may contain a secret or be one.
    fn name(&mut self, entry: &Entry<'_>, hide_if_odd: bool) {
        let is_odd = entry.key.is_empty() || !entry.key.chars().all(is_of_name);
        match (hide_if_odd && is_odd) || entry.may_be_secret() {
            true => self.secret.push(entry.key_span.range()),
            false => self.harmless.push(entry.key_span.range()),
        }
    }
}

/// The field that an unknown name certainly means: one that differs in case, `_` and `-` alone, or
/// in one letter of a long name. A short name may be that of a secret, as `client_pw` is close to
/// `client_id`.
fn misspelt(key: &str) -> Option<Field> {
    const LONG: usize = 10;
    let field = closest_field(key).and_then(Field::from_name)?;
    let (wanted, known) = (bare(key), bare(field.name()));
    let is_near = || wanted.len() >= LONG && strsim::osa_distance(&wanted, &known) <= 1;
    (wanted == known || is_near() && !is_secret_name(key)).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let source = Arc::new(Source {
            path: "x".into(),
            text: text.to_owned(),
        });
        let mut masked = text.to_owned();
        let secrets = Secrets::of(&source);
        for range in secrets.within(text, &(0..text.len())).into_iter().rev() {
            masked.replace_range(range, "*");
        }
        masked
    }

    #[test]
    fn secrets_of_a_client_are_hidden() {
        assert_eq!(
            masked(
                r#"[{"client_id":"a","client_secret":"S","owner":"o"},{"x":["S"],"scope":"a"}]"#
            ),
            r#"[{"client_id":"a","client_secret":*,"owner":"o"},{"x":*,"scope":"a"}]"#
        );
        assert_eq!(
            masked("client_id: a\nclient_secret: S\nclient_secret: T\n"),
            "client_id: a\nclient_secret: *\nclient_secret: *\n"
        );
        assert_eq!(
            masked("owner: &o S\nclient_secret: *o\n"),
            "owner: &* *\nclient_secret: **\n"
        );
        assert_eq!(
            masked("jwks: {keys: [{kty: RSA, n: N, d: S}]}"),
            "jwks: {keys: [{kty: RSA, n: N, d: *}]}"
        );
        assert_eq!(
            masked("metadata: {a: 1, db_Password: S}"),
            "metadata: {a: 1, db_Password: *}"
        );
        assert_eq!(masked("logo_uri: https://u:S@a.example/"), "logo_uri: *");
        assert_eq!(
            masked("client_secret: |\n  S\n  T\nscope: a\n"),
            "client_secret: |\n  *scope: a\n"
        );
    }

    #[test]
    fn a_misspelt_field_that_is_no_secret_is_shown() {
        for text in [
            "redirect_uri: [https://a.example/cb]",
            "redirectUris: [https://a.example/cb]",
            "tokenEndpointAuthMethod: none",
            "clientId: web",
        ] {
            assert_eq!(masked(text), text);
        }
        for (text, expected) in [
            ("client_pw: S", "client_pw: *"),
            ("client_key: S", "client_key: *"),
            ("clientSecret: S", "clientSecret: *"),
            ("client_secrets: [S]", "client_secrets: *"),
            ("registrationAccessToken: S", "registrationAccessToken: *"),
            ("jwk: {d: S}", "jwk: *"),
            ("owner_token: S", "owner_token: *"),
            ("scopes: S", "scopes: *"),
            ("redirect_uri: https://u:S@a.example/", "redirect_uri: *"),
            ("metadatas: {token: S}", "metadatas: *"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn of_a_resource_its_names_are_shown() {
        let text = "apiVersion: hydra.ory.sh/v1\nkind: OAuth2Client\nmetadata: {name: a, namespace: b, x: S}\nspec:\n  redirectUri: S\n  clientSecrets: S\n  secretName: s\n  clientName: c\n";
        assert_eq!(
            masked(text),
            "apiVersion: hydra.ory.sh/v1\nkind: OAuth2Client\nmetadata: {name: a, namespace: b, *: *}\nspec:\n  redirectUri: S\n  clientSecrets: *\n  secretName: s\n  clientName: c\n"
        );
    }

    #[test]
    fn of_text_that_does_not_parse_the_structure_is_left() {
        assert_eq!(
            masked("client_id: [a\nclient_secret: S\n---\nclient_id: &S b # S\n"),
            "client_id: [*\nclient_secret: *\n---\nclient_id: &* b # *\n"
        );
        assert_eq!(masked("{\"keys\": [\"d\" \"S\""), "{\"*\": [\"*\" \"*\"");
        assert_eq!(masked("S\n"), "*\n");
    }
}
