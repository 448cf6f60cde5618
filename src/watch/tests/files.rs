//! When the files are read, and when what was read is acted on.

use super::machine::{INTERVAL, Machine, SECOND};
use crate::error::Error;
use crate::watch::event::Event;
use crate::watch::timers::{POLL, SCAN};

#[test]
fn it_starts_by_reading_and_comparing_everything() {
    let mut machine = Machine::new();
    machine.write("a", "");
    assert_eq!(machine.send(Event::Start), ["read"]);
    assert_eq!(machine.read(), ["compare all: a"]);
    assert!(machine.has_to_ask());
}

#[test]
fn the_first_plan_is_told_even_without_manifests() {
    let mut machine = Machine::new();
    machine.send(Event::Start);
    assert_eq!(machine.read(), ["compare all:"]);
    assert!(machine.has_to_ask());
    assert_eq!(machine.answer(), ["notice FirstPlan", "close"]);
}

#[test]
fn only_what_changed_is_compared() {
    let mut machine = Machine::running(&["a", "b"]);
    machine.write("b", "scope: x\n");
    machine.write("c", "");
    assert_eq!(machine.save(), ["compare due: b c"]);
}

#[test]
fn where_the_contents_are_the_same_hydra_is_not_asked() {
    let mut machine = Machine::running(&["a"]);
    assert_eq!(machine.save(), [""; 0]);
}

#[test]
fn files_are_read_without_a_hint_every_so_often() {
    let mut machine = Machine::with(None, None);
    machine.send(Event::Start);
    machine.read();
    machine.answer();
    machine.close();
    assert_eq!(machine.waits(), SCAN);
    assert_eq!(machine.wait(), ["read"]);
    assert_eq!(machine.read(), [""; 0]);
    assert_eq!(machine.waits(), SCAN);
}

#[test]
fn a_change_without_a_hint_is_acted_on_when_it_is_read_twice_alike() {
    let mut machine = Machine::running(&["a"]);
    machine.write("b", "");
    machine.pass(SCAN - SECOND);
    machine.wait();
    // A look at Hydra came first: it waits for what the files become.
    assert_eq!(machine.read(), ["read again"]);
    machine.write("b", "scope: x\n");
    assert_eq!(machine.hint(), ["read"]);
    assert_eq!(machine.read(), ["read again"]);
    assert_eq!(machine.hint(), ["read"]);
    assert_eq!(machine.read(), ["compare all: a b"]);
}

#[test]
fn contents_that_never_stay_the_same_are_acted_on_after_a_while() {
    let mut machine = Machine::running(&["a"]);
    machine.hint_as(true);
    machine.write("b", "");
    assert_eq!(machine.read(), ["read again"]);
    machine.pass(11 * SECOND);
    machine.write("b", "scope: x\n");
    machine.hint();
    assert_eq!(machine.read(), ["compare due: b"]);
}

#[test]
fn where_hints_were_lost_a_change_is_read_again() {
    let mut machine = Machine::running(&["a"]);
    machine.write("b", "");
    assert_eq!(machine.hint_as(true), ["read"]);
    assert_eq!(machine.read(), ["read again"]);
}

#[test]
fn a_new_folder_is_read_again_because_nothing_was_heard_in_it() {
    let mut machine = Machine::running(&["a"]);
    machine.write("b", "");
    machine.hint();
    let mut reading = machine.reading();
    reading.has_new_folder = true;
    assert_eq!(machine.send(Event::Read(Ok(reading))), ["read again"]);
    assert_eq!(machine.save(), ["compare due: b"]);
}

#[test]
fn a_file_that_is_being_written_is_not_acted_on() {
    let mut machine = Machine::running(&["a"]);
    machine.write("b", "");
    machine.unfinished.insert("m/b.yaml".to_owned());
    assert_eq!(machine.save(), ["compare due:"]);
    assert!(!machine.has_to_ask());
    machine.unfinished.clear();
    assert_eq!(machine.save(), ["compare due: b"]);
}

#[test]
fn where_the_system_is_deaf_files_are_polled() {
    let mut machine = Machine::with(None, None);
    let deaf = Event::Deaf(Error::unexpected("deaf"));
    assert_eq!(machine.send(deaf), ["notice Polling"]);
    assert_eq!(machine.waits(), POLL);
    let machine = Machine::with(None, Some(SECOND));
    assert_eq!(machine.waits(), SECOND);
}

#[test]
fn files_that_cannot_be_read_are_told_once_and_hydra_is_still_looked_at() {
    let mut machine = Machine::running(&["a"]);
    let failed = || Event::Read(Err(Error::unexpected("cannot read")));
    machine.hint();
    assert_eq!(machine.send(failed()), ["notice Failure"]);
    machine.pass(INTERVAL);
    machine.wait();
    assert_eq!(machine.send(failed()), ["compare all: a"]);
}

#[test]
fn what_waiting_does_not_cure_ends_it() {
    for error in [Error::secret("no room"), Error::usage("wrong")] {
        let mut machine = Machine::running(&[]);
        let said = format!("end: {error}");
        assert_eq!(machine.fail(error), [said]);
    }
}
