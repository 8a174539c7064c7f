//! Files that are named on the command line: their bytes, or what to do where there are none.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::formats::Format;

/// The bytes of a file, and the format that its name tells.
pub(super) fn read(path: &Path) -> Result<(Format, Vec<u8>), String> {
    let format = Format::of_name(&path.to_string_lossy()).ok_or_else(|| {
        format!("{}: expected a name that ends in .csv, .jsonl or .json", path.display())
    })?;
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok((format, bytes))
}

/// Why a file cannot be read, and how to mend it.
pub(super) fn unreadable(path: &Path, error: &Error) -> String {
    let (name, kind) = (path.display(), error.kind());
    if kind == ErrorKind::NotFound {
        let from = std::env::current_dir().unwrap_or_default();
        let place = path.is_relative().then(|| format!(" in {}", from.display()));
        let place = place.unwrap_or_default();
        return format!("{name}: there is no such file{place}: name another path");
    }
    if kind == ErrorKind::PermissionDenied {
        return format!(
            "{name}: this user may not read it: change its permissions, or run as its owner"
        );
    }
    if kind == ErrorKind::IsADirectory {
        return format!("{name} is a folder: name a file in it");
    }
    format!("{name}: {error}")
}
