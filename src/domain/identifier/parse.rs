//! Text to canonical identifier, one function a kind.

use compact_str::CompactString;

use super::{Check, Country, Identifier, Kind, Reason, Refusal, check};

impl Identifier {
    /// Reads an identifier of any kind; `issuer` is needed for documents and plates.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn parse(kind: Kind, text: &str, issuer: Option<Country>) -> Result<Self, Refusal> {
        let issuer = || issuer.ok_or_else(|| Refusal::new(kind, Reason::IssuerMissing));
        match kind {
            Kind::Document => Self::document(text, issuer()?),
            Kind::Plate => Self::plate(text, issuer()?),
            Kind::Vin => Self::vin(text),
            Kind::Container => Self::container(text),
            Kind::Imo => Self::imo(text),
            Kind::Mmsi => Self::mmsi(text),
            Kind::Eori => Self::eori(text),
            Kind::Mrn => Self::mrn(text),
            Kind::Phone => Self::phone(text),
            Kind::Email => Self::email(text),
            Kind::CallSign => Self::call_sign(text),
        }
    }

    /// A document by number and issuing state (ICAO Doc 9303 Part 4): 3 to 24 letters and digits;
    /// fillers and separators do not count.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn document(number: &str, issuer: Country) -> Result<Self, Refusal> {
        let value = compact(Kind::Document, number, 3..=24)?;
        Ok(Self { kind: Kind::Document, issuer: Some(issuer), value, check: Check::Absent })
    }

    /// The same with the check digit printed beside the number; `<` in its place is no verdict.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn document_checked(number: &str, issuer: Country, printed: char) -> Result<Self, Refusal> {
        let mut document = Self::document(number, issuer)?;
        document.check = check::icao(number, &document.value, printed);
        Ok(document)
    }

    /// A registration plate and its country: 2 to 12 Latin letters and digits. Other scripts are
    /// transliterated by whoever reads the plate.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn plate(number: &str, country: Country) -> Result<Self, Refusal> {
        let value = compact(Kind::Plate, number, 2..=12)?;
        Ok(Self { kind: Kind::Plate, issuer: Some(country), value, check: Check::Absent })
    }

    /// A vehicle identification number (ISO 3779).
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn vin(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Vin, text, 17..=17)?;
        if value.bytes().any(|byte| matches!(byte, b'I' | b'O' | b'Q')) {
            return Err(Refusal::new(Kind::Vin, Reason::Character));
        }
        let check = check::vin(&value);
        Ok(Self::plain(Kind::Vin, value, check))
    }

    /// A container number (ISO 6346), with or without its check digit.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn container(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Container, text, 10..=11)?;
        let mut bytes = value.bytes();
        let owner = bytes.by_ref().take(3).all(|byte| byte.is_ascii_uppercase());
        let category = matches!(bytes.next(), Some(b'U' | b'J' | b'Z'));
        if !owner || !category || !bytes.all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::new(Kind::Container, Reason::Form));
        }
        let check = check::container(&value);
        Ok(Self::plain(Kind::Container, value, check))
    }

    /// An IMO ship number, with or without the letters `IMO`.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn imo(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Imo, text, 7..=10)?;
        let digits = value.strip_prefix("IMO").unwrap_or(&value);
        let value = all_digits(Kind::Imo, CompactString::new(digits), 7)?;
        let check = check::imo(&value);
        Ok(Self::plain(Kind::Imo, value, check))
    }

    /// A maritime mobile service identity (ITU-R M.585).
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn mmsi(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Mmsi, text, 9..=9)?;
        Ok(Self::plain(Kind::Mmsi, all_digits(Kind::Mmsi, value, 9)?, Check::Absent))
    }

    /// The call sign of a ship station (ITU Radio Regulations, Article 19, section III): 4 to 7 letters
    /// and digits, a letter among the first two; one of more than four ends in a digit.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn call_sign(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::CallSign, text, 4..=7)?;
        let series = value.bytes().take(2).any(|byte| byte.is_ascii_uppercase());
        let is_short = value.len() == 4;
        // Else words such as UNKNOWN would be the call sign of very many ships.
        let is_word = matches!(&*value, "NONE" | "NULL" | "VOID" | "TEST" | "XXXX");
        let is_formed = is_short || value.ends_with(|last: char| last.is_ascii_digit());
        if !series || is_word || !is_formed {
            return Err(Refusal::new(Kind::CallSign, Reason::Form));
        }
        Ok(Self::plain(Kind::CallSign, value, Check::Absent))
    }

    /// An EORI number: a country and up to 15 letters and digits; for GB and XI 12 digits, or 15
    /// with a branch.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn eori(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Eori, text, 3..=17)?;
        let form = Refusal::new(Kind::Eori, Reason::Form);
        let (country, rest) = value.split_at_checked(2).ok_or(form)?;
        let british = matches!(country, "GB" | "XI");
        let digits = rest.bytes().all(|byte| byte.is_ascii_digit());
        if !is_customs_country(country) {
            return Err(Refusal::new(Kind::Eori, Reason::UnknownCode));
        }
        if british && !digits {
            return Err(form);
        }
        if british && !matches!(rest.len(), 12 | 15) {
            return Err(Refusal::new(Kind::Eori, Reason::Length));
        }
        Ok(Self::plain(Kind::Eori, value, Check::Absent))
    }

    /// A movement reference number: two digits of the year, the country, 13 letters and digits, and a
    /// check digit by the arithmetic of ISO 6346.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn mrn(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Mrn, text, 18..=18)?;
        if !value.bytes().take(2).all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::new(Kind::Mrn, Reason::Form));
        }
        if !value.get(2..4).is_some_and(is_customs_country) {
            return Err(Refusal::new(Kind::Mrn, Reason::UnknownCode));
        }
        let check = check::mrn(&value);
        Ok(Self::plain(Kind::Mrn, value, check))
    }

    /// A telephone number with its country code (ITU-T E.164): `+` or `00`, then 7 to 15 digits. A
    /// trunk zero alone in brackets, `+44 (0)20`, does not count, but in Italy and San Marino, whose
    /// numbers keep it: Rome is `+39 (0)6`, `+39 (06)` and `+39 06`.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one; a number without country code names no telephone.
    pub fn phone(text: &str) -> Result<Self, Refusal> {
        let refused = |reason| Refusal::new(Kind::Phone, reason);
        let text = text.trim_start_matches(|letter| letter == '(' || is_separator(letter));
        let keeps_zero = ["+39", "0039", "+378", "00378"].iter().any(|code| text.starts_with(code));
        let trunk = text.split_once("(0)").filter(|_| !keeps_zero);
        let (before, after) = trunk.unwrap_or((text, ""));
        let digits = before.strip_prefix('+').or_else(|| before.strip_prefix("00"));
        let mut value = CompactString::const_new("+");
        for letter in digits.ok_or_else(|| refused(Reason::Form))?.chars().chain(after.chars()) {
            match letter {
                '0'..='9' if value.len() > 15 => return Err(refused(Reason::Length)),
                '0'..='9' => value.push(letter),
                '(' | ')' => {}
                separator if is_separator(separator) => {}
                _ => return Err(refused(Reason::Character)),
            }
        }
        if value.len() < 8 {
            return Err(refused(Reason::Length));
        }
        // No country code begins with 0.
        if value.starts_with("+0") {
            return Err(refused(Reason::Form));
        }
        Ok(Self::plain(Kind::Phone, value, Check::Absent))
    }

    /// An e-mail address (RFC 5321, section 4.1.2): a dot-string and a domain of two labels or more.
    /// Quoted local parts and address literals are refused: one address would have many forms, and
    /// `<ann@example.org>`, taken as it stands, would hide `ann@example.org`. The local part is lower-cased too: almost every
    /// provider ignores its case, and missing a listed address costs more than a second look.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn email(text: &str) -> Result<Self, Refusal> {
        let refused = |reason| Refusal::new(Kind::Email, reason);
        let text = text.trim();
        if text.len() > 254 {
            return Err(refused(Reason::Length));
        }
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| refused(Reason::Form))?;
        if !local.bytes().all(is_local) || !domain.bytes().all(is_host) {
            return Err(refused(Reason::Character));
        }
        let labels = domain.split('.');
        let hyphens = labels.clone().any(|label| label.starts_with('-') || label.ends_with('-'));
        let gaps = labels.clone().chain(local.split('.')).any(str::is_empty);
        if hyphens || gaps || labels.count() < 2 {
            return Err(refused(Reason::Form));
        }
        if local.len() > 64 || domain.split('.').any(|label| label.len() > 63) {
            return Err(refused(Reason::Length));
        }
        let mut value = CompactString::new(text);
        value.make_ascii_lowercase();
        Ok(Self::plain(Kind::Email, value, Check::Absent))
    }

    const fn plain(kind: Kind, value: CompactString, check: Check) -> Self {
        Self { kind, issuer: None, value, check }
    }
}

