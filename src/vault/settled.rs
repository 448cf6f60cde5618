//! Which intents of a journal still have to be settled.

use std::collections::{HashMap, HashSet};

use super::journal::Intent;
use super::secrets_file::{Content, Record};
use super::sops::{SopsFile, SopsForm, SopsOutput, read_folder};
use crate::endpoint_name::EndpointName;
use crate::error::Result;

/// The intents that still have to be settled, oldest first: those with a form that is not written
/// down, unless a later intent for the same client is confirmed. Of an intent whose forms are
/// written down in part, the others are left, with what the written ones tell.
pub(super) fn missing(intents: Vec<Intent>, content: &Content, folders: &Files<'_>) -> Vec<Intent> {
    let written = Written {
        records: records(content),
        folders: folders
            .iter()
            .map(|(output, files)| (*output, by_mac(files)))
            .collect(),
    };
    let mut taken = HashSet::new();
    let mut open = Vec::new();
    for mut intent in intents.into_iter().rev() {
        let id = intent.client_id.clone();
        let client = id.map(|id| (id, EndpointName::new(&intent.endpoint)));
        let had_forms = intent.has_forms();
        written.take_from(&mut intent);
        let is_settled = had_forms && !intent.has_forms();
        if !is_settled && client.as_ref().is_some_and(|client| taken.contains(client)) {
            continue;
        }
        if intent.confirmed {
            taken.extend(client);
        }
        // An intent without a form is closed in the journal only.
        if !is_settled {
            open.push(intent);
        }
    }
    open.reverse();
    open
}

/// The files in each folder.
pub(super) type Files<'f> = [(&'f SopsOutput, Vec<SopsFile>)];

/// Reads the folders, if any intent has a file in one.
///
/// # Errors
/// When a folder cannot be read (exit 6).
pub(super) fn files_for<'f>(
    intents: &[Intent],
    folders: &'f [SopsOutput],
) -> Result<Vec<(&'f SopsOutput, Vec<SopsFile>)>> {
    let has_files = intents.iter().any(|intent| !intent.sops.is_empty());
    let folders = folders
        .iter()
        .filter(|output| has_files && output.folder.is_dir());
    let folders = folders.map(|output| Ok((output, read_folder(&output.folder)?.0)));
    folders.collect()
}

fn records(content: &Content) -> HashMap<&str, &Record> {
    let records = content.records.iter().map(|(_, record)| record);
    records
        .map(|record| (record.secret.text(), record))
        .collect()
}

/// Files by their authentication codes, which tell each from any other.
fn by_mac(files: &[SopsFile]) -> HashMap<&str, &SopsFile> {
    files.iter().map(|file| (&*file.mac, file)).collect()
}

/// What is written down.
struct Written<'c> {
    records: HashMap<&'c str, &'c Record>,
    folders: Vec<(&'c SopsOutput, HashMap<&'c str, &'c SopsFile>)>,
}

impl Written<'_> {
    /// Takes the forms that are written down from an intent, and notes the id that they tell, and
    /// whether one of them confirms the secret.
    fn take_from(&self, intent: &mut Intent) {
        let forms = intent.sealed.iter();
        let recorded: Option<Vec<&&Record>> = forms
            .map(|form| self.records.get(form.secret.text()))
            .collect();
        let mut evidence = Vec::new();
        // Records of one intent are appended together.
        if let Some(recorded) = recorded {
            let first = recorded.first();
            evidence.extend(first.map(|record| (record.client_id.clone(), record.unconfirmed)));
            intent.sealed.clear();
        }
        let mut left = Vec::new();
        for form in std::mem::take(&mut intent.sops) {
            match self.file_of(&form) {
                Some(file) => {
                    evidence.push((file.facts.client_id.clone(), file.facts.unconfirmed));
                }
                None => left.push(form),
            }
        }
        intent.sops = left;
        if let Some((id, _)) = evidence.first() {
            intent.client_id.get_or_insert_with(|| id.clone());
        }
        intent.confirmed |= evidence.iter().any(|(_, unconfirmed)| !unconfirmed);
    }

    /// The file of a form. Times have seconds, in which a client may have been made twice, so that
    /// its authentication code tells it from any other. A file that somebody has edited since is not
    /// recognized, and another is written beside it.
    fn file_of(&self, form: &SopsForm) -> Option<&SopsFile> {
        let is_folder = |(output, _): &&(&SopsOutput, _)| output.is_in(form.folder());
        let (_, files) = self.folders.iter().find(is_folder)?;
        files.get(form.mac()).copied()
    }
}
