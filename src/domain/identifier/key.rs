//! What the exact index is keyed by: an identifier in 128 bits.

use sha2::{Digest as _, Sha256};

use super::{Country, Kind};

/// An identifier in 128 bits: the kind in the top 5, a flag, and 122 of content.
///
/// Flag 0: the issuing state where the kind has one, and the text, six bits a character, at most 20
/// characters, so that different identifiers have different keys. Flag 1, for longer texts: the
/// first 122 bits of a SHA-256. The index files candidates under it, and matching compares the
/// texts.
///
/// Anyone can unpack a packed key: it is as personal as the identifier, and `Debug` masks it too.
///
/// Aligned like the pointer that stands beside it in the index: millions are held, and an aligned
/// `u128` would cost each of them eight bytes of nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(Rust, packed(8))]
pub struct Key(u128);

/// Six-bit code of each byte; 0 means that the byte has none, and ends a text.
static CODES: [u8; 256] = codes();
/// Set in keys that hold a hash.
const HASHED: u128 = 1 << 122;
const BITS_PER_CHARACTER: usize = 6;
const CHARACTERS_MAX: usize = 20;

impl Key {
    pub(super) fn new(kind: Kind, issuer: Option<Country>, text: &str) -> Self {
        let kind_bits = (kind as u128) << 123;
        let issuer = issuer.map(Country::bytes);
        let issuer = issuer.as_ref().map_or(&[][..], |code| &code[..]);
        let content = match pack(issuer, text.as_bytes()) {
            Some(packed) => packed,
            None => HASHED | hash(issuer, text),
        };
        Self(kind_bits | content)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(masked)")
    }
}

/// Packs 20 characters whatever the length of the text: a loop that ends with the text mispredicts
/// its end, and the look-up behind it no longer overlaps with the next one.
fn pack(issuer: &[u8], text: &[u8]) -> Option<u128> {
    let mut padded = [0; CHARACTERS_MAX];
    let (front, back) = padded.split_at_mut_checked(issuer.len())?;
    front.copy_from_slice(issuer);
    back.get_mut(..text.len())?.copy_from_slice(text);
    let (mut packed, mut coded) = (0u128, 0);
    for byte in padded {
        let code = CODES.get(usize::from(byte)).copied().unwrap_or(0);
        coded += usize::from(code != 0);
        packed = packed << BITS_PER_CHARACTER | u128::from(code);
    }
    // A character without a code would read as the end of the text.
    (coded == issuer.len() + text.len()).then_some(packed)
}

fn hash(issuer: &[u8], text: &str) -> u128 {
    let digest =
        Sha256::new().chain_update(issuer).chain_update(b":").chain_update(text).finalize();
    let first = digest.first_chunk::<16>().copied().unwrap_or_default();
    u128::from_be_bytes(first) >> BITS_PER_CHARACTER
}

/// Letters of either case have one code: within a kind, canonical texts have one case.
const fn codes() -> [u8; 256] {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+@.-_!#$%&'*/=?^`{|}~";
    let mut codes = [0; 256];
    let mut at = 0;
    #[allow(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which checks the bounds"
    )]
    while at < ALPHABET.len() {
        codes[ALPHABET[at] as usize] = at as u8 + 1;
        codes[ALPHABET[at].to_ascii_lowercase() as usize] = at as u8 + 1;
        at += 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(key: Key) -> bool {
        key.0 & HASHED != 0
    }

    #[test]
    fn a_key_and_a_pointer_take_no_more_than_their_bytes() {
        assert_eq!(size_of::<(Key, usize)>(), 24);
    }

    #[test]
    fn a_key_prints_nothing_that_could_be_unpacked() {
        assert_eq!(format!("{:?}", Key::new(Kind::Imo, None, "9074729")), "Key(masked)");
    }

    #[test]
    fn twenty_characters_are_packed_and_longer_texts_hashed() {
        let issuer = Country::parse("GBR").ok();
        assert!(!hashed(Key::new(Kind::Document, issuer, "12345678901234567")));
        assert!(hashed(Key::new(Kind::Document, issuer, "123456789012345678")));
        assert!(!hashed(Key::new(Kind::Email, None, "ann.o'x+1@example.io")));
        assert!(hashed(Key::new(Kind::Email, None, "ann.other@example.com")));
    }

    #[test]
    fn a_packed_key_unpacks_to_what_went_in() {
        let key = Key::new(Kind::Plate, Country::parse("GBR").ok(), "AZ09").0;
        let codes: Vec<u8> = (0..20).map(|at| (key >> (114 - 6 * at) & 63) as u8).collect();
        let expected: Vec<u8> = b"GBRAZ09".iter().map(|byte| CODES[usize::from(*byte)]).collect();
        assert_eq!(codes[..7], expected);
        assert!(codes[7..].iter().all(|code| *code == 0));
        assert_eq!(key >> 123, Kind::Plate as u128);
    }

    #[test]
    fn codes_are_distinct_and_fit_six_bits() {
        let upper = (0..=255_u8).filter(|byte| !byte.is_ascii_lowercase());
        let mut codes: Vec<u8> = upper.map(|byte| CODES[usize::from(byte)]).collect();
        codes.retain(|code| *code != 0);
        codes.sort_unstable();
        assert_eq!(codes, (1..=57).collect::<Vec<u8>>());
    }
}
