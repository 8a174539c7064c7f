//! Files of subjects and of pairs for the tools that compare names.

use std::path::Path;

use crate::formats::{Mistake, Pairs, Profile, Profiles, holds_entries};

use super::{files, lists};

/// How many mistakes of a file are told one by one.
const TOLD_MAX: usize = 5;

/// Reads listed subjects: a list as it is published, or a file of mere subjects, those of one id
/// gathered into one.
pub(super) fn listed(path: &Path) -> Result<Vec<Profile>, String> {
    let (format, bytes) = files::read(path)?;
    if holds_entries(format, &bytes) {
        let entries = lists::from_file(path)?;
        return Ok(entries.iter().filter_map(Profile::of_entry).collect());
    }
    Ok(Profile::gathered(subjects(path)?.profiles.into_iter().map(|(profile, _)| profile)))
}

/// Reads subjects with the columns of their file; mistakes are told.
pub(super) fn subjects(path: &Path) -> Result<Profiles, String> {
    let (format, bytes) = files::read(path)?;
    let read = Profiles::read(format, &bytes);
    tell(path, &read.mistakes);
    if !read.mistakes.is_empty() {
        anstream::eprintln!(
            "{}: what these lines say is not used: whom they name may be missed until they are mended",
            path.display()
        );
    }
    if read.profiles.is_empty() {
        return Err(format!("{}: it names nobody", path.display()));
    }
    Ok(read)
}

/// Reads pairs; mistakes are told.
pub(super) fn pairs(path: &Path) -> Result<Pairs, String> {
    let (format, bytes) = files::read(path)?;
    let read = Pairs::read(format, &bytes);
    tell(path, &read.mistakes);
    if read.pairs.is_empty() {
        return Err(format!("{}: it holds no pair that can be compared", path.display()));
    }
    Ok(read)
}

/// Says what of a file is not used; the rest is.
fn tell(path: &Path, mistakes: &[Mistake]) {
    let name = path.display();
    for mistake in mistakes.iter().take(TOLD_MAX) {
        anstream::eprintln!("{}", told(path, mistake));
    }
    if let Some(more) = mistakes.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        anstream::eprintln!("{name}: and {more} more");
    }
}

/// A mistake of a file with its place.
pub(super) fn told(path: &Path, mistake: &Mistake) -> String {
    format!("{}:{}: {}", path.display(), mistake.line, mistake.what)
}
