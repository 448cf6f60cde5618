//! Opened secrets in the formats that other tools read. What is made here holds secrets in clear, and
//! is wiped.

use secrecy::ExposeSecret as _;
use serde_json::json;
use zeroize::Zeroizing;

use crate::vault::{Exported, SecretKeys, quoted_yaml};
use crate::wiped;

/// Kubernetes Secrets, for `kubectl apply -f -`.
pub(crate) fn kubernetes(all: &[Exported], keys: &SecretKeys) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for one in all {
        wiped::push(&mut text, "---\napiVersion: v1\nkind: Secret\nmetadata:\n");
        wiped::push(
            &mut text,
            &format!("    name: {}\n", quoted_yaml(&one.name)),
        );
        if let Some(namespace) = &one.namespace {
            wiped::push(
                &mut text,
                &format!("    namespace: {}\n", quoted_yaml(namespace)),
            );
        }
        wiped::push(&mut text, "type: Opaque\nstringData:\n");
        wiped::push(
            &mut text,
            &format!("    {}: {}\n", keys.id, quoted_yaml(&one.client_id)),
        );
        let secret = Zeroizing::new(quoted_yaml(one.secret.expose_secret()));
        wiped::push(&mut text, &format!("    {}: ", keys.secret));
        wiped::push(&mut text, &secret);
        wiped::push(&mut text, "\n");
    }
    text
}

/// Lines for a shell or a container. Of several clients, each has its name before the keys.
pub(crate) fn dotenv(all: &[Exported], keys: &SecretKeys) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for one in all {
        let prefix = match all.len() {
            1 => String::new(),
            _ => variable(&one.name) + "_",
        };
        let values = [
            (&keys.id, &*one.client_id),
            (&keys.secret, one.secret.expose_secret()),
        ];
        for (key, value) in values {
            wiped::push(&mut text, &format!("{prefix}{key}="));
            wiped::push(&mut text, &Zeroizing::new(word(value)));
            wiped::push(&mut text, "\n");
        }
    }
    text
}

/// A list of objects.
pub(crate) fn json(all: &[Exported]) -> Zeroizing<String> {
    let list = all.iter().map(|one| {
        json!({
            "client_id": one.client_id,
            "client_name": one.client_name,
            "endpoint": one.endpoint,
            "client_secret": one.secret.expose_secret(),
        })
    });
    // Texts alone can always be written.
    let mut text = serde_json::to_string_pretty(&list.collect::<Vec<_>>()).unwrap_or_default();
    text.push('\n');
    Zeroizing::new(text)
}

/// The name of a variable.
fn variable(name: &str) -> String {
    let name = name.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
        _ => '_',
    });
    let name: String = name.collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
}

/// A value as it is where nothing in it has a meaning, else in single quotes, as shells and dotenv
/// readers take it.
fn word(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.~-/:@+".contains(c);
    match !value.is_empty() && value.chars().all(is_plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{variable, word};

    #[test]
    fn values_are_words_and_names_are_variables() {
        assert_eq!(word("a.b_c~d-e"), "a.b_c~d-e");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("it's $x"), r"'it'\''s $x'");
        assert_eq!(word(""), "''");
        assert_eq!(variable("web-2.shop"), "WEB_2_SHOP");
        assert_eq!(variable("0"), "_0");
    }
}
