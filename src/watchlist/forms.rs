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
    stated: Analysed,
    names: Vec<Analysed>,
    born: Vec<Date>,
    nations: Vec<Country>,
}

impl Forms {
    /// Shows each name of an entry as stated; gives whether there is any.
    pub(super) fn each_stated(
        &mut self,
        entry: &Candidate,
        mut each: impl FnMut(&Analysed, Bearer),
    ) -> bool {
        let bearer = bearer(entry.subject());
        let mut any = false;
        for name in entry.names() {
            self.analyser.analyse(name, bearer, &mut self.stated);
            any |= !self.stated.words().is_empty();
            each(&self.stated, bearer);
        }
        any
    }

    /// What is filed of an entry.
    pub(super) fn of_entry(&mut self, entry: &Candidate) -> Listed<'_> {
        let beside = (entry.birth_dates(), entry.nationalities());
        self.of(entry.subject(), entry.names(), beside)
    }

    /// What is filed of a subject with these names, birth dates and nationalities.
    pub fn of<'n>(
        &mut self,
        subject: Subject,
        names: impl Iterator<Item = Name<'n>>,
        (born, nations): (impl Iterator<Item = Date>, impl Iterator<Item = Country>),
    ) -> Listed<'_> {
        let bearer = bearer(subject);
        self.names.clear();
        for name in names {
            each_form(&mut self.analyser, name, bearer, |form| self.names.push(form));
        }
        self.born.clear();
        self.born.extend(born.map(as_known));
        self.nations.clear();
        self.nations.extend(nations);
        Listed { names: &self.names, born: &self.born, nations: &self.nations }
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
    analyser.analyse(name, bearer, &mut stated);
    each(stated);
    variants(analyser, name, bearer).into_iter().for_each(each);
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
