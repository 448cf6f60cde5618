//! A long text of several documents, cut into chunks that can be read in parallel.

/// Shorter texts are not worth a thread.
const SHORT: usize = 256 << 10;

/// A range of a text that begins at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Lines before it.
    pub(crate) lines: usize,
}

impl Chunk {
    pub(crate) fn whole(text: &str) -> Self {
        Self {
            start: 0,
            end: text.len(),
            lines: 0,
        }
    }
}

/// Cuts a text into at most `most` chunks. Each except the first begins with the start of a document.
///
/// `---` at the start of a line starts a document wherever it is (YAML 1.2.2, section 9.1.2),
/// unless it follows directives. Texts with directives are not cut, nor are texts with carriage
/// returns, which may or may not end lines, and texts with aliases, whose limit applies to the file.
pub(crate) fn chunks(text: &str, most: usize) -> Vec<Chunk> {
    let most = most.min(text.len() / SHORT);
    let has_directives = || text.starts_with('%') || text.contains("\n%");
    let mut chunks = vec![Chunk::whole(text)];
    if most < 2 || has_directives() || text.contains('\r') || may_have_aliases(text) {
        return chunks;
    }
    for number in 1..most {
        let wanted = text.len() / most * number;
        let (Some(start), Some(last)) = (document_start(text, wanted), chunks.last_mut()) else {
            break;
        };
        if start > last.start {
            last.end = start;
            let between = text.get(last.start..start).unwrap_or_default();
            let lines = last.lines + between.bytes().filter(|byte| *byte == b'\n').count();
            chunks.push(Chunk {
                start,
                end: text.len(),
                lines,
            });
        }
    }
    chunks
}

fn may_have_aliases(text: &str) -> bool {
    let mut pairs = text.as_bytes().windows(2);
    pairs.any(|pair| pair[1] == b'*' && b" \n\t,:[{".contains(&pair[0]))
}

/// The next line at or after a byte that starts a document.
fn document_start(text: &str, from: usize) -> Option<usize> {
    const MARKER: &[u8] = b"\n---";
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let after = bytes.get(at..)?.strip_prefix(MARKER)?;
        let is_marker = after.first().is_none_or(u8::is_ascii_whitespace);
        is_marker.then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::{Chunk, SHORT, chunks};

    #[test]
    fn a_part_starts_where_a_document_starts() {
        let text = "---\na: ---\nb: |\n  ---\n----\n".repeat(SHORT / 8);
        let chunks = chunks(&text, 3);
        assert_eq!(chunks.len(), 3, "{chunks:?}");
        let mut end = 0;
        for chunk in &chunks {
            assert_eq!(chunk.start, end);
            assert!(text[chunk.start..].starts_with("---\n"));
            assert_eq!(chunk.lines, text[..chunk.start].lines().count());
            end = chunk.end;
        }
        assert_eq!(end, text.len());
    }

    #[test]
    fn what_cannot_be_cut_stays_whole() {
        let long = "---\na: b\n".repeat(SHORT);
        for text in [
            "---\na: b\n---\n",
            &"a: b\n".repeat(SHORT),
            &format!("%YAML 1.2\n{long}"),
            &format!("a: b\n...\n%YAML 1.2\n{long}"),
            &format!("a: b\r\n{long}"),
            &format!("a: [&a b, *a]\n{long}"),
        ] {
            assert_eq!(chunks(text, 4), [Chunk::whole(text)]);
        }
        assert_eq!(chunks(&long, 1), [Chunk::whole(&long)]);
    }
}