/// The longest identifier that [`compact`] is asked for.
const COMPACT_MAX: usize = 24;

/// Upper case without separators and fillers; letters and digits alone, of an allowed length.
fn compact(
    kind: Kind,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
) -> Result<CompactString, Refusal> {
    let (mut kept, mut count) = ([0; COMPACT_MAX], 0);
    for letter in text.chars() {
        let byte = match letter {
            '0'..='9' | 'A'..='Z' => letter as u8,
            'a'..='z' => letter.to_ascii_uppercase() as u8,
            separator if is_separator(separator) => continue,
            '<' => continue,
            _ => return Err(Refusal::new(kind, Reason::Character)),
        };
        let Some(place) = kept.get_mut(count).filter(|_| count < *length.end()) else {
            return Err(Refusal::new(kind, Reason::Length));
        };
        *place = byte;
        count += 1;
    }
    if count == 0 {
        return Err(Refusal::new(kind, Reason::Empty));
    }
    if count < *length.start() {
        return Err(Refusal::new(kind, Reason::Length));
    }
    let kept = kept.get(..count).unwrap_or_default();
    CompactString::from_utf8(kept).map_err(|_never| Refusal::new(kind, Reason::Character))
}

/// Spaces, dashes, dots and slashes, and the forms that typesetting and copying give them: without
/// these a number copied from a spreadsheet or a web page would be refused.
fn is_separator(letter: char) -> bool {
    matches!(letter, ' ' | '-' | '.' | '/')
        || matches!(
            letter,
            '\u{a0}' | '\u{2000}'..='\u{2015}' | '\u{202a}'..='\u{202f}' | '\u{2060}' | '\u{2212}'
                | '\u{3000}' | '\u{feff}'
        )
}

