//! The letters of a field, walked once: words with where they stood.

use smallvec::SmallVec;

use super::canonical::Canonical;
use super::icao::{self, Spelling};
use super::letters::{self, Ascii};
use super::scripts::{self, Latin, Tongues};
use super::{Part, Script, WORDS_MAX, Word, dictionary};

/// Bytes of a field that are read; what follows is not compared.
const BYTES_MAX: usize = 2_048;

/// Which field is read, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) text: &'a str,
    pub(super) of_given: bool,
    /// It may hold a whole name of a person, surname first, in scripts that write no space.
    pub(super) may_be_whole: bool,
    /// It holds a surname, the given names being elsewhere.
    pub(super) is_surname: bool,
    pub(super) tongues: Tongues,
    pub(super) spelling: Spelling,
}

/// Letters of one word under way, used again for the next.
#[derive(Default)]
pub(super) struct Reader {
    letters: Vec<char>,
    /// Where each letter begins, and where the last one ends.
    places: Vec<usize>,
    end: usize,
    script: Option<Script>,
    latin: Latin,
    sounded: Latin,
}

/// What a character does to the word under way.
enum Step {
    Letter(char, Script),
    Vanishes,
    Parts,
}

/// Reads a field of ASCII: nothing is allocated.
pub(super) fn read_ascii(field: Field<'_>, words: &mut SmallVec<[Word; 8]>) {
    let mut word = Word::starting(0, field.of_given);
    for (at, byte) in field.text.bytes().enumerate().take(BYTES_MAX) {
        match letters::ascii(byte) {
            Ascii::Letter(letter) => {
                if word.text().is_empty() {
                    word = Word::starting(at, field.of_given);
                }
                word.push(letter);
                word.end(at + 1);
            }
            Ascii::Vanishes => {}
            Ascii::Parts => push(&mut word, words),
        }
    }
    push(&mut word, words);
}

fn push(word: &mut Word, words: &mut SmallVec<[Word; 8]>) {
    if !word.text().is_empty() && words.len() < WORDS_MAX {
        words.push(*word);
    }
    *word = Word::starting(0, word.is_of_given());
}

impl Reader {
    /// Reads a field in any script.
    pub(super) fn read(&mut self, field: Field<'_>, words: &mut SmallVec<[Word; 8]>) {
        self.clear();
        let mut rest = field.text.char_indices().take_while(|(at, _)| *at < BYTES_MAX).peekable();
        while let Some((at, letter)) = rest.next() {
            let mut end = at + letter.len_utf8();
            let mut letter = letter;
            while let Some(&(mark_at, mark)) =
                rest.peek().filter(|(_, mark)| !letters::is_common(*mark))
            {
                let Some(composed) = unicode_normalization::char::compose(letter, mark) else {
                    break;
                };
                letter = composed;
                end = mark_at + mark.len_utf8();
                rest.next();
            }
            unfold(letter, |letter| match self.step(letter) {
                Step::Letter(letter, script) => self.letter(letter, script, at..end, field, words),
                Step::Vanishes => {}
                Step::Parts => self.flush(field, words),
            });
        }
        self.flush(field, words);
    }

    fn step(&self, letter: char) -> Step {
        if letters::is_common(letter) {
            return Step::Letter(letter, scripts::of(letter));
        }
        let apostrophe = matches!(letter, '\'' | '\u{2019}' | '\u{05F3}');
        if apostrophe && self.script == Some(Script::Hebrew) {
            return Step::Letter('\u{05F3}', Script::Hebrew);
        }
        if scripts::keeps_mark(letter) {
            return Step::Letter(letter, scripts::of(letter));
        }
        if matches!(letter, '\'' | '`') || letters::vanishes(letter) {
            return Step::Vanishes;
        }
        if letter.is_alphanumeric() || letter == 'ー' || letter == '々' {
            Step::Letter(letter, scripts::of(letter))
        } else {
            Step::Parts
        }
    }

    fn letter(
        &mut self,
        letter: char,
        script: Script,
        at: std::ops::Range<usize>,
        field: Field<'_>,
        words: &mut SmallVec<[Word; 8]>,
    ) {
        if self
            .script
            .is_some_and(|own| own != script && !(is_european(own) && is_european(script)))
        {
            self.flush(field, words);
        }
        self.end = at.end;
        // Half-width kana bear their marks apart.
        if let Some(last) = self.letters.last_mut().filter(|_| scripts::keeps_mark(letter))
            && let Some(composed) = unicode_normalization::char::compose(*last, letter)
        {
            *last = composed;
            return;
        }
        self.script.get_or_insert(script);
        self.letters.push(letter);
        self.places.push(at.start);
    }

    /// Ends the word under way.
    fn flush(&mut self, field: Field<'_>, words: &mut SmallVec<[Word; 8]>) {
        let Some(script) = self.script else { return };
        let script = self.unmix(script);
        if script == Script::Latin {
            self.push_latin(field, words);
        } else {
            self.push_other(script, field, words);
        }
        self.clear();
    }

