//! All chance comes from one seed.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

#[derive(Clone)]
pub(crate) struct Chance(Rc<RefCell<StdRng>>, pub(crate) u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rc::new(RefCell::new(StdRng::seed_from_u64(seed))), seed)
    }

    /// Once in `times`; never for 0.
    pub(crate) fn once_in(&self, times: u32) -> bool {
        times > 0 && self.0.borrow_mut().gen_range(0..times) == 0
    }

    pub(crate) fn below(&self, end: usize) -> usize {
        self.0.borrow_mut().gen_range(0..end)
    }

    /// Whole milliseconds, for timers round up to them.
    pub(crate) async fn pause(&self, most: u64) {
        let milliseconds = self.0.borrow_mut().gen_range(0..=most);
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}
