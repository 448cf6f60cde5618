//! The pages of `docs/rules.md`.

/// A page: `## name`, a line about the rule, the reason, a wrong and a right example.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) wrong: Example,
    pub(crate) right: Example,
}

/// What a page shows.
pub(crate) enum Example {
    /// A manifest.
    File { extension: String, text: String },
    /// Commands for an empty folder.
    Script(String),
}

impl Page {
    pub(crate) fn of(name: &str) -> Option<Self> {
        pages().into_iter().find(|page| page.name == name)
    }

    fn read(section: &str) -> Self {
        let (name, rest) = section.split_once("\n\n").unwrap();
        let (about, rest) = rest.split_once("\n\n").unwrap();
        let (reason, rest) = rest.split_once("\n\nWrong:\n\n").unwrap_or_else(|| {
            panic!("{name} has no wrong example");
        });
        let (wrong, right) = rest.split_once("\n\nRight:\n\n").unwrap_or_else(|| {
            panic!("{name} has no right example");
        });
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            reason: reason.to_owned(),
            wrong: Example::read(wrong),
            right: Example::read(right),
        }
    }
}

impl Example {
    fn read(block: &str) -> Self {
        let block = block.trim().strip_prefix("```").unwrap();
        let (kind, text) = block.split_once('\n').unwrap();
        let text = text.strip_suffix("```").unwrap().to_owned();
        match kind {
            "sh" => Self::Script(text),
            "yaml" | "json" => Self::File {
                extension: kind.to_owned(),
                text,
            },
            kind => panic!("an example is written in `{kind}`"),
        }
    }
}

/// All pages, in order.
pub(crate) fn pages() -> Vec<Page> {
    let text = include_str!("../../../docs/rules.md");
    text.split("\n## ").skip(1).map(Page::read).collect()
}
