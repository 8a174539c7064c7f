//! Small words: what part of a name they are.

/// Articles of Arabic names, which take on the next letter.
const ARTICLES: [&[u8]; 22] = [
    b"ad", b"adh", b"al", b"an", b"ar", b"as", b"ash", b"at", b"az", b"ed", b"ech", b"el", b"en",
    b"er", b"es", b"esh", b"et", b"ez", b"il", b"ul", b"ur", b"us",
];

/// Particles of personal names beside articles.
const PARTICLES: [&[u8]; 62] = [
    b"aal", b"af", b"av", b"ben", b"bin", b"binte", b"binti", b"bint", b"bn", b"bt", b"d", b"da",
    b"dal", b"das", b"de", b"del", b"dela", b"della", b"den", b"der", b"des", b"di", b"do", b"dos",
    b"du", b"e", b"ibn", b"ibne", b"kizi", b"kyzy", b"la", b"las", b"le", b"lo", b"los", b"ogli",
    b"oglu", b"oglou", b"ogly", b"qizi", b"ter", b"van", b"vom", b"von", b"und", b"y", b"zu",
    b"zum", b"zur", b"uly", b"uulu", b"te", b"ten", b"tot", b"op", b"het", b"wa", b"walad",
    b"ould", b"mac", b"santa", b"san",
];

/// Whether a word is an article of Arabic names.
#[inline]
pub(super) fn is_article(text: &[u8]) -> bool {
    matches!(text.len(), 2 | 3) && ARTICLES.contains(&text)
}

/// Whether a word is a particle of personal names.
#[inline]
pub(super) fn is_particle(text: &[u8]) -> bool {
    text.len() <= 5 && (is_article(text) || PARTICLES.contains(&text))
}
