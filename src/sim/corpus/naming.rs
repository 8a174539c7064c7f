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
    rarity: Rarity,
    words: SmallVec<[Word; 6]>,
}

/// Which words are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rarity {
    /// Common and rare ones as they come.
    Usual,
    /// Common ones alone.
    Common,
    /// Rare ones, and others than those of the list.
    Strange,
}

/// Which tail a rare word is of; beside the culture's number it keeps their seeds apart.
const SURNAMES: u64 = 1 << 60;
const FEMALE: u64 = 2 << 60;
const MALE: u64 = 3 << 60;
const MIDDLE: u64 = 4 << 60;

impl Naming {
    /// A name of this culture.
    pub(super) fn draw(dice: &mut Dice, seed: u64, culture: Culture, female: bool) -> Self {
        let rarity = Rarity::Usual;
        let mut draw = Draw { dice, culture, seed, female, rarity, words: SmallVec::new() };
        draw.name();
        Self { words: draw.words }
    }
}

impl Word {
    /// Draws another word for the same place in a name.
    pub(super) fn redraw(
        &mut self,
        dice: &mut Dice,
        seed: u64,
        culture: Culture,
        female: bool,
        rarity: Rarity,
    ) {
        let mut draw = Draw { dice, culture, seed, female, rarity, words: SmallVec::new() };
        self.text = match self.part {
            Part::Given | Part::Middle => draw.own_given(),
            Part::Father => {
                let man = draw.man();
                draw.fathered(&man)
            }
            Part::Surname | Part::Second => draw.surname(),
            Part::Link => return,
        };
    }
}

