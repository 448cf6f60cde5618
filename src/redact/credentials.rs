//! The user and password of a URL.

use secrecy::SecretString;
use url::Url;

/// Removes user and password from the URL and returns them percent-decoded.
pub(crate) fn take_credentials(url: &mut Url) -> Option<(String, SecretString)> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let user = decode(url.username());
    let password = url.password().map(decode);
    if user.is_empty() && password.is_none() {
        return None;
    }
    // Both fail only for URLs without a host, which were rejected earlier.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some((user, SecretString::from(password.unwrap_or_default())))
}
