//! What is expected of keys that GnuPG exports.

use hydra_gitops::error::Error;
use hydra_gitops::recipients::{OpenPgpRecipients, Recipient, load};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::openpgp::owner::ALICE;
use crate::support::gpg::Gpg;

pub(crate) const PLAINTEXT: &str = "s3cret_with.dots\tand \u{fc}nic\u{f6}de\n";

/// The one recipient that the exported key gives.
#[track_caller]
pub(crate) fn recipient(gpg: &Gpg, key: &str) -> Recipient {
    let mut loaded = load(&gpg.export(key), "a test", Timestamp::now()).unwrap();
    assert_eq!(loaded.len(), 1);
    loaded.remove(0)
}

/// That the key is taken, that this key of it (0 is the primary) is encrypted to, and that GnuPG
/// opens the message.
#[track_caller]
pub(crate) fn taken(gpg: &Gpg, key: &str, chosen: usize) {
    let recipient = recipient(gpg, key);
    assert_eq!(recipient.fingerprint(), gpg.fingerprint(key));
    assert_eq!(recipient.user_id(), Some(ALICE));
    assert_eq!(recipient.encryption_key(), gpg.fingerprints(key)[chosen]);
    opens(
        gpg,
        &encrypted(&OpenPgpRecipients::new([recipient]).unwrap()),
    );
}

pub(crate) fn encrypted(recipients: &OpenPgpRecipients) -> String {
    recipients.encrypt(&SecretString::from(PLAINTEXT)).unwrap()
}

#[track_caller]
pub(crate) fn opens(gpg: &Gpg, message: &str) {
    let opened = gpg.run(["--decrypt"], message.as_bytes());
    assert_eq!(String::from_utf8(opened).unwrap(), PLAINTEXT);
}

/// That the key is refused in these words.
#[track_caller]
pub(crate) fn refused(gpg: &Gpg, key: &str, words: &str) -> Error {
    let error = load(&gpg.export(key), "a test", Timestamp::now()).unwrap_err();
    let expected = format!("key `{key}` (`{ALICE}`) from `a test` ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(error.hints().len(), 1);
    error
}
