//! What a command costs that has almost nothing to do.

use std::process::Command;
use std::time::Duration;

use crate::clients::{Clients, Known};
use crate::creates::folder;
use crate::figure::{Figure, in_turns};
use crate::program::{OURS, time};
use crate::settings::Settings;
use crate::support::requirement::Missing;

/// Manifests.
const FEW: usize = 10;
/// A process takes a different time whenever it is started.
const MORE_PAIRS: usize = 20;
/// More than an empty program.
const MOST: Duration = Duration::from_millis(3);

/// `validate` of a few files beside an empty program.
#[expect(clippy::unnecessary_wraps, reason = "other measurements need a server")]
pub(crate) fn beside_an_empty_program(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let manifests = folder();
    Clients::new("web", FEW).write_folder(manifests.path(), Known::ById);
    let validate = || time(Command::new(OURS).arg("validate").arg(manifests.path()));
    let empty = || time(&mut Command::new("true"));
    validate();
    empty();
    Ok(vec![Figure::More {
        name: format!("validate of {FEW} files, more than an empty program"),
        pairs: in_turns(settings.pairs * MORE_PAIRS, validate, empty),
        most: MOST,
    }])
}
