//! Who could open the secrets, and for how long still?

use jiff::{Timestamp, ToSpan as _};

use super::command::DoctorArgs;
use super::findings::Findings;
use super::manifests::Need;
use crate::error::Error;
use crate::recipients::{Recipient, Recipients};
use crate::reconcile::no_recipient;
use crate::report::doctor::Key;

/// How long before its end a key's expiry is spoken of.
const SOON_HOURS: i64 = 30 * 24;

/// What was given to open secrets with.
#[derive(Debug)]
pub(super) enum Keys {
    /// These recipients.
    Given(Recipients),
    /// Nobody, and secrets in clear were not asked for.
    Nobody,
    /// Secrets in clear were asked for.
    InClear,
    /// Keys that are refused.
    Refused,
}

/// Judges the keys.
pub(super) fn check(args: &DoctorArgs, findings: &mut Findings) -> Keys {
    let in_clear = args.allow_plaintext_secrets;
    match args.keys.recipients() {
        Ok(Some(_)) if in_clear => {
            let error = Error::usage("`--allow-plaintext-secrets` and a recipient are both given");
            findings.problem("recipients", &error.hint("leave one of them out"));
            Keys::Refused
        }
        Ok(Some(recipients)) => {
            let now = crate::now::now();
            recipients
                .iter()
                .for_each(|recipient| say(recipient, now, findings));
            Keys::Given(recipients)
        }
        Ok(None) if in_clear => {
            findings.warning(
                "recipients",
                "secrets would be written in clear (`--allow-plaintext-secrets`)",
                "give an OpenPGP public key with `--pgp-key-file`, unless this is only for trying things out",
            );
            Keys::InClear
        }
        Ok(None) => Keys::Nobody,
        Err(error) => {
            findings.problem("recipients", &error);
            Keys::Refused
        }
    }
}

fn say(recipient: &Recipient, now: Timestamp, findings: &mut Findings) {
    let key = recipient.fingerprint();
    findings.examination.recipients.push(Key {
        fingerprint: key.to_owned(),
        user_id: recipient.user_id().map(str::to_owned),
        encryption_key: recipient.encryption_key(),
        expires_at: recipient.expires_at().map(|end| format!("{end:.0}")),
    });
    let owner = recipient.user_id().map(|user| format!(" (`{user}`)"));
    let encrypts = match recipient.encryption_key() {
        own if own == key => "with its primary key".to_owned(),
        subkey => format!("with subkey `{subkey}`"),
    };
    let end = match recipient.expires_at() {
        Some(end) => format!("expires at {end:.0}"),
        None => "never expires".to_owned(),
    };
    let message = format!(
        "`{key}`{} encrypts {encrypts} and {end}",
        owner.unwrap_or_default()
    );
    let soon = now.saturating_add(SOON_HOURS.hours()).unwrap_or(now);
    match recipient.expires_at() {
        Some(end) if end <= soon => findings.warning(
            "recipients",
            message,
            format!("from then on nothing can be encrypted to it: have it extended (`gpg --quick-set-expire {key} 1y`, and the same with `'*'` at its end for the subkeys) and exported anew"),
        ),
        _ => findings.ok("recipients", message),
    }
}

/// Says whether a recipient is missing.
pub(super) fn check_need(keys: &Keys, need: Need, findings: &mut Findings) {
    if !matches!(keys, Keys::Nobody) {
        return;
    }
    match need {
        Need::Secrets(0) => findings.ok("recipients", "none is given, and none is needed"),
        Need::Secrets(secrets) => findings.problem("recipients", &no_recipient(secrets)),
        Need::Unknown => findings.warning(
            "recipients",
            "none is given: `apply` stops where a secret would be generated",
            "give an OpenPGP public key with `--pgp-key-file FILE` (`gpg --export --armor YOU > FILE`)",
        ),
    }
}
