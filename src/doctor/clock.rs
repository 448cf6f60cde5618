//! Does this machine's clock, which decides whether keys are valid, agree with Hydra's?

use super::examination::Examination;
use crate::error::{Error, Result};
use crate::vault::Seal;

/// The largest difference that is ignored, in seconds.
const TOLERANCE: i64 = 30;

/// Compares the clocks; `ahead` is how many seconds Hydra's is ahead.
pub(super) fn check(ahead: Option<i64>, seal: &Result<Option<Seal>>, found: &mut Examination) {
    let Some(ahead) = ahead else {
        found.ok(
            "clock",
            "not compared: Hydra's answers have no `Date` header",
        );
        return;
    };
    let apart = ahead.abs();
    if apart <= TOLERANCE {
        found.ok("clock", format!("{apart} s from Hydra's"));
        return;
    }
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    let message = format!("this machine's clock is {apart} s {side} Hydra's");
    let consequence = match seal {
        Ok(Some(Seal::To(recipients))) => {
            let there = crate::now::now().as_second() + ahead;
            let mut expired = recipients
                .iter()
                .filter(|key| key.expires_at().is_some_and(|end| end.as_second() <= there));
            let expired = expired.next().map(|key| key.fingerprint());
            expired.map(|key| format!("by Hydra's clock, key `{key}` has expired"))
        }
        Err(_) => Some("this may be why a key is refused".to_owned()),
        Ok(_) => None,
    };
    let hint = "set the clock that is wrong (`date -u` shows this machine's)";
    match consequence {
        Some(what) => {
            let error = Error::secret(format!("{message}; {what}")).hint(hint);
            found.problem("clock", &error);
        }
        None => found.warning("clock", message, hint),
    }
}
