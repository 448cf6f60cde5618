//! Is the server older than the fix of a published vulnerability?

use super::examination::Examination;

/// A vulnerability of Hydra that was published.
#[derive(Debug)]
struct Advisory {
    /// In GitHub's advisory database.
    id: &'static str,
    /// The first version without it: major, minor, patch. All earlier ones are said to have it.
    fixed: [u32; 3],
    what: &'static str,
}

/// All advisories about the server, newest first.
const ADVISORIES: &[Advisory] = &[
    // Also CVE-2026-33504 and GO-2026-4807, which date the fix to 2026-03-20.
    Advisory {
        id: "GHSA-r9w3-57w2-gch2",
        fixed: [26, 2, 0],
        what: "SQL injection into lists of the admin API, by forged page tokens of somebody who knows `secrets.pagination` or `secrets.system`",
    },
    // Also CVE-2020-5300 and GO-2022-0786.
    Advisory {
        id: "GHSA-3p3g-vpw6-4w66",
        fixed: [1, 4, 0],
        what: "the assertion of a client that authenticates with `private_key_jwt` can be used again",
    },
    // Also CVE-2019-8400 and GO-2026-4861.
    Advisory {
        id: "GHSA-7v6r-w4r6-mhch",
        fixed: [1, 4, 8],
        what: "cross-site scripting on the error page, by the parameter `error_hint`",
    },
];

/// Warns of each advisory whose fix is newer than `version`, what the server says of itself.
pub(super) fn check(version: Option<&str>, found: &mut Examination) {
    const SUBJECT: &str = "advisories";
    let Some(version) = version.and_then(Version::read) else {
        return found.warning(
            SUBJECT,
            "cannot tell whether this Hydra has published vulnerabilities: it does not say which version it is",
            "compare the version that you run with https://github.com/ory/hydra/security/advisories",
        );
    };
    let mut affects = ADVISORIES.iter().filter(|one| version.is_before(one.fixed));
    let Some(first) = affects.next() else {
        return found.ok(
            SUBJECT,
            "none of those that this program knows is about this version",
        );
    };
    for Advisory { id, fixed, what } in std::iter::once(first).chain(affects) {
        let [major, minor, patch] = fixed;
        let fixed = format!("v{major}.{minor}.{patch}");
        found.warning(
            SUBJECT,
            format!("{id} is published for versions before {fixed}: {what}"),
            format!("upgrade Hydra to {fixed} or later; see https://github.com/advisories/{id}"),
        );
    }
}

/// A version such as `v2.3.0` or `v26.2.0-rc.1`.
#[derive(Debug)]
struct Version {
    numbers: [u32; 3],
    /// Whether it was made before the release of that number.
    is_early: bool,
}

impl Version {
    /// `None` for builds without a version, which call themselves `master` or nothing.
    fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (release, suffix) = text.split_at(end);
        let mut parts = release.split('.').map(|part| part.parse().ok());
        let numbers = [
            parts.next()??,
            parts.next()??,
            parts.next().unwrap_or(Some(0))?,
        ];
        let early = ["-alpha", "-beta", "-pre", "-rc"];
        Some(Self {
            numbers,
            is_early: early.iter().any(|word| suffix.starts_with(word)),
        })
    }

    fn is_before(&self, fixed: [u32; 3]) -> bool {
        self.numbers < fixed || (self.numbers == fixed && self.is_early)
    }
}

#[cfg(test)]
mod tests {
    use super::super::examination::Status;
    use super::{Examination, check};

    /// The advisories of a version; `None` if they cannot be told.
    fn of(version: &str) -> Option<Vec<String>> {
        let mut found = Examination::default();
        check(Some(version), &mut found);
        let cannot_tell = found
            .checks
            .iter()
            .any(|one| one.message.contains("cannot tell"));
        let warnings = found
            .checks
            .iter()
            .filter(|one| one.status == Status::Warning);
        let ids = warnings.map(|one| one.message.chars().take(9).collect());
        (!cannot_tell).then(|| ids.collect())
    }

    #[test]
    fn versions_below_a_fix_are_warned_of() {
        for (version, ids) in [
            ("v1.3.2", Some(&["GHSA-r9w3", "GHSA-3p3g", "GHSA-7v6r"][..])),
            ("v1.11.10", Some(&["GHSA-r9w3"])),
            ("v2.3.0", Some(&["GHSA-r9w3"])),
            ("v25.4.0", Some(&["GHSA-r9w3"])),
            ("v26.2.0-rc.1", Some(&["GHSA-r9w3"])),
            ("v26.2.0", Some(&[])),
            ("26.2.0-distroless", Some(&[])),
            ("v27.1.0", Some(&[])),
            ("master", None),
            ("", None),
            ("v26", None),
        ] {
            let ids = ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
            assert_eq!(of(version), ids, "{version}");
        }
    }
}
