//! What is done to the names of firms and vessels, and what the label says of it.

use compact_str::CompactString;

use crate::domain::Country;

/// What was done to the name of a firm or a vessel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// Nothing.
    Exact,
    /// One letter wrong, missing or too many.
    Typo1,
    /// Two letters.
    Typo2,
    /// Two neighbouring letters in the wrong order.
    Transpose,
    /// What a firm does before its name, or behind.
    Reorder,
    /// A word missing that is not the firm's own.
    Drop,
    /// A word more.
    Extra,
    /// Two words written as one.
    Joined,
    /// A word written as two.
    Split,
    /// Accents and special letters lost.
    Diacritics,
    /// The same legal form written otherwise.
    Form,
    /// No legal form.
    NoForm,
    /// Words shortened, `&` for `and`.
    Abbreviated,
    /// Cut at 35 characters as in a customs message.
    Truncated,
    /// Romanised by another system.
    Transliteration,
    /// In its own script.
    OriginalScript,
    /// The sort of ship before its name otherwise, or gone.
    Prefix,
    /// A number in the name in other digits.
    Numeral,
}

impl Change {
    /// What is done to firms.
    pub const OF_ORGANISATIONS: [Self; 16] = [
        Self::Exact,
        Self::Typo1,
        Self::Typo2,
        Self::Transpose,
        Self::Reorder,
        Self::Drop,
        Self::Extra,
        Self::Joined,
        Self::Split,
        Self::Diacritics,
        Self::Form,
        Self::NoForm,
        Self::Abbreviated,
        Self::Truncated,
        Self::Transliteration,
        Self::OriginalScript,
    ];
    /// What is done to vessels.
    pub const OF_VESSELS: [Self; 8] = [
        Self::Exact,
        Self::Typo1,
        Self::Typo2,
        Self::Transpose,
        Self::Joined,
        Self::Split,
        Self::Prefix,
        Self::Numeral,
    ];

    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Typo1 => "typo1",
            Self::Typo2 => "typo2",
            Self::Transpose => "transpose",
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Extra => "extra",
            Self::Joined => "joined",
            Self::Split => "split",
            Self::Diacritics => "diacritics",
            Self::Form => "legal-form",
            Self::NoForm => "no-legal-form",
            Self::Abbreviated => "abbreviated",
            Self::Truncated => "truncated",
            Self::Transliteration => "transliteration",
            Self::OriginalScript => "original-script",
            Self::Prefix => "prefix",
            Self::Numeral => "numeral",
        }
    }
}

/// A firm or a vessel as stated at the border.
#[derive(Clone)]
pub struct Statement {
    /// The name.
    pub name: CompactString,
    /// Where the firm is established, or the flag.
    pub country: Country,
    /// IMO number, when stated.
    pub imo: Option<CompactString>,
    /// What must be found, and why that may be hard.
    pub label: ThingLabel,
}

/// What must be found, and what was done to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThingLabel {
    /// The number of the listed firm or vessel.
    pub number: u32,
    /// What was done to the name.
    pub change: Change,
}
