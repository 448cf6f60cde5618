//! Tells a failure that one client causes from one of the server.

use crate::error::ErrorKey;
use crate::hydra::Failure;

/// How often a failure has to come back while other clients are created.
const ENOUGH: u32 = 3;

/// The 500 that a create was answered last.
#[derive(Debug, Default)]
pub(super) struct Recurring {
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    key: ErrorKey,
    /// How many clients the run had created by then.
    created: usize,
    /// How often the failure came back after Hydra had created another client.
    times: u32,
}

impl Recurring {
    /// Takes a failure, and how many clients the run has created so far. Returns whether the client
    /// itself is the cause: Hydra answers the same 500 again and again, and creates other clients
    /// in between. A database that is down, or read-only for a while, creates none.
    pub(super) fn is_clients_own(&mut self, failure: &Failure, created: usize) -> bool {
        if failure.status() != Some(500) {
            self.last = None;
            return false;
        }
        let key = failure.key();
        let times = match &self.last {
            Some(last) if last.key == key => last.times + u32::from(created > last.created),
            _ => 0,
        };
        self.last = Some(Last {
            key,
            created,
            times,
        });
        times >= ENOUGH
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Recurring};
    use crate::hydra::Cause;

    fn failure(status: u16, reason: &str) -> Failure {
        let (reason, retry_after) = (reason.into(), None);
        let cause = Cause::Status {
            status,
            reason,
            retry_after,
        };
        Failure::new("POST http://h/clients", cause)
    }

    /// After which of these failures, each with the number of clients created, the cause is clear.
    fn clear_after(failures: &[(u16, &str, usize)]) -> Option<usize> {
        let mut recurring = Recurring::default();
        let mut failures = failures.iter();
        failures.position(|(status, reason, created)| {
            recurring.is_clients_own(&failure(*status, reason), *created)
        })
    }

    #[test]
    fn a_500_is_the_clients_own_when_others_are_created_between() {
        let same = |created: [usize; 5]| created.map(|created| (500, "pq: odd", created));
        assert_eq!(clear_after(&same([0, 1, 2, 3, 4])), Some(3));
        assert_eq!(clear_after(&same([0, 1, 1, 2, 9])), Some(4));
        assert_eq!(clear_after(&same([9, 9, 9, 9, 9])), None);
        assert_eq!(clear_after(&same([0, 8, 8, 8, 8])), None);
        let other = [(500, "a", 0), (500, "b", 1), (500, "a", 2), (500, "b", 3)];
        assert_eq!(clear_after(&other), None);
        let busy = [(503, "a", 0), (503, "a", 1), (503, "a", 2), (503, "a", 3)];
        assert_eq!(clear_after(&busy), None);
    }
}
