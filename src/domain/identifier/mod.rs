//! Exact identifiers: parsed once to a canonical form, or refused with the reason.
//!
//! A check digit that does not agree is evidence and never a reason to refuse: a misread number is
//! still a number that somebody presented.

mod check;
mod key;
mod parse;
mod refusal;

use compact_str::CompactString;

use super::Country;
use super::event::named;

pub use check::Check;
pub use key::Key;
pub use refusal::{Reason, Refusal};

named! {
    /// What an identifier names.
    Kind {
        /// A travel or identity document: number and issuing state (ICAO Doc 9303).
        Document = "document",
        /// A road vehicle by its registration plate and country.
        Plate = "vehicle",
        /// A road vehicle by its identification number (ISO 3779).
        Vin = "vin",
        /// A freight container (ISO 6346).
        Container = "container",
        /// A ship by its IMO number (IMO Resolution A.1117(30)).
        Imo = "imo",
        /// A ship station by its MMSI (ITU-R M.585).
        Mmsi = "mmsi",
        /// An economic operator (EORI; Regulation (EU) 952/2013, article 9).
        Eori = "eori",
        /// A customs declaration by its movement reference number.
        Mrn = "mrn",
        /// A telephone number (ITU-T E.164).
        Phone = "phone",
        /// An e-mail address (RFC 5321).
        Email = "email",
        /// A ship station by its call sign (ITU Radio Regulations, Article 19).
        CallSign = "call_sign",
    }
}

impl Kind {
    /// Whether it names vessels.
    pub const fn is_of_vessels(self) -> bool {
        matches!(self, Self::Imo | Self::Mmsi | Self::CallSign)
    }
}

/// An identifier in canonical form.
///
/// Personal data: `Debug` masks it, and there is no `Display`. Two are equal when they name the same
/// thing; what the check digit said does not count.
#[derive(Clone)]
pub struct Identifier {
    kind: Kind,
    issuer: Option<Country>,
    value: CompactString,
    check: Check,
}

impl Identifier {
    /// An identifier that was parsed before, from its parts.
    pub(crate) fn restore(kind: Kind, issuer: Option<Country>, value: &str, check: Check) -> Self {
        Self { kind, issuer, value: CompactString::new(value), check }
    }

    /// What it names.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The issuing state, for documents and plates.
    pub const fn issuer(&self) -> Option<Country> {
        self.issuer
    }

    /// The canonical text: personal data, disclosed by whoever calls.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What the printed check digit said.
    pub const fn check(&self) -> Check {
        self.check
    }

    /// What the exact index files it under.
    pub fn key(&self) -> Key {
        Key::new(self.kind, self.issuer, self.identity())
    }

    /// The key of the subject it names, such as `document:GBR:123456789` or `vehicle:GB:AB12CDE`.
    pub fn subject_key(&self) -> String {
        let (kind, value) = (self.kind.name(), self.identity());
        match &self.issuer {
            None => format!("{kind}:{value}"),
            Some(issuer) => {
                let two = if self.kind == Kind::Plate { issuer.alpha2() } else { None };
                format!("{kind}:{}:{value}", two.unwrap_or_else(|| issuer.alpha3()))
            }
        }
    }

    /// The part of the text that names the thing: a container's check digit does not, and one that
    /// was misread must not hide a listed container.
    fn identity(&self) -> &str {
        match self.kind {
            Kind::Container => self.value.get(..10).unwrap_or(&self.value),
            Kind::Document
            | Kind::Plate
            | Kind::Vin
            | Kind::Imo
            | Kind::Mmsi
            | Kind::Eori
            | Kind::Mrn
            | Kind::Phone
            | Kind::Email
            | Kind::CallSign => &self.value,
        }
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.issuer == other.issuer
            && self.identity() == other.identity()
    }
}

impl Eq for Identifier {}

