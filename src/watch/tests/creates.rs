//! What is created, what backs off, and what is taken back.

use super::machine::{Machine, SECOND};
use crate::error::{Error, Kind};
use crate::reconcile::OutcomeKind;
use crate::watch::event::{BatchEnded, Event};

/// Clients that are being created.
fn creating(ids: &[&str]) -> Machine {
    let mut machine = Machine::running(&[]);
    for id in ids {
        machine.write(id, "");
    }
    machine.save();
    assert_eq!(machine.answer(), [format!("create {}", ids.join(" "))]);
    machine
}

#[test]
fn what_was_created_is_told_and_not_compared_again() {
    let mut machine = creating(&["a"]);
    assert!(machine.sends("a"));
    assert_eq!(machine.creates("a"), ["created a"]);
    assert_eq!(machine.end_batch("a"), ["compare due:"]);
    assert!(!machine.has_to_ask());
}

#[test]
fn a_client_that_fails_backs_off_longer_each_time() {
    let mut machine = creating(&["a"]);
    machine.sends("a");
    assert_eq!(machine.refuses("a", Kind::Unexpected, "no"), ["failed a"]);
    assert_eq!(machine.end_batch("a"), ["compare due:"]);
    assert_eq!(machine.waits(), 5 * SECOND);
    assert_eq!(machine.wait(), ["compare retry: a"]);
    assert_eq!(machine.answer(), ["create a"]);
    // The same failure is not told twice, and another one is.
    assert_eq!(machine.refuses("a", Kind::Unexpected, "no"), [""; 0]);
    machine.end_batch("a");
    assert_eq!(machine.waits(), 10 * SECOND);
    machine.wait();
    machine.answer();
    assert_eq!(
        machine.refuses("a", Kind::Unexpected, "never"),
        ["failed a"]
    );
}

#[test]
fn a_slow_attempt_makes_for_a_long_pause() {
    let mut machine = creating(&["a"]);
    machine.sends("a");
    machine.pass(4 * SECOND);
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    assert_eq!(machine.waits(), 16 * SECOND);
}

#[test]
fn a_client_that_backs_off_does_not_hold_up_a_look() {
    let mut machine = creating(&["a"]);
    machine.sends("a");
    machine.pass(10 * SECOND);
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.pass(10 * SECOND);
    assert_eq!(machine.wait(), ["read"]);
    assert_eq!(machine.read(), ["compare all: a"]);
    assert_eq!(machine.answer(), ["close"]);
}

#[test]
fn a_retry_that_finds_nothing_to_create_does_not_turn_in_circles() {
    let mut machine = creating(&["a"]);
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.wait();
    machine.is_down();
    machine.hydra.insert("a".to_owned(), None);
    machine.wait();
    machine.read();
    assert_eq!(machine.answer(), ["hydra is up", "unchanged a", "close"]);
    assert!(machine.waits() > 5 * SECOND);
}

#[test]
fn a_changed_manifest_is_tried_at_once_and_its_failure_is_news() {
    let mut machine = creating(&["a"]);
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.write("a", "scope: x\n");
    assert_eq!(machine.save(), ["compare due: a"]);
    assert_eq!(machine.answer(), ["create a"]);
    assert_eq!(machine.refuses("a", Kind::Unexpected, "no"), ["failed a"]);
}

#[test]
fn a_client_that_is_there_after_all_is_told_so() {
    let mut machine = creating(&["a"]);
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.hydra.insert("a".to_owned(), None);
    machine.wait();
    assert_eq!(machine.answer(), ["unchanged a", "close"]);
}

#[test]
fn what_was_not_sent_is_taken_back_when_its_manifest_changes_or_goes() {
    let mut machine = creating(&["a", "b", "c", "d"]);
    assert!(machine.sends("a"));
    machine.write("a", "scope: x\n");
    machine.write("b", "scope: x\n");
    machine.remove("c");
    // `a` is under way, and has its turn after that.
    assert_eq!(machine.save(), ["compare due: b"]);
    assert!(!machine.sends("b") && !machine.sends("c") && machine.sends("d"));
    assert_eq!(machine.creates("a"), ["created a", "compare due: a b"]);
}

