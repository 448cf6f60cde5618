//! How the program is delivered: the image, the archive of a release, and the files for clusters
//! that others copy.
//!
//! What the image has, and how it runs, is read out of the `Dockerfile`. Its program is built
//! statically and run in a root of its own with nothing but those files, as the image's user. So are
//! the containers of `examples/`, with the volumes and names that Kubernetes and Docker would give
//! them, and with real Hydras.

mod archive;
mod cluster;
mod compose;
mod container;
mod dockerfile;
mod files;
mod flux;
mod image;
mod kubernetes;
mod manifests;
mod names;
mod static_program;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![archive, compose, flux, image, kubernetes, manifests];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("delivery", Load::Works, MODULES)
}
