//! How long tokens live.

use crate::client::{Shape, Value};
use crate::golang::duration;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for (field, value) in client.client.values() {
        if let Value::Text(text) = value
            && field.shape() == Shape::Lifespan
            && let Some(finding) = lifespan(text)
        {
            client.report(field, finding, report);
        }
    }
}

fn lifespan(text: &str) -> Option<Finding> {
    let value = shown(text);
    match duration::parse(text) {
        Err(_) => {
            let message = format!("`{value}` is not a duration");
            let help =
                "write numbers with the units h, m, s or ms, such as `1h30m`; a day is `24h`";
            Some(Finding::new(Rule::InvalidLifespan, message).help(help))
        }
        Ok(time) if time < 0 => {
            let finding = Finding::new(Rule::NegativeLifespan, format!("`{value}` is negative"));
            Some(finding.help("Hydra stores it, and such tokens are expired when they are issued"))
        }
        Ok(_) => None,
    }
}
