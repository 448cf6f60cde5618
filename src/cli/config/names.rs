//! The names of environments, for a shell that completes one.

use std::path::PathBuf;

use super::document::parse;
use super::file::SettingsFile;
use super::variables::{name, own};
use crate::error::Result;

/// The environments of the settings file that counts without `--config`, in its order. None where
/// there is no such file, or it cannot be read: a shell can show no error.
pub(in crate::cli) fn environments() -> Vec<String> {
    let text = settings_file().ok().flatten().map(|file| file.text);
    let document = parse(&text.unwrap_or_default(), &mut Vec::new());
    let sections = document.environments.into_iter();
    sections.filter_map(|section| section.environment).collect()
}

fn settings_file() -> Result<Option<SettingsFile>> {
    match own(&name("config"))? {
        // A pipe would be waited for, and could not be read again.
        Some(path) if !PathBuf::from(&path).is_file() => Ok(None),
        Some(path) => SettingsFile::named(&PathBuf::from(path)).map(Some),
        None => SettingsFile::find(),
    }
}
