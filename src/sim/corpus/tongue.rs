//! Languages that are not written in Latin letters: the notation in which their words are kept, their
//! own script, and the systems by which documents and newspapers romanise them.

use std::sync::LazyLock;

use compact_str::CompactString;

use super::rules::Rules;
use super::spelling::Script;

/// How the words of a language are written.
pub(super) struct Tongue {
    label: &'static str,
    pub(super) script: Script,
    /// Ways to write its own script.
    natives: Vec<Rules>,
    /// Ways to write it in Latin letters, by the name of the system.
    systems: Vec<(&'static str, Rules)>,
}

static TONGUES: LazyLock<Vec<Tongue>> = LazyLock::new(read);

impl Tongue {
    /// The tongue of this label; `None` for a language of Latin letters.
    pub(super) fn find(label: &str) -> Option<&'static Self> {
        TONGUES.iter().find(|tongue| tongue.label == label)
    }

    /// How many romanisations there are.
    pub(super) fn systems(&self) -> usize {
        self.systems.len()
    }

    /// The number of the system of this name.
    pub(super) fn system(&self, name: &str) -> usize {
        self.systems.iter().position(|(known, _)| *known == name).unwrap_or(0)
    }

    /// The name of a romanisation.
    pub(super) fn system_name(&self, system: usize) -> &'static str {
        self.systems.get(system).map_or("", |(name, _)| name)
    }

    /// A word in Latin letters by one of the systems.
    pub(super) fn latin(&self, word: &str, system: usize) -> CompactString {
        let mut out = CompactString::default();
        if let Some((_, rules)) = self.systems.get(system) {
            rules.write(reading(word), &mut out);
        }
        capitalised(&out)
    }

    /// How many ways there are to write its own script.
    pub(super) fn natives(&self) -> usize {
        self.natives.len()
    }

    /// A word in its own script.
    pub(super) fn native(&self, word: &str, way: usize) -> CompactString {
        let mut out = CompactString::default();
        let Some(rules) = self.natives.get(way) else { return out };
        let script = self.script;
        if script == Script::Devanagari {
            super::devanagari::write(word, &mut out);
        } else if script == Script::Kanji && way > 0 {
            out.extend(reading(word).chars().map(katakana));
        } else if script == Script::Kanji {
            out.push_str(word.split(';').next().unwrap_or_default());
        } else if script == Script::Hangul {
            // The rules would take it apart.
            out.push_str(word);
        } else {
            rules.write(word, &mut out);
        }
        if matches!(script, Script::Cyrillic | Script::Armenian) {
            capitalised(&out)
        } else if script == Script::Greek {
            // Documents write Greek in capitals, which have no accents.
            out.to_uppercase()
        } else {
            out
        }
    }
}

/// The sound of a word of which the notation holds the characters as well.
fn reading(word: &str) -> &str {
    word.split_once(';').map_or(word, |(_, reading)| reading)
}

fn katakana(letter: char) -> char {
    match letter {
        'ぁ'..='ゖ' => char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter),
        letter => letter,
    }
}

/// With a capital at the beginning of every word, but for an article with its hyphen.
fn capitalised(text: &str) -> CompactString {
    const ARTICLES: [&str; 12] =
        ["al-", "el-", "at-", "ath-", "ad-", "adh-", "ar-", "az-", "as-", "ash-", "an-", "ul-"];
    let mut out = CompactString::default();
    let mut rest = text;
    let mut begins = true;
    while let Some(letter) = rest.chars().next() {
        let hyphen = begins && rest.bytes().take(4).any(|byte| byte == b'-');
        if hyphen && let Some(article) = ARTICLES.iter().find(|article| rest.starts_with(**article))
        {
            out.push_str(article);
            rest = rest.strip_prefix(article).unwrap_or_default();
            continue;
        }
        if begins && letter.is_alphabetic() {
            out.extend(letter.to_uppercase());
            begins = false;
        } else {
            out.push(letter);
            begins = begins || letter == ' ' || letter == '-';
        }
        rest = rest.strip_prefix(letter).unwrap_or_default();
    }
    out
}

