//! The image: a static program in an empty root, run as nobody.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

use hydra_gitops::sandbox::Version;

use super::container::{Container, volume};
use super::dockerfile::{AUTHORITIES, EMPTY, Image, PROGRAM};
use super::names::Names;
use crate::support::authority::Authority;
use crate::support::program::{Ended, run};
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("it_has_a_program_authorities_and_empty_folders", contents),
    ("it_runs_as_nobody_with_a_read_only_root", nobody),
    ("it_resolves_names_and_checks_certificates", names_and_tls),
];

/// What a server of names knows, and no file.
const NAME: &str = "hydra-admin.cluster.test";

fn contents() -> Result<(), Missing> {
    let image = Image::read();
    let found: BTreeSet<_> = image.copies.iter().map(|copied| &*copied.from).collect();
    assert_eq!(found, BTreeSet::from([PROGRAM, AUTHORITIES, EMPTY]));
    let to = |from| {
        image
            .copies
            .iter()
            .find(|copied| copied.from == from)
            .unwrap()
    };
    assert_eq!(image.entrypoint, [&*to(PROGRAM).to]);
    // Where the program looks for them.
    assert_eq!(to(AUTHORITIES).to, AUTHORITIES);
    let owners = image
        .copies
        .iter()
        .map(|copied| (&*copied.to, copied.owner));
    let owned: Vec<_> = owners.filter(|(_, owner)| *owner != (0, 0)).collect();
    assert_eq!(owned, [(&*image.volumes[0], image.user)]);
    assert_eq!((image.user, image.volumes.len()), ((65534, 65534), 1));
    Ok(())
}

/// Runs what the image runs with these words.
fn ran(container: &Container, words: &[&str]) -> Ended {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    run(&mut container.command(container.image.user, &words, &[]))
}

fn nobody() -> Result<(), Missing> {
    let hydra = Target::sandbox(Version::default());
    let folder = Workspace::new();
    folder.clients(&["billing"]);
    let manifests = folder.file("manifests");
    for path in [&manifests, &manifests.join("clients.yaml")] {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let mut container = Container::new("")?;
    container.mount(&manifests, "/repository/manifests", true);
    let at = container.image.volumes[0].clone();
    // A named volume takes the owner of the image's folder.
    let owner = container.image.copies.iter().find(|copied| copied.to == at);
    let secrets = folder.file("secrets");
    volume(&secrets, owner.unwrap().owner);
    container.mount(&secrets, &at, false);
    ran(&container, &["version"]).says(0, &["-unknown-linux-musl"]);
    // The name is in `/etc/hosts` alone.
    container.write("/etc/hosts", "127.0.0.1 hydra\n");
    let endpoint = hydra.url().replace("127.0.0.1", "hydra");
    let apply = |out: &str| {
        let words = [
            "apply",
            "--yes",
            "--allow-plaintext-secrets",
            "--endpoint",
            &endpoint,
        ];
        ran(&container, &[&words[..], &["--secrets-out", out]].concat())
    };
    // Without a folder that can be written, nothing is sent.
    for out in ["client-secrets.jsonl", "/client-secrets.jsonl"] {
        apply(out).says(6, &["Read-only file system"]);
    }
    assert_eq!(hydra.ids(), [""; 0]);
    apply(&format!("{at}/client-secrets.jsonl")).says(0, &["1 created"]);
    assert_eq!(hydra.ids(), ["billing"]);
    let written = fs::metadata(secrets.join("client-secrets.jsonl")).unwrap();
    let user = match rustix::process::geteuid() {
        root if root.is_root() => container.image.user.0,
        own => own.as_raw(),
    };
    assert_eq!((written.uid(), written.mode() & 0o777), (user, 0o600));
    Ok(())
}

fn names_and_tls() -> Result<(), Missing> {
    let hydra = Target::sandbox(Version::default());
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let server = ours.server(&[NAME], None);
    let proxy = Proxy::start_tls(&hydra.url(), server, Box::new(|_| Fault::Pass));
    let names = Names::start(NAME)?;
    let port = proxy.address().port();
    let plan = |authorities: &str, host: &str, more: &[&str]| {
        let container = Container::new(authorities)?;
        let resolver = format!("nameserver {}\noptions timeout:2\n", names.address);
        container.write("/etc/resolv.conf", &resolver);
        container.write("/ca.pem", &ours.pem());
        container.write("/repository/clients.yaml", "client_id: billing\n");
        let endpoint = format!("https://{host}:{port}");
        let words = [
            "plan",
            "clients.yaml",
            "--fail-after",
            "0",
            "--endpoint",
            &endpoint,
        ];
        Ok(ran(&container, &[&words[..], more].concat()))
    };
    plan(&ours.pem(), NAME, &[])?.says(0, &["1 to create"]);
    assert!(names.asked() > 0);
    plan(&theirs.pem(), NAME, &[])?.says(5, &["certificate"]);
    plan(&theirs.pem(), NAME, &["--ca-cert", "/ca.pem"])?.says(0, &["1 to create"]);
    let unknown = "nowhere.cluster.test";
    plan(&ours.pem(), unknown, &[])?.says(5, &[unknown]);
    // The certificate is for the name.
    plan(&ours.pem(), "127.0.0.1", &[])?.says(5, &["certificate"]);
    Ok(())
}
