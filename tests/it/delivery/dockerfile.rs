//! The last stage of the `Dockerfile`: what the image has, and how it runs.

use super::files::text;

/// The image that the `Dockerfile` describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) copies: Vec<Copied>,
    /// User and group.
    pub(super) user: (u32, u32),
    pub(super) volumes: Vec<String>,
    pub(super) folder: String,
    pub(super) entrypoint: Vec<String>,
}

/// What one `COPY` puts into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copied {
    /// Where the stage `build` has it.
    pub(super) from: String,
    pub(super) to: String,
    /// User and group; root where none is given.
    pub(super) owner: (u32, u32),
}

/// Where the stage `build` puts the program, which `release/build` is told.
pub(super) const PROGRAM: &str = "/out/hydra-gitops";
/// Where it finds the public authorities.
pub(super) const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// A folder with nothing in it.
pub(super) const EMPTY: &str = "/empty";

impl Image {
    /// Reads the `Dockerfile`. An instruction that is not known here fails the test.
    pub(super) fn read() -> Self {
        let text = text("Dockerfile");
        let (build, stage) = text.rsplit_once("\nFROM ").unwrap();
        assert!(build.contains(&format!(
            "release/build \"$(rustc --print host-tuple)\" {PROGRAM}"
        )));
        let mut lines = stage.lines();
        assert_eq!(lines.next(), Some("scratch"), "the base is not empty");
        let mut image = Self {
            copies: Vec::new(),
            user: (0, 0),
            volumes: Vec::new(),
            folder: "/".to_owned(),
            entrypoint: Vec::new(),
        };
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (instruction, rest) = line.split_once(' ').unwrap();
            match instruction {
                "COPY" => image.copies.push(Copied::parse(rest)),
                "USER" => image.user = ids(rest),
                "VOLUME" => image.volumes.push(rest.to_owned()),
                "WORKDIR" => image.folder = rest.to_owned(),
                "ENTRYPOINT" => image.entrypoint = serde_json::from_str(rest).unwrap(),
                _ => panic!("`{line}` is not known here"),
            }
        }
        image
    }
}

impl Copied {
    fn parse(words: &str) -> Self {
        let words: Vec<_> = words.split(' ').collect();
        let (owner, [from, to]) = match words[..] {
            ["--from=build", from, to] => ((0, 0), [from, to]),
            ["--from=build", owner, from, to] => {
                (ids(owner.strip_prefix("--chown=").unwrap()), [from, to])
            }
            _ => panic!("`COPY {words:?}` is not known here"),
        };
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            owner,
        }
    }
}

/// `USER:GROUP` in numbers: an empty base has no names.
fn ids(text: &str) -> (u32, u32) {
    let (user, group) = text.split_once(':').unwrap();
    (user.parse().unwrap(), group.parse().unwrap())
}
