//! What is done to the names of firms and vessels, and what the label says of it.

use compact_str::CompactString;

use super::fields::Slip;
use crate::domain::Country;

/// What was done to the name of a firm or a vessel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// Nothing.
    Exact,
    /// What befalls any name.
    Slip(Slip),
    /// What a firm does before its name, or behind.
    Reorder,
    /// A word missing that is not the firm's own.
    Drop,
    /// A word more.
    Extra,
    /// The same legal form written otherwise.
    Form,
    /// No legal form.
    NoForm,
    /// Words shortened, `&` for `and`.
    Abbreviated,
    /// Cut where its field ends: a firm's at 35 characters as in a customs message, a vessel's at 20 as
    /// in its own reports.
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
        Self::Slip(Slip::Typo1),
        Self::Slip(Slip::Typo2),
        Self::Slip(Slip::Transpose),
        Self::Reorder,
        Self::Drop,
        Self::Extra,
        Self::Slip(Slip::Joined),
        Self::Slip(Slip::Split),
        Self::Slip(Slip::Diacritics),
        Self::Form,
        Self::NoForm,
        Self::Abbreviated,
        Self::Truncated,
        Self::Transliteration,
        Self::OriginalScript,
    ];
    /// What is done to vessels.
    pub const OF_VESSELS: [Self; 9] = [
        Self::Exact,
        Self::Slip(Slip::Typo1),
        Self::Slip(Slip::Typo2),
        Self::Slip(Slip::Transpose),
        Self::Slip(Slip::Joined),
        Self::Slip(Slip::Split),
        Self::Prefix,
        Self::Numeral,
        Self::Truncated,
    ];

    /// Its place among all of them: draws of its own hang on it.
    pub(super) fn number(self) -> u32 {
        let all = Self::OF_ORGANISATIONS.into_iter().chain([Self::Prefix, Self::Numeral]);
        (0..).zip(all).find(|(_, change)| *change == self).map_or(0, |(number, _)| number)
    }

    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Slip(slip) => slip.label(),
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Extra => "extra",
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
