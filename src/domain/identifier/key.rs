//! What the exact index is keyed by: an identifier in 128 bits.

use sha2::{Digest as _, Sha256};

use super::{Country, Kind};

/// An identifier in 128 bits: kind, issuing state and text.
///
/// Up to 16 characters with an issuer and 19 without are packed, six bits each, so that different
/// identifiers have different keys; longer texts and texts in other characters are hashed. The
/// index files candidates under it, and matching compares the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u128);

/// Six-bit code of each byte; 0 means that the byte has none.
const CODES: [u8; 256] = codes();
/// Set in keys that hold a hash.
const HASHED: u128 = 1 << 122;
const BITS_PER_CHARACTER: usize = 6;
const CHARACTERS_MAX: usize = 19;

impl Key {
    pub(super) fn new(kind: Kind, issuer: Option<Country>, text: &str) -> Self {
        let kind_bits = (kind as u128) << 123;
        let issuer = issuer.map(Country::bytes);
        let issuer = issuer.as_ref().map_or(&[][..], |code| &code[..]);
        if issuer.len() + text.len() > CHARACTERS_MAX {
            return Self(kind_bits | HASHED | hash(issuer, text));
        }
        // A table and shifts: a branch for each character would cost more than the look-up itself.
        let (mut packed, mut unknown) = (0u128, false);
        for byte in issuer.iter().copied().chain(text.bytes()) {
            let code = CODES.get(usize::from(byte)).copied().unwrap_or(0);
            unknown |= code == 0;
            packed = packed << BITS_PER_CHARACTER | u128::from(code);
        }
        Self(kind_bits | if unknown { HASHED | hash(issuer, text) } else { packed })
    }
}

fn hash(issuer: &[u8], text: &str) -> u128 {
    let digest =
        Sha256::new().chain_update(issuer).chain_update(b":").chain_update(text).finalize();
    digest.iter().take(15).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

const fn codes() -> [u8; 256] {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+";
    let mut codes = [0; 256];
    let mut at = 0;
    #[allow(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which checks the bounds"
    )]
    while at < ALPHABET.len() {
        codes[ALPHABET[at] as usize] = at as u8 + 1;
        at += 1;
    }
    codes
}
