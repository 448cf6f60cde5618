//! The findings about text that is not valid YAML or JSON: what is wrong, where, and what to write.

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::chunk::Chunk;
use super::parser::MAX_DEPTH;
use super::quoting::Quoting;
use crate::manifest::diagnostics::{Finding, Rule, Span};

/// The finding about a syntax error and its location. The parser's own is that of the first
/// character that cannot be right, which is often after the mistake.
pub(super) fn finding(error: &ScanError, text: &str, chunk: Chunk) -> (Span, Finding) {
    let marker = error.marker();
    let offset = marker.byte_offset().unwrap_or(text.len());
    let stop = Stop {
        text,
        at: text.floor_char_boundary(offset),
    };
    let (at, what) = match error.kind() {
        kind if is_tab(kind) => (
            stop.tab().unwrap_or(stop.at),
            yaml("a tab is used for indentation").help("indent with spaces"),
        ),
        kind => stop.explain(kind),
    };
    if at == stop.at {
        let (line, column) = (marker.line(), marker.col() + 1);
        return (stop.span(at, line, column, chunk), what);
    }
    let lines = |range: Option<&str>| range.unwrap_or_default().matches('\n').count();
    let line = match at < stop.at {
        true => marker.line().saturating_sub(lines(text.get(at..stop.at))),
        false => marker.line() + lines(text.get(stop.at..at)),
    };
    let column = text[stop.line_start(at)..at].chars().count() + 1;
    (stop.span(at, line, column, chunk), what)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabInIndentation
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabNotAllowed
    )
}

fn yaml(what: &str) -> Finding {
    Finding::new(Rule::InvalidSyntax, format!("not valid YAML: {what}"))
}

fn either(what: &str) -> Finding {
    Finding::new(
        Rule::InvalidSyntax,
        format!("not valid YAML or JSON: {what}"),
    )
}

/// Where the parser stopped.
struct Stop<'t> {
    text: &'t str,
    at: usize,
}

