//! What became of a client: noted, and said where it is news.

use tokio::time::Instant;

use super::clients::Clients;
use super::say::Say;
use crate::apply::{Became, Outcome, Report};
use crate::error::{Error, Kind};
use crate::hydra::Failure;
use crate::manifest::Place;
use crate::output::watch::{Client, Event, News};

/// Why Hydra refused everything, if it did.
pub(super) fn refusal(report: Report) -> Option<Error> {
    report
        .outcomes
        .into_iter()
        .find_map(|outcome| match outcome.became {
            Became::Failed(error) if error.kind() == Kind::Hydra => Some(error),
            _ => None,
        })
}

/// Whether a client could not be created, for a reason of its own.
pub(super) fn was_tried_in_vain(outcome: &Outcome) -> bool {
    match &outcome.became {
        Became::Failed(error) => error.kind() != Kind::Hydra && !outcome.became.is_not_tried(),
        _ => false,
    }
}

/// Notes and says what became of a client.
pub(super) fn finished(
    outcome: &Outcome,
    began: Instant,
    clients: &mut Clients,
    say: &mut Say<'_>,
) {
    let Outcome {
        client_id,
        client_name,
        place,
        became,
    } = outcome;
    let took = began.elapsed();
    let news = match became {
        Became::Created { unconfirmed } => News::Created {
            unconfirmed: *unconfirmed,
            took,
        },
        Became::Raced => News::Raced { took },
        Became::Failed(error) if was_tried_in_vain(outcome) => {
            return failed(place.as_ref(), error, began, clients, say);
        }
        // Said of Hydra as a whole, or nothing was sent.
        Became::Failed(_) | Became::Unchanged | Became::Drifted => return,
    };
    if let Some(known) = clients.at(place.as_ref()) {
        known.is_present(client_id.as_ref());
    }
    let client = Client {
        id: client_id.as_ref(),
        name: client_name.as_deref(),
        place: place.as_ref(),
    };
    say.event(&Event::Client(client, news));
}

/// Notes that a client could not be created, and says so unless the same was said before.
pub(super) fn failed(
    place: Option<&Place>,
    error: &Error,
    began: Instant,
    clients: &mut Clients,
    say: &mut Say<'_>,
) {
    let Some(known) = clients.at(place) else {
        return;
    };
    let why = Failure::without_tries(&crate::error::chain(error));
    if known.has_failed(why) {
        let client = Client {
            id: known.id.as_ref(),
            name: known.name.as_deref(),
            place,
        };
        let took = began.elapsed();
        say.event(&Event::Client(client, News::Failed { error, took }));
    }
}
