//! Who and what could be taken for somebody or something listed by what is stated. Neither a comparison nor
//! an officer could tell them apart, so that invented traffic keeps away from them.

use std::collections::HashSet;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::dice::key;
use super::listed::own_words;
use super::people::Naming;
use super::stock::{folded, heard};
use crate::domain::Date;

/// Words behind a firm's own: what it deals in, and its legal form.
pub(super) const BEHIND_FIRM: usize = 2;
/// The last word of a ship's name, which many have.
pub(super) const BEHIND_SHIP: usize = 1;

/// Years of birth so far apart are near one another for who bears the whole name: a slip in the year, or in
/// how it is read.
const NEAR_YEARS: u32 = 3;
/// And for who has two words of it.
const NEXT_YEARS: u32 = 1;

/// So many words in common are rare enough that a date no longer tells two apart.
const RARE_WORDS: u32 = 3;

/// Stands for the year of birth where it does not matter.
const ANY_YEAR: u32 = 0;
/// And where an entry knows none.
const UNDATED: u32 = 1;

/// What is shared with somebody or something listed, a number for each. Membership alone is asked, so that
/// no order of a hash table reaches an output.
#[derive(Default)]
pub(super) struct Mistakable {
    shared: HashSet<u64, FixedState>,
}

impl Mistakable {
    /// Adds a name and birth date of somebody listed.
    pub(super) fn add_person(&mut self, name: Naming, birth: Date) {
        let when = [parts(birth).0, anniversary(birth)];
        self.shared.extend(when.map(|when| whole(name, when)));
        self.shared.extend(when.into_iter().flat_map(|when| some(words(name), 2, when)));
        self.shared.extend(slips(birth).into_iter().flat_map(|slip| some(words(name), 1, slip)));
        let days = [birth.packed(), exchanged(birth)];
        self.shared.extend(days.into_iter().flat_map(|day| some(initials(name), 1, day)));
        self.shared.extend(some(words(name), RARE_WORDS, ANY_YEAR));
    }

    /// Adds a name of somebody of whom some entry knows no date.
    pub(super) fn add_undated(&mut self, name: Naming) {
        self.shared.insert(whole(name, ANY_YEAR));
        self.shared.extend(some(words(name), 2, UNDATED));
    }

    /// Adds a name of somebody of whom some entry knows the year of birth alone, and the town: of whoever
    /// shares these the year speaks for a match, and no day against it.
    pub(super) fn add_of_year(&mut self, name: Naming, birth: Date, town: &str) {
        self.shared.extend(of_one_town(name, birth, town));
    }

    /// Adds the name of a firm or a ship that ends with so many words that others have too.
    pub(super) fn add_thing(&mut self, name: &str, behind: usize) {
        self.shared.extend(likenesses(name, behind));
    }

    /// Whether somebody listed bears this name and was born about that year, or on that day of another.
    pub(super) fn is_near(&self, name: Naming, birth: Date) -> bool {
        when(birth, NEAR_YEARS).any(|when| self.shared.contains(&whole(name, when)))
    }

    /// The same, or whether somebody shares two words of the name and the year or the day; one and a date
    /// that differs in the year, the month or the day alone, or has these exchanged; one, the year and the
    /// town, where no more is known; or an initial and the date, or month and day of it exchanged.
    pub(super) fn is_person(&self, name: Naming, birth: Date, town: &str) -> bool {
        let two = when(birth, NEXT_YEARS).flat_map(|when| some(words(name), 2, when));
        let one = slips(birth).into_iter().flat_map(|slip| some(words(name), 1, slip));
        let initial = some(initials(name), 1, birth.packed());
        let mut all = two.chain(one).chain(of_one_town(name, birth, town)).chain(initial);
        self.is_near(name, birth) || all.any(|mark| self.shared.contains(&mark))
    }

    /// Whether somebody listed shares so much of the name that no date of birth tells them apart.
    pub(super) fn is_namesake(&self, name: Naming) -> bool {
        self.shared.contains(&whole(name, ANY_YEAR))
            || some(words(name), RARE_WORDS, ANY_YEAR).any(|names| self.shared.contains(&names))
            || some(words(name), 2, UNDATED).any(|words| self.shared.contains(&words))
    }

