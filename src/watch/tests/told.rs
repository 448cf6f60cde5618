//! What is told, what is not told twice, and what is left to do at the end.

use super::machine::{Machine, SECOND};
use crate::client::ClientId;
use crate::error::Kind;
use crate::reconcile::OutcomeKind;
use crate::watch::event::Event;
use crate::watch::news::{ClientNews, News, Subject};

#[test]
fn drift_is_told_once_and_again_when_it_changes() {
    let mut machine = Machine::running(&["a"]);
    let mut look = |scope| {
        machine.hydra.insert("a".to_owned(), scope);
        machine.wait();
        machine.read();
        machine.answer()
    };
    assert_eq!(look(Some("x")), ["drifted a", "close"]);
    assert_eq!(look(Some("x")), ["close"]);
    assert_eq!(look(Some("y")), ["drifted a", "close"]);
    assert_eq!(look(None), ["unchanged a", "close"]);
    assert_eq!(look(None), ["close"]);
}

#[test]
fn findings_are_told_at_once_when_it_starts() {
    let mut machine = Machine::new();
    machine.write_file("a", "nonsense\n");
    machine.send(Event::Start);
    let told = ["m/a.yaml is Invalid", "notice Findings", "compare all:"];
    assert_eq!(machine.read(), told);
}

#[test]
fn later_on_findings_wait_until_the_manifests_are_calm() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "nonsense\n");
    assert_eq!(machine.save(), ["compare due:"]);
    assert_eq!(machine.waits(), SECOND);
    // A save has just begun.
    machine.pass(SECOND);
    assert_eq!(machine.send(Event::Timer { has_hints: true }), [""; 0]);
    assert_eq!(machine.wait(), ["m/a.yaml is Invalid", "notice Findings"]);
    // Each is told once.
    machine.write("b", "");
    machine.save();
    assert!(machine.waits() > SECOND);
    machine.write("a", "");
    machine.save();
    assert_eq!(machine.wait(), ["m/a.yaml is Valid"]);
}

#[test]
fn findings_come_after_the_clients_of_the_same_save() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "nonsense\n");
    machine.write("b", "");
    assert_eq!(machine.save(), ["compare due: b"]);
    // Hydra is slow to answer.
    machine.pass(SECOND / 2);
    machine.answer();
    assert_eq!(machine.waits(), SECOND);
}

#[test]
fn a_save_in_progress_shows_nothing() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "nonsense\n");
    machine.save();
    machine.write("a", "");
    machine.save();
    assert!(machine.waits() > SECOND);
}

#[test]
fn nothing_is_told_of_a_file_that_is_being_written() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "nonsense\n");
    machine.unfinished.insert("m/a.yaml".to_owned());
    machine.save();
    assert!(machine.waits() > SECOND);
}

#[test]
fn an_invalid_file_that_is_deleted_is_gone() {
    let mut machine = Machine::running(&[]);
    machine.write_file("a", "nonsense\n");
    machine.save();
    machine.wait();
    machine.remove("a");
    machine.gone.insert("m/a.yaml".to_owned());
    machine.save();
    assert_eq!(machine.wait(), ["m/a.yaml is Gone"]);
}

#[test]
fn findings_do_not_wait_for_a_hydra_that_is_asked() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "nonsense\n");
    machine.save();
    machine.pass(SECOND);
    let busy = Event::TimerWhileAsking { has_hints: true };
    assert_eq!(machine.send(busy), [""; 0]);
    machine.pass(SECOND);
    let calm = Event::TimerWhileAsking { has_hints: false };
    assert_eq!(
        machine.send(calm),
        ["m/a.yaml is Invalid", "notice Findings"]
    );
}

#[test]
fn a_manifest_that_is_gone_is_told_when_it_is_calm() {
    let mut machine = Machine::running(&["a", "b"]);
    machine.remove("a");
    machine.remove("b");
    machine.save();
    assert_eq!(machine.wait(), ["look up a b"]);
    let client = |id| Subject {
        id: ClientId::new(id),
        ..Subject::default()
    };
    let looked_up = Event::LookedUpGone {
        clients: vec![(client("a"), None), (client("b"), None)],
        in_hydra: Some(ClientId::new("a").into_iter().collect()),
    };
    assert_eq!(machine.send(looked_up), ["unmanaged a, gone b"]);
    // Where nobody could be asked, both may be there.
    let looked_up = Event::LookedUpGone {
        clients: vec![(client("a"), None)],
        in_hydra: None,
    };
    assert_eq!(machine.send(looked_up), ["unmanaged a"]);
}

