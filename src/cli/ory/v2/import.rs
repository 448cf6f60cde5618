//! `import client`: the clients in files, like Ory's v2 `hydra import client`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use super::V2Args;
use crate::cli::connection::AccessArgs;
use crate::cli::ory::engine::{self, Clients, Ended};
use crate::cli::ory::import::{read, totals};
use crate::cli::rule_args::RuleArgs;
use crate::cli::ui::Ui;
use crate::cli::value_args::ValueArgs;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{Location, Manifest};
use crate::reconcile::{Outcome, Target};
use crate::report::Whole;
use crate::report::created::{Created, Shown};
use crate::report::ory_v2::{Row, Rows};
use crate::text::{count, safe_lines};

/// Create the clients in files, and print them as Ory's v2 does
#[derive(Debug, Args)]
#[command(args_override_self = true, mut_arg("endpoint", |arg| arg.short('e')))]
pub(in crate::cli) struct ImportV2Args {
    /// JSON or YAML files with a client or a list of clients [default: standard input, unless it is a
    /// terminal]
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Do not fail when a client already exists
    #[arg(long, help_heading = None)]
    skip_existing: bool,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    v2: V2Args,
    #[command(flatten)]
    access: AccessArgs,
}

pub(in crate::cli) fn run(args: &ImportV2Args, ui: &Ui) -> Result<ExitCode> {
    ui.hold_warnings();
    let access = args.v2.access(&args.access)?;
    // Before signals are handled: standard input may block.
    let (manifests, bad_files) = read(&args.paths()?, &args.rules, &args.values, ui)?;
    let created = Collected::new(&manifests);
    let mut ended = Ended::default();
    if !manifests.is_empty() {
        // The lines of one client are printed at once; a table needs all of its clients.
        let is_alone = manifests.len() == 1;
        let lines = |client: &Created<'_>, outcome: &Outcome, _: &Target, out: &mut dyn Write| {
            match is_alone {
                true => {
                    created.is_shown.set(true);
                    args.v2.write(Rows::One(&Row::new(client)), ui, out)
                }
                false => {
                    created.add(client, outcome);
                    Ok(())
                }
            }
        };
        let clients = Clients {
            manifests,
            in_files: true,
            skip_existing: args.skip_existing,
            lines: &lines,
        };
        ended = engine::run(&access, clients, ui)?;
    }
    let code = ended.code(bad_files);
    let shown = match created.is_shown.get() || created.numbers.is_empty() {
        true => Ok(()),
        false => created.show(&args.v2, ui),
    };
    if code != ExitCode::Done {
        ui.line(&totals(&ended.counts, bad_files));
    }
    shown?;
    Ok(code)
}

impl ImportV2Args {
    fn paths(&self) -> Result<Vec<PathBuf>> {
        match &*self.paths {
            [] if io::stdin().is_terminal() => Err(Error::usage(
                "no file is named, and standard input is a terminal",
            )
            .hint("name a file with clients, or pipe them into standard input")),
            [] => Ok(vec!["-".into()]),
            paths => Ok(paths.to_vec()),
        }
    }
}

/// The clients that were created, to be shown together.
struct Collected {
    /// Which number a manifest has, by its location.
    numbers: HashMap<Location, usize>,
    rows: RefCell<Vec<(usize, Row)>>,
    /// How many secrets stand nowhere else.
    only_here: Cell<usize>,
    /// Whether the only client was shown at once.
    is_shown: Cell<bool>,
}

impl Collected {
    fn new(manifests: &[Manifest]) -> Self {
        let places = manifests.iter().map(|manifest| manifest.location.clone());
        Self {
            numbers: places.zip(0..).collect(),
            rows: RefCell::default(),
            only_here: Cell::default(),
            is_shown: Cell::default(),
        }
    }

    fn add(&self, client: &Created<'_>, outcome: &Outcome) {
        let number = outcome
            .place
            .as_ref()
            .and_then(|place| self.numbers.get(place));
        let number = number.copied().unwrap_or(usize::MAX);
        self.rows.borrow_mut().push((number, Row::new(client)));
        if matches!(client.secret, Shown::Generated(_)) && !client.is_sealed {
            self.only_here.set(self.only_here.get() + 1);
        }
    }

    /// Writes them in the order of their manifests.
    fn show(self, v2: &V2Args, ui: &Ui) -> Result<()> {
        let mut rows = self.rows.into_inner();
        rows.sort_by_key(|(number, _)| *number);
        let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
        let mut text = Zeroizing::new(Vec::new());
        let rows = match &mut *rows {
            [row] => Rows::One(row),
            rows => {
                rows.iter_mut().for_each(Row::put_in_list);
                Rows::Many(rows)
            }
        };
        // Writing to memory cannot fail.
        let _ = v2.write(rows, ui, &mut *text);
        let mut out = Whole::new(io::stdout().lock());
        let written = out.write_all(safe_lines(&String::from_utf8_lossy(&text)).as_bytes());
        match (written.and_then(|()| out.flush()), self.only_here.into_inner()) {
            (Ok(()), _) => Ok(()),
            (Err(error), 0) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            (Err(error), 0) => {
                Err(Error::unexpected("cannot write to standard output").because(error))
            }
            (Err(error), lost) => Err(Error::secret(format!(
                "{} could not be printed, and nobody knows them",
                count(lost, "secret")
            ))
            .because(error)
            .hint("the clients are in Hydra: delete them there and create them again, preferably with a recipient (`--pgp-key-file`), so that their secrets are recorded")),
        }
    }
}
