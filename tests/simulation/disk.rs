//! Files that survive a kill, with whatever part of a line was written.

use std::cell::RefCell;
use std::rc::Rc;

use hydra_gitops::error::Result;
use hydra_gitops::vault::Append;

use crate::chance::Chance;

/// A file.
#[derive(Clone)]
pub(crate) struct Disk {
    bytes: Rc<RefCell<Vec<u8>>>,
    /// One line is written after the other.
    turn: Rc<tokio::sync::Mutex<()>>,
    chance: Chance,
}

impl Disk {
    pub(crate) fn new(chance: &Chance) -> Self {
        Self {
            bytes: Rc::default(),
            turn: Rc::default(),
            chance: chance.clone(),
        }
    }

    /// What a next run finds, and whether a torn line was cut off.
    pub(crate) fn whole_lines(&self) -> (Vec<u8>, bool) {
        let mut bytes = self.bytes.borrow_mut();
        let end = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |last| last + 1);
        let torn = end < bytes.len();
        bytes.truncate(end);
        (bytes.clone(), torn)
    }
}

impl Append for Disk {
    /// A kill may come between the two parts of a line, or before the line is known to be written.
    async fn append(&self, line: Vec<u8>) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.chance.pause(2).await;
        let (start, rest) = line.split_at(self.chance.below(line.len()));
        self.bytes.borrow_mut().extend(start);
        if self.chance.once_in(4) {
            self.chance.pause(2).await;
        }
        self.bytes.borrow_mut().extend(rest);
        self.chance.pause(2).await;
        Ok(())
    }
}
