//! A Markdown page → its sections, links, and the commands in its fenced blocks.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of this repository.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) sections: Vec<Section>,
}

/// What stands below a heading, up to the next one.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) commands: Vec<Command>,
}

/// A command line, and what the page shows of its output.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) text: String,
    /// In lines; `None` where the page shows no output, because it is another program's matter.
    pub(crate) output: Option<Vec<String>>,
    /// The line of the page, from 1.
    pub(crate) line: usize,
}

/// The folder that the pages' paths are relative to.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let mut sections = vec![Section::new("")];
        let mut block: Option<&str> = None;
        for (index, line) in text.lines().enumerate() {
            let section = sections.last_mut().unwrap();
            match (block, line.strip_prefix("```")) {
                (None, Some(kind)) => block = Some(kind),
                (Some(_), Some(_)) => block = None,
                (Some("console"), None) => section.console(line, index + 1),
                (Some("yaml"), None) => section.workflow(line, index + 1),
                (Some(_), None) => {}
                (None, None) => {
                    if let Some(title) = line.strip_prefix("## ") {
                        sections.push(Section::new(title));
                    }
                }
            }
        }
        Self {
            path: root().join(path),
            text,
            sections,
        }
    }

    pub(crate) fn section(&self, title: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.title == title)
    }

    /// Where the page's links lead.
    pub(crate) fn links(&self) -> impl Iterator<Item = &str> {
        self.text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target)
    }
}

impl Section {
    fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            commands: Vec::new(),
        }
    }

    /// A line of a `console` block: a command after `$ `, else output of the command before.
    fn console(&mut self, line: &str, number: usize) {
        if let Some(text) = line.strip_prefix("$ ") {
            self.commands.push(Command {
                text: text.to_owned(),
                output: Some(Vec::new()),
                line: number,
            });
        } else if let Some(output) = self
            .commands
            .last_mut()
            .and_then(|command| command.output.as_mut())
        {
            output.push(line.to_owned());
        }
    }

    /// A line of a workflow: what its `run:` runs.
    fn workflow(&mut self, line: &str, number: usize) {
        if let Some(text) = line.trim().trim_start_matches("- ").strip_prefix("run: ") {
            self.commands.push(Command {
                text: text.to_owned(),
                output: None,
                line: number,
            });
        }
    }
}
