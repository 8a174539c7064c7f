//! Who was judged not to be the subject of an entry: by whom, why, until when, and what undoes it.
//!
//! The normal form of a subject's key and what counts as a change of an entry are defined here and
//! nowhere else.

use compact_str::CompactString;
use sha2::{Digest as _, Sha256};
use smallvec::SmallVec;

use super::{
    AgencyId, Country, Date, Entry, EntryKey, Folded, Identifier, Kind, ListedName, Name,
    OfficerRef, Party, Sex, Subject, Timestamp, covers,
};

/// One record of the register: the matches by name between a subject and an entry make no alert.
///
/// Holds personal data and intelligence: has no `Debug` and no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Who is not meant by which entry.
    pub pair: Pair,
    /// The name and birth date that the bearer of the document must state besides, where the
    /// judgement was about such a bearer alone.
    pub person: Option<Fingerprint>,
    /// What the entry stated when that was judged. It is void once the entry states anything else.
    pub stated: Fingerprint,
    /// The agency that judged: only the owner of the entry is heeded.
    pub agency: AgencyId,
    /// The unit that judged.
    pub unit: Box<str>,
    /// The officer, as the unit refers to him.
    pub officer: OfficerRef,
    /// Why they are not the same.
    pub reason: Box<str>,
    /// Since when, and until when.
    pub term: Term,
}

/// A subject and an entry. As text it is the key of the register's topic: `SUBJECT LIST/ENTRY`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// The subject.
    pub subject: SubjectKey,
    /// The entry.
    pub entry: EntryKey,
}

impl Pair {
    /// Reads the key of a record; `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let (subject, entry) = text.split_once(' ')?;
        Some(Self { subject: SubjectKey::parse(subject)?, entry: EntryKey::parse(entry)? })
    }

    /// The key of its record: personal data, disclosed by whoever calls.
    pub fn to_key(&self) -> String {
        format!("{} {}", self.subject.as_str(), self.entry)
    }

    /// What it is known by where its subject may not be named.
    pub fn id(&self) -> PairId {
        PairId(digest(&[b"portcullis.pair.1", self.to_key().as_bytes()]))
    }
}

/// A pair without saying of whom: the first 128 bits of a SHA-256 of its key; prints as 32
/// hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairId([u8; 16]);

impl PairId {
    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Display for PairId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Who somebody is, as far as an event can say it again: an identifier, or else a name with a birth
/// date.
///
/// The normal forms: `document:STATE:NUMBER`, `eori:NUMBER` and `imo:NUMBER`, as
/// [`Identifier::subject_key`] writes them; `person:` and the [`Fingerprint::of_person`] in
/// hexadecimal digits.
///
/// Personal data: `Debug` masks it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SubjectKey(CompactString);

const PERSON: &str = "person:";

impl SubjectKey {
    /// Of an identifier; `None` where its kind does not name one person, organisation or vessel:
    /// telephones are shared, and cars are lent.
    pub fn of_identifier(identifier: &Identifier) -> Option<Self> {
        let names_one = matches!(identifier.kind(), Kind::Document | Kind::Eori | Kind::Imo);
        names_one.then(|| Self(identifier.subject_key().into()))
    }

    /// Of a name with a birth date that is known to the day; `None` without such, or without a
    /// letter.
    pub fn of_person(name: Name<'_>, born: Date, folded: &mut Folded) -> Option<Self> {
        let person = Fingerprint::of_person(name, born, folded)?;
        Some(Self(format!("{PERSON}{}", person.to_hex()).into()))
    }

    /// The keys of a party of an event: those of the identifiers that it states, and where there is
    /// none, of each name with the birth date.
    pub fn all_of(party: &Party<'_>, identifiers: &[Identifier]) -> SmallVec<[Self; 2]> {
        let identified: SmallVec<[Self; 2]> =
            identifiers.iter().filter_map(Self::of_identifier).collect();
        if !identified.is_empty() {
            return identified;
        }
        let Some(born) = party.birth_date else { return SmallVec::new() };
        let mut folded = Folded::default();
        let names = party.names.iter();
        names.filter_map(|name| Self::of_person(*name, born, &mut folded)).collect()
    }

