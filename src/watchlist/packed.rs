//! What an entry has of its own, in one run of bytes: millions of entries are held like this.
//!
//! In order: subject and flags in one byte; the instants of validity that are stated; the reference;
//! birth dates; the size of names, nationalities and places of birth, so that they are passed over in
//! one step; names; nationalities; places of birth to the end of these; identifiers; the narrative to
//! the end. Counts and lengths are written seven bits a byte, the lowest first. The length of given
//! names has a bit for a weak alias beneath it, the number of nationalities two for the sex: who is
//! listed without these takes no byte more.
//!
//! Bytes are read that this program wrote into its own memory, so reading does not fail: beyond the
//! end there are zeros and empty texts.

use crate::domain::{
    Check, Country, Date, Entry, Identifier, Kind, ListedName, Name, Sex, Subject, Timestamp,
};

const HAS_FROM: u8 = 1;
const HAS_TO: u8 = 1 << 1;
const HAS_NARRATIVE: u8 = 1 << 2;
const SUBJECT_SHIFT: u8 = 3;
const HAS_ISSUER: u8 = 1;
const CHECK_SHIFT: u8 = 1;
const KIND_SHIFT: u8 = 3;
const WEAK_BITS: u32 = 1;
const SEX_BITS: u32 = 2;
const SEXES: [Option<Sex>; 4] = [None, Some(Sex::Female), Some(Sex::Male), Some(Sex::Unspecified)];
const CHECKS: [Check; 4] = [Check::Agrees, Check::Fails, Check::Absent, Check::Absent];

/// Appends what the entry has of its own: all but its list and its handling.
pub(super) fn pack(entry: &Entry, out: &mut Vec<u8>) {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    out.push(
        ((entry.subject as u8) << SUBJECT_SHIFT)
            | flag(entry.valid_from.is_some(), HAS_FROM)
            | flag(entry.valid_to.is_some(), HAS_TO)
            | flag(entry.narrative.is_some(), HAS_NARRATIVE),
    );
    for instant in entry.valid_from.iter().chain(&entry.valid_to) {
        out.extend(instant.micros().to_le_bytes());
    }
    put_text(entry.key.entry.as_str(), out);
    put_count(entry.birth_dates.len(), out);
    entry.birth_dates.iter().for_each(|date| out.extend(date.packed().to_le_bytes()));
    put_sized(out, |out| {
        put_count(entry.names.len(), out);
        for ListedName { surname, given, weak } in &entry.names {
            put_text(surname, out);
            put_count(given.len() << WEAK_BITS | usize::from(*weak), out);
            out.extend(given.bytes());
        }
        let sex = SEXES.iter().position(|sex| *sex == entry.sex).unwrap_or_default();
        put_count(entry.nationalities.len() << SEX_BITS | sex, out);
        entry.nationalities.iter().for_each(|country| put_text(country.alpha3(), out));
        entry.birth_places.iter().for_each(|place| put_text(place, out));
    });
    put_count(entry.identifiers.len(), out);
    entry.identifiers.iter().for_each(|identifier| put_identifier(identifier, out));
    out.extend(entry.narrative.iter().flat_map(|text| text.bytes()));
}

fn put_identifier(identifier: &Identifier, out: &mut Vec<u8>) {
    let check = CHECKS.iter().position(|check| *check == identifier.check()).unwrap_or_default();
    out.push(
        ((identifier.kind() as u8) << KIND_SHIFT)
            | ((check as u8) << CHECK_SHIFT)
            | (u8::from(identifier.issuer().is_some()) * HAS_ISSUER),
    );
    identifier.issuer().iter().for_each(|country| put_text(country.alpha3(), out));
    put_text(identifier.value(), out);
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    put_count(text.len(), out);
    out.extend(text.bytes());
}

/// Puts the size of what is put before it: known only behind it.
fn put_sized(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let begin = out.len();
    put(out);
    let end = out.len();
    put_count(end - begin, out);
    let size_bytes = out.len() - end;
    out.get_mut(begin..).unwrap_or_default().rotate_right(size_bytes);
}

fn put_count(mut count: usize, out: &mut Vec<u8>) {
    while count > 0x7F {
        out.push(count as u8 | 0x80);
        count >>= 7;
    }
    out.push(count as u8);
}

/// What [`pack`] wrote, read where it lies.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a>(pub(super) &'a [u8]);

impl<'a> Packed<'a> {
    pub(super) fn subject(self) -> Subject {
        let number = usize::from(self.head() >> SUBJECT_SHIFT);
        Subject::ALL.get(number).copied().unwrap_or(Subject::Other)
    }

