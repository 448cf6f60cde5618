//! The text of a SOPS file.

use std::fmt::Write as _;

use serde_json::json;

use super::facts::Facts;
use super::form::SopsForm;
use super::output::SopsKind;

/// The version whose format this is.
const VERSION: &str = "3.13.3";

/// The prefix of annotations, and the word that begins the comment of a dotenv file.
pub(super) const OURS: &str = "hydra-gitops";

/// The member that holds facts where there are neither annotations nor comments.
pub(super) const MEMBER: &str = "hydra_gitops";

/// The file for a client that exists by that id.
pub(super) fn document(form: &SopsForm, facts: &Facts) -> String {
    match form.kind {
        SopsKind::Kubernetes => kubernetes(form, facts),
        SopsKind::Yaml => yaml(form, facts),
        SopsKind::Json => json_object(form, facts),
        SopsKind::Dotenv => dotenv(form, facts),
    }
}

fn kubernetes(form: &SopsForm, facts: &Facts) -> String {
    let mut text = String::from("apiVersion: v1\nkind: Secret\nmetadata:\n");
    let name = form.secret_name(&facts.client_id);
    line(&mut text, 4, "name", &quoted(&name));
    if let Some(namespace) = &form.namespace {
        line(&mut text, 4, "namespace", &quoted(namespace));
    }
    text.push_str("    annotations:\n");
    for (key, value) in facts.members() {
        let key = format!("{OURS}/{}", key.replace('_', "-"));
        line(&mut text, 8, &key, &quoted(&value));
    }
    text.push_str("type: Opaque\nstringData:\n");
    values(&mut text, 4, form, facts);
    block(&mut text, form);
    text
}

fn yaml(form: &SopsForm, facts: &Facts) -> String {
    let mut text = String::new();
    values(&mut text, 0, form, facts);
    let _ = writeln!(text, "{MEMBER}:");
    for (key, value) in facts.members() {
        line(&mut text, 4, key, &quoted(&value));
    }
    block(&mut text, form);
    text
}

fn values(text: &mut String, indent: usize, form: &SopsForm, facts: &Facts) {
    line(text, indent, &form.keys.id, &quoted(&facts.client_id));
    if let Some(secret) = &form.secret {
        line(text, indent, &form.keys.secret, secret);
    }
}

/// Writing to a string cannot fail.
fn line(text: &mut String, indent: usize, key: &str, value: &str) {
    let _ = writeln!(text, "{:indent$}{key}: {value}", "");
}

/// A string in double quotes, which YAML reads as JSON does. Go's YAML takes three characters for
/// line breaks that JSON leaves alone, and refuses others.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in json!(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            _ => quoted.push(c),
        }
    }
    quoted
}

/// The regular expression that is true of the secret's key alone.
fn encrypted_regex(form: &SopsForm) -> String {
    format!("^{}$", form.keys.secret.replace('.', "\\."))
}

/// The `sops` member in YAML.
fn block(text: &mut String, form: &SopsForm) {
    text.push_str("sops:\n");
    if !form.age.is_empty() {
        text.push_str("    age:\n");
    }
    for key in &form.age {
        line(text, 8, "- recipient", &quoted(&key.recipient));
        message(text, &key.enc);
    }
    line(text, 4, "lastmodified", &quoted(&form.lastmodified));
    line(text, 4, "mac", &form.mac);
    if !form.pgp.is_empty() {
        text.push_str("    pgp:\n");
    }
    for key in &form.pgp {
        line(text, 8, "- created_at", &quoted(&key.created_at));
        message(text, &key.enc);
        line(text, 10, "fp", &quoted(&key.fp));
    }
    line(text, 4, "encrypted_regex", &quoted(&encrypted_regex(form)));
    text.push_str("    mac_only_encrypted: true\n");
    line(text, 4, "version", VERSION);
}

/// An armored message as a block scalar.
fn message(text: &mut String, armored: &str) {
    text.push_str("          enc: |\n");
    for line in armored.trim_end().lines() {
        let indent = if line.is_empty() { 0 } else { 12 };
        let _ = writeln!(text, "{:indent$}{line}", "");
    }
}

fn json_object(form: &SopsForm, facts: &Facts) -> String {
    let mut object = serde_json::Map::new();
    object.insert(form.keys.id.clone(), json!(facts.client_id));
    if let Some(secret) = &form.secret {
        object.insert(form.keys.secret.clone(), json!(secret));
    }
    let members = facts.members().into_iter();
    let members: serde_json::Map<_, _> = members
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .collect();
    object.insert(MEMBER.to_owned(), members.into());
    let age = form.age.iter();
    let age = age.map(|key| json!({"recipient": key.recipient, "enc": key.enc}));
    let pgp = form.pgp.iter();
    let pgp = pgp.map(|key| json!({"created_at": key.created_at, "enc": key.enc, "fp": key.fp}));
    let block = json!({
        "age": age.collect::<Vec<_>>(),
        "lastmodified": form.lastmodified,
        "mac": form.mac,
        "pgp": pgp.collect::<Vec<_>>(),
        "encrypted_regex": encrypted_regex(form),
        "mac_only_encrypted": true,
        "version": VERSION,
    });
    object.insert("sops".to_owned(), block);
    // Strings and booleans alone can always be written.
    let text = serde_json::to_string_pretty(&object).unwrap_or_default();
    text + "\n"
}

fn dotenv(form: &SopsForm, facts: &Facts) -> String {
    let members = facts.members().into_iter();
    let members: serde_json::Map<_, _> = members
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .collect();
    let mut lines = vec![format!("# {OURS} {}", json!(members))];
    let mut add = |key: &str, value: &str| {
        lines.push(format!("{key}={}", value.replace('\n', "\\n")));
    };
    add(&form.keys.id, &facts.client_id);
    if let Some(secret) = &form.secret {
        add(&form.keys.secret, secret);
    }
    for (index, key) in form.age.iter().enumerate() {
        add(&format!("sops_age__list_{index}__map_enc"), &key.enc);
        add(
            &format!("sops_age__list_{index}__map_recipient"),
            &key.recipient,
        );
    }
    add("sops_encrypted_regex", &encrypted_regex(form));
    add("sops_lastmodified", &form.lastmodified);
    add("sops_mac", &form.mac);
    add("sops_mac_only_encrypted", "true");
    for (index, key) in form.pgp.iter().enumerate() {
        add(
            &format!("sops_pgp__list_{index}__map_created_at"),
            &key.created_at,
        );
        add(&format!("sops_pgp__list_{index}__map_enc"), &key.enc);
        add(&format!("sops_pgp__list_{index}__map_fp"), &key.fp);
    }
    add("sops_version", VERSION);
    lines.join("\n") + "\n"
}
