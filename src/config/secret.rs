//! A value that is used but never shown.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What stands in for a secret wherever settings are printed.
pub const MASK: &str = "********";

/// Words that, in a setting's key, say that its value must not be shown.
const TELLTALES: [&str; 5] = ["password", "passphrase", "secret", "token", "credential"];

/// A password, token or key. It has no `Display`, and its `Debug` shows a mask, so that it cannot
/// reach a log by accident: whoever needs the text says [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that is not to be shown.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that hands it to its user (a broker, a registry).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

/// Whether a key names something that must not be shown. It errs on the side of silence:
/// `ssl.key.location` holds a path, and is masked all the same. `basic.auth.user.info` is the
/// schema registry's name for "user:password"; `sasl.oauthbearer.config` may hold a token's parts.
pub fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    TELLTALES.iter().any(|word| key.contains(word))
        || key.contains("user.info")
        || key.ends_with("oauthbearer.config")
        || key.split(['.', '_', '-']).any(|word| word == "key")
}

/// The secret that a file holds, without the line ends after it. The error says what is wrong
/// without naming the path, in whose place somebody may have written the secret itself.
pub(super) fn read(path: &Path) -> Result<Secret, String> {
    const SIZE_MAX: u64 = 64 * 1024;
    let mend = "name a readable file that holds the secret";
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(SIZE_MAX + 1).read_to_string(&mut text));
    let size = read.map_err(|error| format!("cannot be read ({}): {mend}", error.kind()))?;
    if size as u64 > SIZE_MAX {
        return Err(format!("is larger than {SIZE_MAX} bytes: {mend}"));
    }
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(format!("is empty: {mend}"));
    }
    Ok(Secret::new(text))
}