    pub(super) fn valid_from(self) -> Option<Timestamp> {
        self.validity().0
    }

    pub(super) fn valid_to(self) -> Option<Timestamp> {
        self.validity().1
    }

    /// The entry's reference within its list.
    pub(super) fn reference(self) -> &'a str {
        self.at_reference().text()
    }

    pub(super) fn birth_dates(self) -> impl Iterator<Item = Date> + 'a {
        let mut at = self.at_birth_dates();
        (0..at.items()).filter_map(move |_| at.date())
    }

    /// Each name, and whether it is a weak alias.
    pub(super) fn names(self) -> impl Iterator<Item = (Name<'a>, bool)> + 'a {
        let mut at = self.at_names();
        (0..at.items()).map(move |_| at.name())
    }

    pub(super) fn nationalities(self) -> impl Iterator<Item = Country> + 'a {
        let mut at = self.at_nationalities();
        let (count, _) = at.nationalities_and_sex();
        (0..count).filter_map(move |_| at.country())
    }

    pub(super) fn sex(self) -> Option<Sex> {
        self.at_nationalities().nationalities_and_sex().1
    }

    pub(super) fn birth_places(self) -> impl Iterator<Item = &'a str> + 'a {
        let mut at = self.at_nationalities();
        let (nationalities, _) = at.nationalities_and_sex();
        at.skip_texts(nationalities);
        std::iter::from_fn(move || (!at.0.is_empty()).then(|| at.text()))
    }

    pub(super) fn identifiers(self) -> impl Iterator<Item = Identifier> + 'a {
        let mut at = self.at_identifiers();
        (0..at.items()).filter_map(move |_| at.identifier())
    }

    pub(super) fn narrative(self) -> Option<&'a str> {
        if self.head() & HAS_NARRATIVE == 0 {
            return None;
        }
        let mut at = self.at_identifiers();
        for _ in 0..at.items() {
            at.skip_identifier();
        }
        Some(std::str::from_utf8(at.0).unwrap_or_default())
    }

    /// Birth dates, names, nationalities, sex, places of birth, identifiers and the narrative, as they
    /// lie there.
    pub(super) fn stated(self) -> &'a [u8] {
        self.at_birth_dates().0
    }

    fn head(self) -> u8 {
        Cursor(self.0).byte()
    }

    fn validity(self) -> (Option<Timestamp>, Option<Timestamp>) {
        let mut at = Cursor(self.0);
        let head = at.byte();
        let from = if head & HAS_FROM == 0 { None } else { at.instant() };
        let to = if head & HAS_TO == 0 { None } else { at.instant() };
        (from, to)
    }

    fn at_reference(self) -> Cursor<'a> {
        let mut at = Cursor(self.0);
        let instants = (at.byte() & (HAS_FROM | HAS_TO)).count_ones() as usize;
        at.take(instants * size_of::<i64>());
        at
    }

    fn at_birth_dates(self) -> Cursor<'a> {
        let mut at = self.at_reference();
        at.skip_texts(1);
        at
    }

    fn at_names(self) -> Cursor<'a> {
        self.names_and_rest().0
    }

    /// Where names begin, and where identifiers do.
    fn names_and_rest(self) -> (Cursor<'a>, Cursor<'a>) {
        let mut at = self.at_birth_dates();
        let dates = at.items();
        at.take(dates * size_of::<u32>());
        let size = at.count();
        let names = Cursor(at.take(size));
        (names, at)
    }

    fn at_nationalities(self) -> Cursor<'a> {
        let mut at = self.at_names();
        for _ in 0..at.items() {
            at.skip_name();
        }
        at
    }

    fn at_identifiers(self) -> Cursor<'a> {
        self.names_and_rest().1
    }
}

