//! Spellings of the machine-readable zone: ICAO Doc 9303 Part 3, section 6, tables A and C.
//!
//! Table B, Cyrillic, is how Cyrillic is written here at all. Travellers arrive with the spellings of
//! their passports' zone, so listed names are filed under these too.

use super::{Script, scripts};

/// In which way letters that have several spellings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Without the accent: `Müller` is `Muller`; Arabic by sound.
    #[default]
    Plain,
    /// Table A where it takes two letters for one: `Mueller`.
    Expanded,
    /// Table A where it marks a letter: `MUXXLLER`, `PENXXA`.
    Marked,
    /// Table C: each Arabic letter has a spelling of its own.
    Arabic,
    /// Cyrillic as Ukrainian, where letters leave it open.
    Ukrainian,
}

impl Spelling {
    /// All that may write a letter otherwise than plainly.
    pub(super) const OTHERS: [Self; 4] =
        [Self::Expanded, Self::Marked, Self::Arabic, Self::Ukrainian];

    /// Whether a letter, or a mark behind one, may be written otherwise.
    pub(super) fn may_change(self, letter: char) -> bool {
        let is_mark = matches!(letter, '\u{300}'..='\u{36F}');
        match self {
            Self::Plain => false,
            Self::Expanded => is_mark || expanded(letter).is_some(),
            Self::Marked => is_mark || marked(letter).is_some(),
            Self::Arabic => scripts::of(letter) == Script::Arabic,
            Self::Ukrainian => scripts::of(letter) == Script::Cyrillic,
        }
    }
}

/// Letters of table A that are written with two letters.
pub(super) fn expanded(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ä' | 'Ä' => "ae",
        'å' | 'Å' => "aa",
        'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
        'ü' | 'Ü' => "ue",
        _ => return None,
    })
}

/// Letters of table A that may be marked.
pub(super) fn marked(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ñ' | 'Ñ' => "nxx",
        'ü' | 'Ü' => "uxx",
        _ => return None,
    })
}

/// Table C. `last` tells the end of a word, where the teh marbuta is written otherwise.
pub(super) fn arabic(letter: char, last: bool) -> Option<&'static str> {
    let latin = match letter {
        'ء' => "xe",
        'آ' => "xaa",
        'أ' => "xae",
        'ؤ' => "u",
        'إ' => "i",
        'ئ' => "xi",
        'ا' => "a",
        'ب' => "b",
        'ة' if last => "xah",
        'ة' => "xta",
        'ت' => "t",
        'ث' => "xth",
        'ج' => "j",
        'ح' => "xh",
        'خ' => "xkh",
        'د' => "d",
        'ذ' => "xdh",
        'ر' => "r",
        'ز' => "z",
        'س' => "s",
        'ش' => "xsh",
        'ص' => "xss",
        'ض' => "xdz",
        'ط' => "xtt",
        'ظ' => "xzz",
        'ع' => "e",
        'غ' => "g",
        'ف' => "f",
        'ق' => "q",
        'ك' => "k",
        'ل' => "l",
        'م' => "m",
        'ن' => "n",
        'ه' => "h",
        'و' => "w",
        'ى' => "xay",
        'ي' | 'ې' => "y",
        _ => return beyond_arabic(letter),
    };
    Some(latin)
}

/// Table C: letters of Persian, Urdu, Pashto and others.
fn beyond_arabic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ٱ' => "xxa",
        'ٹ' => "xxt",
        'ټ' => "xrt",
        'پ' => "p",
        'ځ' => "xke",
        'څ' => "xxh",
        'چ' => "xc",
        'ڈ' => "xxd",
        'ډ' => "xdr",
        'ڑ' => "xxr",
        'ړ' => "xrr",
        'ږ' => "xrx",
        'ژ' => "xj",
        'ښ' => "xxs",
        'ک' => "xkk",
        'ګ' => "xxk",
        'ڭ' => "xng",
        'گ' => "xgg",
        'ں' => "xnn",
        'ڼ' => "xxn",
        'ھ' => "xdo",
        'ۀ' => "xyh",
        'ہ' => "xxg",
        'ۂ' => "xge",
        'ۃ' => "xtg",
        'ی' => "xya",
        'ۍ' => "xxy",
        'ے' => "xyb",
        'ۓ' => "xbe",
        _ => return None,
    })
}