    fn clear(&mut self) {
        self.letters.clear();
        self.places.clear();
        self.script = None;
    }

    /// The script of most letters; look-alikes of another one become letters of this.
    fn unmix(&mut self, first: Script) -> Script {
        let count = |script| self.letters.iter().filter(|at| scripts::of(**at) == script).count();
        if !is_european(first) || count(first) == self.letters.len() {
            return first;
        }
        let all = [Script::Latin, Script::Cyrillic, Script::Greek];
        let most = all.into_iter().max_by_key(|script| count(*script)).unwrap_or(first);
        for letter in self.letters.iter_mut().filter(|letter| scripts::of(**letter) != most) {
            *letter = letters::seen_as(most, *letter).unwrap_or(*letter);
        }
        most
    }

    fn push_latin(&mut self, field: Field<'_>, words: &mut SmallVec<[Word; 8]>) {
        self.latin.clear();
        self.sounded.clear();
        let mut differs = false;
        for letter in &self.letters {
            let before = self.latin.len();
            let special = match field.spelling {
                Spelling::Expanded => icao::expanded(*letter),
                Spelling::Marked => icao::marked(*letter),
                Spelling::Plain | Spelling::Arabic | Spelling::Ukrainian => None,
            };
            self.latin.extend(special.unwrap_or_else(|| letters::plain(*letter)).bytes());
            match letters::sounded(*letter) {
                Some(sound) => {
                    differs = true;
                    self.sounded.extend(sound.bytes());
                }
                None => {
                    let plain = self.latin.get(before..).unwrap_or_default();
                    self.sounded.extend_from_slice(plain);
                }
            }
        }
        let whole = 0..self.letters.len();
        if let Some(mut word) = self.word(whole, Script::Latin, field) {
            if differs {
                self.sounded.retain(|letter| {
                    letter.make_ascii_lowercase();
                    letter.is_ascii_alphanumeric()
                });
                word.set_canonical(Canonical::of(&self.sounded).letters());
            }
            push(&mut word, words);
        }
    }

    fn push_other(&mut self, script: Script, field: Field<'_>, words: &mut SmallVec<[Word; 8]>) {
        let whole = field.may_be_whole && self.fills(field.text);
        for piece in scripts::cut(script, &self.letters, whole, field.tongues) {
            self.latin.clear();
            let letters = self.letters.get(piece.letters.clone()).unwrap_or_default();
            let part = piece.part.or_else(|| surname(script, letters, field, words));
            scripts::romanise(script, letters, part, field.tongues, &mut self.latin);
            if let Some(mut word) = self.word(piece.letters.clone(), script, field) {
                word.part = piece.part.unwrap_or(Part::Any);
                if script == Script::Han {
                    word.spelling = dictionary::find(dictionary::key_of_han(letters));
                    word.note_characters(letters);
                }
                push(&mut word, words);
            }
        }
    }

    /// The word that these letters make, from the Latin letters at hand; `None` if there are none.
    fn word(
        &self,
        letters: std::ops::Range<usize>,
        script: Script,
        field: Field<'_>,
    ) -> Option<Word> {
        let start = self.places.get(letters.start)?;
        let mut word = Word::starting(*start, field.of_given);
        for byte in &self.latin {
            if let Ascii::Letter(byte) = letters::ascii(*byte) {
                word.push(byte);
            }
        }
        word.end(self.places.get(letters.end).copied().unwrap_or(self.end));
        word.script = script;
        (!word.text().is_empty()).then_some(word)
    }

    /// Whether the letters at hand are all there is of a field.
    fn fills(&self, field: &str) -> bool {
        let leading = field.len() - field.trim_start().len();
        self.places.first() == Some(&leading) && self.end == field.trim_end().len()
    }
}

/// Whether Chinese or Korean letters are a surname by where they stand: in its field, or alone at
/// the beginning of a name.
fn surname(script: Script, letters: &[char], field: Field<'_>, words: &[Word]) -> Option<Part> {
    let stands_alone = words.is_empty() && letters.len() == 1;
    let family_first = matches!(script, Script::Han | Script::Hangul) && !field.of_given;
    (family_first && (field.is_surname || stands_alone)).then_some(Part::Surname)
}

/// Hands on a letter, or what stands for it: forms of presentation are taken apart.
fn unfold(letter: char, mut each: impl FnMut(char)) {
    match letter as u32 {
        0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x2F00..=0x2FDF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F => {
            unicode_normalization::char::decompose_compatible(letter, each);
        }
        _ => each(letter),
    }
}

/// Alphabets whose letters look alike, and are mixed to deceive.
fn is_european(script: Script) -> bool {
    matches!(script, Script::Latin | Script::Cyrillic | Script::Greek)
}
