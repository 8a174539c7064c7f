//! States and territories by their three-letter codes.

use super::identifier::{Reason, Refusal};

/// A state or territory by its code of ICAO Doc 9303 Part 3, section 5: ISO 3166-1 alpha-3 and
/// ICAO's own additions for kinds of nationality, organisations and stateless persons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 3]);

impl Country {
    /// Reads an alpha-3, alpha-2 or ICAO code, in any case, with or without the filler `<`.
    ///
    /// Germany is `D` in a machine-readable zone and `DEU` here; Kosovo's `RKS` and `XKX` are one;
    /// `UK`, which agencies write, is `GBR`.
    ///
    /// # Errors
    /// [`Refusal`] when no state or territory has this code.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if let Ok(code) = text.as_bytes().try_into()
            && is_alpha3(code)
        {
            return Ok(Self(*code));
        }
        Self::parse_any(text)
    }

    fn parse_any(text: &str) -> Result<Self, Refusal> {
        let mut code = [b' '; 3];
        let trimmed = text.trim_matches(|filler| filler == ' ' || filler == '<');
        if trimmed.len() > code.len() || !trimmed.is_ascii() {
            return Err(Refusal::country(Reason::UnknownCode));
        }
        code.iter_mut().zip(trimmed.bytes()).for_each(|(to, byte)| *to = byte.to_ascii_uppercase());
        let known = match &code {
            b"D  " => Some(*b"DEU"),
            b"UK " => Some(*b"GBR"),
            b"RKS" | b"XK " => Some(*b"XKX"),
            b"EU " => Some(*b"EUE"),
            b"UN " => Some(*b"UNO"),
            [first, second, b' '] => {
                let two = [*first, *second];
                ISO.iter().find(|row| row.1.as_bytes() == two).and_then(|row| three(row.0))
            }
            three if is_alpha3(three) => Some(*three),
            _ => None,
        };
        known.map(Self).ok_or(Refusal::country(Reason::UnknownCode))
    }

    /// The three-letter code.
    pub fn alpha3(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The two-letter code, for those that have one: that of ISO 3166-1, its reserved `EU` and `UN`,
    /// and `XK`, by which plates and lists know Kosovo.
    pub fn alpha2(&self) -> Option<&'static str> {
        match &self.0 {
            b"EUE" => return Some("EU"),
            b"UNO" => return Some("UN"),
            b"XKX" => return Some("XK"),
            _ => {}
        }
        let at = ISO.binary_search_by(|row| row.0.as_bytes().cmp(&self.0)).ok()?;
        ISO.get(at).map(|row| row.1)
    }

    /// The code's three bytes.
    pub(super) const fn bytes(self) -> [u8; 3] {
        self.0
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.alpha3())
    }
}

/// Whether a state or territory has this code: one bit for each three letters, since every event
/// names a few countries.
fn is_alpha3(code: &[u8; 3]) -> bool {
    let place = place_of(*code);
    place.is_some_and(|at| ALPHA3.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1))
}

/// The number of three capital letters in the order of the alphabet; `None` for anything else.
const fn place_of([first, second, third]: [u8; 3]) -> Option<usize> {
    if !(first.is_ascii_uppercase() && second.is_ascii_uppercase() && third.is_ascii_uppercase()) {
        return None;
    }
    Some((letter(first) * 26 + letter(second)) * 26 + letter(third))
}

const fn letter(byte: u8) -> usize {
    (byte - b'A') as usize
}

static ALPHA3: [u64; PLACES.div_ceil(64)] = alpha3();
const PLACES: usize = 26 * 26 * 26;

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
const fn alpha3() -> [u64; PLACES.div_ceil(64)] {
    let mut known = [0; PLACES.div_ceil(64)];
    let mut row = 0;
    while row < ISO.len() + ICAO.len() {
        let code = if row < ISO.len() { ISO[row].0 } else { ICAO[row - ISO.len()] };
        if let [first, second, third] = *code.as_bytes()
            && let Some(place) = place_of([first, second, third])
        {
            known[place / 64] |= 1 << (place % 64);
        }
        row += 1;
    }
    known
}

fn three(code: &str) -> Option<[u8; 3]> {
    code.as_bytes().try_into().ok()
}

/// ICAO Doc 9303 Part 3, section 5, parts B to E: codes that ISO 3166-1 does not have.
const ICAO: [&str; 34] = [
    "GBD", "GBN", "GBO", "GBP", "GBS", "EUE", "UNO", "UNA", "UNK", "XKX", "XXA", "XXB", "XXC",
    "XXX", "XOM", "XPO", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XES", "XMP", "XDC", "XAA",
    "XCT", "XMS", "XAU", "XIC", "IAO", "NTZ", "UTO", "XSO",
];

