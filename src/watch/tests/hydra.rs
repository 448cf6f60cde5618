//! When Hydra is asked, and what is told of it.

use std::time::Duration;

use super::machine::{INTERVAL, Machine, SECOND};
use crate::error::{Error, Kind};
use crate::watch::event::{BatchEnded, Event};
use crate::watch::news::Reloaded;
use crate::watch::queue::Which;
use crate::watch::timers::SCAN;

#[test]
fn hydra_is_looked_at_every_interval_and_all_clients_are_compared() {
    let mut machine = Machine::running(&["a", "b"]);
    assert_eq!(machine.waits(), INTERVAL);
    assert_eq!(machine.wait(), ["read"]);
    machine.hydra.remove("b");
    assert_eq!(machine.read(), ["compare all: a b"]);
    assert_eq!(machine.answer(), ["create b"]);
    assert_eq!(machine.waits(), SCAN.min(INTERVAL));
}

#[test]
fn with_an_interval_of_zero_it_is_never_looked_at() {
    let machine = Machine::with(None, None);
    assert_eq!(machine.waits(), SCAN);
}

#[test]
fn where_nothing_is_due_it_is_asked_only_if_an_earlier_run_left_something() {
    let mut machine = Machine::running(&[]);
    machine.wait();
    assert_eq!(machine.read(), ["compare all:"]);
    assert!(!machine.has_to_ask());
    assert_eq!(machine.send(Event::NothingToDo(Which::All)), [""; 0]);
    assert_eq!(machine.waits(), INTERVAL);
}

#[test]
fn an_outage_is_told_once_and_hydra_is_asked_again_after_growing_pauses() {
    let mut machine = Machine::running(&["a"]);
    machine.wait();
    machine.read();
    assert_eq!(machine.is_down(), ["hydra is down"]);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        pauses.push(machine.waits());
        assert_eq!(machine.wait(), ["read"]);
        assert_eq!(machine.read(), ["compare all: a"]);
        assert_eq!(machine.is_down(), [""; 0]);
    }
    assert_eq!(
        pauses[..2],
        [Duration::from_millis(250), Duration::from_millis(375)]
    );
    assert_eq!(pauses[11], 5 * SECOND);
    assert_eq!(machine.answer(), ["hydra is up", "close"]);
}

#[test]
fn an_outage_is_told_again_only_with_other_hints() {
    let mut machine = Machine::running(&["a"]);
    let down = |why: &str, hint: &str| Error::hydra(why).hint(hint);
    assert_eq!(machine.fail(down("silent", "start it")), ["hydra is down"]);
    assert_eq!(machine.fail(down("reset", "start it")), [""; 0]);
    assert_eq!(machine.fail(down("401", "give a token")), ["hydra is down"]);
    assert_eq!(machine.fail(down("silent", "start it")), [""; 0]);
}

#[test]
fn while_it_is_down_the_only_question_is_whether_it_is_back() {
    let mut machine = Machine::running(&["a"]);
    machine.is_down();
    machine.pass(2 * INTERVAL);
    machine.wait();
    machine.read();
    machine.is_down();
    // Neither a look nor a retry of clients, but the retry of Hydra.
    assert_eq!(machine.waits(), Duration::from_millis(375));
    // What it lost is not known.
    machine.write("b", "");
    assert_eq!(machine.save(), ["compare all: a b"]);
    assert_eq!(machine.send(Event::Abandoned(None)), [""; 0]);
}

#[test]
fn one_that_comes_back_gets_every_client_without_waiting() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.is_down();
    machine.wait();
    assert_eq!(machine.read(), ["compare all: a"]);
    assert_eq!(machine.answer(), ["hydra is up", "create a"]);
}

#[test]
fn another_version_is_told_and_counts_as_another_hydra() {
    let mut machine = Machine::running(&["a"]);
    machine.version = "v2.0.3";
    machine.wait();
    machine.read();
    assert_eq!(machine.answer(), ["hydra is another one", "close"]);
    machine.wait();
    machine.read();
    assert_eq!(machine.answer(), ["close"]);
}

#[test]
fn one_that_refuses_to_create_is_back_only_when_it_creates() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    assert_eq!(machine.answer(), ["create a"]);
    assert_eq!(machine.refuses("a", Kind::Hydra, "401"), ["hydra is down"]);
    let refused = || BatchEnded {
        is_refused: true,
        ..Default::default()
    };
    assert_eq!(machine.end_batch_as("a", refused()), [""; 0]);
    machine.wait();
    machine.read();
    // It answers questions as before.
    assert_eq!(machine.answer(), ["create a"]);
    assert_eq!(
        machine.creates("a"),
        ["hydra is up", "created a", "compare due:"]
    );
}

#[test]
fn new_keys_and_tokens_are_tried_at_once() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    let reloaded = Event::Reloaded(Some(Reloaded {
        keys: None,
        connection: None,
    }));
    assert_eq!(machine.send(reloaded), ["notice Reloaded", "read"]);
    assert_eq!(machine.read(), ["compare due: a"]);
}

#[test]
fn keys_that_cannot_be_read_in_time_change_nothing() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    assert_eq!(
        machine.send(Event::Reloaded(None)),
        ["notice NotReloaded", "read"]
    );
    assert_eq!(machine.read(), ["compare due:"]);
    assert!(!machine.has_to_ask());
}

#[test]
fn a_client_that_hydra_cannot_read_is_looked_up_again_without_an_interval() {
    let mut machine = Machine::with(None, None);
    machine.write("a", "");
    machine.unreadable.insert("a".to_owned());
    machine.send(Event::Start);
    machine.read();
    assert!(machine.answer().contains(&"failed a".to_owned()));
    machine.close();
    machine.settle();
    assert_eq!(machine.wait(), ["compare retry: a"]);
    // It is told once.
    assert_eq!(machine.answer(), ["close"]);
    machine.close();
    machine.unreadable.clear();
    assert_eq!(machine.wait(), ["compare retry: a"]);
    assert_eq!(machine.answer(), ["create a"]);
}

#[test]
fn a_signal_before_the_first_reading_leaves_work() {
    assert!(Machine::new().state.is_pending());
}