#[test]
fn while_hydra_is_down_it_is_not_asked_who_stays() {
    let mut machine = Machine::running(&["a"]);
    machine.is_down();
    machine.remove("a");
    machine.save();
    machine.pass(SECOND);
    machine.send(Event::Timer { has_hints: false });
    machine.is_down();
    assert_eq!(
        machine.send(Event::Timer { has_hints: false }),
        ["do not ask for a"]
    );
}

#[test]
fn a_manifest_that_goes_while_its_client_is_created_is_told_after_that() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.sends("a");
    machine.remove("a");
    machine.save();
    assert!(machine.waits() > SECOND);
    assert_eq!(machine.creates("a"), ["created a"]);
    machine.end_batch("a");
    assert_eq!(machine.wait(), ["look up a"]);
}

#[test]
fn nothing_is_gone_while_something_is_wrong_with_its_file() {
    let mut machine = Machine::running(&["a"]);
    machine.write_file("a", "client_id: b\nno_such: field\n");
    machine.save();
    assert_eq!(machine.wait(), ["m/a.yaml is Invalid", "notice Findings"]);
}

#[test]
fn a_client_that_got_its_id_is_no_other_client() {
    let mut machine = Machine::running(&[]);
    machine.write_file("a", "client_name: n\nowner: o\n");
    machine.save();
    machine.answer();
    machine.ends("n (o)", OutcomeKind::Created { unconfirmed: false }, false);
    machine.end_batch("n (o)");
    machine.hydra.insert("n (o)".to_owned(), None);
    machine.write_file("a", "client_id: n (o)\nclient_name: n\nowner: o\n");
    machine.save();
    machine.answer();
    assert_eq!(machine.wait(), [""; 0]);
}

#[test]
fn that_all_is_done_is_told_once() {
    let mut machine = Machine::new();
    machine.write("a", "");
    machine.send(Event::Start);
    machine.read();
    machine.answer();
    assert_eq!(machine.settle(), [""; 0]);
    machine.creates("a");
    machine.end_batch("a");
    assert_eq!(machine.send(Event::Settled { has_hints: true }), [""; 0]);
    assert_eq!(machine.settle(), ["idle"]);
    assert_eq!(machine.settle(), [""; 0]);
    let totals = machine.news.iter().find_map(|news| match news {
        News::Idle(totals) => Some((totals.clients, totals.failed)),
        _ => None,
    });
    assert_eq!(totals, Some((1, 0)));
    machine.is_down();
    assert_eq!(machine.settle(), [""; 0]);
}

#[test]
fn how_long_it_took_counts_from_the_save() {
    let mut machine = Machine::running(&["b"]);
    machine.write("a", "");
    machine.save();
    machine.is_down();
    machine.pass(7 * SECOND);
    machine.wait();
    machine.read();
    machine.answer();
    machine.creates("a");
    let took = machine.news.iter().find_map(|news| match news {
        News::Client(_, ClientNews::Created { took, .. }) => Some(*took),
        _ => None,
    });
    assert_eq!(took, Some(7 * SECOND));
}

#[test]
fn at_the_end_it_is_known_whether_something_is_left_to_do() {
    let mut machine = Machine::running(&["a"]);
    machine.send(Event::Stop);
    assert!(!machine.state.is_pending());
    // A batch of hints is work; a look is none.
    let mut machine = Machine::running(&["a"]);
    machine.hint();
    assert!(machine.state.is_pending());
    let mut machine = Machine::running(&["a"]);
    machine.wait();
    assert!(!machine.state.is_pending());
    let mut machine = Machine::running(&["a"]);
    machine.is_down();
    assert!(machine.state.is_pending());
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.refuses("a", Kind::Unexpected, "no");
    machine.end_batch("a");
    machine.settle();
    assert!(machine.state.is_pending());
}

#[test]
fn at_the_end_what_was_sent_is_finished_and_nothing_new_is_compared() {
    let mut machine = Machine::running(&[]);
    machine.write("a", "");
    machine.save();
    machine.answer();
    machine.sends("a");
    machine.write("a", "scope: x\n");
    machine.save();
    assert_eq!(
        machine.send(Event::Stop),
        ["stop creates", "notice Stopping"]
    );
    assert_eq!(machine.creates("a"), ["created a"]);
    assert_eq!(machine.end_batch("a"), [""; 0]);
    assert!(machine.state.is_pending());
}
