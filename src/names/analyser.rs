//! A name as written → its words.

use smallvec::SmallVec;

use crate::domain::Name;

use super::acronym::acronym;
use super::familiar::{Familiar, finish};
use super::icao::Spelling;
use super::reader::{Field, Reader, read_ascii};
use super::scripts::Tongues;
use super::{Bearer, Part, Script, Word, dictionary, lexicon, person, thing};

/// The most words of a name that are kept; what follows is not compared.
pub const WORDS_MAX: usize = 32;

/// A name as its words.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Default)]
pub struct Analysed {
    words: SmallVec<[Word; 8]>,
    structured: bool,
    truncated: bool,
    variant: bool,
    acronym: Option<Word>,
}

impl Analysed {
    /// The words in the order stated, the surname first where parts are known.
    #[inline]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The words, of those that have one canonical form the first: who says a word twice bears it once.
    pub fn different_words(&self) -> impl Iterator<Item = &Word> {
        let before = |at: usize| self.words.iter().take(at).map(Word::canonical_key);
        let words = self.words.iter().enumerate();
        let first =
            words.filter(move |(at, word)| before(*at).all(|key| key != word.canonical_key()));
        first.map(|(_, word)| word)
    }

    /// The script of most of its words, the first one's where they are even.
    pub fn script(&self) -> Script {
        let count = |script| self.words.iter().filter(|word| word.script == script).count();
        let scripts = self.words.iter().map(|word| word.script).rev();
        scripts.max_by_key(|script| count(*script)).unwrap_or(Script::Latin)
    }

    /// Whether surname and given names are told apart.
    pub fn is_structured(&self) -> bool {
        self.structured
    }

    /// Whether the name fills its field, so that its end may be missing.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether it is another form of a name that stands beside it: how rare words are is counted by names
    /// as they are listed.
    pub fn is_variant(&self) -> bool {
        self.variant
    }

    /// The same, as another form of a name that stands beside it.
    pub fn into_variant(mut self) -> Self {
        self.variant = true;
        self
    }

    /// Of a firm, the initials of its words: under these it is filed and looked for as well.
    pub fn acronym(&self) -> Option<&Word> {
        self.acronym.as_ref()
    }

    /// The same as a name of its own.
    pub fn abbreviated(&self) -> Option<Self> {
        let words = SmallVec::from_iter([self.acronym?]);
        Some(Self { words, ..Self::default() }.into_variant())
    }

    fn clear(&mut self) {
        self.words.clear();
        self.acronym = None;
        self.structured = false;
        self.truncated = false;
        self.variant = false;
    }
}

/// Makes words of names; one a thread.
pub struct Analyser {
    reader: Reader,
    familiar: Familiar,
    spelling: Spelling,
    /// Whether the name stands in a field that may have had no room for all of it.
    in_field: bool,
}

impl Default for Analyser {
    /// The first one unpacks the tables, which takes some milliseconds.
    fn default() -> Self {
        lexicon::unpack();
        dictionary::unpack();
        let (reader, familiar) = Default::default();
        Self { reader, familiar, spelling: Spelling::Plain, in_field: false }
    }
}

impl Analyser {
    /// Analyses a name as stated, into words that are used again for the next one. Where it fills the
    /// field of a document or a declaration, its end may be missing.
    pub fn analyse(&mut self, name: Name<'_>, bearer: Bearer, into: &mut Analysed) {
        self.in_field = true;
        self.read_as(Spelling::Plain, name, bearer, into);
    }

    /// Analyses a name of a list, which has room for all of it.
    pub fn analyse_listed(&mut self, name: Name<'_>, bearer: Bearer, into: &mut Analysed) {
        self.analyse_as(Spelling::Plain, name, bearer, into);
    }

    /// Analyses a name of a list with its letters spelt in one of several ways.
    pub(super) fn analyse_as(
        &mut self,
        spelling: Spelling,
        name: Name<'_>,
        bearer: Bearer,
        into: &mut Analysed,
    ) {
        self.in_field = false;
        self.read_as(spelling, name, bearer, into);
    }

