//! Names in the order of their days of birth: eight bytes for one or a few, read from end to end.

use std::ops::Range;

use smallvec::SmallVec;

use crate::index::prefetch::prefetch;

use super::date::DateCode;
use super::filing::{Catalogue, Filed};
use super::key::{Sound, TAG_BITS};
use super::record::Nation;

/// Sounds of a name that are kept.
const TAGS: usize = 4;
/// Where the nationality begins, and the signs that a name has more sounds, and words told by no sound.
const NATION_AT: u32 = 56;
const MORE: u64 = 1 << (TAGS as u32 * TAG_BITS);
const UNTOLD: u64 = MORE << 1;

/// So many lines of the cache are fetched for a day; what follows the machine foresees itself.
const LINES_MAX: usize = 16;
/// So many names are looked at together.
const BLOCK: usize = 8;

/// The nationality of a name and its sounds, or those of several names with a few sounds together, as
/// the spellings of one name mostly have.
#[derive(Clone, Copy)]
pub(super) struct Glimpse(u64);

impl Glimpse {
    pub(super) fn new(nation: Nation, sounds: &[Sound], has_initials: bool) -> Self {
        let more = if sounds.len() > TAGS { MORE } else { 0 };
        let untold = if has_initials { UNTOLD } else { 0 };
        let tags = sounds.iter().take(TAGS).rev();
        let tags = tags.fold(0, |tags, sound| tags << TAG_BITS | u64::from(sound.tag()));
        Self(u64::from(nation.0) << NATION_AT | untold | more | tags)
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

    /// Whether the name has initials, which no sound tells.
    #[inline]
    pub(super) const fn has_initials(self) -> bool {
        self.0 & UNTOLD != 0
    }

    /// Whether its sounds may not be all that there is of the name.
    #[inline]
    const fn is_open(self) -> bool {
        self.0 & (MORE | UNTOLD) != 0
    }

    /// The tags of its sounds, 0 for none.
    #[inline]
    pub(super) fn tags(self) -> [u16; TAGS] {
        let mask = (1 << TAG_BITS) - 1;
        std::array::from_fn(|at| (self.0 >> (at as u32 * TAG_BITS) & mask) as u16)
    }
}

/// Whose names of a day are read: always those who have the nationality of the query, or several.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    nation: Nation,
    /// Those whose nationality is not known.
    unknown: bool,
    /// Those of every other.
    others: bool,
}

impl Wanted {
    /// What is wanted, given which nationalities leave a name enough to reach the threshold.
    pub(super) fn new(nation: Nation, reaches: impl Fn(Nation) -> bool) -> Self {
        let other = Nation(if nation.0 == 1 { 2 } else { 1 });
        Self { nation, unknown: reaches(Nation::UNKNOWN), others: reaches(other) }
    }
}

/// Names of one day and nationality that share a glimpse.
struct Group {
    first: u32,
    date: DateCode,
    nation: Nation,
    sounds: SmallVec<[Sound; TAGS]>,
    has_initials: bool,
}

impl Group {
    fn new(first: u32, filed: &Filed<'_>) -> Self {
        let sounds = SmallVec::from_slice(filed.sounds);
        let has_initials = filed.others.may_be_initials();
        Self { first, date: filed.date, nation: filed.nation, sounds, has_initials }
    }

    /// Takes in a name, where there is room for its sounds.
    fn takes(&mut self, filed: &Filed<'_>) -> bool {
        let mut sounds = self.sounds.clone();
        for sound in filed.sounds {
            if !sounds.contains(sound) {
                sounds.push(*sound);
            }
        }
        let fits = sounds.len() <= TAGS && (self.date, self.nation) == (filed.date, filed.nation);
        if fits {
            self.has_initials |= filed.others.may_be_initials();
            self.sounds = sounds;
        }
        fits
    }
}

/// The names that have a day of birth.
pub(super) struct Days {
    /// Where the glimpses of each day begin; they are in the order of nationalities.
    starts: Box<[u32]>,
    glimpses: Box<[Glimpse]>,
    /// The first name of each, and behind them the end of the last.
    firsts: Box<[u32]>,
}

