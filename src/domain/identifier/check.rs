//! Check digits: verdicts, and the arithmetic behind them.

/// What the printed check digit said. It proves arithmetic, never identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It agrees.
    Agrees,
    /// It does not.
    Fails,
    /// None was printed, or none is defined.
    Absent,
}

impl Check {
    /// The verdict's name, as the schemas spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "AGREES",
            Self::Fails => "FAILS",
            Self::Absent => "ABSENT",
        }
    }

    const fn of(agrees: bool) -> Self {
        if agrees { Self::Agrees } else { Self::Fails }
    }
}

/// ICAO Doc 9303 Part 3, section 4.9: weights 7, 3, 1; digits stand for themselves, A is 10, `<` 0.
///
/// A machine-readable zone keeps punctuation as a filler, which moves the weights along, or leaves it
/// out; the stated text does not say which, so the digit agrees if either reading does. A filler in
/// place of the digit says that a long number runs on elsewhere (Part 5): no verdict.
pub(super) fn icao(stated: &str, canonical: &str, printed: char) -> Check {
    if printed == '<' || printed.is_whitespace() {
        return Check::Absent;
    }
    let demanded = |text: &str| {
        let values = text.bytes().map(alphanumeric);
        let weighed = values.zip([7, 3, 1].into_iter().cycle()).map(|(value, by)| value * by);
        weighed.sum::<u32>() % 10
    };
    let printed = printed.to_digit(10);
    let stated = stated.trim().to_ascii_uppercase();
    Check::of(printed == Some(demanded(canonical)) || printed == Some(demanded(&stated)))
}

/// ISO 6346:1995, annex A: letters count from 10 and skip multiples of 11; weights are powers of
/// two; the remainder by 11, of which 10 counts as 0.
pub(super) fn container(text: &str) -> Check {
    iso_6346(text, 10)
}

/// The same arithmetic over 17 characters, as the customs of the United Kingdom and of Germany
/// compute it for transit, import and export declarations.
pub(super) fn mrn(text: &str) -> Check {
    iso_6346(text, 17)
}

fn iso_6346(text: &str, length: usize) -> Check {
    let Some(printed) = text.as_bytes().get(length) else { return Check::Absent };
    let values = text.bytes().take(length).map(|byte| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        letter => {
            let place = u32::from(letter.wrapping_sub(b'A'));
            10 + place + u32::from(place >= 1) + u32::from(place >= 11) + u32::from(place >= 21)
        }
    });
    let sum: u32 = values.enumerate().map(|(place, value)| value << place).sum();
    Check::of(sum % 11 % 10 == u32::from(printed.wrapping_sub(b'0')))
}

/// IMO Resolution A.1117(30): the last digit of the sum of the first six by weights 7 to 2.
pub(super) fn imo(text: &str) -> Check {
    let mut digits = text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.by_ref().take(6).zip((2..=7).rev()).map(|(digit, by)| digit * by).sum();
    Check::of(digits.next() == Some(sum % 10))
}

/// 49 CFR 565.15(c): position 9 binds in North America alone: world manufacturer identifiers 1 to 5,
/// and 7F to 70, which the United States received when its range ran out. Elsewhere a digit that
/// happens to fit says nothing against, and one that does not, nothing.
pub(super) fn vin(text: &str) -> Check {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        text.bytes().map(transliterated).zip(WEIGHTS).map(|(value, by)| value * by).sum();
    let expected = match sum % 11 {
        10 => b'X',
        digit => b"0123456789".get(digit as usize).copied().unwrap_or(b'0'),
    };
    let agrees = text.as_bytes().get(8) == Some(&expected);
    let binding = match text.as_bytes() {
        [b'1'..=b'5', ..] => true,
        [b'7', second, ..] => !matches!(second, b'A'..=b'E'),
        _ => false,
    };
    match (agrees, binding) {
        (true, _) => Check::Agrees,
        (false, true) => Check::Fails,
        (false, false) => Check::Absent,
    }
}

fn alphanumeric(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    }
}

