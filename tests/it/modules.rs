//! Every file of the tests is compiled.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite;

pub(crate) fn trials() -> Vec<Trial> {
    let name = "modules::every_file_is_named".to_owned();
    let test = || {
        every_file_is_named();
        Ok(())
    };
    vec![suite::trial(name, Load::Works, test)]
}

/// The compiler does not see a file that no `mod` names, and nobody would miss its tests.
fn every_file_is_named() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found = 0;
    for folder in ["it", "support", "simulation"] {
        let files = sources(&tests.join(folder));
        for file in &files {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let folder = file.parent().unwrap();
            let (above, module) = match name {
                "main" => continue,
                "mod" if folder == tests.join("support") => continue,
                "mod" => (folder.parent().unwrap(), folder.file_name().unwrap()),
                _ => (folder, file.file_stem().unwrap()),
            };
            let wanted = format!("mod {};", module.to_str().unwrap());
            let names = |line: &str| line.trim_start_matches("pub(crate) ") == wanted;
            let roots = ["main.rs", "mod.rs"].map(|root| above.join(root));
            let mut texts = roots
                .iter()
                .filter_map(|root| fs::read_to_string(root).ok());
            let is_named = texts.any(|text| text.lines().any(names));
            assert!(is_named, "no `{wanted}` names `{}`", file.display());
        }
        found += files.len();
    }
    assert!(found > 100, "only {found} files were found");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    below
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
