//! A name made ready to be compared many times: its words with their roles and how rare they are.

use smallvec::SmallVec;

use crate::names::{
    Analysed, Bearer, Part, Rarity, Shape, Word, is_country_word, is_function_word,
};

/// What a word does in its name, as far as comparison cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Family name.
    Family,
    /// First of the given names.
    First,
    /// Any other name.
    Other,
    /// Father's name in the Russian manner.
    Patronymic,
    /// A single letter.
    Initial,
    /// A number.
    Number,
    /// A word that says little: particle, honorific, stop word.
    Light,
    /// Legal form.
    Form,
}

impl Role {
    /// Whether a word of this role is a name, which somebody must account for.
    pub const fn is_name(self) -> bool {
        matches!(self, Self::Family | Self::First | Self::Other | Self::Patronymic)
    }
}

/// A word with what comparison needs of it.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Copy)]
pub struct Weighed {
    /// The word.
    pub word: Word,
    /// Its letters at a glance.
    pub shape: Shape,
    /// How rare it is, in sixteenths of a bit.
    pub rarity: i32,
    /// Its role.
    pub role: Role,
}

/// The fewest letters of a word that is more than initials.
const TELLING_MIN: usize = 4;
/// What a letter of a word tells at most, in sixteenths of a bit.
const LETTER: i32 = 64;
/// What the name of a country tells at most, in sixteenths of a bit.
const COUNTRY: i32 = 112;

impl Weighed {
    /// Whether it may tell an organisation or a vessel from others: initials, countries and what all firms
    /// share do not.
    pub fn is_telling(&self) -> bool {
        self.role.is_name()
            && self.word.part() != Part::Stop
            && self.word.text().len() >= TELLING_MIN
            && !is_country_word(self.word.text())
    }

    /// Whether it may be made of the initials of several words.
    pub fn may_abbreviate(&self) -> bool {
        self.role == Role::Other && matches!(self.word.text().len(), 3..=8)
    }

    /// Whether it may be several words of another spelling.
    pub fn may_be_joined(&self) -> bool {
        self.word.text().len() >= 4 && self.role != Role::Form
    }
}

/// A name ready to be compared.
///
/// Personal data: has no `Debug`.
#[derive(Clone)]
pub struct Prepared {
    /// Its words in the order stated.
    pub words: SmallVec<[Weighed; 6]>,
    /// Which of them are names, as a set.
    pub names: u32,
    /// Whether family and given names were stated apart.
    pub parted: bool,
    /// What it belongs to.
    pub bearer: Bearer,
    /// Whether it fills its field, so that its end may be missing.
    pub cut: bool,
    /// Whether its list calls it a weak alias: broad or generic, it proves little.
    pub weak: bool,
}

/// Most words of a name that are compared: sets of words have a bit for each.
const WORDS_MAX: usize = 24;

impl Prepared {
    /// Weighs the words of a name.
    pub fn new(name: &Analysed, bearer: Bearer, rarity: &impl Rarity) -> Self {
        let weigh = |word: &Word| Weighed {
            word: *word,
            shape: Shape::of(word),
            rarity: rarity.bits(word).in_sixteenths().min(most_rare(word, bearer)),
            role: role(word, bearer),
        };
        let mut words: SmallVec<[Weighed; 6]> =
            name.words().iter().take(WORDS_MAX).map(weigh).collect();
        let parted = name.is_structured();
        if bearer == Bearer::Person {
            tell_roles(&mut words, parted);
        }
        all_light_are_names(&mut words);
        let cut = name.is_truncated();
        let mut prepared = Self { words, names: 0, parted, bearer, cut, weak: false };
        prepared.names = prepared.with(Role::is_name);
        prepared
    }

    /// The same name, as one that its list calls weak, or not.
    #[must_use]
    pub fn weak(self, weak: bool) -> Self {
        Self { weak, ..self }
    }

    /// The words of a role that is asked for, as a set.
    pub fn with(&self, wanted: impl Fn(Role) -> bool) -> u32 {
        let bits = self.words.iter().enumerate();
        bits.fold(0, |set, (at, word)| set | u32::from(wanted(word.role)) << at)
    }
}

