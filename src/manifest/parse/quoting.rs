//! Which brackets and quotes are open at a place of a text that does not parse.

use std::ops::Range;

/// A look at the text of a document up to where the parser stopped.
#[derive(Default)]
pub(super) struct Quoting {
    /// Brackets and quotes that are not closed, with their bytes; a quote is the last.
    pub(super) open: Vec<(usize, char)>,
    /// The last text in quotes that is closed, with its quotes.
    pub(super) last_quoted: Option<Range<usize>>,
}

impl Quoting {
    /// Looks at the document that the byte `end` is in, up to there.
    pub(super) fn before(text: &str, end: usize) -> Self {
        let before = text.get(..end).unwrap_or_default();
        let start = before.rfind("\n---").map_or(0, |at| at + 4);
        let mut quoting = Self::default();
        let mut chars = before[start..].char_indices().peekable();
        let mut last = '\n';
        // The last character of the line that is no space: it tells whether a value can start.
        let mut before_value = '\n';
        while let Some((at, char)) = chars.next() {
            let at = start + at;
            let quote = quoting.quote();
            match char {
                '\\' if quote == Some('"') => drop(chars.next()),
                '\'' if quote == Some('\'') && chars.peek().is_some_and(|next| next.1 == '\'') => {
                    chars.next();
                }
                _ if quote == Some(char) => quoting.close_quote(at + 1),
                _ if quote.is_some() => {}
                '#' if last.is_whitespace() => {
                    while chars.next_if(|next| next.1 != '\n').is_some() {}
                }
                '"' | '\'' | '[' | '{' if quoting.can_start(before_value, last) => {
                    quoting.open.push((at, char));
                }
                ']' | '}' => drop(quoting.open.pop()),
                _ => {}
            }
            last = char;
            if char == '\n' || !char.is_whitespace() {
                before_value = char;
            }
        }
        quoting
    }

    /// The quote that is open.
    fn quote(&self) -> Option<char> {
        let innermost = self.open.last().map(|(_, char)| *char);
        innermost.filter(|char| matches!(char, '"' | '\''))
    }

    fn close_quote(&mut self, end: usize) {
        self.last_quoted = self.open.pop().map(|(start, _)| start..end);
    }

    /// Whether a value can start after the last character that is no space, and the last of all.
    fn can_start(&self, before: char, last: char) -> bool {
        match self.open.is_empty() {
            true => before == '\n' || matches!(before, ':' | '-' | '?') && last.is_whitespace(),
            false => matches!(before, '\n' | '[' | '{' | ',' | ':'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quoting;

    fn open(text: &str) -> String {
        let open = Quoting::before(text, text.len()).open;
        open.into_iter().map(|(_, char)| char).collect()
    }

    #[test]
    fn what_is_open_is_found() {
        for (text, expected) in [
            ("a: [b, {c: 'd", "[{'"),
            ("a: [b]\nc: \"\\\"", "\""),
            ("a: 'it''s'", ""),
            ("a: Bob's [shop\nb: c", ""),
            ("a: b # [\nc: d", ""),
            ("{\"a\":[\"b\"],\"c\":{", "{{"),
            ("a: [\n---\nb: {", "{"),
            ("}]", ""),
        ] {
            assert_eq!(open(text), expected, "{text}");
        }
    }

    #[test]
    fn the_last_quoted_text_is_found() {
        let text = "a: 'b' c";
        assert_eq!(Quoting::before(text, text.len()).last_quoted, Some(3..6));
    }
}
