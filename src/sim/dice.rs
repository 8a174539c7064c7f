//! The only source of chance: one stream of ChaCha8 for each seed and purpose.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// Draws from ChaCha8 and from integers alone, so that a seed gives the same draws on every
/// machine and whatever the versions of the crates above the cipher.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this seed and purpose.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(seed.to_le_bytes()) {
            *to = from;
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(purpose);
        Self(rng)
    }

    /// A number from 0 to just below `bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        // The upper half of a product of two 32-bit numbers has 32 bits.
        (wide >> 32) as u32
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from).saturating_add(1))
    }

    /// True in `percent` cases of a hundred.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// True in this share of cases, from 0 to 1.
    pub(super) fn share(&mut self, share: f64) -> bool {
        f64::from(self.0.next_u32()) < share * 4_294_967_296.0
    }

    /// One of these; `None` when there are none.
    pub(super) fn pick<'s, T>(&mut self, from: &'s [T]) -> Option<&'s T> {
        from.get(self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize)
    }

    /// One of these texts, empty when there are none.
    pub(super) fn text(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or_default()
    }
}

/// FNV-1a: the key under which the simulator remembers what is listed. Its own, so that the truth
/// does not rest on the code under test.
pub(super) fn key(kind: &str, number: &str, more: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in [kind, number, more] {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
