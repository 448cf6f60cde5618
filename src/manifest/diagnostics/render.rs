//! Findings as text, each with the line it is about.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::finding::Severity;
use super::finding::{Finding, Mark};
use super::location::{Place, Source};
use super::mask::Secrets;
use super::snippet;
use super::snippet::Line;
use annotate_snippets::renderer::{DEFAULT_LINE_NUM_STYLE, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

/// The fewest columns that a line is cut to.
const NARROWEST: usize = 40;
/// Columns kept free for the line's number and frame.
const MARGIN: usize = 10;

/// Wider than any line: they are cut here, where it is known what matters in them.
const UNCUT: usize = 10_000;

/// How findings look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to write colours.
    pub colour: bool,
}

/// Writes the findings, with an empty line after each. No secret of a manifest is shown.
///
/// # Errors
/// When `out` cannot be written.
pub fn render<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut frame = Frame::new(look);
    for finding in findings {
        writeln!(out, "{}", frame.finding(finding))?;
    }
    Ok(())
}

struct Frame {
    renderer: Renderer,
    /// Of the arrow before a place.
    arrow: Style,
    width: usize,
    /// What to hide of each file, found once a file.
    secrets: HashMap<*const Source, Secrets>,
}

impl Frame {
    fn new(look: Look) -> Self {
        let width = look.width.max(NARROWEST);
        let (renderer, arrow) = match look.colour {
            true => (Renderer::styled(), DEFAULT_LINE_NUM_STYLE),
            false => (Renderer::plain(), Style::new()),
        };
        Self {
            renderer: renderer.term_width(UNCUT),
            arrow,
            width,
            secrets: HashMap::new(),
        }
    }

    fn finding(&mut self, finding: &Finding) -> String {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(finding.message.as_str());
        let Some((first, rest)) = finding.marks.split_first() else {
            let group = with_help(title.elements(None::<Origin<'_>>), finding);
            let place = finding.place.as_ref().filter(|_| !finding.is_absent);
            return self.group(group, place);
        };
        let group = self.snippet(title, first);
        let mut text = self.group(
            with_help(group, finding),
            Some(&first.source.place(first.span)),
        );
        for mark in rest {
            let group = self.snippet(Level::NOTE.primary_title(mark.label), mark);
            text.push_str(&self.group(group, Some(&mark.source.place(mark.span))));
        }
        text
    }

    fn snippet<'a>(&mut self, title: Title<'a>, mark: &Mark) -> Group<'a> {
        let source = &mark.source;
        let secrets = self
            .secrets
            .entry(Arc::as_ptr(source))
            .or_insert_with(|| Secrets::of(source));
        match snippet::line(source, mark.span, secrets, self.width - MARGIN) {
            None => title.elements(None::<Origin<'_>>),
            Some(Line { text, marked }) => {
                let annotation = AnnotationKind::Primary.span(marked);
                title.element(
                    Snippet::source(text)
                        .line_start(mark.span.line as usize)
                        .annotation(annotation),
                )
            }
        }
    }

    /// The group with its place below the title. Left to itself, the renderer would compute the
    /// column from the line as shown, where it is masked and cut.
    fn group(&self, group: Group<'_>, place: Option<&Place>) -> String {
        let text = self.renderer.render(&[group]);
        let (title, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let mut placed = format!("{title}\n");
        if let Some(place) = place {
            let snippet = rest.contains(" | ");
            let indent = if snippet {
                place.line.to_string().len()
            } else {
                0
            };
            let Self { arrow, .. } = self;
            placed.push_str(&format!("{:indent$}{arrow}-->{arrow:#} {place}\n", ""));
        }
        placed.push_str(rest);
        placed.push_str(if rest.is_empty() { "" } else { "\n" });
        placed
    }
}

fn with_help<'a>(group: Group<'a>, finding: &'a Finding) -> Group<'a> {
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}