impl Days {
    /// Takes the names of a list that lie in the order of dates and nationalities.
    pub(super) fn new(list: &Catalogue) -> Self {
        let mut starts = vec![0_u32; usize::from(DateCode::DAYS) + 1];
        let (mut open, mut end) = (None::<Group>, 0);
        let (mut glimpses, mut firsts) = (Vec::new(), Vec::new());
        let mut close = |group: Group| {
            if let Some(count) = starts.get_mut(usize::from(group.date.0) + 1) {
                *count += 1;
            }
            glimpses.push(Glimpse::new(group.nation, &group.sounds, group.has_initials));
            firsts.push(group.first);
        };
        for (name, filed) in list.iter() {
            if !filed.date.is_day() {
                break;
            }
            end = name + 1;
            if !open.as_mut().is_some_and(|group| group.takes(&filed)) {
                open.replace(Group::new(name, &filed)).into_iter().for_each(&mut close);
            }
        }
        open.into_iter().for_each(close);
        firsts.push(end);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { starts: starts.into(), glimpses: glimpses.into(), firsts: firsts.into() }
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
            if let Some(glimpse) = self.glimpses.get(at) {
                prefetch(glimpse);
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

    /// The glimpses of a day whose sounds and nationality may be worth so much, in sixteenths of a bit,
    /// each with the numbers of its names.
    #[inline]
    pub(super) fn of(
        &self,
        day: DateCode,
        wanted: Wanted,
        (worths, least): (&Worths, i32),
        mut show: impl FnMut(Range<u32>, Glimpse),
    ) {
        let mut found = |at: usize, glimpse: &Glimpse| {
            if let Some(&[from, to]) = self.firsts.get(at..at + 2) {
                show(from..to, *glimpse);
            }
        };
        for run in self.runs(day, wanted) {
            let from = run.start;
            let (blocks, rest) = self.glimpses.get(run).unwrap_or_default().as_chunks::<BLOCK>();
            for (block, from) in blocks.iter().zip((from..).step_by(BLOCK)) {
                // Nearly all share nothing: several at once, without a branch for each.
                let may = block.map(|glimpse| u8::from(worths.may_be(glimpse, least)));
                if u64::from_le_bytes(may) != 0 {
                    let some = (from..).zip(block).zip(may).filter(|(_, may)| *may != 0);
                    some.for_each(|((at, glimpse), _)| found(at, glimpse));
                }
            }
            let behind = (from + blocks.len() * BLOCK..).zip(rest);
            let some = behind.filter(|(_, glimpse)| worths.may_be(**glimpse, least));
            some.for_each(|(at, glimpse)| found(at, glimpse));
        }
    }

    /// Where those of a day lie that are wanted.
    fn runs(&self, day: DateCode, wanted: Wanted) -> [Range<usize>; 3] {
        let range = self.range(day);
        if wanted.others {
            return [range, 0..0, 0..0];
        }
        let all = self.glimpses.get(range.clone()).unwrap_or_default();
        let from = |nation| range.start + all.partition_point(|one| one.nation() < nation);
        let Nation(nation) = wanted.nation;
        let unknown = if wanted.unknown { range.start..from(Nation(1)) } else { 0..0 };
        let several = from(Nation::ANY)..range.end;
        [unknown, from(wanted.nation)..from(Nation(nation.saturating_add(1))), several]
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.glimpses) + size_of_val(&*self.firsts)
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
        (sum > 0) & (reaches | glimpse.is_open())
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
    use proptest::prelude::*;

    use super::super::postings::Others;
    use super::*;

    proptest! {
        #[test]
        fn whoever_has_enough_sounds_of_a_wanted_nationality_is_shown(
            names in prop::collection::vec(
                (0_u16..3, 0_u8..4, prop::collection::btree_set(0_u32..12, 1..7)), 0..60,
            ),
            worth in prop::collection::btree_map(0_u32..12, 1_u8..9, 0..6),
            (day, nation, unknown, others) in (0_u16..3, 1_u8..4, any::<bool>(), any::<bool>()),
            least in 0_i32..40,
        ) {
            let sound = |number: u32| Sound(number * 77_777_777 + 5);
            let plain = |(date, nation, sounds): (u16, u8, std::collections::BTreeSet<u32>)| {
                let nation = if nation == 3 { Nation::ANY } else { Nation(nation) };
                (DateCode(date), nation, sounds.into_iter().map(sound).collect::<Vec<_>>())
            };
            let mut list: Vec<_> = names.into_iter().map(plain).collect();
            list.sort_by_key(|(date, nation, _)| (*date, *nation));
            let mut filed = Catalogue::default();
            for (date, nation, sounds) in &list {
                filed.push(Filed { date: *date, nation: *nation, others: Others::UNKNOWN, sounds });
            }
            let mut worths = Worths::default();
            worths.begin(|_| 0);
            worth.iter().for_each(|(number, eighths)| worths.set(sound(*number), *eighths));
            let wanted = Wanted { nation: Nation(nation), unknown, others };
            let mut shown = Vec::new();
            let days = Days::new(&filed);
            days.of(DateCode(day), wanted, (&worths, least), |names, _| shown.extend(names));
            let eighths = |one: &Sound| {
                worth.iter().find(|(number, _)| sound(**number) == *one).map_or(0, |(_, worth)| i32::from(*worth))
            };
            for (name, (date, of, sounds)) in (0..).zip(&list) {
                let bits: i32 = 2 * sounds.iter().map(eighths).sum::<i32>();
                let is_wanted = *of == Nation(nation)
                    || *of == Nation::ANY
                    || others
                    || unknown && *of == Nation::UNKNOWN;
                if *date == DateCode(day) && is_wanted && sounds.len() <= TAGS && bits > 0 && bits >= least {
                    prop_assert!(shown.contains(&name), "{name}");
                }
                prop_assert!(*date == DateCode(day) || !shown.contains(&name), "{name}");
            }
            // Nobody is shown twice.
            let many = shown.len();
            shown.sort_unstable();
            shown.dedup();
            prop_assert_eq!(many, shown.len());
        }
    }

    #[test]
    fn a_glimpse_shows_what_it_holds() {
        for many in 0..8_u32 {
            let sounds: Vec<Sound> = (0..many).map(|at| Sound(at * 77_777_777 + 5)).collect();
            let glimpse = Glimpse::new(Nation(200), &sounds, many % 2 == 1);
            assert_eq!(glimpse.has_initials(), many % 2 == 1);
            assert_eq!(glimpse.nation(), Nation(200));
            assert_eq!(glimpse.has_more(), many > 4);
            let mut tags: Vec<u16> = sounds.iter().take(4).map(|sound| sound.tag()).collect();
            tags.resize(4, 0);
            assert_eq!(glimpse.tags().to_vec(), tags);
        }
    }
}
