//! Asks for confirmation before anything is created.

use std::io::BufRead as _;

use tokio::sync::oneshot;

use super::ui::Ui;

/// Asks, and returns whether the answer was `yes`. End of input means no.
///
/// A separate thread reads the answer and is never joined, so a signal can end the question.
pub(super) async fn confirm(question: &str, ui: &Ui) -> bool {
    let (answer, answered) = oneshot::channel();
    ui.line(&format!("{question} Type `yes` to continue."));
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // After a signal, nobody receives the answer.
        let _ = answer.send(read.is_ok() && line.trim() == "yes");
    });
    answered.await.unwrap_or(false)
}
