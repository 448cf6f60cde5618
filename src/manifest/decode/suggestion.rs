//! "Did you mean": the known name that is closest to an unknown one.

use crate::client::Field;

/// Longer names are not compared: the cost is quadratic, and they are not misspelt fields.
pub(crate) const LONGEST: usize = 64;

/// The known name closest to `name`, if any is close: within one edit per three characters, ignoring
/// case, `_` and `-`; or a name that ends with it, as `client_name` ends with `name`.
pub(crate) fn closest<'k>(
    name: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Option<&'k str> {
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let wanted = bare(name);
    let limit = (wanted.chars().count() / 3).max(1);
    let distances = known.clone();
    let distances = distances.map(|known| (strsim::osa_distance(&wanted, &bare(known)), known));
    let near = distances.filter(|(distance, _)| *distance <= limit).min();
    near.map(|(_, known)| known).or_else(|| {
        let tail = format!("_{}", name.to_ascii_lowercase());
        let longer = known.filter(|known| known.ends_with(&tail));
        longer.min_by_key(|known| known.len())
    })
}

/// The field whose name is closest.
pub(crate) fn closest_field(name: &str) -> Option<&'static str> {
    closest(name, Field::ALL.iter().map(|field| field.name()))
}

/// A name in lower case, without `_` and `-`.
pub(crate) fn bare(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '-'], "")
}

#[cfg(test)]
mod tests {
    use super::closest_field;

    #[test]
    fn misspelt_names_lead_to_the_field() {
        for (name, field) in [
            ("redirect_uri", "redirect_uris"),
            ("redirectUris", "redirect_uris"),
            ("client-id", "client_id"),
            ("CLIENT_NAME", "client_name"),
            ("name", "client_name"),
            ("secret", "client_secret"),
            ("scopes", "scope"),
            ("grant_type", "grant_types"),
            ("tokn_endpoint_auth_metod", "token_endpoint_auth_method"),
        ] {
            assert_eq!(closest_field(name), Some(field), "{name}");
        }
        for name in [
            "",
            "x",
            "apiVersion",
            "description",
            &"client_id".repeat(1000),
        ] {
            assert_eq!(closest_field(name), None, "{name}");
        }
    }
}