    fn read_as(&mut self, spelling: Spelling, name: Name<'_>, bearer: Bearer, into: &mut Analysed) {
        into.clear();
        self.spelling = spelling;
        match bearer {
            Bearer::Person => self.person(name, into),
            Bearer::Organisation | Bearer::Vessel => self.thing(name, bearer, into),
            Bearer::Unknown => {
                self.thing(name, bearer, into);
                if into.words.iter().all(|word| word.part != Part::LegalForm) {
                    into.clear();
                    self.person(name, into);
                }
            }
        }
        self.familiar.finish(&mut into.words);
    }

    fn person(&mut self, name: Name<'_>, into: &mut Analysed) {
        // Where given names begin within the field of the surname.
        let boundary = if name.given.is_empty() { boundary(name.surname) } else { None };
        self.read(name, boundary.is_none() && name.given.is_empty(), into);
        into.truncated = self.in_field && person::is_truncated(name);
        into.structured = person::analyse(&mut into.words, boundary.unwrap_or(usize::MAX));
        if into.truncated {
            person::mark_cut(&mut into.words, boundary.unwrap_or(usize::MAX));
        }
    }

    fn thing(&mut self, name: Name<'_>, bearer: Bearer, into: &mut Analysed) {
        self.read(name, false, into);
        thing::analyse(&mut into.words, bearer);
        // Of a single word nobody knows what its beginning may be of; a number that lost its end is
        // another, and what stands behind it is not known to be missing.
        let may_go_on = matches!(&*into.words, [_, .., last] if last.part != Part::Number);
        into.truncated = self.in_field && may_go_on && thing::is_truncated(name, bearer);
        if into.truncated {
            thing::mark_cut(&mut into.words, bearer);
        } else if bearer != Bearer::Vessel {
            into.acronym = acronym(&into.words);
            into.acronym.iter_mut().for_each(finish);
        }
    }

    fn read(&mut self, name: Name<'_>, may_be_whole: bool, into: &mut Analysed) {
        let mut field = Field {
            text: name.surname,
            of_given: false,
            may_be_whole,
            is_surname: !name.given.is_empty(),
            tongues: Tongues::default(),
            spelling: self.spelling,
        };
        if name.surname.is_ascii() && name.given.is_ascii() {
            read_ascii(field, &mut into.words);
            read_ascii(Field { text: name.given, of_given: true, ..field }, &mut into.words);
            return;
        }
        let letters = name.surname.chars().chain(name.given.chars());
        letters.for_each(|letter| field.tongues.note(letter));
        field.tongues.spell(self.spelling);
        self.reader.read(field, &mut into.words);
        self.reader.read(Field { text: name.given, of_given: true, ..field }, &mut into.words);
    }
}

