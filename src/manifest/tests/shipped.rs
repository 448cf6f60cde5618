//! The manifests that come with this repository.

use std::path::{Path, PathBuf};

use crate::client::{Field, Since};

use super::super::{Demand, Loaded, Policy, Values, load};
use super::{brief, shown};

fn load_folder(name: &str) -> Loaded {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    // The variables of the examples differ by environment.
    let values = Values::default().demanding(Demand::Given);
    load(
        &[folder],
        &mut std::io::empty(),
        &Policy::default().with_values(values),
    )
    .unwrap()
}

#[test]
fn the_sample_manifests_have_no_finding() {
    let loaded = load_folder("manifests");
    assert_eq!(shown(&loaded), "");
    assert_eq!(loaded.manifests.len(), 6);
    let given = loaded
        .manifests
        .iter()
        .find(|manifest| manifest.client.given_secret().is_some());
    assert!(given.is_none(), "a sample holds a secret: {given:?}");
}

#[test]
fn the_examples_have_no_error_and_show_every_field() {
    let loaded = load_folder("examples");
    assert!(!loaded.has_errors(), "{}", shown(&loaded));
    let only = "23:16 warning: everyone who can read this manifest can read the secret in it";
    assert_eq!(brief(&loaded), [only]);
    let said = |field: &Field| {
        loaded
            .manifests
            .iter()
            .any(|manifest| manifest.client.get(*field).is_some())
    };
    let sent = Field::ALL
        .iter()
        .filter(|field| field.shape() != crate::client::Shape::ServerMade);
    let missing: Vec<_> = sent
        .filter(|field| !said(field))
        .map(|field| field.name())
        .collect();
    assert_eq!(missing, [] as [&str; 0]);
    assert!(Field::ALL.iter().any(|field| field.since() == Since::V25));
}
