//! Names that people give to agencies, lists, entries and events: short, plain, safe in a topic name.

use compact_str::CompactString;

/// Why a label was refused: says what it may look like, never what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct Unfit {
    expected: &'static str,
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 40 characters of `a-z`, `0-9` and `-`, beginning with a letter: it stands in topic
        /// names, metric labels and paths.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(CompactString);

        impl $name {
            /// The longest there may be, characters.
            pub const LENGTH_MAX: usize = SLUG_MAX;

            /// Reads the label.
            ///
            /// # Errors
            /// [`Unfit`] when it has another form.
            pub fn parse(text: &str) -> Result<Self, Unfit> {
                if is_slug(text) {
                    Ok(Self(CompactString::new(text)))
                } else {
                    Err(Unfit { expected: "1 to 40 of a-z, 0-9 and -, beginning with a letter" })
                }
            }

            /// The label as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

slug! {
    /// An agency, such as `border-force`.
    AgencyId
}
slug! {
    /// A watchlist, such as `stolen-vehicles`.
    ListId
}

/// An entry within its list: the owner's own reference. Printable ASCII without spaces, 1 to 64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(CompactString);

impl EntryId {
    /// Reads the reference.
    ///
    /// # Errors
    /// [`Unfit`] when it has another form.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        if is_reference(text, 64) {
            Ok(Self(CompactString::new(text)))
        } else {
            Err(Unfit { expected: "1 to 64 printable ASCII characters without spaces" })
        }
    }

    /// A reference that was read before, from its text.
    pub(crate) fn restore(text: &str) -> Self {
        Self(CompactString::new(text))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An officer as the unit refers to him: a number or a pseudonym. Printable ASCII without spaces, 1 to
/// 64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerRef(CompactString);

impl OfficerRef {
    /// Reads the reference.
    ///
    /// # Errors
    /// [`Unfit`] when it has another form.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        if is_reference(text, 64) {
            Ok(Self(CompactString::new(text)))
        } else {
            Err(Unfit { expected: "1 to 64 printable ASCII characters without spaces" })
        }
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An event as its agency names it: printable ASCII without spaces, 1 to 128. Unique within the
/// agency; an event sent again keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId<'a>(&'a str);

impl<'a> EventId<'a> {
    /// Reads the name.
    ///
    /// # Errors
    /// [`Unfit`] when it has another form.
    pub fn parse(text: &'a str) -> Result<Self, Unfit> {
        if is_reference(text, 128) {
            Ok(Self(text))
        } else {
            Err(Unfit { expected: "1 to 128 printable ASCII characters without spaces" })
        }
    }

    /// The name as text.
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

const SLUG_MAX: usize = 40;

fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= SLUG_MAX
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && all(bytes, |byte| byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'-'))
}

fn is_reference(text: &str, length_max: usize) -> bool {
    (1..=length_max).contains(&text.len()) && all(text.as_bytes(), |byte| byte.is_ascii_graphic())
}

/// Whether all bytes are so. Almost every label is in order: a loop that does not look for the first
/// byte that is not takes many at a time.
fn all(bytes: &[u8], fits: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & fits(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_break_a_topic_name_are_refused() {
        for text in ["", "Border", "a b", "-a", "1a", "a.b", "é", &"a".repeat(41)] {
            assert!(AgencyId::parse(text).is_err(), "{text}");
        }
        assert!(AgencyId::parse("border-force").is_ok());
    }

    #[test]
    fn references_hold_no_space_and_no_control_character() {
        for text in ["", "a b", "a\n", "é", &"a".repeat(129)] {
            assert!(EventId::parse(text).is_err());
        }
        assert!(EventId::parse("BF/2026-1#7").is_ok());
    }
}
