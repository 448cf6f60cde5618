//! How long tokens live.

use crate::client::{Shape, Value};
use crate::golang::duration;

use super::super::decode::Decoded;
use super::super::finding::{Finding, Report};
use super::super::shown::shown;
use super::about;

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for (field, value) in client.client.values() {
        let Value::Text(text) = value else { continue };
        if field.shape() != Shape::Lifespan {
            continue;
        }
        let finding = match duration::parse(text) {
            Err(_) => Finding::error(format!("`{}` is no length of time", shown(text))).help(
                "write numbers with the units h, m, s or ms, such as `1h30m`; a day is `24h`",
            ),
            Ok(time) if time < 0 => {
                Finding::warning(format!("`{}` is less than nothing", shown(text)))
                    .help("Hydra stores it, and every such token is expired when it is issued")
            }
            Ok(_) => continue,
        };
        about(field, client, finding, report);
    }
}
