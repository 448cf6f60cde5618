//! The error where a secret would have no recipient.

use crate::error::Error;
use crate::text::count;

/// That many secrets would be generated, but no recipient is given.
pub(crate) fn no_recipient(secrets: usize) -> Error {
    let clients = count(secrets, "client");
    Error::secret(format!("the secrets of {clients} would be generated, but nobody could open them: no recipient is given"))
        .hint("give an OpenPGP public key with `--pgp-key-file FILE` (`gpg --export --armor YOU > FILE`)")
        .hint("to write the secrets in clear instead, give `--allow-plaintext-secrets`")
}
