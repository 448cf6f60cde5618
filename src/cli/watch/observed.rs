//! What `watch` tells goes to the user, and to the monitor where there is one.

use std::sync::Arc;

use super::sink::Writer;
use crate::monitoring::Monitor;
use crate::watch::{Event, News, Sink, Status};

/// Everybody who hears what `watch` tells.
pub(super) struct Observed<'a> {
    pub(super) writer: Writer<'a>,
    pub(super) monitor: Option<Arc<Monitor>>,
}

impl Observed<'_> {
    /// Does the work of the loop, watched by the monitor.
    pub(super) async fn attend<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.monitor {
            Some(monitor) => monitor.attend(work).await,
            None => work.await,
        }
    }
}

impl Sink for Observed<'_> {
    fn hear(&self, event: &Event) {
        if let Some(monitor) = &self.monitor {
            monitor.hear(event);
        }
    }

    fn tell(&self, news: &News) {
        if let Some(monitor) = &self.monitor {
            monitor.tell(news);
        }
        self.writer.tell(news);
    }

    fn show(&self, status: &Status) {
        if let Some(monitor) = &self.monitor {
            monitor.show(status);
        }
        self.writer.show(status);
    }
}
