//! Text to canonical identifier, one function a kind.

use compact_str::CompactString;

use super::{Check, Country, Identifier, Kind, Reason, Refusal, check};

impl Identifier {
    /// Reads an identifier of any kind; `issuer` is needed for documents and plates.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn parse(kind: Kind, text: &str, issuer: Option<Country>) -> Result<Self, Refusal> {
        let issuer = || issuer.ok_or(Refusal::new(kind, Reason::IssuerMissing));
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

    /// The same with the check digit printed beside the number.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn document_checked(number: &str, issuer: Country, printed: char) -> Result<Self, Refusal> {
        let mut document = Self::document(number, issuer)?;
        document.check = check::icao(&document.value, printed);
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
        let digits = text.trim().trim_start_matches(['I', 'M', 'O', 'i', 'm', 'o']);
        let value = compact(Kind::Imo, digits, 7..=7)?;
        let value = all_digits(Kind::Imo, value)?;
        let check = check::imo(&value);
        Ok(Self::plain(Kind::Imo, value, check))
    }

    /// A maritime mobile service identity (ITU-R M.585).
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn mmsi(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Mmsi, text, 9..=9)?;
        Ok(Self::plain(Kind::Mmsi, all_digits(Kind::Mmsi, value)?, Check::Absent))
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
        if !country.bytes().all(|byte| byte.is_ascii_uppercase()) || (british && !digits) {
            return Err(form);
        }
        if british && !matches!(rest.len(), 12 | 15) {
            return Err(Refusal::new(Kind::Eori, Reason::Length));
        }
        Ok(Self::plain(Kind::Eori, value, Check::Absent))
    }

    /// A movement reference number: two digits of the year, the country, 14 letters and digits. Its
    /// last character is a check digit that states compute differently: it is not judged.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one.
    pub fn mrn(text: &str) -> Result<Self, Refusal> {
        let value = compact(Kind::Mrn, text, 18..=18)?;
        let mut bytes = value.bytes();
        let year = bytes.by_ref().take(2).all(|byte| byte.is_ascii_digit());
        let country = bytes.by_ref().take(2).all(|byte| byte.is_ascii_uppercase());
        if !year || !country {
            return Err(Refusal::new(Kind::Mrn, Reason::Form));
        }
        Ok(Self::plain(Kind::Mrn, value, Check::Absent))
    }

    /// A telephone number with its country code (ITU-T E.164): `+` or `00`, then 7 to 15 digits. A
    /// trunk zero in brackets does not count.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not one; a number without country code names no telephone.
    pub fn phone(text: &str) -> Result<Self, Refusal> {
        let refused = |reason| Refusal::new(Kind::Phone, reason);
        let text = text.trim();
        let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
        let mut value = CompactString::const_new("+");
        let mut rest = digits.ok_or(refused(Reason::Form))?.chars().peekable();
        while let Some(letter) = rest.next() {
            match letter {
                '0'..='9' => value.push(letter),
                '(' if rest.peek() == Some(&'0') => {
                    rest.next();
                }
                ' ' | '-' | '.' | '(' | ')' | '/' => {}
                _ => return Err(refused(Reason::Character)),
            }
            if value.len() > 16 {
                return Err(refused(Reason::Length));
            }
        }
        if value.len() < 8 {
            return Err(refused(Reason::Length));
        }
        Ok(Self::plain(Kind::Phone, value, Check::Absent))
    }

    /// An e-mail address (RFC 5321, section 4.1.2). The local part is lower-cased too: almost every
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
        if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(refused(Reason::Character));
        }
        let (local, domain) = text.rsplit_once('@').ok_or(refused(Reason::Form))?;
        if local.is_empty() || domain.is_empty() || local.len() > 64 || local.contains('@') {
            return Err(refused(Reason::Form));
        }
        let mut value = CompactString::new(text);
        value.make_ascii_lowercase();
        Ok(Self::plain(Kind::Email, value, Check::Absent))
    }

    const fn plain(kind: Kind, value: CompactString, check: Check) -> Self {
        Self { kind, issuer: None, value, check }
    }
}

/// Upper case without separators and fillers; letters and digits alone, of an allowed length.
fn compact(
    kind: Kind,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
) -> Result<CompactString, Refusal> {
    let mut value = CompactString::const_new("");
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' => value.push(char::from(byte)),
            b'a'..=b'z' => value.push(char::from(byte.to_ascii_uppercase())),
            b' ' | b'-' | b'<' | b'.' | b'/' => {}
            _ => return Err(Refusal::new(kind, Reason::Character)),
        }
        if value.len() > *length.end() {
            return Err(Refusal::new(kind, Reason::Length));
        }
    }
    if value.is_empty() {
        return Err(Refusal::new(kind, Reason::Empty));
    }
    if value.len() < *length.start() {
        return Err(Refusal::new(kind, Reason::Length));
    }
    Ok(value)
}

fn all_digits(kind: Kind, value: CompactString) -> Result<CompactString, Refusal> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(value)
    } else {
        Err(Refusal::new(kind, Reason::Character))
    }
}
