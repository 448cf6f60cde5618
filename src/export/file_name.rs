//! File names: each client has its own, on every file system, whatever its id is.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::client::ClientId;

/// The longest part of a name that is taken from the id, in bytes.
const MAX_STEM: usize = 100;

/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Hands out file names, none of them twice.
#[derive(Debug, Default)]
pub(super) struct FileNames(HashSet<String>);

impl FileNames {
    /// The name of the client's file. It is the id itself where that is safe everywhere; otherwise a
    /// hash of the id is added, so that the name does not depend on the other clients.
    pub(super) fn name(&mut self, id: &ClientId, ending: &str) -> String {
        let id = id.as_str();
        if is_safe(id) && self.0.insert(id.to_owned()) {
            return format!("{id}.{ending}");
        }
        let hash = format!("{:x}", Sha256::digest(id));
        let stem = stem(id);
        let short = format!("{stem}-{}", &hash[..16]);
        let name = match self.0.insert(short.clone()) {
            true => short,
            // Somebody went to great lengths.
            false => format!("{stem}-{hash}"),
        };
        self.0.insert(name.clone());
        format!("{name}.{ending}")
    }
}

/// Whether an id is a file name on every file system, and looks like none that has a hash. Upper case
/// is not safe: `A` and `a` are one file on macOS and Windows.
fn is_safe(id: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let starts_well = id
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    id.len() <= MAX_STEM
        && starts_well
        && id.bytes().all(is_plain)
        && !is_device(id)
        && !has_hash(id)
}

fn is_device(id: &str) -> bool {
    let name = id.split('.').next().unwrap_or_default();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let number = name.strip_prefix(port).unwrap_or_default();
        number.len() == 1 && number.as_bytes()[0].is_ascii_digit()
    });
    DEVICES.contains(&name) || numbered
}

/// Whether it ends as the names of other ids do.
fn has_hash(id: &str) -> bool {
    id.rsplit_once('-').is_some_and(|(_, end)| {
        matches!(end.len(), 16 | 64) && end.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// What of an id can stand in a file name, to recognize it by.
fn stem(id: &str) -> String {
    let safe = id
        .chars()
        .map(|character| match character.to_ascii_lowercase() {
            safe @ ('a'..='z' | '0'..='9' | '.' | '_' | '-') => safe,
            _ => '_',
        });
    let stem: String = safe.take(MAX_STEM).collect();
    match stem.trim_start_matches(['.', '-']) {
        "" => "client".to_owned(),
        stem => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::FileNames;
    use crate::client::ClientId;

    #[test]
    fn safe_ids_are_their_own_names() {
        let mut names = FileNames::default();
        let uuid = "0d1ad1d1-5b1e-4f0e-9d0c-0123456789ab";
        for id in ["web", "shop.admin_2", uuid, "0"] {
            let name = ClientId::new(id).map(|id| names.name(&id, "yaml"));
            assert_eq!(name, Some(format!("{id}.yaml")));
        }
    }

    #[test]
    fn no_two_ids_have_one_name_and_no_name_is_unsafe() {
        let long = "x".repeat(300);
        let ids = [
            "a", "A", "..", ".", "a/b", "a_b", "con", "CON", "com1", "nul.txt", "-rf", ".hidden",
            "\u{fc}", "\u{e4}", "a b", "a\nb", "*", &long, "web.", "aux.yaml",
        ];
        let mut names = FileNames::default();
        let mut all = HashSet::new();
        for id in ids {
            let name = ClientId::new(id).map(|id| names.name(&id, "yaml"));
            let name = name.unwrap_or_default();
            let is_safe = |byte: u8| byte.is_ascii_lowercase() || b"0123456789._-".contains(&byte);
            assert!(name.bytes().all(is_safe) && name.len() < 130, "{name}");
            assert!(
                !name.starts_with(['.', '-']) && name.ends_with(".yaml"),
                "{name}"
            );
            assert!(all.insert(name.clone()), "{name}");
        }
        // An id that was made to look like the name of another.
        let taken = all.iter().find(|name| name.starts_with("a-")).cloned();
        let taken = taken.and_then(|name| ClientId::new(name.trim_end_matches(".yaml")));
        assert!(taken.is_some_and(|id| all.insert(names.name(&id, "yaml"))));
    }

    #[test]
    fn a_name_does_not_depend_on_the_other_clients() {
        let name =
            |names: &mut FileNames, id: &str| ClientId::new(id).map(|id| names.name(&id, "json"));
        let (mut alone, mut among) = (FileNames::default(), FileNames::default());
        for id in ["a", "b", "A_b"] {
            name(&mut among, id);
        }
        assert_eq!(name(&mut alone, "A/b"), name(&mut among, "A/b"));
    }
}