#[test]
fn a_client_is_created_only_once_at_a_time() {
    let mut machine = creating(&["a"]);
    machine.sends("a");
    machine.wait();
    assert_eq!(machine.read(), ["compare all:"]);
    // By its name, it is the same client.
    machine.write_file("b", "client_id: b\nclient_name: n\nowner: o\n");
    machine.save();
    machine.answer();
    machine.write_file("b", "client_name: n\nowner: o\n");
    machine.sends("b");
    assert_eq!(machine.save(), ["compare due:"]);
}

#[test]
fn a_refusal_of_all_gives_back_what_was_not_sent() {
    let mut machine = creating(&["a", "b"]);
    machine.sends("a");
    assert_eq!(machine.refuses("a", Kind::Hydra, "401"), ["hydra is down"]);
    assert!(!machine.sends("b"));
    machine.wait();
    assert_eq!(machine.read(), ["compare all: a b"]);
}

#[test]
fn an_outcome_of_an_earlier_batch_is_none_of_the_newer_one() {
    let failed = OutcomeKind::Failed(Error::unexpected("cannot encrypt"));
    let created = OutcomeKind::Created { unconfirmed: false };
    for (late, told) in [
        (failed, vec![]),
        (created, vec!["hydra is up", "created b"]),
    ] {
        let mut machine = creating(&["a", "b"]);
        machine.sends("a");
        machine.refuses("a", Kind::Hydra, "401");
        machine.wait();
        machine.read();
        assert_eq!(machine.answer(), ["create a b"]);
        let actions = machine.ends_in(2, "b", late, false);
        let news = actions
            .iter()
            .filter(|action| !action.starts_with("compare"));
        assert_eq!(news.collect::<Vec<_>>(), told);
        // It is still being created.
        assert!(machine.sends("b"));
        assert_eq!(machine.state.status().creating, 2);
    }
}

#[test]
fn a_batch_that_cannot_begin_is_given_back() {
    let mut machine = creating(&["a"]);
    let failed = Event::Failed {
        error: Error::unexpected("no"),
        compared: None,
        batch: Some(2),
    };
    assert_eq!(machine.send(failed), ["notice Failure"]);
    assert!(!machine.sends("a"));
    assert_eq!(machine.settle(), ["idle"]);
}

#[test]
fn a_request_that_may_still_arrive_keeps_a_client_from_being_made_twice() {
    let mut machine = Machine::running(&[]);
    machine.write_file(
        "a",
        "client_id: a\nclient_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
    );
    machine.save();
    machine.answer();
    machine.sends("a");
    assert_eq!(machine.loses("a"), ["failed a"]);
    machine.end_batch("a");
    // The same client without its id would get another one.
    machine.write_file(
        "a",
        "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
    );
    assert_eq!(machine.save(), ["compare due: n (o)"]);
    assert_eq!(machine.answer(), ["close"]);
    machine.close();
    // It is remembered though its manifest is gone.
    machine.pass(2 * SECOND);
    assert_eq!(machine.wait(), [""; 0]);
    machine.pass(60 * SECOND);
    machine.wait();
    assert_eq!(machine.read(), ["compare all: n (o)"]);
    assert_eq!(machine.answer(), ["close"]);
    assert_eq!(machine.wait(), ["compare retry: n (o)"]);
    assert_eq!(machine.answer(), ["create n (o)"]);
}

/// Under the same id it may be sent again, and under each of the names it may arrive.
#[test]
fn a_request_that_may_still_arrive_is_known_by_the_name_that_was_sent() {
    let manifest = |id: &str, name: &str| {
        format!("{id}client_name: {name}\nowner: o\ntoken_endpoint_auth_method: none\n")
    };
    let mut machine = Machine::running(&[]);
    for name in ["n", "m"] {
        machine.write_file("a", &manifest("client_id: a\n", name));
        assert_eq!(machine.save(), ["compare due: a"]);
        assert_eq!(machine.answer(), ["create a"]);
        machine.sends("a");
        assert_eq!(machine.loses("a"), ["failed a"]);
        machine.end_batch("a");
    }
    machine.write_file("a", &manifest("client_id: a\n", "l"));
    for name in ["n", "m"] {
        machine.write_file(name, &manifest("", name));
    }
    machine.write_file("other", &manifest("", "k"));
    machine.save();
    assert_eq!(machine.answer(), ["create a k (o)"]);
}

