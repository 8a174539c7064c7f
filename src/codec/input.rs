//! The bytes of an Avro datum and a position in them (Avro 1.12, Binary Encoding).
//!
//! The only place that reads bytes, so that every read is checked against their end.

use super::error::{Error, Place};

/// Bytes, read from front to back. There are at most `u32::MAX` of them.
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

/// A block of a list's items.
pub(super) struct Block {
    pub(super) count: u64,
    /// Where it ends, if the writer said so.
    end: Option<usize>,
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The position as spans keep it.
    #[inline]
    pub(super) fn position(&self) -> u32 {
        // The caller has checked the size.
        self.at as u32
    }

    #[inline]
    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    #[inline]
    pub(super) fn advance(&mut self, size: usize) -> Result<(), Error> {
        if size > self.left() {
            return Err(self.truncated());
        }
        self.at += size;
        Ok(())
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let array = *rest.first_chunk::<N>().ok_or_else(|| self.truncated())?;
        self.at += N;
        Ok(array)
    }

    #[inline]
    pub(super) fn boolean(&mut self) -> Result<bool, Error> {
        let at = self.at;
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [_] => Err(Error::BadBoolean { at }),
        }
    }

    /// A zig-zag integer from 0 to 63, as most lengths, branches and symbols are: one byte. `None`
    /// for any other, which is still to be read then.
    #[inline(always)]
    pub(super) fn small(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        // The highest bit says that there is more, the lowest that it is negative.
        if byte & 0x81 != 0 {
            return None;
        }
        self.at += 1;
        Some(byte >> 1)
    }

    /// A zig-zag integer of 64 bits.
    #[inline(always)]
    pub(super) fn long(&mut self) -> Result<i64, Error> {
        match self.small() {
            Some(small) => Ok(small.into()),
            None => self.any_long(),
        }
    }

    fn any_long(&mut self) -> Result<i64, Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut value = 0_u64;
        for (index, byte) in rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * index);
            if *byte < 0x80 {
                // The tenth byte has room for the 64th bit alone.
                if index == 9 && *byte > 1 {
                    break;
                }
                self.at += index + 1;
                return Ok(unzigzag(value));
            }
        }
        Err(if rest.len() < 10 { self.truncated() } else { Error::BadInteger { at: self.at } })
    }

    /// A zig-zag integer of 32 bits.
    #[inline(always)]
    pub(super) fn int(&mut self) -> Result<i64, Error> {
        match self.small() {
            Some(small) => Ok(small.into()),
            None => self.any_int(),
        }
    }

    fn any_int(&mut self) -> Result<i64, Error> {
        let at = self.at;
        let value = self.long()?;
        if i32::try_from(value).is_err() {
            return Err(Error::OutOfRange { place: Place::Byte(at) });
        }
        Ok(value)
    }

    /// A text or bytes: a length, then as many bytes. Gives where they stand and how many.
    #[inline(always)]
    pub(super) fn span(&mut self) -> Result<(u32, u32), Error> {
        let at = self.at;
        let length = match self.small() {
            Some(small) => usize::from(small),
            None => self.any_length()?,
        };
        let start = self.at;
        if length > self.left() {
            return Err(truncated(at));
        }
        self.at += length;
        // The caller has checked the size.
        Ok((start as u32, length as u32))
    }

    fn any_length(&mut self) -> Result<usize, Error> {
        let at = self.at;
        usize::try_from(self.long()?).map_err(|_negative| Error::BadLength { at })
    }

    /// The head of a list's next block; `None` at its end. Unless an item is `weightless` it takes
    /// a byte at least, so that a count beyond what is left is found before anything is done.
    pub(super) fn block(&mut self, weightless: bool) -> Result<Option<Block>, Error> {
        let at = self.at;
        let count = self.long()?;
        if count == 0 {
            return Ok(None);
        }
        let items = match count.checked_abs() {
            Some(items) => items.unsigned_abs(),
            // The least integer has no absolute value.
            None => return Err(Error::BadLength { at }),
        };
        let mut end = None;
        if count < 0 {
            // A negative count says that the block's size in bytes follows.
            let size = self.long()?;
            let size = usize::try_from(size).map_err(|_negative| Error::BadLength { at })?;
            if size > self.left() {
                return Err(Error::Truncated { at });
            }
            end = Some(self.at + size);
        }
        if !weightless && items > self.left() as u64 {
            return Err(Error::Truncated { at });
        }
        Ok(Some(Block { count: items, end, at }))
    }

    #[cold]
    fn truncated(&self) -> Error {
        Error::Truncated { at: self.at }
    }
}

impl Block {
    /// Checks that the items took the bytes that the block's head said.
    pub(super) fn check_end(&self, at: usize) -> Result<(), Error> {
        match self.end {
            Some(end) if end != at => Err(Error::BadLength { at: self.at }),
            Some(_) | None => Ok(()),
        }
    }
}

#[cold]
fn truncated(at: usize) -> Error {
    Error::Truncated { at }
}

#[inline]
fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(bytes: &[u8]) -> Result<i64, Error> {
        Input::new(bytes).long()
    }

    #[test]
    fn integers_are_zig_zag_and_end_within_ten_bytes() {
        assert_eq!(long(&[0]), Ok(0));
        assert_eq!(long(&[1]), Ok(-1));
        assert_eq!(long(&[0x80, 1]), Ok(64));
        let mut widest = [0xFF; 10];
        widest[9] = 1;
        assert_eq!(long(&widest), Ok(i64::MIN));
        widest[0] = 0xFE;
        assert_eq!(long(&widest), Ok(i64::MAX));
        widest[9] = 2;
        assert_eq!(long(&widest), Err(Error::BadInteger { at: 0 }));
        assert_eq!(long(&[0x80; 10]), Err(Error::BadInteger { at: 0 }));
        assert_eq!(long(&[0x80; 9]), Err(Error::Truncated { at: 0 }));
        assert_eq!(long(&[]), Err(Error::Truncated { at: 0 }));
    }

    #[test]
    fn an_int_is_an_integer_of_32_bits() {
        assert_eq!(Input::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).int(), Ok(i32::MIN.into()));
        let over = Input::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).int();
        assert_eq!(over, Err(Error::OutOfRange { place: Place::Byte(0) }));
    }

    #[test]
    fn a_length_is_checked_against_what_is_left() {
        assert_eq!(Input::new(&[4, 1, 2]).span(), Ok((1, 2)));
        assert_eq!(Input::new(&[6, 1, 2]).span(), Err(Error::Truncated { at: 0 }));
        assert_eq!(Input::new(&[1, 1, 2]).span(), Err(Error::BadLength { at: 0 }));
    }

    #[test]
    fn the_least_block_count_has_no_absolute_value() {
        let mut least = [0xFF; 11];
        (least[9], least[10]) = (1, 0);
        let block = Input::new(&least).block(true).map(|_| ());
        assert_eq!(block, Err(Error::BadLength { at: 0 }));
    }
}
