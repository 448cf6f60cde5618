//! What a complete reading of the list proves about the clients it did not show.
//!
//! The list comes in pages. On v1.11 to v2.3 a page is an offset: when another program deletes a
//! client of an earlier page, the first client of the next page moves to a page that was already
//! read, and no page shows it. A client that is missing from such a list may still exist.
//!
//! Three kinds of readings prove that nothing was left out:
//!
//! - keyset pages (v25.4 and later): each page starts after a client, not at an offset;
//! - a single page that is not full: one query of Hydra's database;
//! - several pages, if all of these hold: Hydra's total `n`, reported with the first page, is the
//!   number of clients seen; all of them were created well before that page; and the first page,
//!   read again at the end, still contains the same clients. Then every client seen existed when
//!   the total was counted, and `n` of `n` clients are all of them.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::dialect::Generation;
use super::pages::Page;
use crate::client::ClientId;

/// How much older than the reading a client must be to count as older. Times are rounded to a
/// second, and the clocks of several servers differ.
const CLEARLY_OLDER: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Reading {
    pages: usize,
    pub(super) seen: usize,
    /// Whether the last page contained as many clients as requested.
    is_full: bool,
    first_page: HashSet<ClientId>,
    first_total: Option<usize>,
    least_total: Option<usize>,
    pub(super) most_total: Option<usize>,
    /// When the first page was answered, by the server's clock.
    began_at: Option<Timestamp>,
    /// When the youngest client was created.
    newest: Option<Timestamp>,
    has_undated: bool,
}

impl Reading {
    /// Adds a page without the clients of earlier pages.
    pub(super) fn note(&mut self, page: &Page, answered_at: Option<Timestamp>, is_full: bool) {
        if self.pages == 0 {
            let ids = page.clients.iter().map(|client| client.id().clone());
            self.first_page = ids.collect();
            self.first_total = page.total;
            self.began_at = answered_at;
        }
        self.pages += 1;
        self.seen += page.clients.len();
        self.is_full = is_full;
        self.least_total = match (self.least_total, page.total) {
            (Some(least), Some(total)) => Some(least.min(total)),
            (least, total) => least.or(total),
        };
        self.most_total = self.most_total.max(page.total);
        for client in &page.clients {
            match client.created_at() {
                Some(created) => self.newest = self.newest.max(Some(created)),
                None => self.has_undated = true,
            }
        }
    }

    /// Whether fewer clients were seen than the server's lowest total.
    pub(super) fn is_short(&self) -> bool {
        self.least_total.is_some_and(|total| self.seen < total)
    }

    /// Whether fewer clients were seen than the server's highest total.
    pub(super) fn may_lack_some(&self) -> bool {
        self.most_total.is_some_and(|total| self.seen < total)
    }

    /// Whether the list provably contains every client that existed throughout the reading.
    pub(super) fn is_snapshot(&self, generation: Generation) -> bool {
        self.is_one_query(generation) && (generation == Generation::V25 || !self.may_lack_some())
    }

    /// The same for a filtered list: totals ignore the filter (measured).
    pub(super) fn is_one_query(&self, generation: Generation) -> bool {
        generation == Generation::V25 || (self.pages <= 1 && !self.is_full)
    }

    /// Whether the list is complete, provided that the clients of the first page still exist.
    pub(super) fn is_whole_if_first_page_stands(&self) -> bool {
        let is_older = self.newest.zip(self.began_at).is_some_and(|(newest, at)| {
            let limit = at.checked_sub(CLEARLY_OLDER);
            limit.is_ok_and(|limit| newest < limit)
        });
        self.first_total == Some(self.seen) && !self.has_undated && is_older
    }

    pub(super) fn first_page_stands_in(&self, again: &Page) -> bool {
        let ids: HashSet<&ClientId> = again.clients.iter().map(|client| client.id()).collect();
        self.first_page.iter().all(|id| ids.contains(id))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Page, Reading};
    use crate::client::Existing;
    use crate::hydra::Generation::{V2_2, V25};
    use serde_json::json;

    const NOW: &str = "2026-01-01T00:10:00Z";

    fn page(ids: &[&str], created: &str, total: usize) -> Page {
        let client = |id: &&str| {
            let client = json!({"client_id": id, "created_at": created});
            Existing::from_json(serde_json::value::to_raw_value(&client).unwrap()).unwrap()
        };
        Page {
            clients: ids.iter().map(client).collect(),
            total: Some(total),
        }
    }

    fn reading(pages: &[Page]) -> Reading {
        let mut reading = Reading::default();
        for page in pages {
            reading.note(page, NOW.parse().ok(), false);
        }
        reading
    }

    #[test]
    fn one_page_is_a_snapshot_and_several_are_not() {
        let old = "2026-01-01T00:00:00Z";
        let one = reading(&[page(&["a"], old, 1)]);
        assert!(one.is_snapshot(V2_2));
        let capped = reading(&[page(&["a"], old, 2)]);
        assert!(!capped.is_snapshot(V2_2) && capped.is_short());
        let two = reading(&[page(&["a"], old, 2), page(&["b"], old, 2)]);
        assert!(!two.is_snapshot(V2_2) && two.is_snapshot(V25));
        let mut full = Reading::default();
        full.note(&page(&["a"], old, 1), NOW.parse().ok(), true);
        assert!(!full.is_snapshot(V2_2));
    }

    #[test]
    fn several_pages_prove_nothing_once_a_client_is_young_or_lacking() {
        let old = "2026-01-01T00:08:59Z";
        let young = "2026-01-01T00:09:01Z";
        let of = |second: Page| reading(&[page(&["a", "b"], old, 3), second]);
        let whole = of(page(&["c"], old, 3));
        assert!(whole.is_whole_if_first_page_stands());
        // One client was deleted and another one created, which came last: the total did not
        // change.
        assert!(!of(page(&["d"], young, 3)).is_whole_if_first_page_stands());
        assert!(!of(page(&[], old, 2)).is_whole_if_first_page_stands());
        assert!(!of(page(&["c"], "", 3)).is_whole_if_first_page_stands());
        assert!(whole.first_page_stands_in(&page(&["a", "b", "c"], old, 3)));
        assert!(!whole.first_page_stands_in(&page(&["a", "c"], old, 3)));
    }

    #[test]
    fn clients_that_go_make_a_list_lack_some_and_not_short() {
        let old = "2026-01-01T00:00:00Z";
        let gone = reading(&[page(&["a"], old, 3), page(&["b"], old, 2)]);
        assert!(gone.may_lack_some() && !gone.is_short());
    }
}
