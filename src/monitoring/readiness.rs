//! Whether everything that `watch` needs is there.

use std::collections::BTreeSet;

/// What is known of files and Hydra.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    has_read: bool,
    /// Why the files could not be read last, if so.
    unreadable: Option<String>,
    /// Watched paths that do not exist.
    absent: BTreeSet<String>,
    has_answered: bool,
    is_down: bool,
    /// The last failure of a request.
    failure: Option<String>,
}

impl Readiness {
    pub(super) fn files_are_read(&mut self) {
        (self.has_read, self.unreadable) = (true, None);
    }

    pub(super) fn files_are_unreadable(&mut self, why: String) {
        self.unreadable = Some(why);
    }

    pub(super) fn path_is(&mut self, path: &str, absent: bool) {
        if absent {
            self.absent.insert(path.to_owned());
        } else {
            self.absent.remove(path);
        }
    }

    pub(super) fn hydra_answers(&mut self) {
        self.has_answered = true;
    }

    pub(super) fn hydra_fails(&mut self, why: String) {
        self.failure = Some(why);
    }

    pub(super) fn hydra_is(&mut self, down: bool) {
        self.is_down = down;
    }

    pub(super) fn is_hydra_up(&self) -> bool {
        self.has_answered && !self.is_down
    }

    /// What is missing, if anything is.
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(why) = &self.unreadable {
            return Err(format!("the manifests cannot be read: {why}"));
        }
        if !self.has_read {
            return Err("the manifests have not been read yet".to_owned());
        }
        if let Some(path) = self.absent.first() {
            return Err(format!("`{path}` does not exist"));
        }
        if self.is_down {
            let why = self.failure.as_deref().unwrap_or("it does not answer");
            return Err(format!("Hydra is unavailable: {why}"));
        }
        match self.has_answered {
            true => Ok(()),
            false => Err("Hydra has not answered yet".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Readiness;

    #[test]
    fn it_takes_files_and_hydra() {
        let mut readiness = Readiness::default();
        let why = |readiness: &Readiness| readiness.check().err().unwrap_or_default();
        assert_eq!(why(&readiness), "the manifests have not been read yet");
        readiness.files_are_read();
        assert_eq!(why(&readiness), "Hydra has not answered yet");
        readiness.hydra_fails("connection refused".to_owned());
        readiness.hydra_is(true);
        assert_eq!(why(&readiness), "Hydra is unavailable: connection refused");
        readiness.hydra_answers();
        assert!(!readiness.is_hydra_up());
        readiness.hydra_is(false);
        assert_eq!(readiness.check(), Ok(()));
        assert!(readiness.is_hydra_up());
    }

    #[test]
    fn a_path_or_a_reading_that_is_lost_ends_it() {
        let mut readiness = Readiness::default();
        readiness.files_are_read();
        readiness.hydra_answers();
        readiness.path_is("manifests", true);
        readiness.path_is("more", true);
        assert_eq!(
            readiness.check(),
            Err("`manifests` does not exist".to_owned())
        );
        readiness.path_is("manifests", false);
        assert_eq!(readiness.check(), Err("`more` does not exist".to_owned()));
        readiness.path_is("more", false);
        assert_eq!(readiness.check(), Ok(()));
        readiness.files_are_unreadable("too many files".to_owned());
        assert!(readiness.check().is_err());
        readiness.files_are_read();
        assert_eq!(readiness.check(), Ok(()));
    }
}