impl std::hash::Hash for Identifier {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.kind, self.issuer, self.identity()).hash(state);
    }
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identifier({}, masked)", self.kind.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VECTORS: &str =
        include_str!("../../../tests/vectors/identifiers/check_digit_vectors.tsv");

    fn plate(text: &str) -> Result<Identifier, Refusal> {
        Identifier::plate(text, Country::parse("GBR").unwrap())
    }

    #[test]
    fn published_vectors_get_their_verdicts() {
        for line in VECTORS.lines().skip(1) {
            let mut columns = line.split('\t');
            let (kind, value) = (columns.next().unwrap(), columns.next().unwrap());
            let expected = columns.next().unwrap();
            let parsed = match kind {
                "iso6346" => Identifier::container(value),
                "imo" => Identifier::imo(value),
                "vin" => Identifier::vin(value),
                "mmsi" => Identifier::mmsi(value),
                "eori" => Identifier::eori(value),
                "uk_plate" => plate(value),
                other => panic!("a vector of an unknown kind: {other}"),
            };
            let check = parsed.as_ref().map(Identifier::check);
            match (expected, kind) {
                ("invalid", "iso6346" | "imo" | "vin") => {
                    assert_eq!(check, Ok(Check::Fails), "{line}")
                }
                ("invalid", _) => assert!(parsed.is_err(), "{line}"),
                ("valid", "iso6346" | "imo" | "vin") => {
                    assert_eq!(check, Ok(Check::Agrees), "{line}")
                }
                _ => assert_eq!(check, Ok(Check::Absent), "{line}"),
            }
        }
    }

    #[test]
    fn a_misread_check_digit_does_not_hide_a_container() {
        let listed = Identifier::container("CSQU3054383").unwrap();
        for stated in ["CSQU3054389", "csqu 305438-3", "CSQU305438"] {
            let stated = Identifier::container(stated).unwrap();
            assert!(stated == listed && stated.key() == listed.key());
        }
    }

    #[test]
    fn one_thing_has_one_form() {
        let gbr = Country::parse("GBR").unwrap();
        let forms = ["ab12 cde", "AB12-CDE", " AB12CDE "];
        for form in forms {
            assert_eq!(plate(form).unwrap().subject_key(), "vehicle:GB:AB12CDE");
        }
        let document = Identifier::document("p<123 456-a", gbr).unwrap();
        assert_eq!(document.subject_key(), "document:GBR:P123456A");
        assert_eq!(Identifier::phone("+44 (0)20 7946 0000").unwrap().value(), "+442079460000");
        assert_eq!(Identifier::phone("0044 20 7946 0000").unwrap().value(), "+442079460000");
        assert_eq!(
            Identifier::email("Ann.Smith@Example.ORG").unwrap().value(),
            "ann.smith@example.org"
        );
        assert_eq!(Identifier::imo("IMO 9074729").unwrap().value(), "9074729");
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_repeating_it() {
        let secret = "SECRET-NAME-1984";
        for kind in Kind::ALL {
            let text = format!("{secret}{}", "?".repeat(300));
            let refusal = Identifier::parse(*kind, &text, Country::parse("GBR").ok()).unwrap_err();
            assert!(!refusal.to_string().contains("SECRET"), "{refusal}");
        }
        assert!(Identifier::phone("020 7946 0000").is_err());
        assert!(Identifier::parse(Kind::Document, "123456789", None).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_canonical_forms_are_fixed_points(text in "\\PC{0,40}|[A-Z0-9 <+@.-]{0,40}") {
            let issuer = Country::parse("FRA").ok();
            for kind in Kind::ALL {
                if let Ok(once) = Identifier::parse(*kind, &text, issuer) {
                    let twice = Identifier::parse(*kind, once.value(), issuer);
                    prop_assert!(twice.is_ok_and(|twice| twice == once && twice.value() == once.value()));
                }
            }
        }

        #[test]
        fn different_identifiers_have_different_keys(one in "[A-Z0-9]{3,16}", other in "[A-Z0-9]{3,16}") {
            let country = Country::parse("DEU").unwrap();
            let key = |text: &str| Identifier::document(text, country).unwrap().key();
            prop_assert_eq!(one == other, key(&one) == key(&other));
        }
    }

    #[test]
    fn kind_and_issuer_are_part_of_the_key() {
        let (gbr, irl) = (Country::parse("GBR").unwrap(), Country::parse("IRL").unwrap());
        let document = Identifier::document("AB12CDE", gbr).unwrap();
        assert_ne!(document.key(), Identifier::document("AB12CDE", irl).unwrap().key());
        assert_ne!(document.key(), Identifier::plate("AB12CDE", gbr).unwrap().key());
    }
}
