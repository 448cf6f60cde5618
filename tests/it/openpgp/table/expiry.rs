//! Keys in time.

use super::row::Verdict::{Refuses, Takes};
use super::row::{Row, row};
use crate::openpgp::owner::{ALICE, IN_2021, IN_2090, export, with_subkey};
use crate::support::gpg::Gpg;

pub(super) const ROWS: &[Row] = &[
    row("without_an_end", |gpg| key(gpg, "never", "never"), Takes(1)),
    row("an_end_to_come", |gpg| key(gpg, "30y", "30y"), Takes(1)),
    row(
        "an_expired_key",
        |gpg| key(gpg, "1y", "never"),
        Refuses("expired on 2020-12-31", "--quick-set-expire"),
    ),
    row("an_expired_key_extended", extended_key, Takes(1)),
    row(
        "a_key_cut_short_later",
        cut_short,
        Refuses("expired on 2022-01-01", "--quick-set-expire"),
    ),
    row(
        "an_expired_subkey",
        |gpg| key(gpg, "never", "1y"),
        Refuses("expired on 2020-12-31", "--quick-set-expire"),
    ),
    row("an_expired_subkey_extended", extended_subkey, Takes(1)),
    row("an_older_subkey_that_lasts", older_lasts, Takes(1)),
    row(
        "a_key_from_the_future",
        from_the_future,
        Refuses("is valid only from 2090-01-01T00:00:00Z on", "clock"),
    ),
    row("a_subkey_from_the_future", future_subkey, Takes(1)),
];

fn key(gpg: &Gpg, expire: &str, subkey_expire: &str) -> Vec<u8> {
    let key = with_subkey(gpg, expire, subkey_expire);
    export(gpg, &key)
}

fn extended_key(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "1y", "never");
    gpg.run(["--quick-set-expire", &key, "3y"], b"");
    export(gpg, &key)
}

fn cut_short(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    let command = ["--quick-set-expire", &key, "1y"];
    gpg.run(IN_2021.iter().chain(&command), b"");
    export(gpg, &key)
}

fn extended_subkey(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "1y");
    let subkey = gpg.fingerprints(&key).remove(1);
    gpg.run(["--quick-set-expire", &key, "3y", &subkey], b"");
    export(gpg, &key)
}

fn older_lasts(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    gpg.add_subkey(IN_2021, [&key, "cv25519", "encr", "1y"]);
    export(gpg, &key)
}

fn from_the_future(gpg: &Gpg) -> Vec<u8> {
    let key = gpg.generate(IN_2090, [ALICE, "ed25519", "sign", "never"]);
    gpg.add_subkey(IN_2090, [&key, "cv25519", "encr", "never"]);
    export(gpg, &key)
}

fn future_subkey(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    gpg.add_subkey(IN_2090, [&key, "cv25519", "encr", "never"]);
    export(gpg, &key)
}
