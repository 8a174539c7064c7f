//! A listed name in 32 bytes: whose it is, the evidence beside it, the numbers of its words.

use crate::domain::Country;
use crate::names::{Part, Word};

use super::date::DateCode;
use super::key::{Sound, mix};
use super::terms::Term;

/// A nationality in a byte: equal for equal countries, rarely for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nation(pub(super) u8);

impl Nation {
    pub(super) const UNKNOWN: Self = Self(0);
    /// Several.
    pub(super) const ANY: Self = Self(u8::MAX);

    pub(super) fn new(countries: &[Country]) -> Self {
        match countries {
            [] => Self::UNKNOWN,
            [country] => {
                let code =
                    country.alpha3().bytes().fold(0, |code, byte| code << 8 | u64::from(byte));
                Self((mix(code) % 254) as u8 + 1)
            }
            _ => Self::ANY,
        }
    }
}

/// What a word counts for when names are filed and compared by bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Weight {
    /// Names are filed under it.
    Full = 0,
    /// An initial.
    Initial = 1,
    /// Particles, titles, legal forms: it may be left out.
    Light = 2,
}

impl Weight {
    pub(super) fn of(word: &Word) -> Self {
        match word.part() {
            Part::Surname | Part::Given | Part::Any | Part::Number => Self::Full,
            Part::Initial => Self::Initial,
            Part::Particle | Part::Honorific | Part::LegalForm | Part::Prefix | Part::Stop => {
                Self::Light
            }
        }
    }
}

/// The words of a name, each with what it counts for. Who says a word twice says it once: neither asks
/// for a second partner.
pub(super) fn weighed(words: &[Word]) -> impl Iterator<Item = (&Word, Weight)> {
    words.iter().enumerate().map(|(at, word)| {
        let weight = Weight::of(word);
        let says_it = |other: &Word| {
            Weight::of(other) == Weight::Full && other.canonical_key() == word.canonical_key()
        };
        let is_said = weight == Weight::Full && words.iter().take(at).any(says_it);
        (word, if is_said { Weight::Light } else { weight })
    })
}

/// A word of a name: its number, and what it counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member(u32);

impl Member {
    const NONE: Self = Self(u32::MAX);

    pub(super) const fn new(term: Term, sound: Sound, weight: Weight) -> Self {
        Self(term << 8 | sound.hint() << 2 | weight as u32)
    }

    /// A few bits of its sound: see [`Sound::hint`].
    #[inline]
    pub(super) const fn hint(self) -> u32 {
        self.0 >> 2 & 63
    }

    pub(super) const fn term(self) -> Term {
        self.0 >> 8
    }

    pub(super) const fn weight(self) -> Weight {
        match self.0 & 3 {
            0 => Weight::Full,
            1 => Weight::Initial,
            _ => Weight::Light,
        }
    }
}

/// What stands beside the words of a listed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) date: DateCode,
    pub(super) nation: Nation,
    /// Whether it is another form, or one more birth date, of a name whose words were counted.
    pub(super) again: bool,
}

/// Words that stand in the record itself.
const INLINE: usize = 6;

/// One listed name, or one more birth date of it. Two fill a line of the cache.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(super) struct Record {
    /// Which of the snapshot's entries it belongs to.
    pub(super) entry: u32,
    pub(super) date: DateCode,
    pub(super) nation: Nation,
    /// How many words it has, and [`AGAIN`].
    many: u8,
    words: [Member; INLINE],
}

/// Set in the number of words where they were counted already: see [`Beside::again`].
const AGAIN: u8 = 1 << 7;
/// The most words of a name that are filed.
pub(super) const WORDS_MAX: usize = AGAIN as usize - 1;

const _: () = assert!(size_of::<Record>() == 32);

impl Record {
    /// A record; words that do not fit go to `rest`.
    pub(super) fn new(
        entry: u32,
        Beside { date, nation, again }: Beside,
        members: &[Member],
        rest: &mut Vec<Member>,
    ) -> Self {
        let mut words = [Member::NONE; INLINE];
        words.iter_mut().zip(members).for_each(|(slot, member)| *slot = *member);
        let members = members.get(..members.len().min(WORDS_MAX)).unwrap_or_default();
        if members.len() > INLINE
            && let Some(last) = words.last_mut()
        {
            // The last place tells where the others are.
            *last = Member(rest.len() as u32);
            rest.extend_from_slice(members.get(INLINE - 1..).unwrap_or_default());
        }
        let many = members.len() as u8 | if again { AGAIN } else { 0 };
        Self { entry, date, nation, many, words }
    }

    /// What stands beside its words.
    pub(super) const fn beside(&self) -> Beside {
        Beside { date: self.date, nation: self.nation, again: self.many & AGAIN != 0 }
    }

    /// The words in the order stated.
    #[inline]
    pub(super) fn members<'a>(&'a self, rest: &'a [Member]) -> impl Iterator<Item = Member> + 'a {
        let many = usize::from(self.many & !AGAIN);
        let (inline, from) = match self.words.last() {
            Some(last) if many > INLINE => (INLINE - 1, last.0 as usize),
            Some(_) | None => (many, 0),
        };
        let rest = rest.get(from..from + many - inline).unwrap_or_default();
        self.words.iter().take(inline).chain(rest).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BESIDE: Beside = Beside { date: DateCode(3), nation: Nation(1), again: false };

    #[test]
    fn words_come_back_however_many_there_are() {
        let mut rest = Vec::new();
        let names: Vec<Vec<Member>> = (0..20)
            .map(|many| {
                (0..many)
                    .map(|term| Member::new(term + many, Sound(term), Weight::Initial))
                    .collect()
            })
            .collect();
        let record = |members: &Vec<Member>, rest: &mut Vec<Member>| {
            let beside = Beside { again: members.len().is_multiple_of(3), ..BESIDE };
            Record::new(7, beside, members, rest)
        };
        let records: Vec<Record> = names.iter().map(|name| record(name, &mut rest)).collect();
        for (name, record) in names.iter().zip(records) {
            assert_eq!(record.members(&rest).collect::<Vec<_>>(), *name);
            assert_eq!(record.beside(), Beside { again: name.len().is_multiple_of(3), ..BESIDE });
        }
    }

    #[test]
    fn a_member_gives_back_what_it_holds() {
        for weight in [Weight::Full, Weight::Initial, Weight::Light] {
            let member = Member::new(0xab_cdef, Sound(0x1234_5678), weight);
            assert_eq!((member.term(), member.weight()), (0xab_cdef, weight));
            assert_eq!(member.hint(), Sound(0x1234_5678).hint());
        }
    }
}
