//! Keys taken back.

use super::row::Verdict::{Refuses, Takes};
use super::row::{Opinion, Row, row};
use crate::openpgp::owner::{BOB, IN_2021, export, revoke, revoke_subkey, with_subkey};
use crate::support::gpg::Gpg;

pub(super) const ROWS: &[Row] = &[
    row(
        "a_key_revoked_as_stolen",
        |gpg| revoked(gpg, 1),
        Refuses("is revoked (compromised)", "ask its owner for the new key"),
    ),
    row(
        "a_key_revoked_as_superseded",
        |gpg| revoked(gpg, 2),
        Refuses(
            "is revoked (superseded by another key)",
            "ask its owner for the new key",
        ),
    ),
    row(
        "a_key_revoked_for_no_reason",
        |gpg| revoked(gpg, 0),
        Refuses("is revoked", "ask its owner for the new key"),
    ),
    row(
        "a_revoked_subkey",
        revoked_subkey,
        Refuses("is revoked (superseded by another key)", "--quick-add-key"),
    ),
    row(
        "the_newer_of_two_subkeys_revoked",
        |gpg| one_revoked(gpg, 2),
        Takes(1),
    ),
    row(
        "the_older_of_two_subkeys_revoked",
        |gpg| one_revoked(gpg, 1),
        Takes(2),
    ),
    row("one_of_two_user_ids_revoked", revoked_user, Takes(1)),
    row("a_revoker_named", |gpg| named(gpg, false), Takes(1)),
    row(
        "revoked_by_a_named_revoker",
        |gpg| named(gpg, true),
        Refuses("a revocation by another key", "still in use"),
    )
    .rpgpie(Opinion::Takes(1, "does not look for named revokers"))
    .gnupg(Opinion::Takes(
        1,
        "has not the revoker's key, and so does not count the revocation",
    )),
];

fn revoked(gpg: &Gpg, reason: u8) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    revoke(gpg, &key, reason);
    export(gpg, &key)
}

fn revoked_subkey(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    revoke_subkey(gpg, &key, 1);
    export(gpg, &key)
}

fn one_revoked(gpg: &Gpg, number: usize) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    gpg.add_subkey(IN_2021, [&key, "cv25519", "encr", "never"]);
    revoke_subkey(gpg, &key, number);
    export(gpg, &key)
}

fn revoked_user(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    let old = "Alice <alice@old.example>";
    gpg.run(["--quick-add-uid", &key, old], b"");
    gpg.run(["--quick-revoke-uid", &key, old], b"");
    export(gpg, &key)
}

fn named(gpg: &Gpg, revokes: bool) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    let bob = gpg.generate(&[], [BOB, "ed25519", "sign", "never"]);
    let names_bob = format!("addrevoker\n{bob}\ny\nsave\n");
    gpg.edit(&["--edit-key", &key], &names_bob).unwrap();
    if revokes {
        let words = "y\n1\n\ny\n";
        let certificate = gpg.edit(&["--desig-revoke", &key], words).unwrap();
        gpg.run(["--import"], &certificate);
    }
    export(gpg, &key)
}
