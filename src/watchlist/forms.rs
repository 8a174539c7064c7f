//! What is filed of a subject, so that a name like one of its own meets it.

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
        let bearer = bearer(subject);
        self.names.clear();
        self.stated.clear();
        for name in names {
            self.stated.push(self.names.len());
            each_form(&mut self.analyser, name, bearer, |form| {
                let abbreviated = form.abbreviated();
                self.names.push(form);
                self.names.extend(abbreviated);
            });
        }
        self.born.clear();
        self.born.extend(born.map(as_known));
        self.nations.clear();
        self.nations.extend(nations);
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
