//! A progress bar, where standard error is a terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far an apply has come. It is gone where standard error is no terminal, and on drop.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    failed: AtomicU64,
}

impl Progress {
    /// A bar over so many creates.
    #[must_use]
    pub fn new(creates: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(creates as u64), ProgressDrawTarget::stderr());
        // The bar gives way on a narrow terminal: a line that wraps could not be taken back.
        let template = "creating {wide_bar} {pos}/{len} {msg} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            failed: AtomicU64::new(0),
        }
    }

    /// One create has ended.
    pub fn advance(&self, failed: bool) {
        if failed {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("({failed} failed)"));
        }
        self.bar.inc(1);
    }

    /// Takes the bar away while something else is written.
    pub fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
