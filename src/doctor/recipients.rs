//! Who could decrypt the secrets, and until when?

use jiff::{Timestamp, ToSpan as _};

use super::examination::Examination;
use crate::error::{Error, Result};
use crate::recipients::{AgeRecipient, Recipient, Recipients};
use crate::reconcile::GIVE_RECIPIENT;
use crate::vault::Seal;

/// Warn this long before a key expires.
const SOON_HOURS: i64 = 30 * 24;

pub(crate) fn check(seal: &Result<Option<Seal>>, found: &mut Examination) {
    match seal {
        Ok(Some(Seal::InClear)) => found.warning(
            "recipients",
            "secrets would be written in clear (`--allow-plaintext-secrets`)",
            "except for experiments, give a recipient with `--pgp-key-file` or `--age-recipients-file`",
        ),
        Ok(Some(seal)) => {
            for (owner, recipients) in seal.groups() {
                check_group(owner, recipients, found);
            }
        }
        Ok(None) => {}
        Err(error) => found.problem("recipients", error),
    }
}

/// Checks those who can open the secrets of clients of these owners, or of all others.
fn check_group(owner: Option<&str>, recipients: &Recipients, found: &mut Examination) {
    let now = crate::now::now();
    let whose = owner.map(|owner| format!("for owners like `{owner}`: "));
    let whose = whose.unwrap_or_default();
    for recipient in recipients.openpgp() {
        check_key(&whose, recipient, now, found);
        let same = |one: &Recipient| one.fingerprint() == recipient.fingerprint();
        if !found.recipients.iter().any(same) {
            found.recipients.push(recipient.clone());
        }
    }
    for recipient in recipients.age() {
        let name = recipient.as_str();
        let message = format!("{whose}`{name}` is an age recipient, which never expires");
        found.ok("recipients", message);
        let same = |one: &AgeRecipient| one.as_str() == name;
        if !found.age_recipients.iter().any(same) {
            found.age_recipients.push(recipient.clone());
        }
    }
}

fn check_key(whose: &str, recipient: &Recipient, now: Timestamp, found: &mut Examination) {
    let key = recipient.fingerprint();
    let owner = recipient.user_id().map(|user| format!(" (`{user}`)"));
    let encrypts = match recipient.encryption_key() {
        own if own == key => "with its primary key".to_owned(),
        subkey => format!("with subkey `{subkey}`"),
    };
    let end = match recipient.expires_at() {
        Some(end) => format!("expires at {end:.0}"),
        None => "never expires".to_owned(),
    };
    let owner = owner.unwrap_or_default();
    let message = format!("{whose}`{key}`{owner} encrypts {encrypts} and {end}");
    let soon = now.saturating_add(SOON_HOURS.hours()).unwrap_or(now);
    match recipient.expires_at() {
        Some(end) if end <= soon => found.warning(
            "recipients",
            message,
            format!("have its owner extend it (`gpg --quick-set-expire {key} 1y`, and again with `'*'` at the end for the subkeys) and export it again: an expired key cannot be encrypted to"),
        ),
        _ => found.ok("recipients", message),
    }
}

/// Reports whether a recipient is missing, if so many secrets are to be generated; `refusal` is why
/// an apply would not generate them.
pub(super) fn check_need(
    seal: &Result<Option<Seal>>,
    need: Option<usize>,
    refusal: Option<&Error>,
    found: &mut Examination,
) {
    match (need, refusal) {
        (_, Some(error)) if seal.is_ok() => found.problem("recipients", error),
        _ if !matches!(seal, Ok(None)) => {}
        (Some(_), _) => found.ok("recipients", "none is given, and none is needed"),
        (None, _) => found.warning(
            "recipients",
            "none is given: `apply` fails if it has to generate a secret",
            GIVE_RECIPIENT,
        ),
    }
}
