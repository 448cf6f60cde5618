//! The results of `validate`.

use std::io::{self, Write};

use super::style::{BOLD, paint};
use crate::manifest::Loaded;
use crate::text::count;

/// Writes how many clients were checked and how many findings there are.
pub fn text(loaded: &Loaded, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = loaded.totals();
    let clients = loaded.manifests.len();
    let word = paint(BOLD, "validate");
    writeln!(
        out,
        "{word}: {}, {}, {}",
        count(clients, "client"),
        count(errors, "error"),
        count(warnings, "warning")
    )
}
