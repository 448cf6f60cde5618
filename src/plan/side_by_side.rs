//! Work on many items, on all cores.

use std::panic::resume_unwind;
use std::thread;

/// So few items are not worth a thread.
const FEW: usize = 500;

/// What `work` makes of each item, in the order of the items.
pub(super) fn side_by_side<T: Send, R: Send>(
    mut items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(FEW);
    let all = |items: Vec<T>| items.into_iter().map(&work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        while items.len() > share {
            let last = items.split_off(items.len() - share);
            threads.push(scope.spawn(|| all(last)));
        }
        let mut done = all(items);
        for thread in threads.into_iter().rev() {
            done.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::{FEW, side_by_side};

    #[test]
    fn results_are_in_order() {
        for count in [0, 1, FEW, FEW + 1, 10 * FEW + 7] {
            let done = side_by_side((0..count).collect(), |number| number * 2);
            let expected: Vec<_> = (0..count).map(|number| number * 2).collect();
            assert_eq!(done, expected);
        }
    }
}