fn read() -> Vec<Tongue> {
    let rows: Vec<[&'static str; 4]> =
        include_str!("data/scripts.tsv").lines().skip(1).filter_map(cells).collect();
    let mut known: Vec<(&str, &str, Rules)> = Vec::new();
    let mut tongues: Vec<Tongue> = Vec::new();
    for [label, system, base, text] in rows {
        let find = |base: &str| {
            let (tongue, system) = base.split_once('/')?;
            known.iter().find(|row| row.0 == tongue && row.1 == system).map(|row| &row.2)
        };
        let rules = Rules::read(find(base), text);
        known.push((label, system, rules.clone()));
        if tongues.last().is_none_or(|last| last.label != label) {
            let script = script_of(label);
            tongues.push(Tongue { label, script, natives: Vec::new(), systems: Vec::new() });
        }
        if let Some(tongue) = tongues.last_mut() {
            if system.starts_with("native") {
                tongue.natives.push(rules);
            } else {
                tongue.systems.push((system, rules));
            }
        }
    }
    tongues
}

fn cells(row: &'static str) -> Option<[&'static str; 4]> {
    let mut cells = row.split('\t');
    Some([cells.next()?, cells.next()?, cells.next()?, cells.next()?])
}

fn script_of(label: &str) -> Script {
    match label {
        "arabic" | "persian" | "dari" | "urdu" | "sorani" => Script::Arabic,
        "hebrew" => Script::Hebrew,
        "greek" => Script::Greek,
        "armenian" => Script::Armenian,
        "georgian" => Script::Georgian,
        "hindi" => Script::Devanagari,
        "chinese" => Script::Han,
        "korean" => Script::Hangul,
        "japanese" => Script::Kanji,
        _ => Script::Cyrillic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tongue: &str, word: &str, native: &str, systems: &[(&str, &str)]) {
        let tongue = Tongue::find(tongue).unwrap();
        assert_eq!(tongue.native(word, 0), native);
        for (system, latin) in systems {
            let number = tongue.system(system);
            assert_eq!(tongue.system_name(number), *system);
            assert_eq!(tongue.latin(word, number), latin, "{system}");
        }
    }

    #[test]
    fn arabic_names_are_written_by_their_standards() {
        check(
            "arabic",
            "muḥammad",
            "محمد",
            &[("English", "Muhammad"), ("Gulf passports", "Mohammed"), ("French", "Mohamed")],
        );
        check(
            "arabic",
            "ʿabd al-raḥmān",
            "عبد الرحمن",
            &[
                ("English", "Abd al-Rahman"),
                ("BGN/PCGN", "'Abd ar-Rahman"),
                ("Gulf passports", "Abdul Rahman"),
                ("French", "Abdelrahman"),
            ],
        );
        check(
            "arabic",
            "al-šammarī",
            "الشمري",
            &[("English", "al-Shammari"), ("BGN/PCGN", "ash-Shammari"), ("German", "al-Schammari")],
        );
        check("arabic", "muṣṭafà", "مصطفى", &[("English", "Mustafa")]);
        check("arabic", "fāṭima", "فاطمة", &[("Gulf passports", "Fatimah")]);
        check("arabic", "jamāl", "جمال", &[("Egyptian passports", "Gamal"), ("French", "Djamal")]);
        check("persian", "ḥusaynī", "حسینی", &[("Iranian passports", "Hosseini")]);
        check("persian", "ʿalī-riżā", "علیرضا", &[("Iranian passports", "Alireza")]);
        check("dari", "ḥabīb allāh", "حبیب الله", &[("Afghan passports", "Habibullah")]);
        check("urdu", "bhaʈʈī", "بھٹی", &[("Pakistani passports", "Bhatti")]);
        check("sorani", "berzencî", "بەرزەنجی", &[("Iraqi passports", "Barzanji")]);
    }

    #[test]
    fn hebrew_names_are_written_by_their_standards() {
        check("hebrew", "kohēn", "כהן", &[("Israeli passports", "Kohen")]);
        check(
            "hebrew",
            "yiṣḥaq",
            "יצחק",
            &[("Israeli passports", "Yitzhak"), ("English", "Yitzchak")],
        );
    }

    #[test]
    fn cyrillic_names_are_written_by_their_standards() {
        check(
            "russian",
            "щербаков",
            "Щербаков",
            &[
                ("ICAO 9303", "Shcherbakov"),
                ("French", "Chtcherbakov"),
                ("German", "Schtscherbakow"),
                ("ISO 9", "Ščerbakov"),
            ],
        );
        check(
            "russian",
            "юрий",
            "Юрий",
            &[
                ("ICAO 9303", "Iurii"),
                ("BGN/PCGN", "Yuriy"),
                ("English", "Yury"),
                ("German", "Juri"),
            ],
        );
        check("ukrainian", "євгенія", "Євгенія", &[("Resolution 55", "Yevheniia")]);
        check("bulgarian", "щерев", "Щерев", &[("Law of 2009", "Shterev")]);
        check(
            "serbian",
            "ђорђевић",
            "Ђорђевић",
            &[("Gaj", "Đorđević"), ("without marks", "Djordjevic")],
        );
        check("kazakh", "қасымов", "Қасымов", &[("Kazakh passports", "Kasymov")]);
    }

    #[test]
    fn other_alphabets_are_written_by_their_standards() {
        check("greek", "ευσταθιου", "ΕΥΣΤΑΘΙΟΥ", &[("ELOT 743", "Efstathiou")]);
        check("greek", "μπουρας", "ΜΠΟΥΡΑΣ", &[("ELOT 743", "Bouras")]);
        check(
            "armenian",
            "հովհաննիսյան",
            "Հովհաննիսյան",
            &[("Armenian passports", "Hovhannisyan")],
        );
        check("georgian", "ჭავჭავაძე", "ჭავჭავაძე", &[("national", "Chavchavadze")]);
        check("hindi", "kumāra", "कुमार", &[("Indian passports", "Kumar")]);
        check("hindi", "siṃha", "सिंह", &[("Indian passports", "Singh")]);
        check("hindi", "lakṣmī", "लक्ष्मी", &[("English", "Laxmee")]);
    }

    #[test]
    fn east_asian_names_are_written_by_their_standards() {
        check(
            "chinese",
            "张",
            "张",
            &[("Pinyin", "Zhang"), ("Wade-Giles", "Chang"), ("Hong Kong", "Cheung")],
        );
        check(
            "chinese",
            "建国",
            "建国",
            &[("Pinyin", "Jianguo"), ("Wade-Giles", "Chien-Kuo"), ("Hong Kong", "Kin Kwok")],
        );
        assert_eq!(Tongue::find("chinese").unwrap().native("张", 1), "張");
        check(
            "korean",
            "이",
            "이",
            &[
                ("South Korean passports", "Lee"),
                ("Revised", "I"),
                ("North Korean passports", "Ri"),
            ],
        );
        check(
            "korean",
            "영준",
            "영준",
            &[("South Korean passports", "Young-Joon"), ("Revised", "Yeongjun")],
        );
        check(
            "japanese",
            "佐藤;さとう",
            "佐藤",
            &[
                ("Japanese passports", "Sato"),
                ("passports with long o", "Satoh"),
                ("Hepburn", "Satō"),
                ("letter by letter", "Satou"),
            ],
        );
        check(
            "japanese",
            "淳一;じゅんいち",
            "淳一",
            &[("Japanese passports", "Junichi"), ("Kunrei", "Zyuniti")],
        );
        let japanese = Tongue::find("japanese").unwrap();
        assert_eq!(japanese.native("田中;たなか", 1), "タナカ");
    }

    #[test]
    fn every_letter_of_every_word_is_romanised() {
        for culture in super::super::Culture::all() {
            let Some(tongue) = culture.tongue() else { continue };
            for word in culture.stock().words() {
                for system in 0..tongue.systems() {
                    let latin = tongue.latin(word, system);
                    let good = |letter: char| {
                        letter.is_ascii_alphabetic()
                            || " -'".contains(letter)
                            || matches!(letter, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
                    };
                    assert!(
                        !latin.is_empty() && latin.chars().all(good),
                        "{culture:?} {word} {}: {latin}",
                        tongue.system_name(system)
                    );
                }
                for way in 0..tongue.natives() {
                    let native = tongue.native(word, way);
                    let latin = |letter: char| letter.is_ascii() && !" -'".contains(letter);
                    assert!(!native.is_empty() && !native.chars().any(latin), "{word}: {native}");
                }
            }
        }
    }
}