    /// Whether a firm or a ship has a word that is a listed one's, or nearly.
    pub(super) fn is_thing(&self, name: &str, behind: usize) -> bool {
        likenesses(name, behind).any(|word| self.shared.contains(&word))
    }
}

/// The year of birth and those about it, and the day in whatever year.
fn when(birth: Date, about: u32) -> impl Iterator<Item = u32> {
    let year = parts(birth).0;
    (year.saturating_sub(about)..=year + about).chain([anniversary(birth)])
}

/// Whether a name is so rare that no date tells its bearers apart.
pub(super) fn is_rare(name: Naming) -> bool {
    some(words(name), RARE_WORDS, ANY_YEAR).next().is_some()
}

/// The date with month and day exchanged; no date where the day is not a month.
fn exchanged(birth: Date) -> u32 {
    let (year, month, day) = parts(birth);
    year * 10_000 + day * 100 + month
}

/// The date without its day, its month and its year, and with month and day in either order: who shares one
/// has a slip in what is left out, or has these two exchanged.
fn slips(birth: Date) -> [u32; 4] {
    let (year, month, day) = parts(birth);
    let either = year * 10_000 + month.min(day) * 100 + month.max(day);
    [year * 10_000 + month * 100, year * 10_000 + day, month * 100 + day, either]
}

fn parts(birth: Date) -> (u32, u32, u32) {
    let packed = birth.packed();
    (packed / 10_000, packed / 100 % 100, packed % 100)
}

/// A number for each word of the name with the year and the town of birth.
fn of_one_town(name: Naming, birth: Date, town: &str) -> impl Iterator<Item = u64> {
    let town = key("town", town, "");
    some(words(name), 1, parts(birth).0).map(move |mark| mark ^ town)
}

/// Month and day of a birth date, apart from all years.
fn anniversary(birth: Date) -> u32 {
    1_000_000 + birth.packed() % 10_000
}

/// A number for the whole name with a time.
fn whole(name: Naming, when: u32) -> u64 {
    name.key() ^ u64::from(when).wrapping_mul(0xd1b5_4a32_d192_ed03)
}

/// The sounds of its words: `Ji-Woo` are two.
fn words(name: Naming) -> SmallVec<[u64; 8]> {
    name.words().flat_map(|word| word.sounds.iter().copied()).collect()
}

/// The first letters of its words.
fn initials(name: Naming) -> SmallVec<[u64; 8]> {
    let words = name.words().flat_map(|word| word.plain.split(' '));
    words.filter_map(|word| Some(key("initial", word.get(..1)?, ""))).collect()
}

/// A number for each `count` of these with a time.
fn some(marks: SmallVec<[u64; 8]>, count: u32, when: u32) -> impl Iterator<Item = u64> {
    let seed = u64::from(when).wrapping_mul(0xa076_1d64_78bd_642f) ^ u64::from(count);
    let choices = (0_u32..1 << marks.len()).filter(move |chosen| chosen.count_ones() == count);
    choices.map(move |chosen| {
        let places = marks.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
        places.fold(0_u64, |sum, (_, mark)| sum.wrapping_add(*mark)) ^ seed
    })
}

/// Numbers for each word of its own that a name may be mistaken for another by: its letters and its
/// consonants, and these with one left out.
fn likenesses(name: &str, behind: usize) -> impl Iterator<Item = u64> + '_ {
    own_words(name, behind).flat_map(|word| {
        let letters = folded(word).concat();
        let heard = heard(&letters);
        let letters = one_left_out(&letters).map(|left| key("letters", &left, ""));
        let heard = one_left_out(&heard).map(|left| key("heard", &left, ""));
        letters.chain(heard).collect::<SmallVec<[u64; 24]>>()
    })
}

