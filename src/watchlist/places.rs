//! Places: small numbers by which the index of names knows entries, and the entry that each holds.

use std::sync::OnceLock;

use arc_swap::ArcSwapAny;

use super::Candidate;
use super::candidate::Block;

/// The number of a place. What an entry is replaced by that states the same takes its place, so that
/// a list which is written again leaves the index of names as it is.
pub(super) type Place = u32;

/// Places of the first chunk; each further one has as many as all before it.
const FIRST: u32 = 1_024;
/// How many chunks there may be: enough for every number.
const CHUNKS: usize = 23;

type Slot = ArcSwapAny<Option<Block>>;

/// The entry at each place. One writer; readers wait for nobody, and nothing ever moves.
#[derive(Default)]
pub(super) struct Places {
    chunks: [OnceLock<Box<[Slot]>>; CHUNKS],
}

impl Places {
    /// Puts an entry at a place, in one step.
    pub(super) fn put(&self, place: Place, entry: &Candidate) {
        self.store(place, Some(entry.block().clone()));
    }

    /// Empties a place.
    pub(super) fn clear(&self, place: Place) {
        self.store(place, None);
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: Place) -> Option<Candidate> {
        let (chunk, at) = split(place);
        let slots = self.chunks.get(chunk)?.get()?;
        slots.get(at)?.load_full().map(Candidate::of_block)
    }

    fn store(&self, place: Place, block: Option<Block>) {
        let (chunk, at) = split(place);
        let Some(chunk_of) = self.chunks.get(chunk) else { return };
        let slots = chunk_of.get_or_init(|| {
            let many = (FIRST as usize) << chunk;
            std::iter::repeat_with(|| Slot::from(None)).take(many).collect()
        });
        if let Some(slot) = slots.get(at) {
            slot.store(block);
        }
    }
}

/// The chunk of a place, and where it lies there.
fn split(place: Place) -> (usize, usize) {
    let number = u64::from(place) + u64::from(FIRST);
    let chunk = number.ilog2() - FIRST.ilog2();
    (chunk as usize, (number - (u64::from(FIRST) << chunk)) as usize)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{candidate, entry};
    use super::*;

    #[test]
    fn each_place_is_one_slot_of_one_chunk() {
        let places = (0..10_000).chain((1 << 20) - 5..(1 << 20) + 5).map(split);
        let mut before = None;
        for (chunk, at) in places {
            assert!(at < (FIRST as usize) << chunk);
            assert_ne!(before, Some((chunk, at)));
            before = Some((chunk, at));
        }
        assert!(split(Place::MAX).0 < CHUNKS);
    }

    #[test]
    fn what_is_put_is_there_until_it_is_cleared() {
        let places = Places::default();
        let made = candidate(entry("wanted/1"), 1);
        assert!(places.get(5_000).is_none());
        places.put(5_000, &made);
        assert!(places.get(5_000).is_some_and(|found| found == made));
        assert!(places.get(4_999).is_none());
        places.clear(5_000);
        assert!(places.get(5_000).is_none());
    }
}
