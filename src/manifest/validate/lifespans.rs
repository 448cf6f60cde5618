//! How long tokens live.

use super::about;
use crate::client::{Shape, Value};
use crate::duration::parse_nanoseconds;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, shown};

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for (field, value) in client.client.values() {
        let Value::Text(text) = value else { continue };
        if field.shape() != Shape::Lifespan {
            continue;
        }
        let finding = match parse_nanoseconds(text) {
            None => Finding::error(format!("`{}` is no length of time", shown(text))).help(
                "write numbers with the units h, m, s or ms, such as `1h30m`; a day is `24h`",
            ),
            Some(time) if time < 0 => {
                Finding::warning(format!("`{}` is less than nothing", shown(text)))
                    .help("Hydra stores it, and every such token is expired when it is issued")
            }
            Some(_) => continue,
        };
        about(field, client, finding, report);
    }
}
