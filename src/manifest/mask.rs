//! What may be shown of a manifest, in messages and in snippets.
//!
//! Where the text parses, the values of secret fields, of unknown fields, of private members of
//! keys and of anything named like a secret are masked, and so are addresses with a password.
//! Where it does not parse, nothing is known of what belongs to what: there, all from the first
//! word that looks like the name of a secret is masked, to the end of what does not parse.

use std::ops::Range;
use std::sync::Arc;

use crate::client::{Field, Shape};

use super::finding::{Report, Source};
use super::tree::{self, Content, Entry, Node};

/// Characters of a value shown in a message.
const SHOWN: usize = 60;
/// The private members of a JSON Web Key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
pub(crate) const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Parts of names of secrets.
const SECRET_WORDS: [&str; 8] = [
    "secret",
    "passw",
    "passphrase",
    "private",
    "token",
    "credential",
    "api_key",
    "apikey",
];

/// A value for a message: cut when it is long, and without the password of an address. Not for
/// secrets.
pub(crate) fn shown(text: &str) -> String {
    if has_password(text) {
        return "…".to_owned();
    }
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The stretches of a text that must not be shown, in order and without overlap.
pub(crate) fn secrets(source: &Arc<Source>) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut known = 0;
    let mut unknown = Vec::new();
    let mut report = Report::new(Arc::clone(source));
    tree::read(&source.text, &mut report, &mut |node, _| {
        let range = node.span.range();
        unknown.push(known..range.start.max(known));
        known = range.end.max(known);
        client(&node, &mut hidden);
    });
    unknown.push(known..source.text.len());
    for region in unknown {
        let text = source.text.get(region.clone()).unwrap_or_default();
        hidden.extend(unparsed(text).map(|start| region.start + start..region.end));
    }
    joined(hidden)
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    ranges
}

fn client(node: &Node<'_>, hidden: &mut Vec<Range<usize>>) {
    let Content::Object(entries) = &node.content else {
        return hidden.push(node.span.range());
    };
    for Entry { key, value, .. } in entries {
        match Field::from_name(key).map(Field::shape) {
            Some(Shape::Secret | Shape::ServerMade) | None => hidden.push(value.span.range()),
            Some(_) => inner(value, hidden),
        }
    }
}

fn inner(node: &Node<'_>, hidden: &mut Vec<Range<usize>>) {
    match &node.content {
        Content::Text(text) | Content::Plain(text) if has_password(text) => {
            hidden.push(node.span.range())
        }
        Content::Text(_) | Content::Plain(_) => {}
        Content::List(items) => items.iter().for_each(|item| inner(item, hidden)),
        Content::Object(entries) => {
            for Entry { key, value, .. } in entries {
                if is_secret_name(key) {
                    hidden.push(value.span.range());
                } else {
                    inner(value, hidden);
                }
            }
        }
        Content::Faulty => hidden.push(node.span.range()),
    }
}

/// Where, in text that did not parse, the first secret may start.
fn unparsed(text: &str) -> Option<usize> {
    let mut words = text.split(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '-')));
    let first = words.find(|word| is_secret_name(word))?;
    let end = first.as_ptr() as usize - text.as_ptr() as usize + first.len();
    // An anchor above can be the secret that an alias below means.
    Some(if text.contains('&') { 0 } else { end })
}

/// Whether a value of that name is a secret, or may be one.
fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_field = Field::from_name(&lower)
        .is_some_and(|field| !matches!(field.shape(), Shape::Secret | Shape::ServerMade));
    let is_private_member = PRIVATE_KEY_MEMBERS.contains(&lower.as_str());
    !is_field && (is_private_member || SECRET_WORDS.iter().any(|word| lower.contains(word)))
}

/// Whether the text holds an address with a user or password (RFC 3986, section 3.2.1).
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        authority.contains('@')
    })
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
        for range in secrets(&source).into_iter().rev() {
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
            "owner: &o *\nclient_secret: *o\n"
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
    fn text_that_does_not_parse_is_hidden_from_the_first_secret_on() {
        assert_eq!(
            masked("client_id: [a\nclient_secret: S\nx: y\n"),
            "client_id: [a\nclient_secret*"
        );
        assert_eq!(masked("{\"keys\": [\"d\" \"S\""), "{\"keys\": [\"d*");
        assert_eq!(masked("a: &b S\nc: [\nclient_secret: *b\n"), "*");
        assert_eq!(masked("S\n"), "*\n");
    }
}
