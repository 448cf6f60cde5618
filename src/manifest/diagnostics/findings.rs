//! The findings of all files, up to a limit.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::report::{MAX_ERRORS, MAX_WARNINGS};
use super::rule::Rule;

/// Errors of all files: as many as of one, including the finding that says there are more.
const MOST_ERRORS: usize = MAX_ERRORS + 1;

/// The first findings of many files, in the order of the files, whichever order they are read in.
pub(crate) struct Findings {
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
    /// Adds the findings of the file with this number.
    pub(crate) fn add(&mut self, number: usize, findings: Vec<Finding>) {
        let numbered = findings.into_iter().enumerate();
        let is_error = |finding: &Finding| finding.is_error() && finding.refused.is_none();
        let (errors, warnings) = numbered.partition(|(_, finding)| is_error(finding));
        self.errors.add(number, errors);
        self.warnings.add(number, warnings);
    }

    /// The number of the first file that need not be read, because the files before it have enough
    /// errors.
    pub(crate) fn end(&self) -> Option<usize> {
        let last = self.errors.by_file.last_key_value();
        let end = last.map(|(number, _)| number + 1);
        end.filter(|_| self.errors.is_cut)
    }

    /// All findings that were kept, in the order of the files and of each file's own, followed by
    /// one that says there are more.
    pub(crate) fn all(self) -> Vec<Finding> {
        let end = self.end().unwrap_or(usize::MAX);
        let cut = [
            self.errors.is_cut.then(too_many_errors),
            self.warnings.is_cut.then(too_many_warnings),
        ];
        let mut all = self.errors.by_file;
        for (number, warnings) in self
            .warnings
            .by_file
            .into_iter()
            .take_while(|(number, _)| *number < end)
        {
            all.entry(number).or_default().extend(warnings);
        }
        let in_file = all.into_values().flat_map(|mut findings| {
            findings.sort_by_key(|(index, _)| *index);
            findings.into_iter().map(|(_, finding)| finding)
        });
        in_file.chain(cut.into_iter().flatten()).collect()
    }
}

/// An error that is not about any particular file.
pub(crate) fn too_many_errors() -> Finding {
    Finding::new(
        Rule::TooManyErrors,
        format!("more than {MAX_ERRORS} errors"),
    )
    .help("the rest are not shown; fix these first")
}

fn too_many_warnings() -> Finding {
    Finding::new(
        Rule::TooManyWarnings,
        format!("more than {MAX_WARNINGS} warnings"),
    )
    .help("the rest are not shown")
}

/// The first `most` findings by the number of their file, each with its index in the file.
struct First {
    most: usize,
    count: usize,
    by_file: BTreeMap<usize, Vec<(usize, Finding)>>,
    is_cut: bool,
}

impl First {
    fn new(most: usize) -> Self {
        Self {
            most,
            count: 0,
            by_file: BTreeMap::new(),
            is_cut: false,
        }
    }

    /// Keeps those of one more file, and drops the last of all that are too many.
    fn add(&mut self, number: usize, findings: Vec<(usize, Finding)>) {
        if findings.is_empty() {
            return;
        }
        self.count += findings.len();
        self.by_file.insert(number, findings);
        self.is_cut |= self.count > self.most;
        while self.count > self.most
            && let Some(mut last) = self.by_file.last_entry()
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
    use super::{Finding, Findings, MAX_WARNINGS, MOST_ERRORS, Rule};

    fn errors(name: &str, count: usize) -> Vec<Finding> {
        (0..count)
            .map(|_| Finding::new(Rule::UnknownField, name))
            .collect()
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
        findings.add(
            0,
            vec![Finding::new(Rule::ServerMadeField, "w"); MAX_WARNINGS + 5],
        );
        findings.add(1, errors("e", 1));
        assert_eq!(findings.end(), None);
        let all = findings.all();
        assert_eq!(all.iter().filter(|one| one.is_error()).count(), 1);
        assert_eq!(all.len(), MAX_WARNINGS + 2);
    }
}