/// Where a comma, or the two fillers of a machine-readable zone, part a surname from given names.
fn boundary(text: &str) -> Option<usize> {
    let zone = text.find("<<").filter(|at| *at > 0);
    zone.or_else(|| text.find([',', '،', '、', '，']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn analysed(surname: &str, given: &str, bearer: Bearer) -> Analysed {
        let mut into = Analysed::default();
        Analyser::default().analyse(Name { surname, given }, bearer, &mut into);
        into
    }

    fn texts(surname: &str, given: &str) -> String {
        let made = analysed(surname, given, Bearer::Person);
        let words: Vec<&str> =
            made.words().iter().map(|word| std::str::from_utf8(word.text()).unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn a_field_may_cut_a_stated_name_and_a_list_none() {
        let mut analyser = Analyser::default();
        let mut made = Analysed::default();
        let ship = |name| Name { surname: name, given: "" };
        let mut is_cut = |name, listed: bool| {
            let read = if listed { Analyser::analyse_listed } else { Analyser::analyse };
            read(&mut analyser, ship(name), Bearer::Vessel, &mut made);
            (made.is_truncated(), made.words().iter().any(Word::is_cut))
        };
        assert_eq!("QUEENS OF THE SEA ST".len(), 20);
        assert_eq!(is_cut("QUEENS OF THE SEA ST", false), (true, true));
        assert_eq!(is_cut("QUEENS OF THE SEA ST", true), (false, false));
        // A number that lost its end would be another number.
        assert_eq!(is_cut("QUEENS OF THE SEAS 7", false), (false, false));
    }

    #[test]
    fn latin_words_lose_case_accents_and_apostrophes() {
        assert_eq!(texts("O'Connor", "Siân Mary-Ann"), "oconnor sian mary ann");
        assert_eq!(texts("Großmann", "Jörg"), "grossmann jorg");
        assert_eq!(texts("D’Arcy", "Zoë"), "darcy zoe");
        assert_eq!(texts("e\u{301}va", ""), "eva");
        assert_eq!(texts("Əliyev", "Əhməd"), "aliyev ahmad");
    }

    #[test]
    fn a_comma_parts_surname_and_given_names() {
        let made = analysed("BIN LADIN, Usama", "", Bearer::Person);
        let parts: Vec<Part> = made.words().iter().map(|word| word.part()).collect();
        assert_eq!(parts, [Part::Particle, Part::Surname, Part::Given]);
        assert!(made.is_structured());
        let made = analysed("ERIKSSON<<ANNA<MARIA<<<<", "", Bearer::Person);
        let parts: Vec<Part> = made.words().iter().map(|word| word.part()).collect();
        assert_eq!(parts, [Part::Surname, Part::Given, Part::Given]);
    }

    #[test]
    fn only_a_full_field_leaves_its_last_words_open() {
        let open = |surname: &str, given: &str| -> Vec<bool> {
            let made = analysed(surname, given, Bearer::Person);
            made.words().iter().map(|word| word.is_cut()).collect()
        };
        // 39 letters and fillers: the given name is cut, and with a long surname its second word.
        assert_eq!(open("NEUMANN", "ALEXANDRINA WILHELMINA LUDOVIC"), [false, false, false, true]);
        assert_eq!(open("HOHENZOLLERN SIGMARINGEN", "WILHELMINA AN"), [false, true, false, true]);
        // No one knows what is the surname of these 39 letters.
        assert_eq!(
            open("ALEXANDRINA WILHELMINA LUDOVICA NEUMANN", ""),
            [false, false, false, true]
        );
        // Fillers behind the given names show that there was room.
        assert_eq!(open("NEUMANN", "ALEXANDRINA<WILHELMINA<LUDOVI<"), [false; 4]);
        assert_eq!(open("NEUMANN", "ANNA"), [false; 2]);
    }

    #[test]
    fn of_a_firm_or_a_ship_a_full_field_leaves_the_last_word_open() {
        let open = |name: &str, bearer: Bearer| -> (Vec<bool>, Option<Part>) {
            let made = analysed(name, "", bearer);
            let cut = made.words().iter().map(|word| word.is_cut()).collect();
            (cut, made.words().last().map(|word| word.part()))
        };
        let name = "SAMPLOGRAD BRIDGES AND TUNNELS ELECTRICAL LIMITED";
        let firm = |letters: usize| open(name.get(..letters).unwrap(), Bearer::Organisation);
        assert_eq!(firm(35), (vec![false, false, false, false, true], Some(Part::Any)));
        assert_eq!(firm(34).0, [false; 5]);
        // What begins a legal form, or has a letter or two, says nothing.
        let firm = |name: &str| open(name, Bearer::Organisation);
        assert_eq!(
            firm("SAMPLOGRAD BRIDGES AND TUNNELS LIMI"),
            (vec![false, false, false, false, true], Some(Part::Particle))
        );
        assert_eq!(firm("SAMPLOGRAD BRIDGES AND BIG TUNNEL F").1, Some(Part::Particle));
        assert_eq!(firm("SAMPLOGRAD BRIDGES TUNNELS LIMITED.").1, Some(Part::LegalForm));
        assert_eq!(
            firm("SAMPLOGRAD BRIDGES AND TUNNELS OF ALL COUNTRIES AND OF THE SEVEN SEASI").0.last(),
            Some(&true)
        );
        // Ships have shorter fields, and a blank shows that there was room.
        let ship = |name: &str| open(name, Bearer::Vessel).0;
        assert_eq!(ship("QUEEN OF SAMPLOGRAD "), [false; 3]);
        assert_eq!(ship("QUEENS OF SAMPLOGRAD"), [false, false, true]);
        assert_eq!(open("QUEENS OF SAMPLOGRAD", Bearer::Organisation).0, [false; 3]);
        assert_eq!(ship("QUEENSOFSAMPLOGRADIA"), [false]);
    }

    #[test]
    fn compounds_are_one_word_however_they_are_spaced() {
        for text in
            ["Abd al-Rahman Khan", "Abdul Rahman Khan", "Abdurrahman Khan", "Abdur Rahman Khan"]
        {
            let made = analysed(text, "", Bearer::Person);
            assert_eq!(made.words().len(), 2, "{text}");
            assert_eq!(made.words()[0].canonical(), b"abdrahman", "{text}");
        }
        let made = analysed("Abdul Khan", "", Bearer::Person);
        assert_eq!(made.words().len(), 2);
    }

    #[test]
    fn letters_that_only_look_latin_are_read_as_they_look() {
        assert_eq!(texts("Ivan\u{043E}v", "P\u{0435}t\u{0435}r"), "ivanov peter");
        // Latin `a`, `o`, `B` and `H` in Cyrillic words, Latin `o` and `A` in Greek ones.
        assert_eq!(texts("Мaкaрoв", "Bлaдислaв"), texts("Макаров", "Владислав"));
        assert_eq!(texts("Hиколaев", "Николaй"), texts("Николаев", "Николай"));
        assert_eq!(texts("Παπαδόπoυλoς", "Aλέξανδρος"), texts("Παπαδόπουλος", "Αλέξανδρος"));
    }

    #[test]
    fn scripts_are_written_in_latin() {
        for (surname, expected) in [
            ("Владимир Путин", "vladimir putin"),
            ("محمد علي", "muhammad ali"),
            ("习近平", "xi jinping"),
            ("김정은", "kim jeongeun"),
            ("Αλέξανδρος", "alexandros"),
            ("김 정은", "kim jeongeun"),
            ("עמוס עוז", "amos aoz"),
            ("やまだ たろう", "yamada taro"),
            ("ﾔﾏﾀﾞ ﾊﾟﾌﾞﾛ", "yamada paburo"),
            ("ＡＮＮ", "ann"),
        ] {
            assert_eq!(texts(surname, ""), expected, "{surname}");
        }
    }

    #[test]
    fn a_surname_in_its_field_is_read_as_one() {
        assert_eq!(texts("曾", "国藩"), "zeng guofan");
        assert_eq!(texts("박", "지성"), "park jiseong");
    }

    #[test]
    fn words_of_other_scripts_tell_where_they_stood() {
        let name = Name { surname: "عبد الرحمن الشيخ", given: "" };
        let made = analysed(name.surname, "", Bearer::Person);
        let written: Vec<&str> = made.words().iter().map(|word| word.written(name)).collect();
        assert_eq!(written, ["عبد الرحمن", "ال", "شيخ"]);
    }

    proptest! {
        #[test]
        fn folding_a_folded_word_changes_nothing(text in "\\PC{1,12}") {
            for word in analysed(&text, "", Bearer::Person).words() {
                let folded = std::str::from_utf8(word.text()).unwrap();
                let again = analysed(folded, "", Bearer::Person);
                let [only] = again.words() else { panic!("{folded}") };
                prop_assert_eq!(only.text(), word.text());
                prop_assert_eq!(only.skeleton(), word.skeleton());
            }
        }

        #[test]
        fn any_text_gives_words_that_stand_where_they_say(
            surname in "\\PC{0,60}",
            given in "\\PC{0,60}",
        ) {
            let name = Name { surname: &surname, given: &given };
            for bearer in [Bearer::Person, Bearer::Organisation, Bearer::Vessel, Bearer::Unknown] {
                let mut made = Analysed::default();
                Analyser::default().analyse(name, bearer, &mut made);
                for word in made.words() {
                    prop_assert!(!word.text().is_empty());
                    prop_assert!(word.text().iter().all(|at| at.is_ascii_lowercase() || at.is_ascii_digit()));
                    prop_assert!(!word.written(name).is_empty());
                }
            }
        }

        #[test]
        fn the_fast_path_of_ascii_is_the_same_as_the_general_one(text in "[ -~]{0,60}") {
            let field = Field {
                text: &text,
                of_given: false,
                may_be_whole: true,
                is_surname: false,
                tongues: Tongues::default(),
                spelling: Spelling::Plain,
            };
            let (mut fast, mut general) = (SmallVec::new(), SmallVec::new());
            read_ascii(field, &mut fast);
            Reader::default().read(field, &mut general);
            prop_assert!(fast == general);
        }
    }
}
