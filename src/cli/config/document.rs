//! The text of a settings file, as sections of keys and values with their places. Which keys there
//! are is not known here.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::problem::Problem;

/// The version of the format. A file need not name it.
const VERSION: &str = "1";

#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) defaults: Section,
    /// In the order of the file.
    pub(super) environments: Vec<Section>,
    /// In the order of the file.
    pub(super) recipients: Vec<Group>,
}

/// The recipients for clients of some owners.
#[derive(Debug)]
pub(super) struct Group {
    /// A glob.
    pub(super) owner: String,
    /// Where it stands in the text.
    pub(super) at: usize,
    pub(super) section: Section,
}

/// `[defaults]`, or an environment.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The name of the environment.
    pub(super) environment: Option<String>,
    pub(super) entries: Vec<Entry>,
    /// The variables for manifests.
    pub(super) variables: Vec<Variable>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) content: Content,
    /// Where it stands in the text.
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: String,
    /// Where it stands in the text.
    pub(super) at: usize,
}

/// The value of a key. A number is text: flags know no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Switch(bool),
    One(String),
    List(Vec<String>),
}

const BY_OWNER: &str = "write `[recipients.\"team-*\"]`, a glob of owners, and `age-recipient`, `pgp-key-file` or the like below it";

type Pair<'p, 't> = (
    &'p Spanned<std::borrow::Cow<'t, str>>,
    &'p Spanned<DeValue<'t>>,
);

/// Reads a text.
pub(super) fn parse(text: &str, problems: &mut Vec<Problem>) -> Document {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { problems };
    if !errors.is_empty() {
        for error in errors {
            let at = error.span().unwrap_or_default().start;
            // A value that is no TOML is most often text without quotes.
            let problem = Problem::new(at, format!("not valid TOML: {}", error.message()));
            reader.problems.push(
                problem.hint(
                    "write `key = \"text\"`, `key = true`, `key = 3` or `key = [\"a\", \"b\"]`",
                ),
            );
        }
        return Document::default();
    }
    reader.document(table.get_ref())
}

struct Reader<'r> {
    problems: &'r mut Vec<Problem>,
}

