//! An event of the system → what it hints at.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind};

use crate::manifest::has_manifest_name;

/// What an event hints at. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Something is different.
    Changed,
    /// A file was written to, and is open still.
    Written(PathBuf),
    /// A file was closed after writing, or it is gone.
    Finished(PathBuf),
    /// Events were lost: anything may be different.
    Lost,
}

/// Which events count.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scope {
    /// Folders that are watched for the sake of one name in them: what is watched may be made
    /// anew, or be a link that is swapped.
    pub(crate) parents: HashSet<PathBuf>,
    /// Those names, as whole paths.
    pub(crate) names: HashSet<PathBuf>,
    /// Files that are watched whatever their names.
    pub(crate) files: HashSet<PathBuf>,
    /// The secrets file; beside it lie our other files, with longer names.
    pub(crate) ours: PathBuf,
}

/// How the names of our files go on after that of the secrets file.
const OUR_ENDINGS: [&str; 5] = ["", ".journal", ".journal.new", ".lock", ".torn"];

impl Scope {
    fn counts(&self, path: &Path) -> bool {
        if self.is_ours(path) {
            return false;
        }
        let in_parent = path
            .parent()
            .is_some_and(|parent| self.parents.contains(parent));
        !in_parent || self.names.contains(path)
    }

    fn is_ours(&self, path: &Path) -> bool {
        let ours = self.ours.as_os_str().as_encoded_bytes();
        let ending = path.as_os_str().as_encoded_bytes().strip_prefix(ours);
        let is_known = |ending: &[u8]| OUR_ENDINGS.iter().any(|ours| ours.as_bytes() == ending);
        !ours.is_empty() && ending.is_some_and(is_known)
    }

    fn is_manifest(&self, path: &Path) -> bool {
        has_manifest_name(path) || self.files.contains(path)
    }

    /// The hints of an event. Reading is no change, and happens here all the time.
    pub(crate) fn hints(&self, event: Event) -> Vec<Hint> {
        if event.need_rescan() {
            return vec![Hint::Lost];
        }
        // What an editor writes beside a manifest may stay open for long, and does not matter.
        let written = |path: PathBuf| match self.is_manifest(&path) {
            true => Hint::Written(path),
            false => Hint::Changed,
        };
        let hint: &dyn Fn(PathBuf) -> Hint = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => &Hint::Finished,
            EventKind::Access(_) => return Vec::new(),
            EventKind::Modify(ModifyKind::Data(_)) => &written,
            EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => &Hint::Finished,
            _ => &|_| Hint::Changed,
        };
        let paths = event.paths.into_iter().filter(|path| self.counts(path));
        paths.map(hint).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Hint, PathBuf, Scope};
    use notify::event::{
        AccessKind, AccessMode, CreateKind, DataChange, Flag, MetadataKind, ModifyKind, RemoveKind,
        RenameMode,
    };
    use notify::{Event, EventKind};

    fn hints(scope: &Scope, kind: EventKind, path: &str) -> Vec<Hint> {
        scope.hints(Event::new(kind).add_path(PathBuf::from(path)))
    }

    #[test]
    fn reading_is_no_change_and_all_else_is() {
        let of = |kind| hints(&Scope::default(), kind, "/m/a.yaml");
        let a = || PathBuf::from("/m/a.yaml");
        for mode in [AccessMode::Read, AccessMode::Any] {
            assert_eq!(of(EventKind::Access(AccessKind::Open(mode))), []);
        }
        assert_eq!(
            of(EventKind::Access(AccessKind::Close(AccessMode::Read))),
            []
        );
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert_eq!(of(closed), [Hint::Finished(a())]);
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(of(written), [Hint::Written(a())]);
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert_eq!(of(renamed), [Hint::Finished(a())]);
        assert_eq!(
            of(EventKind::Remove(RemoveKind::File)),
            [Hint::Finished(a())]
        );
        let mode = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        for kind in [
            EventKind::Any,
            EventKind::Other,
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Any),
            mode,
        ] {
            assert_eq!(of(kind), [Hint::Changed], "{kind:?}");
        }
    }

    #[test]
    fn an_overflow_says_that_hints_were_lost() {
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(Scope::default().hints(overflow), [Hint::Lost]);
    }

    #[test]
    fn in_a_folder_above_only_the_watched_name_counts() {
        let scope = Scope {
            parents: [PathBuf::from("/home")].into(),
            names: [PathBuf::from("/home/manifests")].into(),
            files: [PathBuf::from("/m/clients")].into(),
            ours: PathBuf::from("/home/secrets.jsonl"),
        };
        let created = EventKind::Create(CreateKind::Any);
        assert_eq!(hints(&scope, created, "/home/client-secrets.jsonl"), []);
        assert_eq!(hints(&scope, created, "/home/manifests"), [Hint::Changed]);
        assert_eq!(
            hints(&scope, created, "/home/manifests/a.yaml"),
            [Hint::Changed]
        );
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let clients = || PathBuf::from("/m/clients");
        assert_eq!(
            hints(&scope, written, "/m/clients"),
            [Hint::Written(clients())]
        );
        assert_eq!(hints(&scope, written, "/m/.a.yaml.swp"), [Hint::Changed]);
    }

    #[test]
    fn our_own_files_do_not_count_and_names_that_begin_alike_do() {
        let scope = Scope {
            ours: PathBuf::from("/m/a"),
            ..Scope::default()
        };
        let created = EventKind::Create(CreateKind::Any);
        for ours in ["/m/a", "/m/a.journal", "/m/a.lock", "/m/a.torn"] {
            assert_eq!(hints(&scope, created, ours), [], "{ours}");
        }
        for other in ["/m/a.yaml", "/m/a.locks.yaml", "/m/a/b.yaml"] {
            assert_eq!(hints(&scope, created, other), [Hint::Changed], "{other}");
        }
    }
}
