//! Hints → batches: a pure function of what was heard and when.
//!
//! # Expected flow
//! The first hint begins a batch; it ends when it has been quiet for [`QUIET`], or after
//! [`LONGEST`] where it never is. A file that is written and not closed is unfinished: the batch
//! names it, so that nobody acts on half of it, and a later batch comes when it is closed.
//!
//! # Caveats
//! A file that nobody wrote to for [`FORSAKEN`] counts as finished though it is open: some programs
//! never close what they write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::hint::Hint;

/// How long it has to be quiet before a batch ends. An editor's save is a handful of calls within a
/// few milliseconds; so is each file of a `git checkout`.
pub(crate) const QUIET: Duration = Duration::from_millis(120);

/// The longest that a batch waits for quiet.
pub(crate) const LONGEST: Duration = Duration::from_secs(2);

/// How long after its last write an open file counts as finished.
pub(crate) const FORSAKEN: Duration = Duration::from_secs(5);

/// Collects hints until a batch is due. Times count from any fixed moment.
#[derive(Debug, Default)]
pub(crate) struct Batching {
    /// The first and the last hint of the batch that is being collected.
    hints: Option<(Duration, Duration)>,
    /// Files that are being written, with the time of the last write.
    open: BTreeMap<PathBuf, Duration>,
    /// Whether hints were lost since the last batch.
    is_lossy: bool,
}

/// It is time to look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// When its first hint was heard.
    pub(crate) since: Duration,
    /// Files that are being written: their contents are not to be acted on yet.
    pub(crate) unfinished: BTreeSet<PathBuf>,
    /// Whether hints were lost, so that other files may be unfinished too.
    pub(crate) is_lossy: bool,
}

impl Batching {
    /// Takes a hint that was heard at that time.
    pub(crate) fn hear(&mut self, hint: Hint, at: Duration) {
        match hint {
            Hint::Changed => {}
            Hint::Lost => {
                self.open.clear();
                self.is_lossy = true;
            }
            Hint::Written(path) => drop(self.open.insert(path, at)),
            Hint::Finished(path) => drop(self.open.remove(&path)),
        }
        let first = self.hints.map_or(at, |(first, _)| first);
        self.hints = Some((first, at));
    }

    /// Whether something was heard that no batch has told of.
    pub(crate) fn is_dirty(&self) -> bool {
        self.hints.is_some()
    }

    /// Whether a file is being written.
    pub(crate) fn has_unfinished(&self) -> bool {
        !self.open.is_empty()
    }

    /// When the next batch is due, as far as is known now.
    pub(crate) fn due(&self) -> Option<Duration> {
        match self.hints {
            Some((first, last)) => Some((last + QUIET).min(first + LONGEST)),
            None => self.open.values().min().map(|written| *written + FORSAKEN),
        }
    }

