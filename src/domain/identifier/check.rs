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
pub(super) fn icao(text: &str, printed: char) -> Check {
    let values = text.bytes().map(alphanumeric);
    let sum: u32 = values.zip([7, 3, 1].into_iter().cycle()).map(|(value, by)| value * by).sum();
    let printed = if printed == '<' { Some(0) } else { printed.to_digit(10) };
    Check::of(printed == Some(sum % 10))
}

/// ISO 6346:1995, annex A: letters count from 10 and skip multiples of 11; weights are powers of
/// two; the remainder by 11, of which 10 counts as 0.
pub(super) fn container(text: &str) -> Check {
    let Some(printed) = text.as_bytes().get(10) else { return Check::Absent };
    let values = text.bytes().take(10).map(|byte| match byte {
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

/// 49 CFR 565.15(c): position 9 binds in North America alone (world manufacturer identifiers 1 to
/// 5); elsewhere a digit that happens to fit says nothing against, and one that does not, nothing.
pub(super) fn vin(text: &str) -> Check {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        text.bytes().map(transliterated).zip(WEIGHTS).map(|(value, by)| value * by).sum();
    let expected = match sum % 11 {
        10 => b'X',
        digit => b"0123456789".get(digit as usize).copied().unwrap_or(b'0'),
    };
    let agrees = text.as_bytes().get(8) == Some(&expected);
    let binding = text.bytes().next().is_some_and(|first| (b'1'..=b'5').contains(&first));
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