/// A country as customs write it: ISO 3166-1 alpha-2, EU, or XI for Northern Ireland. Not `UK`,
/// which [`Country`] reads as `GB`: one registration would have two forms.
fn is_customs_country(code: &str) -> bool {
    matches!(code, "EU" | "XI") || Country::parse(code).is_ok_and(|at| at.alpha2() == Some(code))
}

/// `atext` and the dot (RFC 5322, section 3.2.3).
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

fn all_digits(kind: Kind, value: CompactString, count: usize) -> Result<CompactString, Refusal> {
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(Refusal::new(kind, Reason::Character))
    } else if value.len() != count {
        Err(Refusal::new(kind, Reason::Length))
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(read: Result<Identifier, Refusal>) -> &'static str {
        read.unwrap_err().reason()
    }

    fn value(read: Result<Identifier, Refusal>) -> String {
        read.unwrap().value().to_owned()
    }

    #[test]
    fn a_trunk_zero_in_brackets_goes_and_an_area_code_in_brackets_stays() {
        assert_eq!(value(Identifier::phone("(+44) (0)20 7946-0000")), "+442079460000");
        for rome in ["+39 (0)6 1234567", "0039 06 1234567", "(+39) (06) 1234567"] {
            assert_eq!(value(Identifier::phone(rome)), "+39061234567", "{rome}");
        }
        assert_eq!(value(Identifier::phone("+39 (06) 1234567")), "+39061234567");
        assert_eq!(value(Identifier::phone("00123456789012345")), "+123456789012345");
    }

    #[test]
    fn typeset_spaces_and_dashes_do_not_count() {
        let phone = "+44\u{a0}20\u{2011}7946\u{2011}0000";
        assert_eq!(value(Identifier::phone(phone)), "+442079460000");
        assert_eq!(value(Identifier::vin("1M8GDM9AX\u{2013}KP042788")), "1M8GDM9AXKP042788");
    }

    #[test]
    fn what_names_no_telephone_is_refused() {
        for national in ["020 7946 0000", "(0)20 7946 0000", ""] {
            assert_eq!(reason(Identifier::phone(national)), "form");
        }
        assert_eq!(reason(Identifier::phone("+044 20 7946 00")), "form");
        assert_eq!(reason(Identifier::phone("+44 20 7946+0000")), "character");
        assert_eq!(reason(Identifier::phone("+123456")), "length");
        assert_eq!(reason(Identifier::phone("+1234567890123456")), "length");
    }

    #[test]
    fn an_address_in_another_shape_is_refused() {
        for (text, expected) in [
            ("<ann@example.org>", "character"),
            ("mailto:ann@example.org", "character"),
            ("a@b@example.org", "character"),
            ("a b@example.org", "character"),
            ("ann@ex\u{e4}mple.org", "character"),
            ("example.org", "form"),
            ("@example.org", "form"),
            ("ann@localhost", "form"),
            ("ann@.org", "form"),
            ("a..b@example.org", "form"),
            ("ann@-example.org", "form"),
        ] {
            assert_eq!(reason(Identifier::email(text)), expected, "{text}");
        }
        assert_eq!(value(Identifier::email(" O'Ann+x@Example.ORG ")), "o'ann+x@example.org");
        assert_eq!(reason(Identifier::email(&format!("{}@a.org", "a".repeat(65)))), "length");
    }

    #[test]
    fn customs_numbers_begin_with_a_country_that_exists() {
        assert_eq!(reason(Identifier::eori("ZZ1234567")), "unknown_code");
        assert_eq!(reason(Identifier::eori("UK123456789000")), "unknown_code");
        assert_eq!(value(Identifier::eori("EU 1234567")), "EU1234567");
        assert_eq!(reason(Identifier::mrn("21AB27364916384830")), "unknown_code");
        assert_eq!(reason(Identifier::mrn("DEDE586601055987B7")), "form");
        assert_eq!(Identifier::mrn("21DE27364916384835").unwrap().check(), Check::Fails);
    }

    #[test]
    fn only_the_word_imo_goes_before_a_ship_number() {
        assert_eq!(value(Identifier::imo("imo-9074729")), "9074729");
        assert_eq!(reason(Identifier::imo("OMI9074729")), "character");
        assert_eq!(reason(Identifier::imo("90747290")), "length");
    }

    #[test]
    fn call_signs_are_those_of_ship_stations() {
        for (text, expected) in [("gabc", "GABC"), ("V7-AB 1", "V7AB1"), ("9V1234", "9V1234")] {
            assert_eq!(value(Identifier::call_sign(text)), expected);
        }
        assert_eq!(value(Identifier::call_sign("WDC1234")), "WDC1234");
        for (text, expected) in [
            ("N/A", "length"),
            ("UNKNOWN", "form"),
            ("none", "form"),
            ("1234", "form"),
            ("G\u{c4}BC", "character"),
        ] {
            assert_eq!(reason(Identifier::call_sign(text)), expected, "{text}");
        }
    }

    #[test]
    fn values_of_24_characters_do_not_allocate() {
        let issuer = Country::parse("GBR").unwrap();
        let longest = Identifier::document(&"A".repeat(24), issuer).unwrap();
        assert!(!longest.value.is_heap_allocated());
    }
}
