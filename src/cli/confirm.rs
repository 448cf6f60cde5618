//! The question before something is created.

use std::io::BufRead as _;

use tokio::sync::oneshot;

use super::ui::Ui;

/// Asks, and returns whether the answer was `yes`. The end of the input is a no.
///
/// The answer is read by a thread of its own, which nobody waits for: a signal ends the question.
pub(super) async fn confirm(question: &str, ui: &Ui) -> bool {
    let (answer, answered) = oneshot::channel();
    ui.line(&format!("{question} Type `yes` to continue."));
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // Nobody waits any more after a signal.
        let _ = answer.send(read.is_ok() && line.trim() == "yes");
    });
    answered.await.unwrap_or(false)
}
