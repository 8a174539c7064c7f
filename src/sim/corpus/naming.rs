//! How a name is put together: which words, in which order, in which field of a document.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::culture::{Culture, Fathers, Feminine, Shape, Tail};
use super::stock::Pool;
use crate::sim::dice::Dice;

/// The words of a name in their culture's notation, in the order in which it is said.
#[derive(Clone)]
pub(super) struct Naming {
    pub(super) words: SmallVec<[Word; 6]>,
}

/// A word of a name.
#[derive(Clone)]
pub(super) struct Word {
    pub(super) text: CompactString,
    pub(super) part: Part,
    /// Whether it stands in the surname's field of a document.
    pub(super) in_surname: bool,
}

/// What a word is within its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Given,
    Middle,
    Father,
    Link,
    Surname,
    Second,
}

/// Where words come from while one name is drawn.
struct Draw<'a> {
    dice: &'a mut Dice,
    culture: Culture,
    seed: u64,
    female: bool,
    words: SmallVec<[Word; 6]>,
}

/// Which tail a rare word is of; beside the culture's number it keeps their seeds apart.
const SURNAMES: u64 = 1 << 60;
const FEMALE: u64 = 2 << 60;
const MALE: u64 = 3 << 60;
const MIDDLE: u64 = 4 << 60;

impl Naming {
    /// A name of this culture.
    pub(super) fn draw(dice: &mut Dice, seed: u64, culture: Culture, female: bool) -> Self {
        let mut draw = Draw { dice, culture, seed, female, words: SmallVec::new() };
        draw.name();
        Self { words: draw.words }
    }
}

impl Draw<'_> {
    fn name(&mut self) {
        match self.culture.traits().shape {
            Shape::Western => self.western(),
            Shape::Spanish => self.spanish(),
            Shape::Portuguese => self.portuguese(),
            Shape::Patronymic => self.patronymic(),
            Shape::Vietnamese => self.vietnamese(),
            Shape::GivenOnly => self.given_only(),
            Shape::Malay => self.malay(),
            Shape::Chain => self.chain(),
        }
    }

    fn western(&mut self) {
        self.given();
        if self.dice.percent(45) {
            self.middle();
        }
        let mut surname = self.surname();
        if self.dice.percent(4) {
            surname.push('-');
            surname.push_str(&self.surname());
        }
        self.family(surname, Part::Surname);
    }

    fn spanish(&mut self) {
        self.given();
        if self.dice.percent(55) {
            self.middle();
        }
        let (first, second) = (self.surname(), self.surname());
        self.family(first, Part::Surname);
        if self.dice.percent(85) {
            self.family(second, Part::Second);
        }
    }

    fn portuguese(&mut self) {
        self.given();
        if self.dice.percent(40) {
            self.middle();
        }
        if self.dice.percent(65) {
            let mother = self.surname();
            self.family(mother, Part::Second);
        }
        if self.dice.percent(35) {
            let link = self.dice.text(&["da", "dos", "de", "do", "das", "e"]);
            self.family(CompactString::const_new(link), Part::Link);
        }
        let father = self.surname();
        self.family(father, Part::Surname);
    }

    fn patronymic(&mut self) {
        self.given();
        let man = self.man();
        let father = self.fathered(&man);
        self.push(father, Part::Father, false);
        let surname = self.surname();
        self.family(surname, Part::Surname);
    }

    /// What a child of this man is called after him.
    fn fathered(&mut self, man: &str) -> CompactString {
        let soviet = self.dice.percent(50);
        let (son, daughter) = match self.culture.traits().fathers {
            Fathers::Plain => ("", ""),
            Fathers::Azeri => (" oğlu", " qızı"),
            Fathers::Uzbek if soviet => ("ovich", "ovna"),
            Fathers::Uzbek => (" oʻgʻli", " qizi"),
        };
        let mut name = CompactString::from(man);
        name.push_str(if self.female { daughter } else { son });
        name
    }

    fn vietnamese(&mut self) {
        let surname = self.surname();
        self.family(surname, Part::Surname);
        let usual = if self.female { "Thị" } else { "Văn" };
        let middle = if self.dice.percent(50) {
            CompactString::const_new(usual)
        } else {
            self.from(&self.culture.stock().middle, MIDDLE, NO_TAIL)
        };
        self.push(middle, Part::Middle, false);
        if self.dice.percent(25) {
            self.middle();
        }
        self.given();
    }

    fn given_only(&mut self) {
        let single = self.dice.percent(20);
        let given = self.own_given();
        self.push(given, Part::Given, true);
        if !single {
            let further = self.surname();
            self.push(further, Part::Second, true);
        }
        if self.dice.percent(20) {
            let further = self.surname();
            self.push(further, Part::Second, true);
        }
    }

    fn malay(&mut self) {
        let first = self.own_given();
        self.push(first, Part::Given, true);
        let second = self.own_given();
        self.push(second, Part::Middle, true);
        let link = if self.female { "binti" } else { "bin" };
        self.push(CompactString::const_new(link), Part::Link, true);
        let father = self.surname();
        self.push(father, Part::Father, true);
    }

    fn chain(&mut self) {
        self.given();
        let father = self.man();
        self.push(father, Part::Father, false);
        let grandfather = self.surname();
        self.family(grandfather, Part::Surname);
    }

    fn given(&mut self) {
        let given = self.own_given();
        self.push(given, Part::Given, false);
    }

    /// A second given name, not the first once more.
    fn middle(&mut self) {
        let middle = self.own_given();
        if self.words.iter().all(|word| word.text != middle) {
            self.push(middle, Part::Middle, false);
        }
    }

    fn own_given(&mut self) -> CompactString {
        let stock = self.culture.stock();
        let tail = self.culture.traits().given;
        if self.female {
            self.from(&stock.female, FEMALE, tail)
        } else {
            self.from(&stock.male, MALE, tail)
        }
    }

    fn man(&mut self) -> CompactString {
        self.from(&self.culture.stock().male, MALE, self.culture.traits().given)
    }

    fn surname(&mut self) -> CompactString {
        let traits = self.culture.traits();
        let surname = self.from(&self.culture.stock().surnames, SURNAMES, traits.surnames);
        if self.female { feminine(&surname, traits.feminine) } else { surname }
    }

    fn from(&mut self, pool: &Pool, purpose: u64, tail: Tail) -> CompactString {
        pool.draw(self.dice, self.seed, purpose | self.culture.number() << 40, tail)
    }

    fn family(&mut self, text: CompactString, part: Part) {
        self.push(text, part, true);
    }

    fn push(&mut self, text: CompactString, part: Part, in_surname: bool) {
        self.words.push(Word { text, part, in_surname });
    }
}

