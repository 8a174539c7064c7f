//! What is filed of a subject, so that a name like one of its own meets it.

use smallvec::SmallVec;

use crate::domain::{Country, Date, Name, Subject};
use crate::index::fuzzy::Listed;
use crate::names::{Analysed, Analyser, Bearer, variants};

use super::Candidate;

/// The names of a subject as words, those that only other spellings make among them. Used again for
/// the next.
#[derive(Default)]
pub struct Forms {
    analyser: Analyser,
    names: Vec<Analysed>,
    /// Which of them are as stated.
    stated: Vec<usize>,
    /// How many of them are read with care: as names of a person, where they may be one's.
    own: usize,
    born: Vec<Date>,
    nations: Vec<Country>,
}

impl Forms {
    /// Reads what is filed of an entry.
    pub(super) fn read_entry(&mut self, entry: &Candidate) {
        let beside = (entry.birth_dates(), entry.nationalities());
        self.read(entry.subject(), entry.names(), beside);
    }

    /// Reads what is filed of a subject with these names, birth dates and nationalities.
    pub fn read<'n>(
        &mut self,
        subject: Subject,
        names: impl Iterator<Item = Name<'n>>,
        (born, nations): (impl Iterator<Item = Date>, impl Iterator<Item = Country>),
    ) {
        self.names.clear();
        self.stated.clear();
        let (own, others) = readings(subject);
        let mut left_open = SmallVec::<[Name<'n>; 8]>::new();
        for name in names {
            self.stated.push(self.names.len());
            self.file(name, own, |form, _| Some(form));
            left_open.extend((!others.is_empty()).then_some(name));
        }
        self.own = self.names.len();
        for (name, bearer) in
            left_open.iter().flat_map(|name| others.iter().map(move |of| (name, of)))
        {
            self.file(*name, *bearer, |form, known| {
                let is_new = !known.iter().any(|other| other.words() == form.words());
                is_new.then(|| form.into_variant())
            });
        }
        self.born.clear();
        self.born.extend(born.map(as_known));
        self.nations.clear();
        self.nations.extend(nations);
    }

    /// Files the forms of a name, read as that of such a bearer: what `filed` makes of each and of what is
    /// there.
    fn file(
        &mut self,
        name: Name<'_>,
        bearer: Bearer,
        filed: impl Fn(Analysed, &[Analysed]) -> Option<Analysed>,
    ) {
        let Self { analyser, names, .. } = self;
        each_form(analyser, name, bearer, |form| {
            let abbreviated = form.abbreviated();
            for form in [form].into_iter().chain(abbreviated) {
                let form = filed(form, names);
                names.extend(form);
            }
        });
    }

    /// What is filed of the subject among persons.
    pub fn listed_as_person(&self) -> Listed<'_> {
        Listed { names: self.names.get(..self.own).unwrap_or_default(), ..self.listed() }
    }

    /// What is filed of the subject that was read.
    pub fn listed(&self) -> Listed<'_> {
        Listed { names: &self.names, born: &self.born, nations: &self.nations }
    }

    /// Its names as stated.
    pub(super) fn stated(&self) -> impl Iterator<Item = &Analysed> {
        self.stated.iter().filter_map(|at| self.names.get(*at))
    }
}

/// The forms under which a listed name is met: as stated, and in the spellings of ICAO Doc 9303.
pub fn each_form(
    analyser: &mut Analyser,
    name: Name<'_>,
    bearer: Bearer,
    mut each: impl FnMut(Analysed),
) {
    let mut stated = Analysed::default();
    analyser.analyse_listed(name, bearer, &mut stated);
    let variants = variants(analyser, name, bearer, &stated);
    each(stated);
    variants.into_iter().for_each(each);
}

/// 1 January is what registers write when they know the year alone.
pub fn as_known(date: Date) -> Date {
    let packed = date.packed();
    let year = u16::try_from(packed / 10_000).ok().filter(|_| packed % 10_000 == 101);
    year.and_then(Date::year).unwrap_or(date)
}

/// As what the names of a subject are read; where its list leaves open what it is, as what else beside.
pub fn readings(subject: Subject) -> (Bearer, &'static [Bearer]) {
    let own = bearer(subject);
    let others: &[Bearer] = &[Bearer::Organisation, Bearer::Vessel];
    (own, if own == Bearer::Unknown { others } else { &[] })
}

/// As what the names of a subject are read beside those of `other`: a firm that its list leaves open is
/// compared with a firm as one.
pub fn read_beside(subject: Subject, other: Subject) -> Bearer {
    let (own, other) = (bearer(subject), bearer(other));
    let is_thing = matches!(other, Bearer::Organisation | Bearer::Vessel);
    if is_thing && own == Bearer::Unknown { other } else { own }
}

/// What the words of a name may be, by what bears it.
pub fn bearer(subject: Subject) -> Bearer {
    match subject {
        Subject::Person => Bearer::Person,
        Subject::Organisation => Bearer::Organisation,
        Subject::Vessel => Bearer::Vessel,
        Subject::Document
        | Subject::Vehicle
        | Subject::Container
        | Subject::Contact
        | Subject::Consignment
        | Subject::Other => Bearer::Unknown,
    }
}
