//! Chinese characters in pinyin, the surname first and read as surnames are.

use smallvec::{SmallVec, smallvec};

use super::super::{Part, dictionary};
use super::{Latin, Piece, plain};

/// Cuts a whole name into surname and given name.
///
/// Chinese surnames have one character, some two; Japanese ones mostly two. Where the dictionary
/// knows both pieces, it decides.
pub(super) fn cut(letters: &[char]) -> SmallVec<[Piece; 4]> {
    let surname = match (letters, letters.len()) {
        ([one, two, ..], 3..=4) if is_double([*one, *two]) => 2,
        (_, 2) => 1,
        (_, 3) => known_cut(letters, &[1, 2]).unwrap_or(1),
        (_, 4) => known_cut(letters, &[2, 1, 3]).unwrap_or(2),
        (_, 5..=6) => known_cut(letters, &[2, 3]).unwrap_or(letters.len()),
        (_, length) => length,
    };
    if surname == letters.len() {
        return smallvec![Piece { letters: 0..surname, part: None }];
    }
    smallvec![
        Piece { letters: 0..surname, part: Some(Part::Surname) },
        Piece { letters: surname..letters.len(), part: Some(Part::Given) },
    ]
}

/// The first of some lengths of a surname for which the dictionary knows both pieces.
fn known_cut(letters: &[char], lengths: &[usize]) -> Option<usize> {
    let known = |letters: &[char]| dictionary::find(dictionary::key_of_han(letters)) != 0;
    lengths.iter().copied().find(|at| {
        let pieces = letters.split_at_checked(*at);
        pieces.is_some_and(|(surname, given)| known(surname) && known(given))
    })
}

/// Forms of companies, which are written together with their names; longer ones first.
const COMPANIES: [&str; 12] = [
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "集团有限公司",
    "有限公司",
    "株式会社",
    "株式會社",
    "有限会社",
    "合同会社",
    "集团",
    "集團",
    "公司",
];

/// Cuts the form of a company off its name.
pub(super) fn cut_company(letters: &[char]) -> SmallVec<[Piece; 4]> {
    let whole = 0..letters.len();
    let uncut = || smallvec![Piece { letters: 0..letters.len(), part: None }];
    if COMPANIES.iter().any(|form| form.chars().eq(letters.iter().copied())) {
        return uncut();
    }
    for form in COMPANIES {
        let length = form.chars().count();
        let Some(name) = letters.len().checked_sub(length) else { continue };
        let is_form = |at: usize| {
            letters.get(at..at + length).is_some_and(|at| form.chars().eq(at.iter().copied()))
        };
        let (first, second) = match (is_form(name), is_form(0)) {
            (true, _) => (0..name, name..whole.end),
            (false, true) => (0..length, length..whole.end),
            (false, false) => continue,
        };
        return smallvec![
            Piece { letters: first, part: None },
            Piece { letters: second, part: None },
        ];
    }
    uncut()
}

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], part: Option<Part>, into: &mut Latin) {
    if part == Some(Part::Surname)
        && let Some(known) = letters.first().and_then(|first| surname(*first, letters.get(1)))
    {
        into.extend_from_slice(known.as_bytes());
        return;
    }
    letters.iter().for_each(|letter| plain(*letter, into));
}

const DOUBLE: &str = "欧阳歐陽司马司馬上官诸葛諸葛夏侯东方東方皇甫尉迟尉遲公孙公孫慕容令狐司徒长孙長孫宇文轩辕軒轅钟离鍾離申屠淳于太史端木南宫南宮独孤獨孤拓跋完颜完顏西门西門呼延万俟赫连赫連澹台濮阳濮陽公冶宗政单于單于仲孙仲孫鲜于鮮于闾丘閭丘司寇司空东郭東郭";

fn is_double(pair: [char; 2]) -> bool {
    let mut rest = DOUBLE.chars();
    while let (Some(one), Some(two)) = (rest.next(), rest.next()) {
        if [one, two] == pair {
            return true;
        }
    }
    false
}

/// Characters that are read in another way when they are surnames.
fn surname(first: char, second: Option<&char>) -> Option<&'static str> {
    Some(match (first, second) {
        ('尉', Some('迟' | '遲')) => "yuchi",
        ('长' | '長', Some(_)) => "zhangsun",
        ('万', Some('俟')) => "moqi",
        ('单' | '單', Some(_)) => "chanyu",
        (_, Some(_)) => return None,
        ('曾', None) => "zeng",
        ('单' | '單', None) => "shan",
        ('解', None) => "xie",
        ('查', None) => "zha",
        ('仇', None) => "qiu",
        ('翟', None) => "zhai",
        ('覃', None) => "qin",
        ('朴', None) => "piao",
        ('区' | '區', None) => "ou",
        ('任', None) => "ren",
        ('华' | '華', None) => "hua",
        ('盖' | '蓋', None) => "ge",
        ('乐' | '樂', None) => "yue",
        ('黑', None) => "he",
        ('缪' | '繆', None) => "miao",
        ('员' | '員', None) => "yun",
        ('种', None) => "chong",
        ('召', None) => "shao",
        ('折', None) => "she",
        ('冼' | '洗', None) => "xian",
        ('燕', None) => "yan",
        ('纪' | '紀', None) => "ji",
        ('车' | '車', None) => "che",
        ('曲', None) => "qu",
        ('祭', None) => "zhai",
        ('隗', None) => "wei",
        ('盛', None) => "sheng",
        ('石', None) => "shi",
        ('沈', None) => "shen",
        ('宁' | '寧', None) => "ning",
        ('薄', None) => "bo",
        ('秘', None) => "bi",
        ('都', None) => "du",
        ('逄', None) => "pang",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_behind_its_surname() {
        for (text, expected) in [
            ("习近平", "xi jinping"),
            ("王伟", "wang wei"),
            ("欧阳娜娜", "ouyang nana"),
            ("曾国藩", "zeng guofan"),
            ("诸葛亮", "zhuge liang"),
            ("单雄信", "shan xiongxin"),
            ("山田太郎", "shantian tailang"),
        ] {
            let letters: Vec<char> = text.chars().collect();
            let words: Vec<String> = cut(&letters)
                .iter()
                .map(|piece| {
                    let mut into = Latin::new();
                    romanise(&letters[piece.letters.clone()], piece.part, &mut into);
                    String::from_utf8(into.to_vec()).unwrap()
                })
                .collect();
            assert_eq!(words.join(" "), expected);
        }
    }
}