const NO_TAIL: Tail = Tail { percent: 0, bits: 0 };

/// What a woman of this family is called.
fn feminine(surname: &str, rule: Feminine) -> CompactString {
    let endings: &[(&str, &str)] = match rule {
        Feminine::Same => &[],
        Feminine::Polish => &[("ski", "ska"), ("cki", "cka"), ("dzki", "dzka")],
        Feminine::Czech => &[
            ("ý", "á"),
            ("í", "í"),
            ("ová", "ová"),
            ("ek", "ková"),
            ("ec", "cová"),
            ("a", "ová"),
            ("", "ová"),
        ],
        Feminine::Baltic => {
            &[("as", "ienė"), ("us", "ienė"), ("iņš", "iņa"), ("is", "e"), ("s", "a")]
        }
        Feminine::Turkic => &[("ov", "ova"), ("ev", "eva")],
    };
    for (man, woman) in endings {
        if let Some(stem) = surname.strip_suffix(man) {
            let mut named = CompactString::from(stem);
            named.push_str(woman);
            return named;
        }
    }
    CompactString::from(surname)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: Feminine, man: &str, woman: &str) {
        assert_eq!(feminine(man, rule), woman);
    }

    #[test]
    fn a_womans_surname_follows_its_language() {
        check(Feminine::Same, "Smith", "Smith");
        check(Feminine::Polish, "Kowalski", "Kowalska");
        check(Feminine::Polish, "Nowak", "Nowak");
        check(Feminine::Czech, "Novák", "Nováková");
        check(Feminine::Czech, "Svoboda", "Svobodová");
        check(Feminine::Czech, "Novotný", "Novotná");
        check(Feminine::Czech, "Němec", "Němcová");
        check(Feminine::Baltic, "Kazlauskas", "Kazlauskienė");
        check(Feminine::Baltic, "Bērziņš", "Bērziņa");
        check(Feminine::Turkic, "Karimov", "Karimova");
    }
}
