//! What keys are meant for, and which of several is chosen.

use pgp::packet::KeyFlags;

use super::row::Verdict::{Refuses, Takes};
use super::row::{Opinion, Row, row};
use crate::openpgp::maker::{MADE, Owner, binary, says, subkey};
use crate::openpgp::owner::{ALICE, IN_2020, IN_2021, export, primary, with_subkey};
use crate::support::gpg::Gpg;

const NONE: super::row::Verdict = Refuses("has no subkey to encrypt to", "--quick-add-key");

pub(super) const ROWS: &[Row] = &[
    row("a_key_for_signatures_alone", signs_alone, NONE),
    row("a_subkey_for_signatures_alone", signs, NONE),
    row("a_primary_key_for_all", for_all, Takes(0)),
    row("the_newest_subkey", newest, Takes(3)),
    row(
        "the_newest_subkey_of_a_good_algorithm",
        newest_good,
        Takes(2),
    )
    .rpgpie(Opinion::Takes(3, "leaves the algorithm for later"))
    .gnupg(Opinion::Takes(
        3,
        "knows brainpool, which not every OpenPGP program does",
    )),
    row(
        "for_messages_alone",
        |_| flagged(|flags| flags.set_encrypt_comms(true)),
        Takes(1),
    ),
    row(
        "for_files_alone",
        |_| flagged(|flags| flags.set_encrypt_storage(true)),
        Takes(1),
    ),
    row("a_subkey_that_does_not_say_what_it_is_for", silent, NONE).gnupg(Opinion::Takes(
        1,
        "goes by the algorithm where no purpose is said",
    )),
];

fn signs_alone(gpg: &Gpg) -> Vec<u8> {
    let key = primary(gpg, "never");
    export(gpg, &key)
}

fn signs(gpg: &Gpg) -> Vec<u8> {
    let key = primary(gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "ed25519", "sign", "never"]);
    gpg.add_subkey(IN_2020, [&key, "rsa2048", "auth", "never"]);
    export(gpg, &key)
}

fn for_all(gpg: &Gpg) -> Vec<u8> {
    let key = gpg.generate(IN_2020, [ALICE, "rsa2048", "sign,encr", "never"]);
    export(gpg, &key)
}

fn newest(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    gpg.add_subkey(IN_2020, [&key, "ed25519", "sign", "never"]);
    gpg.add_subkey(IN_2021, [&key, "nistp256", "encr", "never"]);
    gpg.add_subkey(&[], [&key, "ed25519", "auth", "never"]);
    export(gpg, &key)
}

fn newest_good(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    gpg.add_subkey(IN_2021, [&key, "cv25519", "encr", "never"]);
    gpg.add_subkey(&[], [&key, "brainpoolP256r1", "encr", "never"]);
    export(gpg, &key)
}

/// A subkey with such flags.
fn flagged(flags: fn(&mut KeyFlags)) -> Vec<u8> {
    let alice = Owner::new();
    let says = says(MADE).flags(flags);
    binary(&[alice.head(), alice.bound(&subkey(MADE), &says)].concat())
}

fn silent(_: &Gpg) -> Vec<u8> {
    let alice = Owner::new();
    binary(&[alice.head(), alice.bound(&subkey(MADE), &says(MADE))].concat())
}
