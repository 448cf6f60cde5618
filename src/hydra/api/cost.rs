//! Chooses between looking clients up one by one and reading the list, by cost.
//!
//! Measured with server, database and client sharing two cores (v1.11.10, v2.3.0 and v26.2.0 on
//! PostgreSQL 15, with 8,800 and with 500,000 clients), in milliseconds:
//!
//! - a look-up by id, regardless of how many clients exist: 0.4;
//! - a client in the list: 0.04, so one look-up costs as much as ten listed clients;
//! - a look-up by name is a scan without an index: 240 with 500,000 clients;
//! - offset pages are quadratic in the number of clients: each page counts all rows and skips those
//!   before it. The page of 500 at offset 400,000 takes 650 on v2.3.0.

use super::dialect::Generation;

const LOOK_UP: f64 = 0.4;
const LISTED_CLIENT: f64 = 0.04;
const SCANNED_CLIENT: f64 = 0.0005;
const OFFSET_SQUARE: f64 = 1.3e-6;

/// Up to this many look-ups, do not even ask what the list would cost.
pub(super) const FEW: usize = 64;

/// The cost of looking up this many ids and names on a server that holds `total` clients.
pub(super) fn look_ups(ids: usize, names: usize, total: usize) -> f64 {
    let [ids, names, total] = [ids, names, total].map(float);
    ids * LOOK_UP + names * (LOOK_UP + total * SCANNED_CLIENT)
}

pub(super) fn list(generation: Generation, total: usize) -> f64 {
    let total = float(total);
    let linear = total * LISTED_CLIENT;
    match generation {
        Generation::V25 => linear,
        _ => linear + total * total * OFFSET_SQUARE,
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate of milliseconds")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::{list, look_ups};
    use crate::hydra::Generation::{V2_2, V25};

    #[test]
    fn the_cheaper_way_follows_the_measurements() {
        // As many manifests as clients: read the list.
        assert!(list(V2_2, 10_000) < look_ups(10_000, 0, 10_000));
        // A hundred manifests, half a million clients: look them up.
        assert!(look_ups(100, 0, 500_000) < list(V25, 500_000));
        // Offset pages of half a million clients take minutes; 50,000 look-ups take 20 seconds.
        assert!(look_ups(50_000, 0, 500_000) < list(V2_2, 500_000));
        assert!(list(V25, 500_000) < look_ups(100_000, 0, 500_000));
        // Hundreds of names mean hundreds of scans.
        assert!(list(V25, 500_000) < look_ups(0, 300, 500_000));
    }
}