/// ISO 3166-1: alpha-3 and alpha-2, sorted by alpha-3.
const ISO: [(&str, &str); 249] = [
    ("ABW", "AW"),
    ("AFG", "AF"),
    ("AGO", "AO"),
    ("AIA", "AI"),
    ("ALA", "AX"),
    ("ALB", "AL"),
    ("AND", "AD"),
    ("ARE", "AE"),
    ("ARG", "AR"),
    ("ARM", "AM"),
    ("ASM", "AS"),
    ("ATA", "AQ"),
    ("ATF", "TF"),
    ("ATG", "AG"),
    ("AUS", "AU"),
    ("AUT", "AT"),
    ("AZE", "AZ"),
    ("BDI", "BI"),
    ("BEL", "BE"),
    ("BEN", "BJ"),
    ("BES", "BQ"),
    ("BFA", "BF"),
    ("BGD", "BD"),
    ("BGR", "BG"),
    ("BHR", "BH"),
    ("BHS", "BS"),
    ("BIH", "BA"),
    ("BLM", "BL"),
    ("BLR", "BY"),
    ("BLZ", "BZ"),
    ("BMU", "BM"),
    ("BOL", "BO"),
    ("BRA", "BR"),
    ("BRB", "BB"),
    ("BRN", "BN"),
    ("BTN", "BT"),
    ("BVT", "BV"),
    ("BWA", "BW"),
    ("CAF", "CF"),
    ("CAN", "CA"),
    ("CCK", "CC"),
    ("CHE", "CH"),
    ("CHL", "CL"),
    ("CHN", "CN"),
    ("CIV", "CI"),
    ("CMR", "CM"),
    ("COD", "CD"),
    ("COG", "CG"),
    ("COK", "CK"),
    ("COL", "CO"),
    ("COM", "KM"),
    ("CPV", "CV"),
    ("CRI", "CR"),
    ("CUB", "CU"),
    ("CUW", "CW"),
    ("CXR", "CX"),
    ("CYM", "KY"),
    ("CYP", "CY"),
    ("CZE", "CZ"),
    ("DEU", "DE"),
    ("DJI", "DJ"),
    ("DMA", "DM"),
    ("DNK", "DK"),
    ("DOM", "DO"),
    ("DZA", "DZ"),
    ("ECU", "EC"),
    ("EGY", "EG"),
    ("ERI", "ER"),
    ("ESH", "EH"),
    ("ESP", "ES"),
    ("EST", "EE"),
    ("ETH", "ET"),
    ("FIN", "FI"),
    ("FJI", "FJ"),
    ("FLK", "FK"),
    ("FRA", "FR"),
    ("FRO", "FO"),
    ("FSM", "FM"),
    ("GAB", "GA"),
    ("GBR", "GB"),
    ("GEO", "GE"),
    ("GGY", "GG"),
    ("GHA", "GH"),
    ("GIB", "GI"),
    ("GIN", "GN"),
    ("GLP", "GP"),
    ("GMB", "GM"),
    ("GNB", "GW"),
    ("GNQ", "GQ"),
    ("GRC", "GR"),
    ("GRD", "GD"),
    ("GRL", "GL"),
    ("GTM", "GT"),
    ("GUF", "GF"),
    ("GUM", "GU"),
    ("GUY", "GY"),
    ("HKG", "HK"),
    ("HMD", "HM"),
    ("HND", "HN"),
    ("HRV", "HR"),
    ("HTI", "HT"),
    ("HUN", "HU"),
    ("IDN", "ID"),
    ("IMN", "IM"),
    ("IND", "IN"),
    ("IOT", "IO"),
    ("IRL", "IE"),
    ("IRN", "IR"),
    ("IRQ", "IQ"),
    ("ISL", "IS"),
    ("ISR", "IL"),
    ("ITA", "IT"),
    ("JAM", "JM"),
    ("JEY", "JE"),
    ("JOR", "JO"),
    ("JPN", "JP"),
    ("KAZ", "KZ"),
    ("KEN", "KE"),
    ("KGZ", "KG"),
    ("KHM", "KH"),
    ("KIR", "KI"),
    ("KNA", "KN"),
    ("KOR", "KR"),
    ("KWT", "KW"),
    ("LAO", "LA"),
    ("LBN", "LB"),
    ("LBR", "LR"),
    ("LBY", "LY"),
    ("LCA", "LC"),
    ("LIE", "LI"),
    ("LKA", "LK"),
    ("LSO", "LS"),
    ("LTU", "LT"),
    ("LUX", "LU"),
    ("LVA", "LV"),
    ("MAC", "MO"),
    ("MAF", "MF"),
    ("MAR", "MA"),
    ("MCO", "MC"),
    ("MDA", "MD"),
    ("MDG", "MG"),
    ("MDV", "MV"),
    ("MEX", "MX"),
    ("MHL", "MH"),
    ("MKD", "MK"),
    ("MLI", "ML"),
    ("MLT", "MT"),
    ("MMR", "MM"),
    ("MNE", "ME"),
    ("MNG", "MN"),
    ("MNP", "MP"),
    ("MOZ", "MZ"),
    ("MRT", "MR"),
    ("MSR", "MS"),
    ("MTQ", "MQ"),
    ("MUS", "MU"),
    ("MWI", "MW"),
    ("MYS", "MY"),
    ("MYT", "YT"),
    ("NAM", "NA"),
    ("NCL", "NC"),
    ("NER", "NE"),
    ("NFK", "NF"),
    ("NGA", "NG"),
    ("NIC", "NI"),
    ("NIU", "NU"),
    ("NLD", "NL"),
    ("NOR", "NO"),
    ("NPL", "NP"),
    ("NRU", "NR"),
    ("NZL", "NZ"),
    ("OMN", "OM"),
    ("PAK", "PK"),
    ("PAN", "PA"),
    ("PCN", "PN"),
    ("PER", "PE"),
    ("PHL", "PH"),
    ("PLW", "PW"),
    ("PNG", "PG"),
    ("POL", "PL"),
    ("PRI", "PR"),
    ("PRK", "KP"),
    ("PRT", "PT"),
    ("PRY", "PY"),
    ("PSE", "PS"),
    ("PYF", "PF"),
    ("QAT", "QA"),
    ("REU", "RE"),
    ("ROU", "RO"),
    ("RUS", "RU"),
    ("RWA", "RW"),
    ("SAU", "SA"),
    ("SDN", "SD"),
    ("SEN", "SN"),
    ("SGP", "SG"),
    ("SGS", "GS"),
    ("SHN", "SH"),
    ("SJM", "SJ"),
    ("SLB", "SB"),
    ("SLE", "SL"),
    ("SLV", "SV"),
    ("SMR", "SM"),
    ("SOM", "SO"),
    ("SPM", "PM"),
    ("SRB", "RS"),
    ("SSD", "SS"),
    ("STP", "ST"),
    ("SUR", "SR"),
    ("SVK", "SK"),
    ("SVN", "SI"),
    ("SWE", "SE"),
    ("SWZ", "SZ"),
    ("SXM", "SX"),
    ("SYC", "SC"),
    ("SYR", "SY"),
    ("TCA", "TC"),
    ("TCD", "TD"),
    ("TGO", "TG"),
    ("THA", "TH"),
    ("TJK", "TJ"),
    ("TKL", "TK"),
    ("TKM", "TM"),
    ("TLS", "TL"),
    ("TON", "TO"),
    ("TTO", "TT"),
    ("TUN", "TN"),
    ("TUR", "TR"),
    ("TUV", "TV"),
    ("TWN", "TW"),
    ("TZA", "TZ"),
    ("UGA", "UG"),
    ("UKR", "UA"),
    ("UMI", "UM"),
    ("URY", "UY"),
    ("USA", "US"),
    ("UZB", "UZ"),
    ("VAT", "VA"),
    ("VCT", "VC"),
    ("VEN", "VE"),
    ("VGB", "VG"),
    ("VIR", "VI"),
    ("VNM", "VN"),
    ("VUT", "VU"),
    ("WLF", "WF"),
    ("WSM", "WS"),
    ("YEM", "YE"),
    ("ZAF", "ZA"),
    ("ZMB", "ZM"),
    ("ZWE", "ZW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let parsed = Country::parse(text).ok();
        assert_eq!(parsed.as_ref().map(Country::alpha3), expected, "{text}");
    }

    #[test]
    fn every_form_of_a_code_is_read() {
        check("GBR", Some("GBR"));
        check("gb", Some("GBR"));
        check("UK", Some("GBR"));
        check("D<<", Some("DEU"));
        check("DE", Some("DEU"));
        check("RKS", Some("XKX"));
        check("XKX", Some("XKX"));
        check("GBD", Some("GBD"));
        check("UTO", Some("UTO"));
    }

    #[test]
    fn reserved_two_letter_codes_go_both_ways() {
        for (two, three) in [("EU", "EUE"), ("UN", "UNO"), ("XK", "XKX")] {
            check(two, Some(three));
            assert_eq!(Country::parse(three).unwrap().alpha2(), Some(two));
        }
        assert_eq!(Country::parse("GBD").unwrap().alpha2(), None);
    }

    #[test]
    fn unknown_codes_are_refused() {
        for text in ["", "ZZZ", "QQ", "GBRX", "Ω", "1", "<<<"] {
            check(text, None);
        }
    }

    #[test]
    fn three_letters_are_a_code_where_a_table_has_them() {
        let letters = || b'A'..=b'Z';
        for code in
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])))
        {
            let listed = ISO.iter().any(|row| row.0.as_bytes() == code)
                || ICAO.iter().any(|known| known.as_bytes() == code);
            assert_eq!(is_alpha3(&code), listed, "{code:?}");
        }
        assert!(!is_alpha3(b"gbr") && !is_alpha3(b"GB<") && !is_alpha3(b"G1R"));
    }

    #[test]
    fn the_table_is_sorted_and_every_row_reads_itself() {
        assert!(ISO.is_sorted());
        for (alpha3, alpha2) in ISO {
            check(alpha3, Some(alpha3));
            check(alpha2, Some(alpha3));
            assert_eq!(Country::parse(alpha3).unwrap().alpha2(), Some(alpha2));
        }
    }
}
