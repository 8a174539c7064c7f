//! What the index of names knows of one run that the next need not find again: one file, written whole
//! or not at all.
//!
//! The file is of use and no more. Without it, or with one that cannot be read, the names take longer
//! to be made ready; nothing else is different, since one of another release is refused and little that
//! it says is believed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::index::fuzzy::{Memory, Read};

/// The file's name within its folder.
const FILE: &str = "names.kin";

/// Where the memory of names is kept.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    folder: PathBuf,
}

impl Remembered {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What was kept; why not is logged.
    pub(super) fn read(&self) -> Option<Memory> {
        let path = self.folder.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "names are made ready from nothing");
                return None;
            }
        };
        let why = match Memory::read(&bytes) {
            Read::Whole(memory) => return Some(memory),
            Read::Foreign => "another version, or something else",
            Read::Damaged => "it is damaged",
        };
        tracing::warn!(why, path = %path.display(), "names are made ready from nothing");
        None
    }

    /// Keeps it in place of what was kept before; why not is logged.
    pub(super) fn write(&self, memory: &Memory) {
        if let Err(error) = self.replace(&memory.write()) {
            let folder = self.folder.display();
            tracing::warn!(%error, %folder, "the next start makes the names ready from nothing");
        }
    }

    /// Whoever reads meanwhile finds the old file or the new one, and so does the next start after a
    /// loss of power.
    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        // Instances may share the folder.
        let fresh = self.folder.join(format!("{FILE}.{}", std::process::id()));
        let mut file = fs::File::create(&fresh)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.and_then(|()| fs::rename(&fresh, self.folder.join(FILE))).inspect_err(|_| {
            // It is of no use to anybody; what went wrong is told by the first error.
            drop(fs::remove_file(&fresh));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Name;
    use crate::index::fuzzy::{Builder, Listed, Weights};
    use crate::names::{Analysed, Analyser, Bearer};

    fn memory() -> Memory {
        let mut words = Analysed::default();
        let name = Name { surname: "Lindqvist", given: "Torsten" };
        Analyser::default().analyse(name, Bearer::Person, &mut words);
        let mut builder = Builder::default();
        builder.add(1, &Listed { names: &[words], born: &[], nations: &[] });
        builder.build(Weights::default()).memory()
    }

    #[test]
    fn what_is_kept_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::new(&folder.path().join("state"));
        assert!(remembered.read().is_none());
        for _ in 0..2 {
            remembered.write(&memory());
            assert!(remembered.read() == Some(memory()));
        }
        let files = fs::read_dir(folder.path().join("state")).unwrap().count();
        assert_eq!(files, 1);
    }

    #[test]
    fn a_file_that_is_damaged_or_foreign_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::new(folder.path());
        remembered.write(&memory());
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for broken in [&whole[..whole.len() - 1], &whole[1..], b"", b"PCNAMES1"] {
            fs::write(&path, broken).unwrap();
            assert!(remembered.read().is_none());
        }
        fs::write(&path, &whole).unwrap();
        assert!(remembered.read().is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_is_complained_of_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "in the way").unwrap();
        let remembered = Remembered::new(&path);
        remembered.write(&memory());
        assert!(remembered.read().is_none());
    }
}
