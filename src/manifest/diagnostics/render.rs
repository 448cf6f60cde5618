//! Findings as text, each with the line it is about.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use annotate_snippets::renderer::{DEFAULT_LINE_NUM_STYLE, Style};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet, Title};

use super::finding::{Finding, Mark};
use super::location::{Location, Source};
use super::mask::Secrets;
use super::rule::{Rule, Severity};
use super::snippet::{self, Line};

/// The fewest columns that a line is cut to.
const NARROWEST: usize = 40;
/// Columns reserved for the line number and the frame.
const MARGIN: usize = 10;

/// Wider than any line: lines are cut here, where it is known what matters in them.
const UNCUT: usize = 10_000;

/// How findings look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to write colours.
    pub colour: bool,
}

/// Equal warnings are shown this often, and then counted.
const SHOWN_IN_FULL: usize = 3;

/// Writes the findings, with an empty line after each. Equal warnings are shown a few times and then
/// counted. No secret of a manifest is shown.
///
/// # Errors
/// When `out` cannot be written.
pub fn render<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut frame = Frame::new(look);
    let mut repeated = Vec::new();
    let mut seen: HashMap<(Rule, &str), usize> = HashMap::new();
    // The message about an ignored field may name what it would have done.
    let same = |finding: &'f Finding| match &finding.help {
        Some(help) if finding.rule == Rule::IgnoredField => (finding.rule, &**help),
        _ => (finding.rule, &*finding.message),
    };
    for finding in findings {
        let times = seen.entry(same(finding)).or_default();
        *times += 1;
        match *times - 1 {
            before if before < SHOWN_IN_FULL || finding.is_error() => {
                writeln!(out, "{}", frame.finding(finding))?;
            }
            SHOWN_IN_FULL => repeated.push(finding),
            _ => {}
        }
    }
    for finding in repeated {
        let times = seen[&same(finding)] - SHOWN_IN_FULL;
        writeln!(out, "{}", frame.counted(finding, times))?;
    }
    Ok(())
}

struct Frame {
    renderer: Renderer,
    /// Of the arrow before a location.
    arrow: Style,
    width: usize,
    /// What to hide in each file, computed once per file.
    secrets: HashMap<*const Source, Secrets>,
}

impl Frame {
    fn new(look: Look) -> Self {
        let (renderer, arrow) = match look.colour {
            true => (Renderer::styled(), DEFAULT_LINE_NUM_STYLE),
            false => (Renderer::plain(), Style::new()),
        };
        Self {
            renderer: renderer.term_width(UNCUT),
            arrow,
            width: look.width.max(NARROWEST),
            secrets: HashMap::new(),
        }
    }

    fn finding(&mut self, finding: &Finding) -> String {
        let level = match finding.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(finding.message.as_str());
        let title = title.id(finding.rule.name());
        // A path that does not exist is named in the message.
        let location = finding.location.as_ref();
        let location = location.filter(|_| finding.rule != Rule::MissingPath);
        let mut marks = finding.marks.iter();
        let help = finding.help.as_deref();
        let mut text = self.group(title, location, marks.next(), help);
        for mark in marks {
            let location = mark.source.location(mark.span);
            let title = Level::NOTE.primary_title(mark.label);
            text.push_str(&self.group(title, Some(&location), Some(mark), None));
        }
        text
    }

    /// How often a warning comes again that was shown before.
    fn counted(&self, finding: &Finding, times: usize) -> String {
        let message = format!("{}: {} more like this", finding.message, times);
        let title = Level::WARNING.primary_title(message);
        let title = title.id(finding.rule.name());
        let help = "`validate --output json` lists them all; `--allow` silences the rule";
        let group = title.elements([Level::HELP.message(help)]);
        self.renderer.render(&[group]) + "\n"
    }

    /// A title with a location, the line there, and help. The renderer is not told the location: it
    /// would compute the column from the line as shown, which is masked and cut.
    fn group(
        &mut self,
        title: Title<'_>,
        location: Option<&Location>,
        mark: Option<&Mark>,
        help: Option<&str>,
    ) -> String {
        let line = mark.and_then(|mark| Some((mark.span.line as usize, self.line(mark)?)));
        let indent = line
            .as_ref()
            .map_or(0, |(number, _)| number.to_string().len());
        let mut group = title.elements(None::<Origin<'_>>);
        if let Some((number, Line { text, marked })) = line {
            let annotation = AnnotationKind::Primary.span(marked);
            let snippet = Snippet::source(text).line_start(number);
            group = group.element(snippet.annotation(annotation));
        }
        group = group.elements(help.map(|help| Level::HELP.message(help)));
        let text = self.renderer.render(&[group]);
        // The title is one line, and the location goes below it.
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        if let Some(location) = location {
            let Self { arrow, .. } = self;
            lines.insert(1, format!("{:indent$}{arrow}-->{arrow:#} {location}", ""));
        }
        lines.join("\n") + "\n"
    }

    fn line(&mut self, mark: &Mark) -> Option<Line> {
        let source = &mark.source;
        let secrets = self.secrets.entry(Arc::as_ptr(source));
        let secrets = secrets.or_insert_with(|| Secrets::of(source));
        snippet::line(source, mark.span, secrets, self.width - MARGIN)
    }
}
