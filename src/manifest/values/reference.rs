//! The syntax of references: `${var:NAME}`, `${var:NAME:-default}`, `${env:NAME}`, `${file:PATH}`,
//! and `$$` for a dollar sign.

/// A part of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    Reference(Reference<'t>),
}

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'t> {
    /// A variable, and what stands for it where it is undefined or empty.
    Variable(&'t str, Option<&'t str>),
    /// An environment variable.
    Environment(&'t str),
    /// The text of a file.
    File(&'t str),
}

/// Splits a scalar into its parts; `None` if it has neither a reference nor an escaped dollar sign,
/// which costs nothing. The error says what is wrong with a reference.
pub(super) fn parts(text: &str) -> Result<Option<Vec<Part<'_>>>, &'static str> {
    if !text.contains('$') {
        return Ok(None);
    }
    if !text.contains("$$") && !STARTS.iter().any(|(start, _)| text.contains(start)) {
        return Ok(None);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        push(&mut parts, before);
        if let Some(after) = from.strip_prefix("$$") {
            push(&mut parts, "$");
            rest = after;
        } else if let Some((kind, after)) = start(from) {
            let (inner, after) = after.split_once('}').ok_or("a `}` is missing at its end")?;
            parts.push(Part::Reference(reference(kind, inner)?));
            rest = after;
        } else {
            push(&mut parts, "$");
            rest = &from[1..];
        }
    }
    push(&mut parts, rest);
    Ok(Some(parts))
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Variable,
    Environment,
    File,
}

const STARTS: [(&str, Kind); 3] = [
    ("${var:", Kind::Variable),
    ("${env:", Kind::Environment),
    ("${file:", Kind::File),
];

fn start(text: &str) -> Option<(Kind, &str)> {
    let starts = STARTS.iter();
    let mut found = starts.filter_map(|(start, kind)| Some((*kind, text.strip_prefix(start)?)));
    found.next()
}

fn push<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

fn reference(kind: Kind, inner: &str) -> Result<Reference<'_>, &'static str> {
    match kind {
        Kind::Variable => {
            let (name, default) = match inner.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inner, None),
            };
            is_name(name)
                .then_some(Reference::Variable(name, default))
                .ok_or(NO_NAME)
        }
        Kind::Environment => is_name(inner)
            .then_some(Reference::Environment(inner))
            .ok_or(NO_NAME),
        Kind::File if inner.trim().is_empty() => Err("it names no file"),
        Kind::File => Ok(Reference::File(inner)),
    }
}

const NO_NAME: &str = "a name has letters, digits and `_`, and does not start with a digit";

/// Whether text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::Part::{self, Text};
    use super::Reference::{Environment, File, Variable};
    use super::parts;

    #[test]
    fn references_and_dollar_signs_are_told_apart() {
        let reference = |reference| vec![Part::Reference(reference)];
        for (text, expected) in [
            ("plain $ text $NAME ${NAME} ${x:y}", None),
            ("${var:a}", Some(reference(Variable("a", None)))),
            ("${var:a:-}", Some(reference(Variable("a", Some(""))))),
            (
                "${var:a:-b:-$c}",
                Some(reference(Variable("a", Some("b:-$c")))),
            ),
            ("${env:A_1}", Some(reference(Environment("A_1")))),
            ("${file:../a b}", Some(reference(File("../a b")))),
            ("$$", Some(vec![Text("$")])),
            (
                "$$${var:a}$",
                Some(vec![
                    Text("$"),
                    reference(Variable("a", None))[0],
                    Text("$"),
                ]),
            ),
            ("$${var:a}", Some(vec![Text("$"), Text("{var:a}")])),
        ] {
            assert_eq!(parts(text), Ok(expected), "{text}");
        }
        for wrong in [
            "${var:}",
            "${var:a b}",
            "${env:1}",
            "${file: }",
            "${var:a",
            "x ${env:",
        ] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
