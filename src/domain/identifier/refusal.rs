//! Why a text is not an identifier: says what would be one, never what it was.

use super::Kind;

/// Why a text is not an identifier or a country. Holds no part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    subject: Subject,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Identifier(Kind),
    Country,
    Date,
    Number,
}

/// The sort of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is left after separators are taken away.
    Empty,
    /// Too short or too long.
    Length,
    /// A character that it cannot have.
    Character,
    /// The right characters in the wrong places.
    Form,
    /// The issuing state is not stated.
    IssuerMissing,
    /// No state or territory has this code.
    UnknownCode,
}

impl Refusal {
    pub(super) const fn new(kind: Kind, reason: Reason) -> Self {
        Self { subject: Subject::Identifier(kind), reason }
    }

    pub(in crate::domain) const fn country(reason: Reason) -> Self {
        Self { subject: Subject::Country, reason }
    }

    /// A date that the calendar does not have.
    pub const fn date() -> Self {
        Self { subject: Subject::Date, reason: Reason::Form }
    }

    /// A count, measure or amount that is not finite, or below zero.
    pub const fn number() -> Self {
        Self { subject: Subject::Number, reason: Reason::Form }
    }

    /// The sort of mistake, as metrics spell it.
    pub const fn reason(&self) -> &'static str {
        match self.reason {
            Reason::Empty => "empty",
            Reason::Length => "length",
            Reason::Character => "character",
            Reason::Form => "form",
            Reason::IssuerMissing => "issuer_missing",
            Reason::UnknownCode => "unknown_code",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, expected) = match self.subject {
            Subject::Country => (
                "country",
                "an ISO 3166-1 code of two or three letters or one of ICAO Doc 9303, such as GBR",
            ),
            Subject::Date => (
                "date",
                "a day of the calendar as YYYY-MM-DD, or YYYY-MM or YYYY where less is known",
            ),
            Subject::Number => ("number", "a finite number, not below zero"),
            Subject::Identifier(kind) => (kind.name(), expected(kind)),
        };
        let wrong = match self.reason {
            Reason::Empty => "it is empty",
            Reason::Length => "its length is wrong",
            Reason::Character => "it has a character that is not allowed",
            Reason::Form => "its form is wrong",
            Reason::IssuerMissing => "its issuing state is missing",
            Reason::UnknownCode => "no state has this code",
        };
        write!(f, "{what}: {wrong}; expected {expected}")
    }
}

impl std::error::Error for Refusal {}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => {
            "3 to 24 letters and digits, and the issuing state, such as 123456789 of GBR"
        }
        Kind::Plate => "2 to 12 Latin letters and digits, and the country, such as AB12CDE of GBR",
        Kind::Vin => "17 letters and digits without I, O and Q (ISO 3779)",
        Kind::Container => {
            "3 letters, then U, J or Z, then 6 or 7 digits, such as CSQU3054383 (ISO 6346)"
        }
        Kind::Imo => "7 digits, such as 9074729",
        Kind::Mmsi => "9 digits",
        Kind::Eori => "2 letters and up to 15 letters and digits; GB and XI have 12 or 15 digits",
        Kind::Mrn => "18 characters: 2 digits, a country of 2 letters, 14 letters and digits",
        Kind::Phone => {
            "+ and 7 to 15 digits with the country code, such as +442079460000 (ITU-T E.164)"
        }
        Kind::Email => "local-part@domain of at most 254 characters (RFC 5321)",
        Kind::CallSign => {
            "4 to 7 letters and digits, such as GABC or V7AB1 (ITU Radio Regulations, Article 19)"
        }
    }
}
