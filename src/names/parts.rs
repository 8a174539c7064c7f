//! Small words: what part of a name they are.

/// Particles of personal names, in order.
const PARTICLES: [&[u8]; 64] = [
    b"aal", b"ad", b"af", b"al", b"am", b"an", b"ar", b"as", b"ash", b"at", b"av", b"az", b"ben",
    b"bin", b"binte", b"binti", b"bint", b"bt", b"d", b"da", b"dal", b"das", b"de", b"del",
    b"dela", b"della", b"den", b"der", b"des", b"di", b"do", b"dos", b"du", b"e", b"ed", b"el",
    b"en", b"er", b"es", b"ibn", b"ibne", b"il", b"kizi", b"kyzy", b"la", b"las", b"le", b"lo",
    b"los", b"ogli", b"oglu", b"qizi", b"ter", b"ul", b"ur", b"van", b"vom", b"von", b"und", b"y",
    b"zu", b"zum", b"zur", b"uly",
];

/// Whether a word is a particle of personal names.
pub(super) fn is_particle(text: &[u8]) -> bool {
    PARTICLES.contains(&text)
}
