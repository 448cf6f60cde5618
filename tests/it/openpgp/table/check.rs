//! Holds a row to what it says.

use hydra_gitops::recipients::{OpenPgpRecipients, load};
use jiff::Timestamp;

use super::opinion::{gnupg, key_fingerprints, rpgpie};
use super::row::{Opinion, Row, Verdict};
use crate::openpgp::owner::ALICE;
use crate::openpgp::verdict::{encrypted, opens};
use crate::support::gpg::Gpg;

/// Makes the row's certificate, judges it, and asks the others.
pub(crate) fn check(row: &Row) {
    let gpg = Gpg::new();
    let certificate = (row.make)(&gpg);
    let keys = key_fingerprints(&certificate);
    let expected = match row.verdict {
        Verdict::Takes(index) => {
            taken(&gpg, &certificate, &keys, index);
            Some(index)
        }
        Verdict::Refuses(words, hint) => {
            refused(&certificate, &keys, words, hint);
            None
        }
    };
    let place = |choice: Option<String>| {
        choice.map(|key| keys.iter().position(|other| *other == key).unwrap())
    };
    let opinions = [
        opinion(
            "rpgpie",
            row.rpgpie,
            expected,
            place(rpgpie(&certificate, &keys)),
        ),
        opinion(
            "GnuPG",
            row.gnupg,
            expected,
            place(gnupg(&certificate, &keys)),
        ),
    ];
    let surprises: Vec<String> = opinions.into_iter().flatten().collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
}

/// What is surprising about somebody's opinion: `choice` is the key that they encrypt to.
fn opinion(
    who: &str,
    opinion: Opinion,
    ours: Option<usize>,
    choice: Option<usize>,
) -> Option<String> {
    let (said, why) = match opinion {
        Opinion::Same => (ours, "it agrees"),
        Opinion::Takes(index, why) => (Some(index), why),
        Opinion::Refuses(why) => (None, why),
        Opinion::Either(index, why) => (choice.and(Some(index)), why),
    };
    let may_agree = matches!(opinion, Opinion::Same | Opinion::Either(..));
    if said == ours && !may_agree {
        return Some(format!(
            "{who} is said to differ, and the row says that it does not"
        ));
    }
    (choice != said).then(|| format!("{who} takes {choice:?} and not {said:?} ({why})"))
}

/// That this one of its keys is encrypted to, and that GnuPG opens the message, if it made the key.
fn taken(gpg: &Gpg, certificate: &[u8], keys: &[String], index: usize) {
    let mut loaded = load(certificate, "a test", Timestamp::now()).unwrap();
    assert_eq!(loaded.len(), 1);
    let recipient = loaded.remove(0);
    assert_eq!(recipient.fingerprint(), keys[0]);
    assert_eq!(recipient.encryption_key(), keys[index]);
    assert!(recipient.user_id().is_none_or(|user| user == ALICE));
    if gpg.try_run(["--list-secret-keys", &keys[0]], b"").is_ok() {
        opens(
            gpg,
            &encrypted(&OpenPgpRecipients::new([recipient]).unwrap()),
        );
    }
}

/// That it is refused in these words, by its name, and that there is something to do about it.
fn refused(certificate: &[u8], keys: &[String], words: &str, hint: &str) {
    let error = load(certificate, "a test", Timestamp::now()).unwrap_err();
    let message = error.to_string();
    let name = keys.first().map_or("", |key| key);
    for words in [name, ALICE, "from `a test`", words] {
        assert!(message.contains(words), "`{words}` is not in: {message}");
    }
    assert_eq!(error.hints().len(), 1);
    assert!(error.hints()[0].text().contains(hint), "{error:?}");
}
