//! Where a public key is fetched from.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::client::MASK;
use crate::error::{Error, Result};
use crate::redact::{Redactor, take_credentials};

/// The address of Keybase.
pub const KEYBASE: &str = "https://keybase.io";

/// The address of public keys. `Display` shows it with its flag, but without user, password and
/// query, because each of them may be a secret.
pub struct KeyAddress {
    /// The flag, including what the address does not show.
    flag: String,
    /// Always https, without user and password.
    url: Url,
    credentials: Option<(String, SecretString)>,
}

impl KeyAddress {
    /// Parses the value of `--pgp-key-url`: `https://[user:password@]host[:port]/path`.
    ///
    /// # Errors
    /// Wrong usage (exit 64) if it is not such an address; the message never shows a password.
    pub fn url(text: &str) -> Result<Self> {
        Self::new("--pgp-key-url", "--pgp-key-url".to_owned(), text)
    }

    /// Where Keybase, or a mirror of it at `base`, has the public keys of `user`:
    /// `BASE/USER/pgp_keys.asc`. Ory's command line looks there, too.
    pub fn keybase(base: &str, user: &str) -> Result<Self> {
        // A URL silently drops these.
        if matches!(user.trim(), "" | "." | "..") {
            return Err(Error::usage("`--keybase` needs a user name").hint(
                "use the name in the address of the user's page, `https://keybase.io/NAME`",
            ));
        }
        let mut address = Self::new("--keybase-url", format!("--keybase {user}"), base)?;
        address.url.set_query(None);
        if let Ok(mut path) = address.url.path_segments_mut() {
            path.pop_if_empty().push(user).push("pgp_keys.asc");
        }
        Ok(address)
    }

    fn new(source: &str, flag: String, text: &str) -> Result<Self> {
        let mut url = Url::parse(text).map_err(|error| {
            Error::usage(format!("`{source}` is not a valid URL"))
                .because(error)
                .hint("write it as `https://HOST/PATH`; for a file, use `--pgp-key-file FILE`")
        })?;
        let credentials = take_credentials(&mut url);
        url.set_fragment(None);
        let address = Self {
            flag,
            url,
            credentials,
        };
        match address.url.scheme() {
            "https" => Ok(address),
            "http" => Err(Error::usage(format!(
                "refusing to fetch `{source} {}` over http: anybody on the network path could \
                 substitute another key and open every secret",
                address.shown()
            ))
            .hint("write `https://`, or get the key in a way you trust and pass it with `--pgp-key-file FILE`")),
            other => Err(Error::usage(format!(
                "cannot fetch `{source}`: the scheme `{other}` is not supported"
            ))
            .hint("write it as `https://HOST/PATH`; for a file, use `--pgp-key-file FILE`")),
        }
    }

    pub(super) fn to_url(&self) -> Url {
        self.url.clone()
    }

    /// User and password, for basic authentication (RFC 7617).
    pub(super) fn credentials(&self) -> Option<&(String, SecretString)> {
        self.credentials.as_ref()
    }

    /// Removes what may be secret in the address from messages about its answer.
    pub(super) fn redactor(&self) -> Redactor {
        let credential = self.credentials.iter().map(|(user, password)| {
            // A user without a password is a token.
            match password.expose_secret().is_empty() {
                true => SecretString::from(user.as_str()),
                false => password.clone(),
            }
        });
        let query = self.url.query_pairs();
        let values = query.map(|(_, value)| SecretString::from(value.into_owned()));
        Redactor::of_secrets(credential.chain(values))
    }

    /// The address without its query, which may hold a token.
    fn shown(&self) -> String {
        let mut url = self.url.clone();
        if url.query().is_some() {
            url.set_query(Some("…"));
        }
        // What looks like a port may be the start of a password that contains a slash.
        if url.port().is_some()
            && let Some((_, rest)) = url.path().rsplit_once('@')
        {
            let path = format!("/{MASK}@{rest}");
            url.set_path(&path);
        }
        // The ellipsis comes out percent-encoded.
        url.as_str().replace("?%E2%80%A6", "?…")
    }
}

impl fmt::Display for KeyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flag.as_str() {
            "--pgp-key-url" => write!(f, "--pgp-key-url {}", self.shown()),
            flag => write!(f, "{flag} ({})", self.shown()),
        }
    }
}

impl fmt::Debug for KeyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use secrecy::ExposeSecret as _;

    use super::{KEYBASE, KeyAddress};
    use crate::error::Kind;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let text = "https://us%40er:hunter2@keys.example:8443/a.asc?token=hunter3#hunter4";
        let address = KeyAddress::url(text).unwrap();
        let shown = "--pgp-key-url https://keys.example:8443/a.asc?…";
        assert_eq!(address.to_string(), shown);
        assert!(!format!("{address:?}").contains("hunter"));
        let cut = KeyAddress::url("https://u:12/hunter2@keys.example/a").unwrap();
        assert!(!format!("{cut:?}").contains("hunter"), "{cut:?}");
        let asked = "https://keys.example:8443/a.asc?token=hunter3";
        assert_eq!(address.to_url().as_str(), asked);
        let (user, password) = address.credentials().unwrap();
        assert_eq!((&**user, password.expose_secret()), ("us@er", "hunter2"));
    }

    #[test]
    fn what_is_not_fetched_is_refused_without_a_word_of_its_password() {
        for (text, words) in [
            ("alice.asc", "for a file, use `--pgp-key-file"),
            ("", "--pgp-key-url"),
            (
                "http://u:hunter2@keys.example/a?hunter2",
                "anybody on the network path",
            ),
            ("ftp://u:hunter2@keys.example/a", "scheme `ftp`"),
            ("file:///etc/alice.asc", "for a file, use `--pgp-key-file"),
            ("https://u:hunter2@", "--pgp-key-url"),
        ] {
            let error = KeyAddress::url(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            let said = format!("{error:?}");
            assert!(said.contains(words), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_the_address() {
        let asked = |base, user| {
            KeyAddress::keybase(base, user)
                .unwrap()
                .to_url()
                .to_string()
        };
        assert_eq!(
            asked(KEYBASE, "alice"),
            "https://keybase.io/alice/pgp_keys.asc"
        );
        assert_eq!(
            asked("https://mirror.example/keybase/?a", "../x y?z#%"),
            "https://mirror.example/keybase/..%2Fx%20y%3Fz%23%25/pgp_keys.asc"
        );
        for user in ["", " ", ".", ".."] {
            assert!(KeyAddress::keybase(KEYBASE, user).is_err(), "{user:?}");
        }
        let error = KeyAddress::keybase("http://mirror.example", "alice").unwrap_err();
        assert!(format!("{error:?}").contains("--keybase-url http://mirror.example"));
    }

    #[test]
    fn a_users_address_is_shown_with_the_name() {
        let address = KeyAddress::keybase(KEYBASE, "alice").unwrap();
        let shown = "--keybase alice (https://keybase.io/alice/pgp_keys.asc)";
        assert_eq!(address.to_string(), shown);
    }
}
