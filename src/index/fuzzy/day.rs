//! Names in the order of their days of birth: eight bytes each, read from end to end.

use std::ops::Range;

use crate::index::prefetch::prefetch;

use super::date::DateCode;
use super::filing::{Catalogue, Filed};
use super::key::{Sound, TAG_BITS};
use super::record::Nation;

/// Sounds of a name that are kept.
const TAGS: usize = 4;
/// Where the nationality begins, and the sign that a name has more sounds.
const NATION_AT: u32 = 56;
const MORE: u64 = 1 << (TAGS as u32 * TAG_BITS);

/// So many lines of the cache are fetched for a day; what follows the machine foresees itself.
const LINES_MAX: usize = 16;
/// So many names are looked at together.
const BLOCK: usize = 8;

/// The sounds and the nationality of a name.
#[derive(Clone, Copy)]
pub(super) struct Glimpse(u64);

impl Glimpse {
    pub(super) fn new(filed: &Filed<'_>) -> Self {
        let more = if filed.sounds.len() > TAGS { MORE } else { 0 };
        let tags = filed.sounds.iter().take(TAGS).rev();
        let tags = tags.fold(0, |tags, sound| tags << TAG_BITS | u64::from(sound.tag()));
        Self(u64::from(filed.nation.0) << NATION_AT | more | tags)
    }

    #[inline]
    pub(super) const fn nation(self) -> Nation {
        Nation((self.0 >> NATION_AT) as u8)
    }

    /// Whether the name has more sounds than are kept.
    #[inline]
    pub(super) const fn has_more(self) -> bool {
        self.0 & MORE != 0
    }

    /// The tags of its sounds, 0 for none.
    #[inline]
    pub(super) fn tags(self) -> [u16; TAGS] {
        let mask = (1 << TAG_BITS) - 1;
        std::array::from_fn(|at| (self.0 >> (at as u32 * TAG_BITS) & mask) as u16)
    }
}

/// The names that have a day of birth.
pub(super) struct Days {
    /// Where the names of each day begin.
    starts: Box<[u32]>,
    names: Box<[Glimpse]>,
}

impl Days {
    /// Takes the names of a list that lie in the order of dates.
    pub(super) fn new(list: &impl Catalogue) -> Self {
        let (mut starts, mut names) = (vec![0_u32; usize::from(DateCode::DAYS) + 1], Vec::new());
        let mut sounds = Vec::new();
        for name in 0..list.count() {
            let filed = list.show(name, &mut sounds);
            if !filed.date.is_day() {
                break;
            }
            if let Some(count) = starts.get_mut(usize::from(filed.date.0) + 1) {
                *count += 1;
            }
            names.push(Glimpse::new(&filed));
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { starts: starts.into(), names: names.into() }
    }

    /// Has the place fetched where the names of a day begin.
    pub(super) fn foresee(&self, day: DateCode) {
        if let Some(start) = self.starts.get(usize::from(day.0)) {
            prefetch(start);
        }
    }

    /// Has the names of a day fetched.
    pub(super) fn foresee_names(&self, day: DateCode) {
        for at in self.range(day).step_by(64 / size_of::<Glimpse>()).take(LINES_MAX) {
            if let Some(name) = self.names.get(at) {
                prefetch(name);
            }
        }
    }

    fn range(&self, day: DateCode) -> Range<usize> {
        let at = usize::from(day.0);
        match self.starts.get(at..at + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            Some(_) | None => 0..0,
        }
    }

    /// The names of a day by number, those whose sounds and nationality may be worth so much, in
    /// sixteenths of a bit.
    #[inline]
    pub(super) fn of(
        &self,
        day: DateCode,
        (worths, least): (&Worths, i32),
        mut show: impl FnMut(u32, Glimpse),
    ) {
        let range = self.range(day);
        let mut number = range.start as u32;
        for block in self.names.get(range).unwrap_or_default().chunks(BLOCK) {
            // Nearly all share nothing: several at once, without a branch for each.
            let mut may = [0; BLOCK];
            may.iter_mut()
                .zip(block)
                .for_each(|(may, name)| *may = u8::from(worths.may_be(*name, least)));
            if u64::from_le_bytes(may) != 0 {
                let some = (number..).zip(block).zip(may).filter(|(_, may)| *may != 0);
                some.for_each(|((number, name), _)| show(number, *name));
            }
            number += BLOCK as u32;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.names)
    }
}

/// What each sound is worth for one query, by its tag, and each nationality.
pub(super) struct Worths {
    /// Eighths of a bit.
    eighths: Box<[u8; 1 << TAG_BITS]>,
    set: Vec<u16>,
    /// Sixteenths of a bit.
    nations: [i16; 256],
}

impl Default for Worths {
    fn default() -> Self {
        Self { eighths: Box::new([0; 1 << TAG_BITS]), set: Vec::new(), nations: [0; 256] }
    }
}

impl Worths {
    /// Forgets the sounds; says what each nationality is worth.
    pub(super) fn begin(&mut self, nation: impl Fn(Nation) -> i32) {
        self.nations = std::array::from_fn(|at| nation(Nation(at as u8)) as i16);
        for tag in self.set.drain(..) {
            if let Some(worth) = self.eighths.get_mut(usize::from(tag)) {
                *worth = 0;
            }
        }
    }

    /// Says what a sound is worth at most.
    pub(super) fn set(&mut self, sound: Sound, eighths: u8) {
        let tag = sound.tag();
        if let Some(worth) = self.eighths.get_mut(usize::from(tag)) {
            *worth = eighths.max(*worth);
            self.set.push(tag);
        }
    }

    /// Whether sounds and nationality of a name may be worth so much; never where no sound is worth
    /// anything.
    #[inline]
    fn may_be(&self, glimpse: Glimpse, least: i32) -> bool {
        let worth =
            |tag: u16| self.eighths.get(usize::from(tag)).map_or(0, |worth| i32::from(*worth));
        let sum: i32 = glimpse.tags().map(worth).iter().sum();
        let nation = self.nations.get(usize::from(glimpse.nation().0)).copied().unwrap_or_default();
        let reaches = 2 * sum + i32::from(nation) >= least;
        (sum > 0) & (reaches | glimpse.has_more())
    }

    /// What the sounds of a name are worth together, in sixteenths of a bit, and how many are worth
    /// anything.
    #[inline]
    pub(super) fn of(&self, glimpse: Glimpse) -> (i32, i32) {
        let worth =
            |tag: u16| self.eighths.get(usize::from(tag)).map_or(0, |worth| i32::from(*worth));
        let worths = glimpse.tags().map(worth);
        (2 * worths.iter().sum::<i32>(), worths.iter().map(|worth| i32::from(*worth > 0)).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::super::postings::Others;
    use super::*;

    #[test]
    fn a_glimpse_shows_what_it_holds() {
        for many in 0..8_u32 {
            let sounds: Vec<Sound> = (0..many).map(|at| Sound(at * 77_777_777 + 5)).collect();
            let filed = Filed {
                date: DateCode(9),
                nation: Nation(200),
                others: Others::UNKNOWN,
                sounds: &sounds,
            };
            let glimpse = Glimpse::new(&filed);
            assert_eq!(glimpse.nation(), Nation(200));
            assert_eq!(glimpse.has_more(), many > 4);
            let mut tags: Vec<u16> = sounds.iter().take(4).map(|sound| sound.tag()).collect();
            tags.resize(4, 0);
            assert_eq!(glimpse.tags().to_vec(), tags);
        }
    }
}
