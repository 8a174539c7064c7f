//! Travellers who are on no list, as many of their words unknown to it as is asked for.

use compact_str::CompactString;

use super::alter::cut;
use super::culture::{Culture, Mix};
use super::latin::machine;
use super::letters;
use super::naming::{Naming, Part, Rarity, Word};
use super::person::{Person, birth, nationality};
use super::spelling::{Script, Sort, Spelling};
use super::{CROWD, Corpus};
use crate::domain::{Country, Date};
use crate::sim::dice::{Dice, key};

/// Somebody who comes to the border and is not listed.
#[derive(Clone)]
pub struct Traveller {
    /// The name, mostly as a machine-readable zone has it.
    pub name: Spelling,
    /// Birth date.
    pub born: Date,
    /// Nationality.
    pub nationality: Country,
    /// Whether it is a woman.
    pub female: bool,
    /// The culture of the name.
    pub culture: Culture,
}

/// Whose word it is.
#[derive(Clone, Copy)]
struct Bearer {
    culture: Culture,
    female: bool,
    system: usize,
}

/// Everybody who is not listed.
///
/// Namesakes of listed persons are among them, as they are at every border; nobody shares both name
/// and full birth date with one.
pub struct Crowd {
    seed: u64,
    mix: Mix,
    /// What share of words is none of the list's; as it comes when `None`.
    unknown: Option<f64>,
    /// Keys of the words of all listed names in Latin letters.
    words: Vec<u64>,
    /// Keys of listed names with their birth dates.
    identities: Vec<u64>,
}

impl Crowd {
    /// Those who are none of the first `listed` persons of this list. Makes each of them once.
    pub fn new(corpus: &Corpus, listed: u32, mix: Mix) -> Self {
        let (mut words, mut identities) = (Vec::new(), Vec::new());
        for person in corpus.persons(listed) {
            remember(&person, &mut words, &mut identities);
            if words.len() > 4_000_000 {
                sort(&mut words);
            }
        }
        sort(&mut words);
        sort(&mut identities);
        Self { seed: corpus.seed, mix, unknown: None, words, identities }
    }

    /// The same people with this share of words unknown to the list, 0 to 1, particles aside.
    pub fn unknown(self, share: f64) -> Self {
        Self { unknown: Some(share), ..self }
    }

    /// Whether a word, in the capitals of a machine-readable zone, is in some listed name.
    pub fn knows(&self, word: &str) -> bool {
        self.words.binary_search(&key("", word, "")).is_ok()
    }

    /// The traveller of this number.
    pub fn traveller(&self, number: u32) -> Option<Traveller> {
        let mut dice = Dice::new(self.seed, CROWD | u64::from(number));
        let dice = &mut dice;
        let culture = self.mix.draw(dice)?;
        let female = dice.percent(45);
        let system = culture.system(dice);
        let mut naming = Naming::draw(dice, self.seed, culture, female);
        let mut slips = 0;
        if let Some(share) = self.unknown {
            let who = Bearer { culture, female, system };
            for word in naming.words.iter_mut().filter(|word| word.part != Part::Link) {
                let strange = dice.share(share);
                slips += usize::from(!self.settle(dice, word, who, strange));
            }
        }
        let mut name = naming.latin(culture, system, |_| true);
        name.sort = Sort::Primary;
        self.estrange(dice, &mut name, slips);
        let mut born = birth(dice)?;
        while self.identities.binary_search(&identity(&name, born)).is_ok() {
            born = birth(dice)?;
        }
        if dice.percent(97) {
            name = cut(&name).unwrap_or_else(|| in_capitals(&name));
        }
        Some(Traveller { name, born, nationality: nationality(dice, culture)?, female, culture })
    }

    /// The first so many travellers.
    pub fn travellers(&self, count: u32) -> impl Iterator<Item = Traveller> + '_ {
        (0..count).filter_map(|number| self.traveller(number))
    }

    /// Redraws a word until it is `strange` to the list or not, as wanted; `false` when a strange one
    /// was wanted and none was found.
    fn settle(&self, dice: &mut Dice, word: &mut Word, who: Bearer, strange: bool) -> bool {
        let rarity = if strange { Rarity::Strange } else { Rarity::Common };
        for _ in 0..12 {
            if self.is_strange(word, who) == strange {
                return true;
            }
            word.redraw(dice, self.seed, who.culture, who.female, rarity);
        }
        !strange
    }

    fn is_strange(&self, word: &Word, who: Bearer) -> bool {
        let written = match who.culture.tongue() {
            Some(tongue) => tongue.latin(&word.text, who.system),
            None => word.text.clone(),
        };
        machine(&written).split(' ').any(|part| !self.knows(part))
    }

    /// Mistypes words until so many are unknown: where a culture has few syllables, a word that no
    /// list holds is a slip of somebody's pen.
    fn estrange(&self, dice: &mut Dice, name: &mut Spelling, mut wanted: usize) {
        for field in [&mut name.surname, &mut name.given] {
            let mut words: Vec<CompactString> = field.split(' ').map(CompactString::from).collect();
            for word in &mut words {
                let mut tries = 12;
                while wanted > 0 && tries > 0 && self.knows(&machine(word)) {
                    slip(dice, word);
                    tries -= 1;
                    wanted -= usize::from(!self.knows(&machine(word)));
                }
            }
            *field = words.join(" ").into();
        }
    }
}

fn slip(dice: &mut Dice, word: &mut CompactString) {
    let mut letters = [word.chars().collect::<Vec<_>>()];
    if letters::mistype(dice, &mut letters, 1) {
        *word = letters.into_iter().flatten().collect();
    } else {
        word.push(char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or(0)));
    }
}

fn remember(person: &Person, words: &mut Vec<u64>, identities: &mut Vec<u64>) {
    for name in person.names.iter().filter(|name| name.script == Script::Latin) {
        for field in [&name.surname, &name.given] {
            words.extend(machine(field).split(' ').map(|word| key("", word, "")));
        }
        identities.push(identity(name, person.born));
    }
}

/// The same for both orders of the words.
fn identity(name: &Spelling, born: Date) -> u64 {
    let fields = [machine(&name.surname), machine(&name.given)];
    let words = fields.iter().flat_map(|field| field.split(' '));
    let name = words.fold(0_u64, |sum, word| sum.wrapping_add(key("", word, "")));
    name ^ u64::from(born.packed()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn in_capitals(name: &Spelling) -> Spelling {
    let (surname, given) = (machine(&name.surname), machine(&name.given));
    Spelling { surname, given, ..name.clone() }
}

fn sort(keys: &mut Vec<u64>) {
    keys.sort_unstable();
    keys.dedup();
}
