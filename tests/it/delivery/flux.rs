//! `examples/flux`: the Secrets that Flux would decrypt.

use serde_json::{Value, json};

use super::files::{documents, text};
use super::manifests::validated;
use crate::support::age;
use crate::support::hydra::Release;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::sops::Sops;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[("flux_can_decrypt_each_secret", decrypts)];

fn decrypts() -> Result<(), Missing> {
    age::require()?;
    let sops = Sops::new()?;
    let example = text("examples/flux/secrets.yaml");
    let kustomization = &documents(&example)[0]["spec"];
    assert_eq!(kustomization["decryption"]["provider"], "sops");
    assert_eq!(kustomization["prune"], false);
    let folder = kustomization["path"]
        .as_str()
        .unwrap()
        .trim_start_matches("./");
    // What the workflow for merges writes, and what the comment says.
    let output = format!("sops:{folder}");
    let merge = text("examples/github/merge.yml");
    assert!(
        merge.contains(&format!("sops:state/{folder}\n")),
        "{folder}"
    );
    assert!(example.contains(&format!("`apply --secrets-out {output}`")));

    let setup = Setup::before(Target::real(Release::V2, None)?, |_| Fault::Pass).without_log();
    let flux = age::generate(&setup.folder, "flux.agekey");
    setup.folder.clients(&["billing", "wiki"]);
    std::fs::create_dir(setup.folder.file("secrets")).unwrap();
    let words = [
        "--yes",
        "--age-recipient",
        &flux.recipient,
        "--secrets-out",
        &output,
    ];
    setup.run(&mut setup.applying(&words)).says(0, &[]);
    let entries = std::fs::read_dir(setup.folder.file(folder)).unwrap();
    let mut found = 0;
    for entry in entries {
        // Flux takes each file with such a name for a resource.
        let path = entry.unwrap().path();
        assert_eq!(path.extension().unwrap(), "yaml", "{path:?}");
        let decrypted = sops.decrypt(&path, &flux.file);
        assert!(decrypted.status.success(), "{decrypted:?}");
        let decrypted = String::from_utf8(decrypted.stdout).unwrap();
        validated(&setup.folder, &decrypted)?.says(0, &[]);
        let secret: Value = serde_norway::from_str(&decrypted).unwrap();
        assert_eq!(
            (&secret["kind"], &secret["apiVersion"]),
            (&json!("Secret"), &json!("v1"))
        );
        let [id, password] =
            ["CLIENT_ID", "CLIENT_SECRET"].map(|key| secret["stringData"][key].as_str());
        assert!(
            setup.target.accepts(id.unwrap(), password.unwrap()),
            "{id:?}"
        );
        found += 1;
    }
    assert_eq!(found, 2);
    Ok(())
}
