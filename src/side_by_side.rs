//! Work on many items in parallel, on plain scoped threads.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder, ScopedJoinHandle};

/// The results of `work` in the order of the items. A thread takes `batch` items at a time, so that
/// few items do not start a thread. If no thread can be started, this one does all the work.
///
/// # Errors
/// The panic of `work` on another thread.
pub(crate) fn side_by_side<T: Send, R: Send>(
    items: Vec<T>,
    batch: usize,
    work: impl Fn(T) -> R + Sync,
) -> thread::Result<Vec<R>> {
    let cores = cores().min(items.len().div_ceil(batch.max(1)));
    on_threads(cores.saturating_sub(1), Builder::new, items, batch, work)
}

/// The same for work that waits more than it computes, on that many threads.
///
/// # Errors
/// The panic of `work` on another thread.
pub(crate) fn waiting_side_by_side<T: Send, R: Send>(
    items: Vec<T>,
    threads: usize,
    work: impl Fn(T) -> R + Sync,
) -> thread::Result<Vec<R>> {
    let threads = threads.min(items.len());
    on_threads(threads.saturating_sub(1), Builder::new, items, 1, work)
}

pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Works on this thread and at most `others` more.
fn on_threads<T: Send, R: Send>(
    others: usize,
    builder: impl Fn() -> Builder,
    items: Vec<T>,
    batch: usize,
    work: impl Fn(T) -> R + Sync,
) -> thread::Result<Vec<R>> {
    let left = Mutex::new(items.into_iter().enumerate());
    let take = || -> Vec<(usize, T)> {
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        left.by_ref().take(batch.max(1)).collect()
    };
    let drain = || -> Vec<(usize, R)> {
        let batches = std::iter::repeat_with(&take).take_while(|batch| !batch.is_empty());
        let items = batches.flatten();
        items.map(|(index, item)| (index, work(item))).collect()
    };
    let done = thread::scope(|scope| {
        let threads: Vec<_> = (0..others)
            .map_while(|_| builder().spawn_scoped(scope, drain).ok())
            .collect();
        let mut all = vec![Ok(drain())];
        // A panic of a thread that is not joined would surface again at the end of the scope.
        all.extend(threads.into_iter().map(ScopedJoinHandle::join));
        all.into_iter().collect::<thread::Result<Vec<_>>>()
    })?;
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use std::sync::Barrier;
    use std::thread::{self, Builder};

    use super::{on_threads, side_by_side};

    #[test]
    fn results_are_in_order() {
        for count in [0, 1, 9, 10, 11, 1_007] {
            for batch in [0, 1, 10] {
                let done = side_by_side((0..count).collect(), batch, |number| number * 2);
                let expected: Vec<_> = (0..count).map(|number| number * 2).collect();
                assert_eq!(done.unwrap(), expected);
            }
        }
    }

    #[test]
    fn what_no_thread_can_be_made_for_is_done_here() {
        let here = thread::current().id();
        let no_room = || Builder::new().stack_size(1 << 48);
        assert!(no_room().spawn(|| {}).is_err());
        let done = on_threads(3, no_room, vec![1, 2, 3], 1, |number| {
            (number, thread::current().id())
        });
        assert_eq!(done.unwrap(), [(1, here), (2, here), (3, here)]);
    }

    #[test]
    fn a_panic_on_another_thread_is_handed_over() {
        let here = thread::current().id();
        // Neither thread gets both items.
        let both = Barrier::new(2);
        let done = on_threads(1, Builder::new, vec![(); 2], 1, |()| {
            both.wait();
            assert_eq!(thread::current().id(), here, "planted");
        });
        assert!(done.is_err());
    }
}
