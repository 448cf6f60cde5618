//! What tells one plan from another: a digest of the creates, and of the Hydra they are for.
//!
//! Only what would be sent counts, and where. The files, their order and their paths, recipients and
//! drift do not, and of a secret only that there is one: a checksum may stand in a pull request.
//! What a plan masks when it shows a value is masked here as well.

use std::fmt;
use std::panic::resume_unwind;
use std::str::FromStr;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::change::{Creation, Plan};
use super::compare::to_json;
use super::shown::shown_alone;
use crate::client::{ClientId, Identity, SecretSource};
use crate::endpoint_name::EndpointName;
use crate::side_by_side::side_by_side;

/// What is hashed, with a version of its own. Whoever changes that makes every checksum in every pull
/// request a different one.
const FORMAT: &str = "hydra-gitops plan checksum 1";

/// The name of the digest, before its digits.
const PREFIX: &str = "sha256:";

/// With fewer clients than this, starting a thread is not worth it.
const FEW: usize = 500;

type Hash = [u8; 32];

/// The checksum of a plan. It is equal for two plans that would send the same requests to the same
/// Hydra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum(Hash);

impl Checksum {
    /// The checksum of a plan for the Hydra of that name, which has a generation of that name.
    ///
    /// It is the SHA-256 digest of a line of JSON that names both, followed by the digests of the
    /// creates in ascending order, so that the order of the manifests has no meaning.
    pub(crate) fn of(plan: &Plan, endpoint: &EndpointName, generation: &str) -> Self {
        let creations: Vec<_> = plan.creations().map(|(_, creation)| creation).collect();
        let mut creates =
            side_by_side(creations, FEW, digest).unwrap_or_else(|panic| resume_unwind(panic));
        creates.sort_unstable();
        let head = json!([FORMAT, endpoint.as_str(), generation]);
        let mut hash = Sha256::new_with_prefix(format!("{head}\n"));
        creates.iter().for_each(|create| hash.update(create));
        Self(hash.finalize().into())
    }
}

/// The digest of one create: by what later runs recognize the client, the id that its manifest
/// chooses, where its secret comes from, and all other fields of the request.
fn digest(creation: &Creation) -> Hash {
    let client = &creation.client;
    let identity = match &creation.identity {
        Some(Identity::Id(id)) => json!({"id": id.as_str()}),
        Some(Identity::Name(name)) => json!({"name": name.client_name, "owner": name.owner}),
        Some(Identity::Resource(resource)) => json!({"resource": resource.as_str()}),
        None => Json::Null,
    };
    let secret = match creation.secret {
        SecretSource::Generated => "generated",
        SecretSource::Given => "given",
        SecretSource::None => "none",
    };
    let fields = client.sent().map(|(field, value)| {
        let sent = client.masked(field).cloned();
        let sent = sent.unwrap_or_else(|| to_json(field, value));
        (field.name().to_owned(), shown_alone(field, &sent))
    });
    let mut fields = Json::Object(fields.collect::<Map<_, _>>());
    fields.sort_all_objects();
    let id = client.client_id();
    let id = id.as_ref().map(ClientId::as_str);
    Sha256::digest(json!([identity, id, secret, fields]).to_string()).into()
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Checksum {
    type Err = &'static str;

    /// Reads a checksum as it is written, or its digits alone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(PREFIX).unwrap_or(text);
        let mut hash = Hash::default();
        let is_whole = digits.len() == 2 * hash.len();
        for (index, byte) in hash.iter_mut().enumerate().filter(|_| is_whole) {
            let pair = digits.as_bytes()[2 * index..].first_chunk::<2>();
            *byte = pair.and_then(hexadecimal).ok_or(FORM)?;
        }
        is_whole.then_some(Self(hash)).ok_or(FORM)
    }
}

const FORM: &str =
    "a checksum is `sha256:` and 64 hexadecimal digits, as `hydra-gitops plan` prints it";

