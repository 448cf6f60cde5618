//! What can happen to a request.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What happens to a request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// Nothing.
    Pass,
    /// It never arrives: the connection ends.
    Drop,
    /// It arrives, Hydra does it, and its answer is lost.
    Lose,
    /// It arrives, and only so many bytes of its answer come back.
    Cut(usize),
    /// It never arrives, and this is answered.
    Answer(Vec<u8>),
    /// It arrives, Hydra does it, and this is answered in place of what Hydra said.
    Instead(Vec<u8>),
    /// It arrives twice, and the second answer is given back.
    Twice,
    /// It never arrives, and an answer without end begins with this.
    Endless(Vec<u8>),
    /// It never arrives; this is answered, and the rest waits at the gate.
    Stall(Vec<u8>, Gate),
    /// It arrives after so long, whether its sender still lives or not.
    Delay(Duration),
    /// It waits at the gate before it arrives.
    Hold(Gate),
    /// It arrives, and its answer waits at the gate.
    HoldAnswer(Gate),
}

/// Where requests or answers wait until it is opened.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through from now on.
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open; a test that forgot to open it does not hang for ever.
    pub(super) fn wait(&self) {
        let closed = |open: &mut bool| !*open;
        let lock = self.0.0.lock().unwrap();
        let wait = self
            .0
            .1
            .wait_timeout_while(lock, Duration::from_secs(60), closed);
        drop(wait.unwrap());
    }
}
