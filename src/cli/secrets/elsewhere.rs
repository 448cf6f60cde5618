//! Lines of the secrets file that belong to other Hydras than the one that is asked.

use std::collections::BTreeMap;
use std::path::Path;

use crate::endpoint_name::same_endpoint;
use crate::error::Error;
use crate::text::count;
use crate::vault::Content;

/// How many lines there are of each other Hydra, by its name.
#[derive(Debug)]
pub(super) struct Elsewhere<'c>(BTreeMap<&'c str, usize>);

impl<'c> Elsewhere<'c> {
    /// The lines that are not of that Hydra.
    pub(super) fn new(content: &'c Content, hydra: &str) -> Self {
        let mut lines = BTreeMap::new();
        for (_, record) in &content.records {
            if !same_endpoint(&record.endpoint, hydra) {
                *lines.entry(&*record.endpoint).or_default() += 1;
            }
        }
        Self(lines)
    }

    /// How many lines there are in all.
    pub(super) fn lines(&self) -> usize {
        self.0.values().sum()
    }

    /// `1 line of http://a, 2 lines of http://b`, or nothing where there are none.
    pub(super) fn named(&self) -> Option<String> {
        let named = self.0.iter();
        let named = named.map(|(name, lines)| format!("{} of `{name}`", count(*lines, "line")));
        let named: Vec<_> = named.collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// What to say where no line is of that Hydra: a check of nothing must not look like success.
    pub(super) fn nothing_of(&self, hydra: &str, path: &Path) -> Error {
        let path = path.display();
        let error = Error::unexpected(format!("`{path}` holds no secret of `{hydra}`"));
        match self.named() {
            Some(named) => error.hint(format!(
                "it has {named}: name one of these with `--endpoint`, or another file with `--secrets-out`"
            )),
            None => error.hint("name another file with `--secrets-out`"),
        }
    }
}