impl Reader<'_> {
    fn complain(&mut self, span: Range<usize>, what: impl Into<String>, hint: &str) {
        self.problems
            .push(Problem::new(span.start, what).hint(hint));
    }

    fn document(&mut self, table: &DeTable<'_>) -> Document {
        let mut document = Document::default();
        for (key, value) in table {
            match (&**key.get_ref(), value.get_ref()) {
                ("version", DeValue::Integer(version)) if number(version) == Some(VERSION) => {}
                ("version", _) => self.complain(
                    key.span(),
                    "this settings file has another version: this program reads version 1",
                    "write `version = 1`, or use a newer hydra-gitops",
                ),
                ("defaults", DeValue::Table(table)) => document.defaults = self.section(table),
                ("environments", DeValue::Table(table)) => self.environments(table, &mut document),
                ("defaults" | "environments", _) => self.complain(
                    key.span(),
                    format!("`{}` is not a table", key.get_ref()),
                    "write `[defaults]` or `[environments.NAME]`, and the settings below it",
                ),
                ("recipients", DeValue::Table(table)) => {
                    document.recipients = self.recipients(table);
                }
                ("recipients", _) => {
                    self.complain(key.span(), "`recipients` is not a table", BY_OWNER);
                }
                (name, _) => {
                    let what = format!("unknown key `{}`", shown(name));
                    self.complain(key.span(), what, "at the top there are `version`, `[defaults]`, `[environments.NAME]` and `[recipients.OWNER]`; settings stand below one of these");
                }
            }
        }
        document
    }

    fn environments(&mut self, table: &DeTable<'_>, document: &mut Document) {
        for (name, value) in in_order(table) {
            let known = name.get_ref();
            let Some(table) = value.get_ref().as_table() else {
                self.complain(
                    name.span(),
                    format!("the environment `{}` is not a table", shown(known)),
                    "write `[environments.NAME]`, and its settings below it",
                );
                continue;
            };
            if !is_name(known) {
                self.complain(
                    name.span(),
                    format!("`{}` is not the name of an environment", shown(known)),
                    "a name has letters, digits, `-`, `_` and `.`, starts with a letter or digit, and is at most 64 characters long",
                );
            }
            let section = Section {
                environment: Some(known.to_string()),
                ..self.section(table)
            };
            document.environments.push(section);
        }
    }

    fn recipients(&mut self, table: &DeTable<'_>) -> Vec<Group> {
        let mut groups = Vec::new();
        for (owner, value) in in_order(table) {
            let known = owner.get_ref();
            match value.get_ref().as_table() {
                Some(table) => groups.push(Group {
                    owner: known.to_string(),
                    at: owner.span().start,
                    section: self.section(table),
                }),
                None => {
                    let what = format!("the recipients of `{}` are not a table", shown(known));
                    self.complain(owner.span(), what, BY_OWNER);
                }
            }
        }
        groups
    }

    fn section(&mut self, table: &DeTable<'_>) -> Section {
        let mut section = Section::default();
        for (key, value) in in_order(table) {
            match (&**key.get_ref(), value.get_ref()) {
                ("vars", DeValue::Table(table)) => section.variables = self.variables(table),
                ("vars", _) => self.complain(
                    key.span(),
                    "`vars` is not a table",
                    "write `[environments.NAME.vars]`, and `name = \"value\"` below it",
                ),
                (name, value) => match content(value) {
                    Some(content) => section.entries.push(Entry {
                        key: name.to_owned(),
                        content,
                        at: key.span().start,
                    }),
                    None => self.complain(
                        key.span(),
                        format!("the value of `{}` is {}", shown(name), kind(value)),
                        "write text in quotes, a number, `true`, `false`, or a list of texts",
                    ),
                },
            }
        }
        section
    }

    fn variables(&mut self, table: &DeTable<'_>) -> Vec<Variable> {
        let mut variables = Vec::new();
        for (name, value) in in_order(table) {
            let known = name.get_ref();
            let value = match value.get_ref() {
                DeValue::Boolean(value) => Some(value.to_string()),
                value => scalar(value),
            };
            match value {
                Some(_) if !is_variable(known) => self.complain(
                    name.span(),
                    format!("`{}` is not the name of a variable", shown(known)),
                    "a name has letters, digits and `_`, and does not start with a digit",
                ),
                Some(value) => variables.push(Variable {
                    name: known.to_string(),
                    value,
                    at: name.span().start,
                }),
                None => self.complain(
                    name.span(),
                    format!(
                        "the value of the variable `{}` is not a scalar",
                        shown(known)
                    ),
                    "write text in quotes, a number, `true` or `false`",
                ),
            }
        }
        variables
    }
}

/// The members of a table in the order of the file.
fn in_order<'p, 't>(table: &'p DeTable<'t>) -> Vec<Pair<'p, 't>> {
    let mut pairs: Vec<Pair<'p, 't>> = table.iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    pairs
}

fn content(value: &DeValue<'_>) -> Option<Content> {
    match value {
        DeValue::Boolean(value) => Some(Content::Switch(*value)),
        DeValue::Array(values) => {
            let items = values.iter().map(|value| scalar(value.get_ref()));
            items.collect::<Option<_>>().map(Content::List)
        }
        value => scalar(value).map(Content::One),
    }
}

/// Text, or a number as it is written in a flag.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(integer) => number(integer).map(str::to_owned),
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        _ => None,
    }
}

/// The digits of a decimal number.
fn number<'i>(integer: &'i DeInteger<'_>) -> Option<&'i str> {
    (integer.radix() == 10).then(|| integer.as_str())
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Table(_) => "a table",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Integer(_) => "a number that is not decimal",
        _ => "a list with something else than texts and numbers",
    }
}

/// Whether a name can be an environment's: it becomes part of a file's name.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_part)
}

fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_part)
}

/// The start of a name: it can be as long as the file.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 64;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