impl Draw<'_> {
    fn name(&mut self) {
        match self.culture.traits().shape {
            Shape::Western => self.western(),
            Shape::Spanish => self.spanish(),
            Shape::Portuguese => self.portuguese(),
            Shape::Patronymic => self.patronymic(),
            Shape::Arab => self.arab(),
            Shape::Chinese => self.syllables(30),
            Shape::Korean => self.syllables(2),
            Shape::Japanese => self.japanese(),
            Shape::Tamil => self.tamil(),
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
        patronymic(man, self.culture.traits().fathers, self.female, soviet)
    }

    fn arab(&mut self) {
        self.given();
        let (fathers, linked, family) = match self.dice.below(100) {
            0..25 => (0, false, true),
            25..55 => (1, false, true),
            55..75 => (2, false, true),
            75..85 => (1, true, true),
            85..90 => (2, true, true),
            _ => (1, false, false),
        };
        for generation in 0..fathers {
            if linked {
                let link = if self.female && generation == 0 { "bint" } else { "bin" };
                self.push(CompactString::const_new(link), Part::Link, false);
            }
            let father = self.man();
            self.push(father, Part::Father, false);
        }
        let last = if family { self.surname() } else { self.man() };
        self.family(last, Part::Surname);
    }

    /// A surname before a given name of two syllables, sometimes of one.
    fn syllables(&mut self, single_percent: u32) {
        let surname = self.surname();
        self.family(surname, Part::Surname);
        let mut given = self.own_given();
        if !self.dice.percent(single_percent) {
            given.push_str(&self.own_given());
        }
        self.push(given, Part::Given, false);
    }

    fn japanese(&mut self) {
        let surname = self.surname();
        self.family(surname, Part::Surname);
        self.given();
    }

    fn tamil(&mut self) {
        self.given();
        let father = self.surname();
        if self.dice.percent(35) {
            let initial = father.chars().take(1).collect();
            self.family(initial, Part::Surname);
        } else {
            self.family(father, Part::Surname);
        }
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
        let (traits, stock) = (self.culture.traits(), self.culture.stock());
        let rare = match self.rarity {
            Rarity::Usual => self.dice.percent(traits.surnames.percent),
            Rarity::Common => false,
            Rarity::Strange => true,
        };
        if !stock.first.is_empty() && rare {
            return self.compound();
        }
        let surname = self.from(&stock.surnames, SURNAMES, traits.surnames);
        if self.female { feminine(&surname, traits.feminine) } else { surname }
    }

    /// A surname of two characters, with its reading behind a semicolon.
    fn compound(&mut self) -> CompactString {
        let stock = self.culture.stock();
        let (first, last) = (stock.first.common(self.dice), stock.last.common(self.dice));
        let mut surname = CompactString::default();
        if let (Some(first), Some(last)) = (first.split_once(';'), last.split_once(';')) {
            for part in [first.0, last.0, ";", first.1, last.1] {
                surname.push_str(part);
            }
        }
        surname
    }

    fn from(&mut self, pool: &Pool, purpose: u64, tail: Tail) -> CompactString {
        let purpose = purpose | (self.culture.number() << 40);
        match self.rarity {
            Rarity::Usual => pool.draw(self.dice, self.seed, purpose, tail),
            Rarity::Common => CompactString::from(pool.common(self.dice)),
            // Of single characters no chain makes a name.
            Rarity::Strange if self.is_of_characters() => {
                pool.draw(self.dice, self.seed, purpose, tail)
            }
            Rarity::Strange => {
                // A seed of its own: rare names that the list has never drawn from.
                pool.rare(!self.seed, purpose | u64::from(self.dice.below(1 << 24)))
            }
        }
    }

    fn is_of_characters(&self) -> bool {
        matches!(self.culture.traits().shape, Shape::Chinese | Shape::Korean | Shape::Japanese)
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
    ending(
        surname,
        match rule {
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
            Feminine::Russian => &[
                ("ов", "ова"),
                ("ев", "ева"),
                ("ёв", "ёва"),
                ("ин", "ина"),
                ("ын", "ына"),
                ("ий", "ая"),
                ("ый", "ая"),
                ("ой", "ая"),
            ],
            Feminine::Ukrainian => {
                &[("ський", "ська"), ("цький", "цька"), ("ий", "а"), ("скі", "ская"), ("оў", "ова")]
            }
            Feminine::Bulgarian => &[("ов", "ова"), ("ев", "ева"), ("ин", "ина"), ("ски", "ска")],
            Feminine::Greek => &[("ος", "ου"), ("ης", "η"), ("ας", "α")],
        },
    )
}

/// What somebody is called after this father.
fn patronymic(man: &str, rule: Fathers, female: bool, soviet: bool) -> CompactString {
    let rule = if rule == Fathers::Kazakh && soviet { Fathers::Russian } else { rule };
    ending(
        man,
        match (rule, female) {
            (Fathers::Plain, _) => &[],
            (Fathers::Russian, false) => &[
                ("ий", "иевич"),
                ("й", "евич"),
                ("ь", "евич"),
                ("я", "ич"),
                ("а", "ич"),
                ("", "ович"),
            ],
            (Fathers::Russian, true) => &[
                ("ий", "иевна"),
                ("й", "евна"),
                ("ь", "евна"),
                ("я", "инична"),
                ("а", "ична"),
                ("", "овна"),
            ],
            (Fathers::Ukrainian, false) => &[
                ("ій", "ійович"),
                ("й", "йович"),
                ("ь", "ьович"),
                ("о", "ович"),
                ("а", "ович"),
                ("", "ович"),
            ],
            (Fathers::Ukrainian, true) => &[
                ("ій", "іївна"),
                ("й", "ївна"),
                ("ь", "івна"),
                ("о", "івна"),
                ("а", "івна"),
                ("", "івна"),
            ],
            (Fathers::Bulgarian, false) => &[("й", "ев"), ("о", "ов"), ("и", "иев"), ("", "ов")],
            (Fathers::Bulgarian, true) => &[("й", "ева"), ("о", "ова"), ("и", "иева"), ("", "ова")],
            (Fathers::Kazakh, false) => &[("", "ұлы")],
            (Fathers::Kazakh, true) => &[("", "қызы")],
            (Fathers::Azeri, false) => &[("", " oğlu")],
            (Fathers::Azeri, true) => &[("", " qızı")],
            (Fathers::Uzbek, false) if soviet => &[("", "ovich")],
            (Fathers::Uzbek, true) if soviet => &[("", "ovna")],
            (Fathers::Uzbek, false) => &[("", " oʻgʻli")],
            (Fathers::Uzbek, true) => &[("", " qizi")],
        },
    )
}

/// The word with the first ending that fits replaced.
fn ending(word: &str, endings: &[(&str, &str)]) -> CompactString {
    let fitting = endings.iter().find_map(|(from, to)| Some((word.strip_suffix(from)?, to)));
    match fitting {
        Some((stem, end)) => [stem, end].concat().into(),
        None => CompactString::from(word),
    }
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
        check(Feminine::Russian, "достоевский", "достоевская");
        check(Feminine::Ukrainian, "вишневський", "вишневська");
        check(Feminine::Greek, "οικονομοπουλος", "οικονομοπουλου");
    }

    #[test]
    fn children_are_called_after_their_father() {
        for (rule, man, son, daughter) in [
            (Fathers::Russian, "иван", "иванович", "ивановна"),
            (Fathers::Russian, "сергей", "сергеевич", "сергеевна"),
            (Fathers::Russian, "илья", "ильич", "ильинична"),
            (Fathers::Ukrainian, "андрій", "андрійович", "андріївна"),
            (Fathers::Ukrainian, "дмитро", "дмитрович", "дмитрівна"),
            (Fathers::Bulgarian, "георги", "георгиев", "георгиева"),
            (Fathers::Kazakh, "серік", "серікұлы", "серікқызы"),
            (Fathers::Azeri, "Elnur", "Elnur oğlu", "Elnur qızı"),
        ] {
            assert_eq!(patronymic(man, rule, false, false), son);
            assert_eq!(patronymic(man, rule, true, false), daughter);
        }
    }
}