/// 49 CFR 565.15, table IV.
fn transliterated(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A second implementation, from the letter table as ISO 6346 prints it.
    fn iso_6346_slowly(text: &str) -> char {
        let table = "0123456789A.BCDEFGHIJK.LMNOPQRSTU.VWXYZ";
        let (mut sum, mut weight) = (0_u128, 1);
        for letter in text.chars() {
            sum += weight * table.find(letter).unwrap() as u128;
            weight *= 2;
        }
        (sum % 11 % 10).to_string().chars().next().unwrap()
    }

    /// A second implementation, from the letter values of 49 CFR 565.15, as rows.
    fn vin_slowly(text: &str) -> char {
        let rows = ["0", "1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"];
        let mut sum = 0;
        for (letter, weight) in text.chars().zip("8765432X098765432".chars()) {
            let value = rows.iter().position(|row| row.contains(letter)).unwrap();
            sum += value * weight.to_digit(10).unwrap_or(10) as usize;
        }
        "0123456789X".chars().nth(sum % 11).unwrap()
    }

    /// A second implementation, from the alphabet as ICAO Doc 9303 orders it.
    fn icao_slowly(text: &str) -> char {
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut sum = 0;
        for (place, letter) in text.chars().enumerate() {
            sum += alphabet.find(letter).unwrap_or(0) * [7, 3, 1][place % 3];
        }
        char::from(b'0' + (sum % 10) as u8)
    }

    proptest! {
        #[test]
        fn containers_and_declarations_agree_with_a_slow_second_implementation(
            container_text in "[A-Z]{3}[UJZ][0-9]{6}", mrn_text in "[0-9]{2}[A-Z]{2}[A-Z0-9]{13}"
        ) {
            let container_digit = iso_6346_slowly(&container_text);
            let mrn_digit = iso_6346_slowly(&mrn_text);
            for printed in '0'..='9' {
                let verdict = container(&format!("{container_text}{printed}"));
                prop_assert_eq!(verdict, Check::of(printed == container_digit));
                let verdict = mrn(&format!("{mrn_text}{printed}"));
                prop_assert_eq!(verdict, Check::of(printed == mrn_digit));
            }
        }

        #[test]
        fn vins_agree_with_a_slow_second_implementation(text in "1[A-HJ-NPR-Z0-9]{16}") {
            let agrees = text.chars().nth(8) == Some(vin_slowly(&text));
            prop_assert_eq!(vin(&text), Check::of(agrees));
        }

        #[test]
        fn ships_agree_with_a_slow_second_implementation(number in 0_u32..1_000_000, digit in 0_u32..10) {
            let (mut rest, mut sum) = (number, 0);
            for weight in 2..=7 {
                sum += rest % 10 * weight;
                rest /= 10;
            }
            prop_assert_eq!(imo(&format!("{number:06}{digit}")), Check::of(sum % 10 == digit));
        }

        #[test]
        fn documents_agree_with_a_slow_second_implementation(text in "[A-Z0-9]{3,24}") {
            let demanded = icao_slowly(&text);
            for printed in '0'..='9' {
                prop_assert_eq!(icao(&text, &text, printed), Check::of(printed == demanded));
            }
        }
    }

    #[test]
    fn a_filler_where_the_digit_would_be_is_no_verdict() {
        assert_eq!(icao("D23145890", "D23145890", '<'), Check::Absent);
        assert_eq!(icao("D23145890", "D23145890", '7'), Check::Agrees);
        assert_eq!(icao("D23145890", "D23145890", 'O'), Check::Fails);
    }

    #[test]
    fn a_document_digit_agrees_with_or_without_the_punctuation() {
        let filler = icao_slowly("AB<1234");
        let closed = icao_slowly("AB1234");
        assert_ne!(filler, closed);
        for printed in [filler, closed] {
            assert_eq!(icao("ab-1234", "AB1234", printed), Check::Agrees);
        }
    }

    #[test]
    fn declarations_in_public_test_data_agree() {
        for number in [
            "21GB00014210026352",
            "18GB9JLC3CU1LFGVR2",
            "18GBJCM3USAFD2WD51",
            "21DE12345678901234",
            "21DE27364916384836",
        ] {
            assert_eq!(mrn(number), Check::Agrees, "{number}");
        }
        assert_eq!(mrn("21DE27364916384835"), Check::Fails);
    }

    #[test]
    fn a_vin_is_judged_only_where_the_law_demands_the_digit() {
        assert_eq!(vin("7SA00000Z00000000"), Check::Fails);
        assert_eq!(vin("7A000000Z00000000"), Check::Absent);
        assert_eq!(vin("WVWZZZ1JZ3W386752"), Check::Absent);
        assert_eq!(vin("WVWZZZ1J93W386752"), Check::Agrees);
    }
}
