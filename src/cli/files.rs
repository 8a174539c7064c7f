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
    if kind == ErrorKind::NotFound && path.is_relative() {
        return format!(
            "{name}: there is no such file where the program was started: name another path"
        );
    }
    if kind == ErrorKind::NotFound {
        return format!("{name}: there is no such file: name another path");
    }
    if kind == ErrorKind::PermissionDenied {
        return format!(
            "{name}: this user may not read it, or a folder above it: change their permissions"
        );
    }
    if kind == ErrorKind::IsADirectory {
        return format!("{name} is a folder: name a file in it");
    }
    format!("{name}: {error}")
}