fn hexadecimal(pair: &[u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Checksum;
    use crate::client::Existing;
    use crate::endpoint_name::EndpointName;
    use crate::manifest::{Policy, load};
    use crate::plan::{IgnoredDrift, diff};
    use serde_json::{Value, json};
    use std::collections::HashMap;

    fn checksum_at(clients: &Value, endpoint: &str, generation: &str) -> String {
        let text = clients.to_string();
        let loaded = load(&["-".into()], &mut text.as_bytes(), &Policy::default()).unwrap();
        assert!(!loaded.has_errors(), "{:?}", loaded.findings);
        let existing: &[Existing] = &[];
        let (failed, ignored) = (HashMap::new(), IgnoredDrift::default());
        let plan = diff(
            loaded.manifests,
            existing,
            &failed,
            &|_| true,
            &ignored,
            false,
        )
        .unwrap();
        Checksum::of(&plan, &EndpointName::new(endpoint), generation).to_string()
    }

    fn checksum(clients: &Value) -> String {
        checksum_at(clients, "http://localhost:4445", "v2.2")
    }

    /// Pull requests show these: they must never change.
    #[test]
    fn the_same_plan_has_the_same_checksum_for_ever() {
        let clients = json!([
            {"client_id": "web", "redirect_uris": ["https://a.example/"], "scope": "openid x"},
            {"client_name": "n", "owner": "o", "metadata": {"b": 1.0, "token": 1, "a": {"e": [], "c": null}}},
        ]);
        assert_eq!(
            checksum(&clients),
            "sha256:23000643808c3613a62a536911242b2a8058f9ad9ba35f6a080e3cde7d4bc162"
        );
        assert_eq!(
            checksum(&json!([])),
            "sha256:0a1eb2ff1f8bec3588a77bc2af25ad1570744c91fac6460011f2a16648bbffb3"
        );
    }

    #[test]
    fn what_is_sent_counts() {
        let client = json!({"client_id": "a", "scope": "x y", "contacts": ["c", "d"]});
        let mut all = vec![checksum(&client)];
        for (field, value) in [
            ("client_id", json!("b")),
            ("scope", json!("x")),
            ("scope", json!("y x")),
            ("contacts", json!(["d", "c"])),
            ("contacts", json!(["c", "d", "e"])),
            ("contacts", json!([])),
            ("client_name", json!("")),
            ("skip_consent", json!(false)),
            ("token_endpoint_auth_method", json!("none")),
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("client_secret", json!("a-secret-of-some-length")),
            ("metadata", json!({"a": 1})),
            ("metadata", json!({"a": "1"})),
            ("metadata", json!({"a": 1.0})),
            ("metadata", json!({"api_key": "x"})),
        ] {
            let mut client = client.clone();
            client[field] = value;
            all.push(checksum(&client));
        }
        all.push(checksum(&json!([client, {"client_id": "z"}])));
        all.push(checksum_at(&client, "http://localhost:4446", "v2.2"));
        all.push(checksum_at(&client, "http://localhost:4445", "v2.1"));
        let number = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), number);
    }

    #[test]
    fn what_is_not_sent_and_secrets_do_not() {
        for (one, other) in [
            (
                json!([{"client_id": "a"}, {"client_id": "b"}]),
                json!([{"client_id": "b"}, {"client_id": "a"}]),
            ),
            (
                json!({"client_id": "a", "scope": ["x", "y"]}),
                json!({"scope": "x  y", "client_id": "a"}),
            ),
            (
                json!({"client_id": "a", "client_secret": "a-secret-of-some-length"}),
                json!({"client_id": "a", "client_secret": "another-secret-of-some-length"}),
            ),
            (
                json!({"client_id": "a", "metadata": {"x": 1, "api_key": "one"}}),
                json!({"client_id": "a", "metadata": {"api_key": "two", "x": 1}}),
            ),
            (
                json!({"client_id": "a", "client_uri": "https://u:one@a.example/"}),
                json!({"client_id": "a", "client_uri": "https://u:two@a.example/"}),
            ),
        ] {
            assert_eq!(checksum(&one), checksum(&other), "{one} {other}");
        }
        let client = json!({"client_id": "a"});
        assert_eq!(
            checksum(&client),
            checksum_at(&client, "http://127.0.0.1:4445/admin", "v2.2")
        );
    }

    #[test]
    fn a_checksum_is_read_as_it_is_written() {
        let digits = "0123456789abcdef".repeat(4);
        let written = format!("sha256:{digits}");
        for text in [&written, &digits, &digits.to_uppercase()] {
            assert_eq!(text.parse::<Checksum>().unwrap().to_string(), written);
        }
        let long = format!("{digits}0");
        let sha1 = format!("sha1:{digits}");
        let (short, wide) = (&digits[1..], format!("{}é", &digits[2..]));
        for text in [
            "",
            "sha256:",
            short,
            &long,
            &sha1,
            &wide,
            &digits.replace('0', "g"),
        ] {
            assert!(text.parse::<Checksum>().is_err(), "{text}");
        }
    }
}
