//! Bytes as text: plain ASCII, as almost all of an event is, sooner than the standard library's check.
#![allow(unsafe_code, reason = "one call, whose condition is checked in the line before it")]

/// The text that the bytes are; `None` when they are no UTF-8.
///
/// The standard check reads a short text byte by byte; this reads eight at a time. An event has a
/// dozen short texts.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    if is_ascii(bytes) {
        // SAFETY: every byte is below 0x80, and such bytes are UTF-8 (RFC 3629, section 3).
        return Some(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).ok()
}

#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    let half = |bytes: &[u8; 4]| u64::from(u32::from_ne_bytes(*bytes));
    // Front and back of a text overlap where it is short of twice their size.
    let seen = if let (Some(front), Some(back)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let within = bytes.as_chunks::<8>().0.iter().skip(1);
        within.fold(word(front) | word(back), |seen, bytes| seen | word(bytes))
    } else if let (Some(front), Some(back)) = (bytes.first_chunk(), bytes.last_chunk()) {
        half(front) | half(back)
    } else {
        bytes.iter().fold(0, |seen, byte| seen | u64::from(*byte))
    };
    seen & HIGH == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_agrees_with_the_standard_library(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok());
        }

        #[test]
        fn it_agrees_about_texts_of_every_sort(letters in "\\PC{0,40}", cut in 0..40_usize) {
            let bytes = letters.as_bytes();
            let bytes = &bytes[cut.min(bytes.len())..];
            prop_assert_eq!(text(bytes), std::str::from_utf8(bytes).ok());
        }
    }

    #[test]
    fn one_high_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            let mut bytes = vec![b'A'; length];
            assert!(is_ascii(&bytes));
            for at in 0..length {
                bytes[at] = 0x80;
                assert!(!is_ascii(&bytes), "{at} of {length}");
                bytes[at] = b'A';
            }
        }
    }
}
