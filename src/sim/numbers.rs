//! Numbers as they are printed on documents, plates and boxes, check digits included.

use super::dice::Dice;

const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
/// Owner codes of containers, invented: the fourth letter is the equipment category `U`.
const OWNERS: [&str; 12] = [
    "ALBU", "BRGU", "CWXU", "DNVU", "ESQU", "FJRU", "GLWU", "HVNU", "KTSU", "NRDU", "PXLU", "ZEPU",
];

/// Fills a shape: `#` becomes a digit, `@` a letter that no digit resembles, all else stays.
pub(super) fn fill(dice: &mut Dice, shape: &str, out: &mut String) {
    for place in shape.chars() {
        out.push(match place {
            '#' => digit(dice),
            '@' => dice.pick(LETTERS).map_or('A', |letter| char::from(*letter)),
            other => other,
        });
    }
}

/// A container number with its check digit (ISO 6346:1995, annex A).
pub(super) fn container(dice: &mut Dice, out: &mut String) {
    let start = out.len();
    out.push_str(dice.text(&OWNERS));
    fill(dice, "######", out);
    let check = container_check(out.get(start..).unwrap_or_default());
    out.push(check);
}

/// The check digit over the first ten characters (ISO 6346:1995, annex A).
pub(super) fn container_check(number: &str) -> char {
    let sum = number
        .bytes()
        .take(10)
        .zip(0_u32..)
        .map(|(byte, place)| letter_value(byte) << place)
        .sum::<u32>();
    to_digit(sum % 11 % 10)
}

/// Letters count from 10 and skip the multiples of eleven: B is 12, L is 23, V is 34.
fn letter_value(byte: u8) -> u32 {
    if byte.is_ascii_digit() {
        return u32::from(byte - b'0');
    }
    let place = u32::from(byte.to_ascii_uppercase().saturating_sub(b'A'));
    let skipped = u32::from(place >= 1) + u32::from(place >= 11) + u32::from(place >= 21);
    10 + place + skipped
}

/// A vehicle identification number with its check digit (49 CFR 565.15).
pub(super) fn vin(dice: &mut Dice, out: &mut String) {
    let start = out.len();
    let maker = dice.text(&["SAL", "VF1", "WDB", "WVW", "YV1", "ZFA", "TMB", "VSS", "JTD", "KMH"]);
    out.push_str(maker);
    fill(dice, "@@##@0@#######", out);
    let check = vin_check(out.get(start..).unwrap_or_default());
    out.replace_range(start + 8..start + 9, check.encode_utf8(&mut [0; 4]));
}

fn vin_check(vin: &str) -> char {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum = vin.bytes().zip(WEIGHTS).map(|(byte, weight)| weight * vin_value(byte)).sum::<u32>();
    if sum % 11 == 10 { 'X' } else { to_digit(sum % 11) }
}

fn vin_value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'R' => u32::from(byte - b'J') + 1,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => 0,
    }
}

/// A ship identification number with its check digit (IMO Resolution A.1117(30)).
pub(super) fn imo(dice: &mut Dice, out: &mut String) {
    let serial = dice.between(800_000, 999_999);
    let sum = [100_000, 10_000, 1_000, 100, 10, 1]
        .iter()
        .zip((2..=7).rev())
        .map(|(unit, weight): (&u32, u32)| serial / unit % 10 * weight)
        .sum::<u32>();
    out.push_str(&serial.to_string());
    out.push(to_digit(sum % 10));
}

/// A maritime mobile service identity of a ship: three digits of flag, six of its own
/// (ITU-R M.585).
pub(super) fn mmsi(dice: &mut Dice, out: &mut String) {
    out.push_str(
        dice.text(&["232", "235", "219", "244", "247", "311", "353", "477", "538", "636"]),
    );
    fill(dice, "######", out);
}

/// A master reference number: year, country, thirteen characters and a check character, which is
/// reckoned as for a container (Regulation (EU) 2015/2447, annex B, data element 12 01).
pub(super) fn mrn(dice: &mut Dice, country: &str, out: &mut String) {
    let start = out.len();
    out.push_str("26");
    out.push_str(country);
    fill(dice, "@@#@@####@###", out);
    let sum = out
        .get(start..)
        .unwrap_or_default()
        .bytes()
        .zip(0_u32..)
        .map(|(byte, place)| letter_value(byte) << place)
        .sum::<u32>();
    out.push(to_digit(sum % 11 % 10));
}

/// Two neighbouring characters change places, the first pair that differs from itself turned
/// round; gives false when there is no such pair.
pub(super) fn swap_neighbours(text: &str, out: &mut String) -> bool {
    let mut letters = text.chars().collect::<Vec<_>>();
    let pair = letters.windows(2).position(|pair| {
        matches!(pair, [one, other] if one != other && one.is_ascii_digit() == other.is_ascii_digit())
    });
    if let Some(at) = pair {
        letters.swap(at, at + 1);
    }
    out.extend(letters);
    pair.is_some()
}

fn digit(dice: &mut Dice) -> char {
    to_digit(dice.below(10))
}

fn to_digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_a_container_number_skip_the_multiples_of_eleven() {
        let values = b"ABKLUVZ".map(letter_value);
        assert_eq!(values, [10, 12, 21, 23, 32, 34, 38]);
    }

    #[test]
    fn check_digits_agree_with_published_numbers() {
        assert_eq!(container_check("CSQU305438"), '3');
        assert_eq!(vin_check("1M8GDM9A_KP042788"), 'X');
    }

    #[test]
    fn swapping_changes_a_number_when_it_can() {
        let mut out = String::new();
        assert!(swap_neighbours("AB12", &mut out));
        assert_eq!(out, "BA12");
        out.clear();
        assert!(!swap_neighbours("AA11", &mut out));
    }
}