    /// Reads a key in its normal form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(hex) = text.strip_prefix(PERSON) {
            return Fingerprint::parse(hex).map(|_| Self(text.into()));
        }
        let (kind, rest) = text.split_once(':')?;
        let kind = Kind::parse(kind)?;
        let (issuer, value) = match rest.split_once(':') {
            Some((issuer, value)) => (Some(Country::parse(issuer).ok()?), value),
            None => (None, rest),
        };
        let identifier = Identifier::parse(kind, value, issuer).ok()?;
        Self::of_identifier(&identifier).filter(|key| key.as_str() == text)
    }

    /// The key: personal data, disclosed by whoever calls.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pair of this subject and an entry.
    pub fn with(&self, entry: EntryKey) -> Pair {
        Pair { subject: self.clone(), entry }
    }

    /// Whether the entry states this very subject. Then it cannot tell somebody else from the one
    /// who is sought, and no judgement about it can be heeded.
    pub fn is_stated_by(&self, entry: &impl Described) -> bool {
        if !self.0.starts_with(PERSON) {
            return entry.identifiers().any(|at| Self::of_identifier(&at).as_ref() == Some(self));
        }
        let mut folded = Folded::default();
        entry.names().any(|name| {
            let mut dates = entry.birth_dates();
            dates.any(|born| Self::of_person(name, born, &mut folded).as_ref() == Some(self))
        })
    }
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(masked)")
    }
}

/// What an entry states of its subject.
pub trait Described {
    /// What sort of subject it is about.
    fn subject(&self) -> Subject;
    /// Names and variants.
    fn names(&self) -> impl Iterator<Item = Name<'_>>;
    /// Dates of birth.
    fn birth_dates(&self) -> impl Iterator<Item = Date>;
    /// Nationalities.
    fn nationalities(&self) -> impl Iterator<Item = Country>;
    /// Sex.
    fn sex(&self) -> Option<Sex>;
    /// Places of birth as written.
    fn birth_places(&self) -> impl Iterator<Item = &str>;
    /// Those of the names that are weak aliases.
    fn weak_names(&self) -> impl Iterator<Item = Name<'_>>;
    /// Exact identifiers.
    fn identifiers(&self) -> impl Iterator<Item = Identifier>;
}

impl Described for Entry {
    fn subject(&self) -> Subject {
        self.subject
    }

    fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.names.iter().map(ListedName::name)
    }

    fn birth_dates(&self) -> impl Iterator<Item = Date> {
        self.birth_dates.iter().copied()
    }

    fn nationalities(&self) -> impl Iterator<Item = Country> {
        self.nationalities.iter().copied()
    }

    fn sex(&self) -> Option<Sex> {
        self.sex
    }

    fn birth_places(&self) -> impl Iterator<Item = &str> {
        self.birth_places.iter().map(|place| &**place)
    }

    fn weak_names(&self) -> impl Iterator<Item = Name<'_>> {
        self.names.iter().filter(|name| name.weak).map(ListedName::name)
    }

    fn identifiers(&self) -> impl Iterator<Item = Identifier> {
        self.identifiers.iter().cloned()
    }
}

/// What somebody or some entry states, in 128 bits of a SHA-256.
///
/// A name and a birth date can be guessed: it is as personal as they are, and `Debug` masks it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of a name in normal form ([`Folded`]) with a birth date that is known to the day.
    pub fn of_person(name: Name<'_>, born: Date, folded: &mut Folded) -> Option<Self> {
        let name = folded.fold(name);
        if name.is_empty() || !born.is_full() {
            return None;
        }
        Some(Self(digest(&[b"portcullis.person.1", name, &born.packed().to_be_bytes()])))
    }

    /// Of what an entry states: the sort of subject, names in normal form, birth dates, nationalities,
    /// sex, places of birth, which names are weak aliases, and identifiers, in any order and however
    /// often. Validity, handling and narrative do not count. What is not stated leaves no trace, so
    /// that judgements from before there was a field for it stay in force.
    pub fn of_entry(entry: &impl Described) -> Self {
        let mut folded = Folded::default();
        let mut parts: Vec<Vec<u8>> = Vec::new();
        let mut note = |tag: u8, part: &[u8]| parts.push([&[tag], part].concat());
        entry.names().for_each(|name| note(b'n', folded.fold(name)));
        entry.birth_dates().for_each(|date| note(b'b', &date.packed().to_be_bytes()));
        entry.nationalities().for_each(|country| note(b'c', country.alpha3().as_bytes()));
        entry.sex().iter().for_each(|sex| note(b's', sex.name().as_bytes()));
        entry.birth_places().for_each(|place| note(b'p', folded.fold(whole(place))));
        entry.weak_names().for_each(|name| note(b'w', folded.fold(name)));
        entry.identifiers().for_each(|at| note(b'i', at.subject_key().as_bytes()));
        parts.sort_unstable();
        parts.dedup();
        let mut all = vec![&b"portcullis.entry.1"[..], Described::subject(entry).name().as_bytes()];
        all.extend(parts.iter().map(Vec::as_slice));
        Self(digest(&all))
    }

    /// Reads 32 hexadecimal digits in lower case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 16];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }

    /// 32 hexadecimal digits: personal data, disclosed by whoever calls.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprint(masked)")
    }
}

