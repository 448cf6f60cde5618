//! What all files of a run may take together, whatever each of them does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::finding::{Finding, MAX_ERRORS, MAX_WARNINGS};
use crate::error::{Error, Result};

/// The text of all files, in bytes: some 400,000 clients.
const MAX_TEXT: u64 = 256 << 20;
/// Clients in one file, and in all.
pub(super) const MAX_CLIENTS: usize = 500_000;

/// How much text all files may still have.
pub(super) struct TextBudget {
    left: AtomicU64,
    is_spent: AtomicBool,
}

impl Default for TextBudget {
    fn default() -> Self {
        Self {
            left: AtomicU64::new(MAX_TEXT),
            is_spent: AtomicBool::new(false),
        }
    }
}

impl TextBudget {
    /// Takes the bytes of a file. Where they are too many, `verdict` says so, and whatever is read
    /// does not matter any more.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let take = |left: u64| left.checked_sub(bytes);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        if taken.is_err() {
            self.is_spent.store(true, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Whether there is no point in reading on.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// # Errors
    /// When the files have more text than is read.
    pub(super) fn verdict(&self) -> Result<()> {
        if !self.is_spent() {
            return Ok(());
        }
        let limit = MAX_TEXT >> 20;
        Err(
            Error::manifest(format!("the manifests hold more than {limit} MiB in total"))
                .hint("pass fewer folders or files, and run once for each group"),
        )
    }
}

/// # Errors
/// When there are more clients than one run takes.
pub(super) fn check_clients(count: usize) -> Result<()> {
    if count <= MAX_CLIENTS {
        return Ok(());
    }
    Err(Error::manifest(format!(
        "there are more than {MAX_CLIENTS} clients in the manifests"
    ))
    .hint("pass fewer folders or files, and run once for each group"))
}

/// Errors of all files: as many as of one, with what is said of the rest.
const MOST_ERRORS: usize = MAX_ERRORS + 1;

/// The findings of many files: the first so many in the order of the files, in whatever order the
/// files are read.
pub(super) struct Findings {
    errors: First,
    warnings: First,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            errors: First::new(MOST_ERRORS),
            warnings: First::new(MAX_WARNINGS),
        }
    }
}

impl Findings {
    /// Adds those of the file with that number.
    pub(super) fn add(&mut self, number: usize, findings: Vec<Finding>) {
        let numbered = findings.into_iter().enumerate();
        let (errors, warnings) = numbered.partition(|(_, finding)| finding.is_error());
        self.errors.add(number, errors);
        self.warnings.add(number, warnings);
    }

    /// The first file of which nothing matters any more, for there are errors enough before it.
    pub(super) fn end(&self) -> Option<usize> {
        let last = self.errors.of.last_key_value();
        let end = last.map(|(number, _)| number + 1);
        end.filter(|_| self.errors.is_cut)
    }

    /// All that was kept, in the order of the files and of each file's own, and that there would be
    /// more.
    pub(super) fn all(self) -> Vec<Finding> {
        let end = self.end().unwrap_or(usize::MAX);
        let cut = [
            self.errors.is_cut.then(too_many_errors),
            self.warnings.is_cut.then(too_many_warnings),
        ];
        let mut all = self.errors.of;
        for (number, warnings) in self
            .warnings
            .of
            .into_iter()
            .filter(|(number, _)| *number < end)
        {
            all.entry(number).or_default().extend(warnings);
        }
        let in_file = all.into_values().flat_map(|mut findings| {
            findings.sort_by_key(|(place, _)| *place);
            findings.into_iter().map(|(_, finding)| finding)
        });
        in_file.chain(cut.into_iter().flatten()).collect()
    }
}

/// An error about no file in particular.
pub(super) fn too_many_errors() -> Finding {
    Finding::error(format!("more than {MAX_ERRORS} errors"))
        .help("the rest are not shown; fix these first")
}

fn too_many_warnings() -> Finding {
    Finding::warning(format!("more than {MAX_WARNINGS} warnings")).help("the rest are not shown")
}

/// The first `most` findings, by the number of their file, each with its place among all of the
/// file.
struct First {
    most: usize,
    count: usize,
    of: BTreeMap<usize, Vec<(usize, Finding)>>,
    is_cut: bool,
}

impl First {
    fn new(most: usize) -> Self {
        Self {
            most,
            count: 0,
            of: BTreeMap::new(),
            is_cut: false,
        }
    }

    /// Keeps those of one more file, and drops the last of all that are too many.
    fn add(&mut self, number: usize, findings: Vec<(usize, Finding)>) {
        if findings.is_empty() {
            return;
        }
        self.count += findings.len();
        self.of.insert(number, findings);
        self.is_cut |= self.count > self.most;
        while self.count > self.most
            && let Some(mut last) = self.of.last_entry()
        {
            let excess = (self.count - self.most).min(last.get().len());
            let left = last.get().len() - excess;
            self.count -= excess;
            last.get_mut().truncate(left);
            if left == 0 {
                last.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, MAX_TEXT, MOST_ERRORS, TextBudget, check_clients};
    use crate::manifest::finding::{Finding, MAX_WARNINGS};

    fn errors(name: &str, count: usize) -> Vec<Finding> {
        (0..count).map(|_| Finding::error(name)).collect()
    }

    #[test]
    fn the_first_findings_are_kept_in_whatever_order_they_come() {
        let files = [
            (0, errors("a", 300)),
            (1, errors("b", 600)),
            (2, errors("c", 300)),
            (3, errors("d", 300)),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut findings = Findings::default();
            for at in order {
                let (number, found) = files[at].clone();
                findings.add(number, found);
            }
            assert_eq!(findings.end(), Some(3));
            let all = findings.all();
            let of = |name: &str| all.iter().filter(|one| one.message == name).count();
            assert_eq!([of("a"), of("b"), of("c"), of("d")], [300, 600, 101, 0]);
            assert_eq!(all.len(), MOST_ERRORS + 1);
            assert!(all.last().is_some_and(Finding::is_error));
        }
    }

    #[test]
    fn errors_are_never_dropped_for_warnings() {
        let mut findings = Findings::default();
        findings.add(0, vec![Finding::warning("w"); MAX_WARNINGS + 5]);
        findings.add(1, errors("e", 1));
        assert_eq!(findings.end(), None);
        let all = findings.all();
        assert_eq!(all.iter().filter(|one| one.is_error()).count(), 1);
        assert_eq!(all.len(), MAX_WARNINGS + 2);
    }

    #[test]
    fn the_sum_of_the_text_is_what_counts() {
        let budget = TextBudget::default();
        let half = usize::try_from(MAX_TEXT / 2).unwrap_or(0);
        assert!(budget.take(half) && budget.take(half) && budget.verdict().is_ok());
        assert!(!budget.take(1) && budget.is_spent() && budget.verdict().is_err());
        assert!(check_clients(500_000).is_ok() && check_clients(500_001).is_err());
    }
}
