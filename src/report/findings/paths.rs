//! The paths of files as CI systems know them: relative to the repository.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::manifest::Location;

/// What a finding in standard input has instead of a path.
const STDIN: &str = "<stdin>";

/// What a path in a URI keeps (RFC 3986, sections 2.3 and 3.3). A colon is escaped, because a
/// relative reference may not have one in its first segment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// How to name files in a report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paths {
    /// The folder that paths are relative to: the repository.
    pub root: PathBuf,
    /// The working folder, which the user's paths are relative to.
    pub working_folder: PathBuf,
    /// The path to name for a finding that is about no particular file.
    pub fallback: String,
}

impl Paths {
    /// The path of a file below the root; any other path stays as the user typed it.
    pub(super) fn of(&self, path: &str) -> String {
        if path == STDIN {
            return path.to_owned();
        }
        let whole = self.working_folder.join(path);
        let below = whole.strip_prefix(&self.root).unwrap_or(Path::new(path));
        // The parts alone: without `./` and doubled slashes.
        let plain: PathBuf = below.components().collect();
        match plain.as_os_str().is_empty() || plain == Path::new(".") {
            true => ".".to_owned(),
            false => plain.to_string_lossy().into_owned(),
        }
    }

    /// The path to name for a finding at this location, or at none.
    pub(super) fn or_fallback(&self, location: Option<&Location>) -> String {
        match location {
            Some(location) => self.of(&location.path),
            None => self.of(&self.fallback),
        }
    }

    /// The same as a URI reference, absolute only outside the root.
    pub(super) fn uri(&self, location: Option<&Location>) -> String {
        let path = self.or_fallback(location);
        let scheme = if path.starts_with('/') { "file://" } else { "" };
        format!("{scheme}{}", utf8_percent_encode(&path, ESCAPED))
    }
}

/// The location of a finding in a file; standard input is none.
pub(super) fn in_file(location: Option<&Location>) -> Option<&Location> {
    location.filter(|location| &*location.path != STDIN)
}

#[cfg(test)]
mod tests {
    use super::Paths;
    use crate::manifest::Location;

    fn paths() -> Paths {
        Paths {
            root: "/repo".into(),
            working_folder: "/repo/infra".into(),
            fallback: "./manifests/".to_owned(),
        }
    }

    #[test]
    fn paths_are_those_of_the_repository() {
        for (typed, shown) in [
            ("manifests/a.yaml", "infra/manifests/a.yaml"),
            ("./manifests//a.yaml", "infra/manifests/a.yaml"),
            ("/repo/b.yaml", "b.yaml"),
            ("/etc/b.yaml", "/etc/b.yaml"),
            ("..", "infra/.."),
            ("/repo", "."),
            ("<stdin>", "<stdin>"),
        ] {
            assert_eq!(paths().of(typed), shown);
        }
    }

    #[test]
    fn uris_are_escaped() {
        let uri = |path: &str| paths().uri(Some(&Location::line(path, 1)));
        assert_eq!(uri("a b%#?:é.yaml"), "infra/a%20b%25%23%3F%3A%C3%A9.yaml");
        assert_eq!(uri("/x y"), "file:///x%20y");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
        assert_eq!(paths().uri(None), "infra/manifests");
    }
}