impl Stop<'_> {
    fn span(&self, at: usize, line: usize, column: usize, chunk: Chunk) -> Span {
        let char = self.char(at).filter(|char| *char != '\n');
        let end = at + char.map_or(0, char::len_utf8);
        Span::new(
            chunk.start + at..chunk.start + end,
            chunk.lines + line,
            column,
        )
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The text of the line before the byte where the parser stopped.
    fn line_before(&self) -> &str {
        &self.text[self.line_start(self.at)..self.at]
    }

    /// The first character of the line, after its indentation.
    fn line_content(&self) -> usize {
        let line = &self.text[self.line_start(self.at)..];
        self.line_start(self.at) + line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// The tab used for indentation: the parser may stop at the end of the line above it.
    fn tab(&self) -> Option<usize> {
        let begin = self.line_start(self.at);
        let mut start = begin;
        for line in self.text[begin..].split('\n') {
            let indented = line.trim_start_matches([' ', '\t']);
            let indent = &line[..line.len() - indented.len()];
            if let Some(at) = indent.find('\t') {
                return Some(start + at);
            }
            if start > begin && !indented.trim().is_empty() {
                break;
            }
            start += line.len() + 1;
        }
        None
    }

    /// Where the mistake is, and the finding about it.
    fn explain(&self, kind: &ErrorKind) -> (usize, Finding) {
        let here = |finding| (self.at, finding);
        match kind {
            ErrorKind::InvalidColonPlacement | ErrorKind::MappingValueNotAllowed => self.colon(),
            ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar => self.open_quote(),
            ErrorKind::InvalidTrailingSingleQuotedScalar
            | ErrorKind::InvalidTrailingDoubleQuotedScalar => self.after_quote(),
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidUnicodeEscape => self.escape(),
            ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::ExpectedNodeContent => here(self.in_brackets(kind)),
            ErrorKind::ExpectedBlockSequenceEntry => (self.line_content(), self.after_list()),
            ErrorKind::ExpectedBlockMappingKey | ErrorKind::BlockSequenceEntryNotAllowed
                if self.text[self.line_content()..].starts_with("- ") =>
            {
                let what = "a list item stands among the fields of a client";
                let help = "indent the items of a list below the name of its field; in a list of clients, every client starts with `- `";
                (self.line_content(), either(what).help(help))
            }
            kind => here(self.about(kind)),
        }
    }

    fn colon(&self) -> (usize, Finding) {
        let quoting = Quoting::before(self.text, self.at);
        if let Some((at, open)) = quoting.open.last() {
            return (*at, unclosed(*open));
        }
        let before = self.line_before().trim_start().trim_start_matches("- ");
        if before.contains(": ") {
            let what = "text without quotes cannot contain `: `";
            let help = "put the text in quotes, as in `client_name: \"Shop: Berlin\"`";
            return (self.at, either(what).help(help));
        }
        if self.line_content() == self.line_start(self.at) {
            let what = "the text above this line has no name";
            let help = "write `field: value`, with a space after the colon";
            return (self.line_content(), either(what).help(help));
        }
        let what = "this line is indented deeper than the line above, which already has its value";
        let help = "indent it like the line above; if it continues the text there, put that text in quotes";
        (self.line_content(), either(what).help(help))
    }

    fn open_quote(&self) -> (usize, Finding) {
        let quoting = Quoting::before(self.text, self.at);
        let at = quoting.open.last().map_or(self.at, |(at, _)| *at);
        let help = "close it where its text ends; if the text continues on the next line, indent that line";
        (at, either("a quote is not closed").help(help))
    }

    fn after_quote(&self) -> (usize, Finding) {
        let quoted = Quoting::before(self.text, self.at).last_quoted;
        let quoted = quoted.unwrap_or(self.at..self.at);
        if self.text[quoted.clone()].contains('\n') {
            let what = "a quote is not closed in its line";
            return (
                quoted.start,
                either(what).help("close it where its text ends"),
            );
        }
        if let Some(finding) = self.between_values(quoted.start) {
            return (self.at, finding);
        }
        let help = match self.char(quoted.start) {
            Some('\'') => {
                "put all of the text in quotes; within single quotes, write `'` twice: `''`"
            }
            _ => "put all of the text in quotes; within double quotes, write `\\\"` for a quote",
        };
        (self.at, either("text follows a closing quote").help(help))
    }

    /// A wrong or missing sign after a quoted text in `{…}` or `[…]`, which starts at this byte.
    fn between_values(&self, quoted: usize) -> Option<Finding> {
        let (_, open) = *Quoting::before(self.text, quoted).open.last()?;
        let before = self.text[..quoted].trim_end().chars().next_back();
        let is_name = open == '{' && before.is_some_and(|last| "{,".contains(last));
        match self.char(self.at)? {
            '=' | '"' if is_name => {
                let what = "a colon is missing after the name";
                Some(either(what).help("write a colon between a name and its value"))
            }
            ';' | '"' => {
                let what = "a comma is missing before this";
                Some(either(what).help("separate values with commas"))
            }
            _ => None,
        }
    }

    fn escape(&self) -> (usize, Finding) {
        const ESCAPES: &str = "0abt\tnvfre \"/\\N_LPxuU\n";
        let mut chars = self.text[self.at..].char_indices();
        let mut at = self.at;
        while let Some((start, char)) = chars.next() {
            let is_wrong =
                char == '\\' && chars.next().is_none_or(|next| !ESCAPES.contains(next.1));
            if is_wrong {
                at += start;
                break;
            }
        }
        let help = "write each backslash twice: `\\\\`";
        (
            at,
            either("a backslash in double quotes starts an escape").help(help),
        )
    }

    /// Something is missing, or too much, in `[…]` or `{…}`.
    fn in_brackets(&self, kind: &ErrorKind) -> Finding {
        let before = self.text[..self.at].trim_end().chars().next_back();
        match self.char(self.at) {
            Some(',') if before.is_some_and(|last| ",[{".contains(last)) => {
                either("nothing stands before this comma").help("remove the comma")
            }
            Some(char) if !",]}:".contains(char) => {
                either("a comma is missing before this").help("separate values with commas")
            }
            _ => either(&kind.to_string()),
        }
    }

    fn after_list(&self) -> Finding {
        let is_top = self.line_content() == self.line_start(self.at);
        let (what, help) = match is_top {
            true => (
                "a field follows a list at the same level",
                "a file is one client or a list; in a list, indent the fields of a client below its first one, after the `- `",
            ),
            false => (
                "this line is indented differently from the lines above",
                "indent all fields of a client alike; in a list, below the first one, after the `- `",
            ),
        };
        either(what).help(help)
    }

    /// A line that starts with `-` and is neither a list item nor a new document.
    fn after_dash(&self) -> Finding {
        let line = self.text[self.line_content()..].lines().next();
        match line.unwrap_or_default().trim_end().trim_matches('-') {
            "" => yaml("this line of dashes is not `---`").help("start a document with `---`"),
            _ => yaml("a space is missing after the `-`").help("write `- ` before each list item"),
        }
    }

    fn about(&self, kind: &ErrorKind) -> Finding {
        match kind {
            ErrorKind::RecursionLimitExceeded => {
                let message =
                    format!("lists and objects are nested deeper than {MAX_DEPTH} levels");
                Finding::new(Rule::LimitExceeded, message)
            }
            ErrorKind::UnexpectedCharacter { character } if character.is_ascii_graphic() => yaml(
                &format!("text without quotes cannot start with `{character}`"),
            )
            .help("put the text in quotes"),
            ErrorKind::UnexpectedCharacter { character } => {
                let code = u32::from(*character);
                yaml(&format!("the character U+{code:04X} is not allowed here"))
                    .help(format!("in quotes, write it as `\\u{code:04x}`"))
            }
            ErrorKind::UnclosedFlowCollection { open } => unclosed(*open),
            ErrorKind::MisplacedFlowCollectionEnd => {
                let what = "no open bracket belongs to this one";
                either(what).help("remove it, or add the bracket that it closes")
            }
            ErrorKind::MissingAnchorOrAliasName => {
                yaml("without quotes, `*` starts an alias and `&` an anchor")
                    .help("put text that starts with `*` or `&` in quotes")
            }
            ErrorKind::ExpectedDocumentStart => either("the client ends above, and more follows")
                .help("write several clients as one list, with commas in between if it is JSON"),
            ErrorKind::SimpleKeyExpected if self.text[self.line_content()..].starts_with('-') => {
                self.after_dash()
            }
            // What a plain `key value` line leads to.
            ErrorKind::SimpleKeyExpected => yaml("this is neither a `key: value` nor part of one")
                .help("write `key: value`, with a space after the colon"),
            other => either(&other.to_string()),
        }
    }
}

fn unclosed(open: char) -> Finding {
    let close = match open {
        '[' => "]",
        '{' => "}",
        _ => {
            let help = "close it where its text ends";
            return either("a quote is not closed").help(help);
        }
    };
    either(&format!("the `{open}` is not closed")).help(format!("close it with `{close}`"))
}