/// The word, and the word without each of its letters.
fn one_left_out(word: &str) -> impl Iterator<Item = String> + '_ {
    let without = |at: usize| {
        let rest = word.chars().enumerate().filter(move |(place, _)| *place != at);
        rest.map(|(_, letter)| letter).collect()
    };
    // Behind the last letter there is nothing to leave out.
    (0..=word.chars().count()).map(without)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dice::Dice;
    use crate::sim::people::Person;

    #[test]
    fn whoever_is_added_is_near_whatever_the_slip_in_the_date() {
        let mut dice = Dice::new(5, 0);
        for _ in 0..500 {
            let person = Person::draw(&mut dice).unwrap();
            let mut mistakable = Mistakable::default();
            mistakable.add_person(person.name, person.birth);
            let days = person.birth.to_epoch_days().unwrap();
            for slip in [0, 1, -30, 300] {
                let slipped = Date::from_epoch_days(days + slip).unwrap();
                assert!(mistakable.is_near(person.name, slipped), "{slip}");
                assert!(mistakable.is_person(person.name, slipped, ""), "{slip}");
            }
            let far = Date::from_epoch_days(days + 15 * 365).unwrap();
            assert!(!mistakable.is_near(person.name, far));
            assert_eq!(mistakable.is_namesake(person.name), words(person.name).len() >= 3);
            mistakable.add_undated(person.name);
            assert!(mistakable.is_namesake(person.name));
        }
    }

    #[test]
    fn two_words_are_enough_with_the_day_or_the_next_year_and_one_with_both() {
        let mut dice = Dice::new(6, 0);
        let mut seen = [0; 2];
        for _ in 0..2_000 {
            let (one, other) = (Person::draw(&mut dice).unwrap(), Person::draw(&mut dice).unwrap());
            let mut mistakable = Mistakable::default();
            mistakable.add_person(one.name, one.birth);
            let relative = other.name.of_family(one.name);
            let mut others = words(relative);
            let shared = words(one.name).into_iter().filter(|word| {
                let at = others.iter().position(|other| other == word);
                at.map(|at| others.swap_remove(at)).is_some()
            });
            let shared = shared.count();
            assert!(mistakable.is_person(relative, one.birth, ""));
            let next = Date::from_epoch_days(one.birth.to_epoch_days().unwrap() + 200).unwrap();
            assert_eq!(mistakable.is_person(relative, next, ""), shared >= 2);
            if let Some(seen) = seen.get_mut(usize::from(shared >= 2)) {
                *seen += 1;
            }
        }
        assert!(seen.iter().all(|seen| *seen > 100), "{seen:?}");
    }

    #[test]
    fn one_word_is_enough_with_the_year_and_the_town_of_who_is_listed_with_no_more() {
        let mut dice = Dice::new(7, 0);
        for _ in 0..500 {
            let (one, other) = (Person::draw(&mut dice).unwrap(), Person::draw(&mut dice).unwrap());
            let relative = other.name.of_family(one.name);
            let (year, month, day) = parts(one.birth);
            let in_year = |year: u32| {
                let (month, day) = (month % 12 + 1, day % 28 + 1);
                let [month, day] = [month, day].map(|number| u8::try_from(number).unwrap());
                Date::day(u16::try_from(year).unwrap(), month, day).unwrap()
            };
            let mut mistakable = Mistakable::default();
            mistakable.add_of_year(one.name, one.birth, "Lyon");
            assert!(mistakable.is_person(relative, in_year(year), "Lyon"));
            assert!(!mistakable.is_person(relative, in_year(year), "Lille"));
            assert!(!mistakable.is_person(relative, in_year(year + 1), "Lyon"));
        }
    }

    #[test]
    fn a_firm_a_letter_apart_is_like_a_listed_one() {
        let mut mistakable = Mistakable::default();
        mistakable.add_thing("Li Foods PLC", BEHIND_FIRM);
        mistakable.add_thing("Nowak & O'Brien Foods PLC", BEHIND_FIRM);
        mistakable.add_thing("Zhang Imports SARL", BEHIND_FIRM);
        for like in ["Lin", "Li", "Lu", "L", "Novák", "Nowack", "Ó Briain", "Chen"] {
            let firm = format!("{like} Trading GmbH");
            assert!(mistakable.is_thing(&firm, BEHIND_FIRM), "{like}");
        }
        assert!(!mistakable.is_thing("Okafor Foods PLC", BEHIND_FIRM));
    }
}