/// A text that is read as a name is, so that case and accents make no other of it.
fn whole(text: &str) -> Name<'_> {
    Name { surname: text, given: "" }
}

/// The first 128 bits of the SHA-256 of parts, each behind its length, so that no two lists of parts
/// read alike.
fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().first_chunk().copied().unwrap_or_default()
}

/// Since when a judgement is in force, and until when: never for ever, and for no more than a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    issued: Timestamp,
    expires: Timestamp,
}

impl Term {
    /// The longest there may be.
    pub const DAYS_MAX: i64 = 366;

    /// From an instant until just before another; `None` where that is no time at all, or too long.
    pub fn new(issued: Timestamp, expires: Timestamp) -> Option<Self> {
        let length = expires.micros_since(issued);
        let fits = length > 0 && length <= Self::DAYS_MAX * 86_400_000_000;
        fits.then_some(Self { issued, expires })
    }

    /// When it was issued.
    pub const fn issued(self) -> Timestamp {
        self.issued
    }

    /// From when on it is in force no more.
    pub const fn expires(self) -> Timestamp {
        self.expires
    }

    /// Whether it is in force at `now`.
    pub fn covers(self, now: Timestamp) -> bool {
        covers(Some(self.issued), Some(self.expires), now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ListedName;
    use crate::watchlist::sample::{at, document, with_name};

    fn born(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn person(surname: &str, given: &str, date: &str) -> Option<SubjectKey> {
        SubjectKey::of_person(Name { surname, given }, born(date), &mut Folded::default())
    }

    #[test]
    fn a_person_has_one_key_however_the_name_is_written_and_none_without_a_full_date() {
        let key = person("O'Connor", "Siân", "1980-01-02");
        assert!(key.is_some() && key == person("OCONNOR SIAN", "", "1980-01-02"));
        assert_ne!(key, person("O'Connor", "Siân", "1980-01-03"));
        assert_ne!(key, person("O'Connor", "Sian Mary", "1980-01-02"));
        assert_eq!(person("O'Connor", "Siân", "1980-01"), None);
        assert_eq!(person("--", "", "1980-01-02"), None);
    }

    #[test]
    fn a_person_s_key_stays_what_it_is() {
        // Written into registers: it may not change from one release to the next. Computed elsewhere
        // too, with Python's hashlib.
        let key = person("Varga-Example", "Ilona Test", "1984-02-29").unwrap();
        assert_eq!(key.as_str(), "person:170b8f17c01522bfe71faaf2b09ca6cb");
    }

    #[test]
    fn only_what_names_one_subject_is_its_key_and_it_is_read_in_normal_form_alone() {
        let document = document("ab 123-456", "GBR");
        let key = SubjectKey::of_identifier(&document).unwrap();
        assert_eq!(key.as_str(), "document:GBR:AB123456");
        assert_eq!(SubjectKey::parse(key.as_str()), Some(key));
        let eori = Identifier::eori("GB123456789012").unwrap();
        let eori = SubjectKey::of_identifier(&eori).unwrap();
        assert_eq!(SubjectKey::parse(eori.as_str()), Some(eori));
        let phone = Identifier::phone("+441632960001").unwrap();
        assert_eq!(SubjectKey::of_identifier(&phone), None);
        for text in [
            "document:GBR:ab123456",
            "document:GB:AB123456",
            "document:AB123456",
            "phone:+441632960001",
            "vehicle:GB:AB12CDE",
            "person:",
            "person:F3",
            "passport:GBR:AB123456",
            "",
        ] {
            assert_eq!(SubjectKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_party_is_known_by_its_documents_and_by_its_names_where_it_states_none() {
        let names =
            [Name { surname: "Berg", given: "Olaf" }, Name { surname: "Bergh", given: "O" }];
        let party = Party {
            role: crate::domain::Role::Traveller,
            subject: Subject::Person,
            names: names.into_iter().collect(),
            birth_date: Some(born("1980-01-02")),
            sex: None,
            nationality: None,
            birth_place: None,
        };
        let phone = Identifier::phone("+441632960001").unwrap();
        let keys = |identifiers: &[Identifier]| {
            let keys = SubjectKey::all_of(&party, identifiers);
            keys.iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&[phone.clone(), document("A1234567", "NOR")]), ["document:NOR:A1234567"]);
        let named = keys(&[phone]);
        assert!(named.len() == 2 && named.iter().all(|key| key.starts_with(PERSON)));
    }

    #[test]
    fn a_pair_comes_back_from_its_key() {
        let pair = Pair {
            subject: SubjectKey::parse("document:GBR:AB123456").unwrap(),
            entry: EntryKey::parse("wanted/w/1").unwrap(),
        };
        assert_eq!(pair.to_key(), "document:GBR:AB123456 wanted/w/1");
        assert!(Pair::parse(&pair.to_key()).is_some_and(|back| back == pair));
        assert!(Pair::parse("document:GBR:AB123456").is_none());
        assert_eq!(pair.id().to_string().len(), 32);
    }

    #[test]
    fn a_fingerprint_changes_with_each_thing_an_entry_states_and_with_nothing_else() {
        let mut entry = with_name("wanted/1", &[("Berg", "Olaf"), ("Alias", "")], &["1980-01-02"]);
        entry.nationalities = [Country::parse("NOR").unwrap()].into();
        entry.identifiers = [document("AB123456", "NOR")].into();
        entry.sex = Some(Sex::Male);
        entry.birth_places = ["Bergen, Norway".into()].into();
        let before = Fingerprint::of_entry(&entry);
        let after = |change: &dyn Fn(&mut Entry)| {
            let mut changed = entry.clone();
            change(&mut changed);
            Fingerprint::of_entry(&changed)
        };
        let listed =
            |surname: &str| ListedName { surname: surname.into(), given: "".into(), weak: false };
        for same in [
            &(|entry: &mut Entry| entry.names.reverse()) as &dyn Fn(&mut Entry),
            &|entry| entry.names[1] = listed("ALIAS"),
            &|entry| entry.birth_places = ["BERGEN, NORWAY".into()].into(),
            &|entry| entry.valid_to = Some(at(9)),
            &|entry| entry.narrative = Some("Seen again.".into()),
        ] {
            assert_eq!(after(same), before);
        }
        for other in [
            &(|entry: &mut Entry| entry.names[1] = listed("Aliaz")) as &dyn Fn(&mut Entry),
            &|entry| entry.names = [listed("Berg Olaf")].into(),
            &|entry| entry.birth_dates = [born("1980-01-03")].into(),
            &|entry| entry.birth_dates = [born("1980-01")].into(),
            &|entry| entry.birth_dates = [].into(),
            &|entry| entry.nationalities = [].into(),
            &|entry| entry.identifiers = [document("AB123457", "NOR")].into(),
            &|entry| entry.subject = Subject::Organisation,
            &|entry| entry.sex = Some(Sex::Female),
            &|entry| entry.sex = None,
            &|entry| entry.birth_places = ["Oslo, Norway".into()].into(),
            &|entry| entry.birth_places = [].into(),
            &|entry| entry.names[1].weak = true,
        ] {
            assert_ne!(after(other), before);
        }
    }

    #[test]
    fn an_entry_s_own_document_and_its_own_name_with_its_own_date_are_its_own() {
        let mut entry = with_name("wanted/1", &[("Berg", "Olaf")], &["1980", "1980-01-02"]);
        entry.identifiers = [document("AB123456", "NOR")].into();
        let own = |key: Option<SubjectKey>| key.unwrap().is_stated_by(&entry);
        assert!(own(person("BERG OLAF", "", "1980-01-02")));
        assert!(!own(person("BERG OLAF", "", "1980-01-01")));
        assert!(!own(person("Bergh", "Olaf", "1980-01-02")));
        assert!(own(SubjectKey::parse("document:NOR:AB123456")));
        assert!(!own(SubjectKey::parse("document:NOR:AB123457")));
    }

    #[test]
    fn a_term_ends_and_lasts_a_year_at_most() {
        let day = 86_400;
        let term = |days: i64| Term::new(at(0), at(days * day));
        assert!(term(0).is_none() && term(-1).is_none() && term(367).is_none());
        let term = term(366).unwrap();
        let inside = [at(-1), at(0), at(366 * day - 1), at(366 * day)].map(|now| term.covers(now));
        assert_eq!(inside, [false, true, true, false]);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_key_panic_and_what_is_read_is_what_was_written(text in "\\PC{0,60}") {
            if let Some(key) = SubjectKey::parse(&text) {
                prop_assert_eq!(key.as_str(), text.as_str());
            }
            if let Some(print) = Fingerprint::parse(&text) {
                prop_assert_eq!(print.to_hex(), text);
            }
        }
    }
}