/// The bytes that have not been read yet.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    fn count(&mut self) -> usize {
        let (mut count, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            count |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 || shift >= usize::BITS {
                return count;
            }
        }
    }

    /// How many items follow: each takes a byte at least, so never more than bytes are left.
    fn items(&mut self) -> usize {
        let count = self.count();
        count.min(self.0.len())
    }

    /// How many nationalities follow, and the sex.
    fn nationalities_and_sex(&mut self) -> (usize, Option<Sex>) {
        let count = self.count();
        let sex = SEXES.get(count % SEXES.len()).copied().flatten();
        ((count >> SEX_BITS).min(self.0.len()), sex)
    }

    fn text(&mut self) -> &'a str {
        let length = self.count();
        std::str::from_utf8(self.take(length)).unwrap_or_default()
    }

    fn skip_texts(&mut self, count: usize) {
        for _ in 0..count {
            let length = self.count();
            self.take(length);
        }
    }

    fn instant(&mut self) -> Option<Timestamp> {
        Timestamp::from_micros(i64::from_le_bytes(self.array()))
    }

    fn date(&mut self) -> Option<Date> {
        Date::unpack(u32::from_le_bytes(self.array()))
    }

    /// A name, and whether it is a weak alias.
    fn name(&mut self) -> (Name<'a>, bool) {
        let surname = self.text();
        let (length, weak) = self.given();
        let given = std::str::from_utf8(self.take(length)).unwrap_or_default();
        (Name { surname, given }, weak)
    }

    fn skip_name(&mut self) {
        self.skip_texts(1);
        let (length, _) = self.given();
        self.take(length);
    }

    /// The length of given names, and whether they are those of a weak alias.
    fn given(&mut self) -> (usize, bool) {
        let length = self.count();
        (length >> WEAK_BITS, length & 1 == 1)
    }

    fn country(&mut self) -> Option<Country> {
        Country::parse(self.text()).ok()
    }

    fn identifier(&mut self) -> Option<Identifier> {
        let head = self.byte();
        let kind = Kind::ALL.get(usize::from(head >> KIND_SHIFT)).copied();
        let check = CHECKS.get(usize::from(head >> CHECK_SHIFT & 3)).copied();
        let issuer = if head & HAS_ISSUER == 0 { None } else { self.country() };
        let value = self.text();
        Some(Identifier::restore(kind?, issuer, value, check?))
    }

    fn skip_identifier(&mut self) {
        let issuer = usize::from(self.byte() & HAS_ISSUER);
        self.skip_texts(issuer + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{candidate, entry};
    use super::*;

    const COUNTRIES: [&str; 7] = ["GBR", "NOR", "XKX", "XXA", "EUE", "ZWE", "ABW"];

    /// An entry in plain parts: entries themselves print nothing, and a failing case must.
    #[derive(Clone, Debug)]
    struct Sketch {
        key: String,
        subject: Subject,
        names: Vec<(String, String, bool)>,
        dates: Vec<(u16, u8, u8)>,
        nationalities: Vec<&'static str>,
        sex: Option<Sex>,
        birth_places: Vec<String>,
        identifiers: Vec<(Kind, Option<&'static str>, String, Check)>,
        validity: (Option<i64>, Option<i64>),
        narrative: Option<String>,
    }

    fn sketch() -> impl Strategy<Value = Sketch> {
        let few = 0..5usize;
        let micros = || prop::option::of(Timestamp::MIN.micros()..=Timestamp::MAX.micros());
        let country = || prop::sample::select(&COUNTRIES[..]);
        let kind = prop::sample::select(Kind::ALL);
        let check = prop::sample::select(&CHECKS[..]);
        let identifier = (kind, prop::option::of(country()), ".{0,300}", check);
        let parts = (
            "[a-z][a-z0-9-]{0,39}/[!-~]{1,64}",
            prop::sample::select(Subject::ALL),
            prop::collection::vec(("\\PC{0,150}", "\\PC{0,90}", any::<bool>()), few.clone()),
            prop::collection::vec((1..=9_999u16, 0..=12u8, 0..=28u8), 0..200),
            prop::collection::vec(country(), 0..40),
            (prop::sample::select(&SEXES[..]), prop::collection::vec("\\PC{0,150}", few.clone())),
            prop::collection::vec(identifier, few),
            ((micros(), micros()), prop::option::of(".{0,400}")),
        );
        parts.prop_map(|(key, subject, names, dates, nationalities, more, identifiers, rest)| {
            let ((sex, birth_places), (validity, narrative)) = (more, rest);
            Sketch {
                key,
                subject,
                names,
                dates,
                nationalities,
                sex,
                birth_places,
                identifiers,
                validity,
                narrative,
            }
        })
    }

    impl Sketch {
        fn entry(&self) -> Entry {
            let country = |code: &&str| Country::parse(code).unwrap();
            let instant = |micros: i64| Timestamp::from_micros(micros).unwrap();
            let name = |(surname, given, weak): &(String, String, bool)| ListedName {
                surname: surname.as_str().into(),
                given: given.as_str().into(),
                weak: *weak,
            };
            let identifiers = self.identifiers.iter().map(|(kind, issuer, value, check)| {
                Identifier::restore(*kind, issuer.as_ref().map(country), value, *check)
            });
            Entry {
                subject: self.subject,
                names: self.names.iter().map(name).collect(),
                birth_dates: self.dates.iter().map(date).collect(),
                nationalities: self.nationalities.iter().map(country).collect(),
                sex: self.sex,
                birth_places: self.birth_places.iter().map(|place| place.as_str().into()).collect(),
                identifiers: identifiers.collect(),
                valid_from: self.validity.0.map(instant),
                valid_to: self.validity.1.map(instant),
                narrative: self.narrative.as_deref().map(Box::from),
                ..entry(&self.key)
            }
        }
    }

    fn date((year, month, day): &(u16, u8, u8)) -> Date {
        match (*month, *day) {
            (0, _) => Date::year(*year).unwrap(),
            (month, 0) => Date::month(*year, month).unwrap(),
            (month, day) => Date::day(*year, month, day).unwrap(),
        }
    }

    proptest! {
        #[test]
        fn an_entry_comes_out_as_it_went_in(sketch in sketch(), now in any::<i64>()) {
            let entry = sketch.entry();
            let packed = candidate(entry.clone(), 7);
            let unpacked = packed.entry();
            prop_assert!(unpacked == entry);
            // Equality of identifiers looks past the check digit: these must agree as well.
            let stated = |entry: &Entry| -> Vec<(String, Check)> {
                let stated = entry.identifiers.iter().map(|it| (it.value().to_owned(), it.check()));
                stated.collect()
            };
            prop_assert_eq!(stated(&unpacked), stated(&entry));
            prop_assert_eq!(packed.version(), 7);
            prop_assert!(packed.key() == entry.key);
            prop_assert!(entry.key.is_spelt(entry.key.to_string().as_bytes()));
            let now = Timestamp::from_micros(now >> 6).unwrap_or(Timestamp::MIN);
            prop_assert_eq!(packed.in_force(now), entry.in_force(now));
        }

        /// Whatever lies in memory, reading it ends and asks for no more than there is.
        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let packed = Packed(&bytes);
            prop_assert!(packed.reference().len() <= bytes.len());
            prop_assert!(packed.names().count() <= bytes.len());
            prop_assert!(packed.nationalities().count() <= bytes.len());
            prop_assert!(packed.birth_places().count() <= bytes.len());
            prop_assert!(packed.identifiers().count() <= bytes.len());
            prop_assert!(packed.narrative().unwrap_or_default().len() <= bytes.len());
            prop_assert!(packed.valid_from().is_none_or(|from| from <= Timestamp::MAX));
        }
    }

    #[test]
    fn identifiers_are_found_without_a_look_at_the_names_before_them() {
        let name = ListedName { surname: "Berg".into(), given: "Olaf".into(), weak: false };
        let names = vec![name; 10_000];
        let document = Identifier::document("123456789", Country::parse("NOR").unwrap()).unwrap();
        let identifiers: Box<[Identifier]> = Box::new([document]);
        let entry = Entry { names: names.into(), identifiers, ..entry("wanted/1") };
        let mut bytes = Vec::new();
        pack(&entry, &mut bytes);
        let begin = bytes.windows(4).position(|text| text == b"Berg").unwrap();
        // As many lengths that lead astray as there are bytes of names.
        bytes[begin..begin + 10 * 10_000 - 20].fill(0xFF);
        let found: Vec<Identifier> = Packed(&bytes).identifiers().collect();
        assert!(*found == *entry.identifiers);
    }

    #[test]
    fn a_candidate_is_one_pointer_and_an_ordinary_entry_few_bytes() {
        assert_eq!(size_of::<super::super::Candidate>(), size_of::<usize>());
        let document = Identifier::document("123456789", Country::parse("NOR").unwrap()).unwrap();
        let entry = Entry { identifiers: Box::new([document]), ..entry("wanted/D000000001") };
        let mut bytes = Vec::new();
        pack(&entry, &mut bytes);
        assert!(bytes.len() <= 40, "{}", bytes.len());
    }

    #[test]
    fn sex_and_weak_aliases_take_no_room_and_places_of_birth_their_letters_alone() {
        let size = |entry: &Entry| {
            let mut bytes = Vec::new();
            pack(entry, &mut bytes);
            bytes.len()
        };
        let name = |weak| ListedName { surname: "Berg".into(), given: "Olaf".into(), weak };
        let bare = Entry { names: [name(false)].into(), ..entry("wanted/D000000001") };
        let told = Entry { names: [name(true)].into(), sex: Some(Sex::Male), ..bare.clone() };
        assert_eq!(size(&told), size(&bare));
        let placed = Entry { birth_places: ["Bergen".into()].into(), ..told };
        assert_eq!(size(&placed), size(&bare) + 1 + "Bergen".len());
        // As it was before there were such fields: flags, reference, no dates, size, names, counts.
        assert_eq!(size(&bare), 1 + 11 + 1 + 1 + 1 + 5 + 5 + 1 + 1);
    }
}