/// How rare a word may be taken for. Of an organisation or a vessel a word of two letters is one of a few
/// hundred, and its country, which the lists at hand may name once, is where many are.
fn most_rare(word: &Word, bearer: Bearer) -> i32 {
    if bearer == Bearer::Person || !word.script().is_spelt() {
        return i32::MAX;
    }
    let letters = LETTER * word.text().len() as i32;
    if is_country_word(word.text()) { letters.min(COUNTRY) } else { letters }
}

fn role(word: &Word, bearer: Bearer) -> Role {
    match word.part() {
        Part::Surname if bearer == Bearer::Person => Role::Family,
        Part::Given | Part::Any if bearer == Bearer::Person && is_patronymic(word.text()) => {
            Role::Patronymic
        }
        Part::Surname | Part::Given | Part::Any => Role::Other,
        Part::Initial => Role::Initial,
        Part::Number => Role::Number,
        Part::LegalForm => Role::Form,
        Part::Stop if bearer != Bearer::Person && !is_function_word(word.text()) => Role::Other,
        Part::Particle | Part::Honorific | Part::Prefix | Part::Stop => Role::Light,
    }
}

/// Tells the first given name, and, where nobody said it, which word is the family name.
fn tell_roles(words: &mut [Weighed], parted: bool) {
    if !parted {
        guess_family(words);
    }
    if let Some(first) = words.iter_mut().find(|word| word.role == Role::Other) {
        first.role = Role::First;
    }
}

/// A name of nothing but small words is a name after all: `El Hajj`.
fn all_light_are_names(words: &mut [Weighed]) {
    if words.iter().all(|word| matches!(word.role, Role::Light | Role::Form)) {
        words.iter_mut().for_each(|word| word.role = Role::Other);
    }
}

/// Which word is the family name: the last, as most names are written, or the first, as Chinese,
/// Korean and Vietnamese ones are.
fn guess_family(words: &mut [Weighed]) {
    let names = words.iter().filter(|word| word.role == Role::Other).count();
    if names < 2 {
        return;
    }
    let short = |word: &Weighed| !word.role.is_name() || word.word.text().len() <= 6;
    let eastern = (names <= 3 && words.iter().all(short))
        .then(|| words.iter_mut().find(|word| word.role == Role::Other))
        .flatten()
        .filter(|word| is_eastern_family(word.word.text()));
    if let Some(first) = eastern {
        first.role = Role::Family;
    } else if let Some(last) = words.iter_mut().rfind(|word| word.role == Role::Other) {
        last.role = Role::Family;
    }
}

/// Whether a word is a father's name in the Russian manner.
fn is_patronymic(text: &[u8]) -> bool {
    const ENDS: [&[u8]; 11] = [
        b"ovich", b"evich", b"ovna", b"evna", b"ovych", b"ivna", b"iyovych", b"avich", b"ovitj",
        b"auna", b"avitj",
    ];
    text.len() > 6 && ENDS.iter().any(|end| text.ends_with(end))
}

/// Whether a word is a family name of China, Korea or Vietnam, which stands first.
fn is_eastern_family(text: &[u8]) -> bool {
    const NAMES: &str = " an ahn bae baek bai bui cai cao cha chang chen cheng cho choe choi chon \
        chong chu chung cui dai dang deng ding do dong du duan duong fan fang feng fu gao go gong gu \
        guo ha ham han hao he heo ho hoang hong hou hu huang huynh hwang hyon im jang jeon ji jia \
        jiang jin jo jong joo ju jung kang kim ko kong ku kwak kwon lai le lee li liang liao lim lin \
        liu long lu luo ly ma mao meng min moon mun nam ngo nguyen no o oh om pae paek pak pan pang \
        park peng pham phan pyon qian qiao qin qiu ra ren ri ro ryu seo shao shen shi shin si sim \
        sin so son song su sun sung tan tang tian tran tsai tseng u vo vu wan wang wei wen won woo wu \
        xi xia xiao xie xiong xu xue yan yang yao ye yeom yi yin yom yoo yoon yu yuan yun zeng zhang \
        zhao zheng zhong zhou zhu zou ";
    listed(NAMES, text)
}

fn listed(words: &str, text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    words.split_ascii_whitespace().any(|word| word == text)
}
