//! From a file of recipients to recipients, or to an error that says all that is wrong with it.

use super::encrypt::AgeRecipient;
use super::parse::judge;
use super::refusal::Refusal;
use crate::error::{Error, Result};

/// The longest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The most refused lines that are named.
const MAX_NAMED: usize = 10;

/// The recipients in a file, one a line, at least one. Empty lines and lines that begin with `#` are
/// skipped, as `age -R` does. `origin` is the path that messages name.
///
/// # Errors
/// When there is none, or a line is not a recipient that is safe to encrypt to (exit 6). Lines are
/// named by number and not shown, because one may be a private identity.
pub fn load_age(content: &[u8], origin: &str) -> Result<Vec<AgeRecipient>> {
    let cannot = |why: &str| {
        Error::secret(format!(
            "no age recipients can be read from `{origin}`: {why}"
        ))
    };
    if content.len() > MAX_BYTES {
        return Err(cannot("it is longer than 1 MiB").hint("name a file of recipients, one a line"));
    }
    let Ok(text) = std::str::from_utf8(content) else {
        return Err(cannot("it is not text").hint("name a file of recipients, one a line"));
    };
    if text.contains("BEGIN PGP") {
        return Err(cannot(&Refusal::OpenPgp.to_string()).hint(Refusal::OpenPgp.advice()));
    }
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (mut recipients, mut refused) = (Vec::new(), Vec::new());
    for (number, line) in lines {
        match judge(line) {
            Ok(recipient) => recipients.push(recipient),
            Err(why) => refused.push((number, why)),
        }
    }
    if !refused.is_empty() {
        return Err(error(&refused, origin));
    }
    match recipients.is_empty() {
        true => Err(cannot("it has none").hint(Refusal::Empty.advice())),
        false => Ok(recipients),
    }
}

fn error(refused: &[(usize, Refusal)], origin: &str) -> Error {
    // The lines of a private key lead to many refusals, of which this is the one that matters.
    let private = refused
        .iter()
        .find(|(_, why)| *why == Refusal::PrivateIdentity);
    let named = match private {
        Some(private) => std::slice::from_ref(private),
        None => &refused[..refused.len().min(MAX_NAMED)],
    };
    let mut said: Vec<_> = named
        .iter()
        .map(|(line, why)| format!("line {line}: {why}"))
        .collect();
    let left = refused.len() - named.len();
    if private.is_none() && left > 0 {
        said.push(format!("and {left} more"));
    }
    let what = format!(
        "no age recipients can be read from `{origin}`: {}",
        said.join("; ")
    );
    let mut advice: Vec<_> = named.iter().map(|(_, why)| why.advice()).collect();
    advice.dedup();
    advice
        .into_iter()
        .fold(Error::secret(what), |error, advice| error.hint(advice))
}
