use std::collections::BTreeSet;

use super::{MOST_SLIPS, slips, starts_block};

#[test]
fn no_more_is_looked_for_than_findings_can_need() {
    let text = "client_id: a\nscope:x\n---\n".repeat(100_000);
    let count = |line: usize| slips(&text, &BTreeSet::from([line])).spoiled.len();
    assert_eq!(count(1), 0);
    assert_eq!(count(5), 2);
    assert_eq!(count(300_000), MOST_SLIPS);
    let lines: BTreeSet<_> = (1..=300_000).collect();
    let scan = slips(&text, &lines);
    assert_eq!(scan.spoiled.len(), MOST_SLIPS);
    // Each finding has one mistake to be compared with, that of its own document.
    assert_eq!(scan.before(5), Some(1));
    assert_eq!(scan.before(2_999), Some(MOST_SLIPS - 1));
}

#[test]
fn a_block_may_have_indicators_and_a_comment() {
    for line in [
        "a: |",
        "a: >-",
        "a: |2",
        "a: >2-",
        "a: |+1",
        "- |",
        "- a: | # x",
        "a: !!str |",
        "a: &a >",
    ] {
        assert!(starts_block(line), "{line}");
    }
    for line in ["a: x |", "|", "a: |x", "# a: |", "a: b > c", "a: 'x |'"] {
        assert!(!starts_block(line), "{line}");
    }
}