    /// The batch, where one is due at that time.
    pub(crate) fn take(&mut self, at: Duration) -> Option<Batch> {
        let due = self.due().filter(|due| *due <= at)?;
        self.open.retain(|_, written| *written + FORSAKEN > at);
        let since = self.hints.take().map_or(due, |(first, _)| first);
        Some(Batch {
            since,
            unfinished: self.open.keys().cloned().collect(),
            is_lossy: std::mem::take(&mut self.is_lossy),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Batch, Batching, Duration, FORSAKEN, Hint, LONGEST, PathBuf, QUIET};
    use proptest::prelude::*;

    /// The batches that hints at these milliseconds make, each with the time when it was due.
    fn batches(hints: &[(u64, Hint)]) -> Vec<(Duration, Batch)> {
        let mut batching = Batching::default();
        let mut batches = Vec::new();
        let mut pump = |batching: &mut Batching, until: Duration| {
            while let Some(due) = batching.due().filter(|due| *due <= until) {
                batches.push((due, batching.take(due).unwrap()));
            }
        };
        for (at, hint) in hints {
            let at = Duration::from_millis(*at);
            pump(&mut batching, at);
            batching.hear(hint.clone(), at);
        }
        pump(&mut batching, Duration::MAX);
        assert!(!batching.is_dirty() && !batching.has_unfinished());
        batches
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn written(name: &str) -> Hint {
        Hint::Written(PathBuf::from(name))
    }

    fn finished(name: &str) -> Hint {
        Hint::Finished(PathBuf::from(name))
    }

    #[test]
    fn a_save_is_one_batch_after_a_quiet_time() {
        let save = [(10, written("a")), (11, written("a")), (12, finished("a"))];
        let batches = batches(&save);
        assert_eq!(batches.len(), 1);
        let (due, batch) = &batches[0];
        assert_eq!(*due, ms(12) + QUIET);
        assert_eq!(batch.since, ms(10));
        assert!(batch.unfinished.is_empty());
    }

    #[test]
    fn a_hundred_files_in_a_row_are_one_batch() {
        let hints: Vec<_> = (0..100).map(|n| (n * 15, Hint::Changed)).collect();
        assert_eq!(batches(&hints).len(), 1);
    }

    #[test]
    fn two_saves_apart_are_two_batches() {
        let apart = QUIET.as_millis() as u64 + 1;
        assert_eq!(
            batches(&[(0, Hint::Changed), (apart, Hint::Changed)]).len(),
            2
        );
        assert_eq!(
            batches(&[(0, Hint::Changed), (apart - 2, Hint::Changed)]).len(),
            1
        );
    }

    #[test]
    fn noise_without_end_does_not_put_it_off_for_ever() {
        let hints: Vec<_> = (0..200).map(|n| (n * 50, Hint::Changed)).collect();
        let batches = batches(&hints);
        assert_eq!(batches[0].0, LONGEST);
        assert!(batches.len() >= 4, "{batches:?}");
    }

    #[test]
    fn a_file_that_is_being_written_is_unfinished_until_it_is_closed() {
        let slow = [
            (0, written("a")),
            (1_000, written("a")),
            (2_500, finished("a")),
        ];
        let batches = batches(&slow);
        let unfinished: Vec<_> = batches.iter().map(|(_, b)| b.unfinished.len()).collect();
        assert_eq!(unfinished, [1, 1, 0]);
        assert_eq!(batches[2].0, ms(2_500) + QUIET);
    }

    #[test]
    fn a_file_that_nobody_closes_is_finished_after_a_while() {
        let batches = batches(&[(0, written("a"))]);
        assert_eq!(batches[0].0, QUIET);
        assert_eq!(batches[0].1.unfinished.len(), 1);
        assert_eq!(batches[1].0, FORSAKEN);
        assert!(batches[1].1.unfinished.is_empty());
        assert_eq!(batches.len(), 2);
    }

    #[test]
    fn when_hints_were_lost_nothing_is_known_of_open_files() {
        let batches = batches(&[(0, written("a")), (1, Hint::Lost)]);
        assert_eq!(batches.len(), 1);
        assert!(batches[0].1.unfinished.is_empty() && batches[0].1.is_lossy);
    }

    fn any_hint() -> impl Strategy<Value = Hint> {
        let path = || (0..3_u8).prop_map(|n| PathBuf::from(n.to_string()));
        prop_oneof![
            Just(Hint::Changed),
            Just(Hint::Lost),
            path().prop_map(Hint::Written),
            path().prop_map(Hint::Finished),
        ]
    }

    proptest! {
        /// Whatever is heard: a batch comes soon enough, and none comes for nothing.
        #[test]
        fn each_hint_is_told_of_in_time(gaps in prop::collection::vec((0..3_000_u64, any_hint()), 1..40)) {
            let mut at = 0;
            let hints: Vec<_> = gaps.into_iter().map(|(gap, hint)| { at += gap; (at, hint) }).collect();
            let batches = batches(&hints);
            for (at, _) in &hints {
                let told = batches.iter().find(|(due, _)| *due > ms(*at));
                let (due, batch) = told.unwrap();
                prop_assert!(batch.since <= ms(*at) && *due <= ms(*at) + LONGEST);
            }
            // The last batch leaves nothing unfinished.
            prop_assert!(batches.last().unwrap().1.unfinished.is_empty());
            prop_assert!(batches.len() <= 2 * hints.len());
        }
    }
}