/// The journal remembers its request: it refuses a second one, and the failure tells why.
#[test]
fn a_client_with_a_generated_secret_is_held_by_the_journal_alone() {
    let mut machine = Machine::running(&[]);
    machine.write_file("a", "client_id: a\nclient_name: n\nowner: o\n");
    machine.save();
    machine.answer();
    machine.sends("a");
    assert_eq!(machine.loses("a"), ["failed a"]);
    machine.end_batch("a");
    machine.write_file("a", "client_name: n\nowner: o\n");
    assert_eq!(machine.save(), ["compare due: n (o)"]);
    assert_eq!(machine.answer(), ["create n (o)"]);
}

#[test]
fn under_the_same_id_it_is_retried_unless_the_server_chooses_ids() {
    for chooses_ids in [false, true] {
        let mut machine = Machine::running(&[]);
        machine.write_file("a", "client_id: a\nclient_name: n\nowner: o\n");
        machine.save();
        machine.answer();
        machine.loses("a");
        machine.end_batch("a");
        machine.chooses_ids = chooses_ids;
        assert_eq!(machine.wait(), ["compare retry: a"]);
        // An id of its own is sent again, and meets the first request.
        assert_eq!(machine.answer(), ["create a"]);
    }
}

#[test]
fn without_a_recipient_it_does_not_start() {
    let mut machine = Machine::new();
    machine.no_recipient = Some(Error::secret("nobody could open it"));
    machine.write("a", "");
    machine.send(Event::Start);
    machine.read();
    let end = "end: nobody could open it";
    assert_eq!(machine.answer(), ["notice FirstPlan", end]);
}

#[test]
fn later_on_only_the_clients_without_a_recipient_fail() {
    let mut machine = Machine::running(&[]);
    machine.no_recipient = Some(Error::secret("expired"));
    machine.write("a", "");
    machine.write("b", "token_endpoint_auth_method: none\n");
    machine.save();
    assert_eq!(machine.answer(), ["failed a", "create b"]);
    // It is told once.
    machine.creates("b");
    assert_eq!(machine.end_batch("b"), ["compare due: a"]);
    assert_eq!(machine.answer(), ["close"]);
}

fn broken() -> BatchEnded {
    BatchEnded {
        broken: Some(Error::secret("no room")),
        ..BatchEnded::default()
    }
}

#[test]
fn files_that_broke_are_opened_again_when_what_is_under_way_has_ended() {
    let mut machine = creating(&["a"]);
    machine.write("b", "");
    machine.save();
    machine.answer();
    let told = machine.end_batch_as("a", broken());
    assert_eq!(told, ["notice CannotWrite", "stop creates"]);
    // Neither a save nor a look opens them before.
    machine.write("c", "");
    assert_eq!(machine.save(), [""; 0]);
    // Another one that breaks is no news.
    let again = machine.end_batch_as("b", broken());
    assert_eq!(again, ["stop creates", "compare all: a b c"]);
    assert_eq!(machine.answer(), ["create a b c"]);
    let recorded = BatchEnded {
        has_recorded: true,
        ..BatchEnded::default()
    };
    machine.creates("a");
    machine.end_batch_as("a", recorded);
    assert!(machine.state.unwritten().is_none());
}

#[test]
fn files_that_break_again_end_it() {
    let mut machine = creating(&["a"]);
    machine.end_batch_as("a", broken());
    machine.answer();
    let ended = machine.end_batch_as("a", broken());
    let end = "end: no room";
    assert_eq!(ended, ["notice CannotWrite", "stop creates", end]);
}

#[test]
fn files_that_were_changed_are_told_and_opened_again() {
    let mut machine = creating(&["a"]);
    let lost = BatchEnded {
        lost: Some(Error::secret("changed")),
        ..BatchEnded::default()
    };
    let told = machine.end_batch_as("a", lost);
    assert_eq!(
        told,
        ["notice FilesChanged", "stop creates", "compare all: a"]
    );
}

#[test]
fn secrets_that_were_not_written_are_an_error_at_the_end() {
    let mut machine = creating(&["a"]);
    machine.send(Event::Stop);
    machine.end_batch_as("a", broken());
    assert_eq!(
        machine.state.unwritten().map(|error| error.kind()),
        Some(Kind::Secret)
    );
}
