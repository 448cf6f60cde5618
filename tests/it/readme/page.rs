//! A Markdown page → its sections, links, and the commands in its fenced blocks.
//!
//! A block of the kind `console` shows commands after `$ `, their further lines after `> `, and below
//! each what it prints. It is run. A block of the kind `sh` holds commands that no test can run.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of this repository.
pub(crate) struct Page {
    /// From the root of the repository.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) sections: Vec<Section>,
}

/// What stands below a heading, up to the next one.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) commands: Vec<Command>,
    /// The lines of the blocks whose commands are not run, from 1.
    pub(crate) scripts: Vec<usize>,
    /// Lines of other blocks that begin as a command does, from 1.
    pub(crate) strays: Vec<usize>,
}

/// A command line, and what the page shows of its output.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    /// All of its lines.
    pub(crate) text: String,
    /// In lines; `None` where the page shows no output, and the command only has to succeed.
    pub(crate) output: Option<Vec<String>>,
    /// The line of the page, from 1.
    pub(crate) line: usize,
}

/// A fenced block that is open.
struct Block<'p> {
    kind: &'p str,
    /// How far it stands to the right, as in a list.
    indent: usize,
}

/// The folder that the pages' paths are relative to.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of the book, and those beside it.
pub(crate) fn all() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages = names.filter(|name| name.ends_with(".md"));
    let mut all: Vec<String> = pages.map(|name| format!("docs/{name}")).collect();
    all.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(str::to_owned));
    all.sort();
    all
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let mut sections = vec![Section::new("")];
        let mut block: Option<Block> = None;
        for (index, line) in text.lines().enumerate() {
            let section = sections.last_mut().unwrap();
            let start = line.trim_start();
            match (&block, start.strip_prefix("```")) {
                (None, Some(kind)) => {
                    let indent = line.len() - start.len();
                    block = Some(Block { kind, indent });
                    if kind == "sh" {
                        section.scripts.push(index + 1);
                    }
                }
                (Some(_), Some(_)) => block = None,
                (Some(block), None) => {
                    section.line(
                        block.kind,
                        line.get(block.indent..).unwrap_or(""),
                        index + 1,
                    );
                }
                (None, None) => {
                    if let Some(title) = line.strip_prefix("## ") {
                        sections.push(Section::new(title));
                    }
                }
            }
        }
        Self {
            name: path.to_owned(),
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
            scripts: Vec::new(),
            strays: Vec::new(),
        }
    }

    /// A line of a block.
    fn line(&mut self, kind: &str, line: &str, number: usize) {
        match kind {
            "console" => self.console(line, number),
            "yaml" => self.workflow(line, number),
            "sh" => {}
            _ if line.starts_with("$ ") || line.starts_with("hydra-gitops ") => {
                self.strays.push(number);
            }
            _ => {}
        }
    }

    /// A line of a `console` block: a command, more of it, or output of the command before.
    fn console(&mut self, line: &str, number: usize) {
        if let Some(text) = line.strip_prefix("$ ") {
            self.commands.push(Command {
                text: text.to_owned(),
                output: Some(Vec::new()),
                line: number,
            });
            return;
        }
        let Some(command) = self.commands.last_mut() else {
            return;
        };
        let output = command.output.get_or_insert_default();
        match line.strip_prefix("> ").filter(|_| output.is_empty()) {
            Some(more) => {
                command.text.push('\n');
                command.text.push_str(more);
            }
            None => output.push(line.to_owned()),
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
