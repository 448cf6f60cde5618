//! Who could decrypt the secrets, and until when?

use jiff::{Timestamp, ToSpan as _};

use super::examination::Examination;
use crate::error::Result;
use crate::recipients::Recipient;
use crate::reconcile::no_recipient;
use crate::vault::Seal;

/// Warn this long before a key expires.
const SOON_HOURS: i64 = 30 * 24;

pub(crate) fn check(seal: &Result<Option<Seal>>, found: &mut Examination) {
    match seal {
        Ok(Some(Seal::To(recipients))) => {
            let now = crate::now::now();
            for recipient in recipients.openpgp() {
                check_key(recipient, now, found);
                found.recipients.push(recipient.clone());
            }
            for recipient in recipients.age() {
                let message = format!(
                    "`{}` is an age recipient, which never expires",
                    recipient.as_str()
                );
                found.ok("recipients", message);
                found.age_recipients.push(recipient.clone());
            }
        }
        Ok(Some(Seal::InClear)) => found.warning(
            "recipients",
            "secrets would be written in clear (`--allow-plaintext-secrets`)",
            "except for experiments, give an OpenPGP public key with `--pgp-key-file`",
        ),
        Ok(None) => {}
        Err(error) => found.problem("recipients", error),
    }
}

fn check_key(recipient: &Recipient, now: Timestamp, found: &mut Examination) {
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
    let message = format!("`{key}`{owner} encrypts {encrypts} and {end}");
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

/// Reports whether a recipient is missing, if so many secrets are to be generated.
pub(super) fn check_need(
    seal: &Result<Option<Seal>>,
    need: Option<usize>,
    found: &mut Examination,
) {
    match need {
        _ if !matches!(seal, Ok(None)) => {}
        Some(0) => found.ok("recipients", "none is given, and none is needed"),
        Some(secrets) => found.problem("recipients", &no_recipient(secrets)),
        None => found.warning(
            "recipients",
            "none is given: `apply` fails if it has to generate a secret",
            "give an OpenPGP public key with `--pgp-key-file FILE` (`gpg --export --armor YOU > FILE`)",
        ),
    }
}
