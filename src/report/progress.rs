//! A progress bar, if standard error is a terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of an apply. Hidden if standard error is not a terminal; erased on drop.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    failed: AtomicU64,
}

impl Progress {
    /// A progress bar for that many creates.
    pub fn new(creates: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(creates as u64), ProgressDrawTarget::stderr());
        // On a narrow terminal the bar shrinks first: a line that wraps cannot be erased.
        let template = "creating {wide_bar} {pos}/{len} {msg} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            failed: AtomicU64::new(0),
        }
    }

    /// Records the end of one create.
    pub fn advance(&self, failed: bool) {
        if failed {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("({failed} failed)"));
        }
        self.bar.inc(1);
    }

    /// Hides the bar while something else is written.
    pub fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
