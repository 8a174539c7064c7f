//! Who somebody is as a file states it: a listed subject, a query, a traveller on no list.

use std::collections::HashMap;

use crate::domain::{Country, Date, Entry, ListedName, Sex, Subject};

use super::country_name;
use super::record::{Field, Record, Records};
use super::{Format, Mistake};

/// A subject as a file states it: what can be compared of it beside exact identifiers.
///
/// Personal data: has no `Debug` and no `Display`.
#[derive(Clone, PartialEq)]
pub struct Profile {
    /// Its reference in the file; `line N` where the file gives none.
    pub id: Box<str>,
    /// What sort of subject it is; [`Subject::Other`] where the file leaves it open.
    pub subject: Subject,
    /// Names and aliases, in parts where they were written in parts; at least one.
    pub names: Vec<ListedName>,
    /// Dates of birth, as far as they are known.
    pub birth_dates: Vec<Date>,
    /// Nationalities.
    pub nationalities: Vec<Country>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Places of birth as written: town, country or both.
    pub birth_places: Vec<Box<str>>,
}

/// Where the parts of a profile stand in a file.
pub(super) struct Columns {
    id: Field,
    schema: Field,
    name: Field,
    surname: Field,
    given: Field,
    alias: Field,
    weak_alias: Field,
    born: Field,
    nationality: Field,
    sex: Field,
    birth_place: Field,
}

/// The profiles of a file.
#[derive(Default)]
pub struct Profiles {
    /// In the order of the file, each with the record it was made of.
    pub profiles: Vec<(Profile, Record)>,
    /// The columns of the file.
    pub records: Records,
    /// Rows that name nobody, and values that are left out because they cannot be read.
    pub mistakes: Vec<Mistake>,
}

impl Profiles {
    /// Reads a file of persons or other subjects: CSV with a header row, or JSON lines as in
    /// FollowTheMoney. A value that cannot be read is left out and told; a row without a name is
    /// left out and told.
    pub fn read(format: Format, bytes: &[u8]) -> Self {
        let mut records = Records::read(format, bytes);
        let columns = Columns::of(&records);
        let mut mistakes = std::mem::take(&mut records.mistakes);
        let mut profiles = Vec::with_capacity(records.records.len());
        for record in std::mem::take(&mut records.records) {
            match columns.profile(&record, &mut mistakes) {
                Some(profile) => profiles.push((profile, record)),
                None => mistakes.push(Mistake {
                    line: record.line,
                    what: "names nobody: give name, or surname and given_names".into(),
                }),
            }
        }
        mistakes.sort_by_key(|mistake| mistake.line);
        Self { profiles, records, mistakes }
    }
}

impl Columns {
    fn of(records: &Records) -> Self {
        let field = |names: &[&str]| records.field(names);
        Self {
            id: field(&["id", "queryid", "entityid", "reference"]),
            schema: field(&["schema", "subject"]),
            name: field(&["name", "fullname", "query", "caption"]),
            surname: field(&["surname", "lastname", "familyname"]),
            given: field(&["givenname", "givennames", "firstname", "forename", "forenames"]),
            alias: field(&["alias", "aliases", "previousname"]),
            weak_alias: field(&["weakalias", "weakaliases"]),
            born: field(&["birthdate", "birthdates", "born", "dateofbirth", "dob"]),
            nationality: field(&["nationality", "nationalities", "citizenship"]),
            sex: field(&["sex", "gender"]),
            birth_place: field(&["birthplace", "birthplaces", "placeofbirth", "pob"]),
        }
    }

    /// The profile of a record; `None` when it names nobody.
    fn profile(&self, record: &Record, mistakes: &mut Vec<Mistake>) -> Option<Profile> {
        let subject = record.text(&self.schema).map_or(Subject::Person, subject);
        let names = self.names(record, subject);
        if names.is_empty() {
            return None;
        }
        let id = record.text(&self.id).map_or_else(|| format!("line {}", record.line), Into::into);
        let mut told = |what: &str| {
            mistakes.push(Mistake { line: record.line, what: format!("{what} is left out") });
        };
        let birth_dates = birth_dates(record.texts(&self.born), &mut told);
        let nationalities = nationalities(record.texts(&self.nationality), &mut told);
        let sex = record.text(&self.sex).and_then(sex);
        let birth_places = parts(record.texts(&self.birth_place)).map(Box::from).collect();
        let id = id.into();
        Some(Profile { id, subject, names, birth_dates, nationalities, sex, birth_places })
    }

    fn names(&self, record: &Record, subject: Subject) -> Vec<ListedName> {
        let strong = record.texts(&self.name).chain(parts(record.texts(&self.alias)));
        let strong = strong.map(|text| (text, false));
        let weak = parts(record.texts(&self.weak_alias)).map(|text| (text, true));
        let mut names: Vec<ListedName> = Vec::new();
        let mut add = |name: ListedName| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        if record.text(&self.name).is_none()
            && let Some(surname) = record.text(&self.surname)
        {
            let given = record.text(&self.given).unwrap_or_default();
            add(ListedName { surname: surname.into(), given: given.into(), weak: false });
        }
        for (text, weak) in strong.chain(weak) {
            add(ListedName { weak, ..name(text, subject) });
        }
        names
    }
}

impl Profile {
    /// These subjects in their order, those of one id gathered into one: some lists give each name a
    /// row of its own.
    pub fn gathered(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut places = HashMap::new();
        let mut gathered: Vec<Self> = Vec::new();
        for profile in all {
            let place = *places.entry(profile.id.clone()).or_insert(gathered.len());
            match gathered.get_mut(place) {
                Some(known) => known.take_in(profile),
                None => gathered.push(profile),
            }
        }
        gathered
    }

    /// Adds what another row says of the same subject. Where the two contradict each other in what
    /// there can be but one of, neither counts.
    fn take_in(&mut self, other: Self) {
        if self.subject != other.subject {
            self.subject = Subject::Other;
        }
        self.sex = match (self.sex, other.sex) {
            (Some(one), Some(another)) => Some(one).filter(|one| *one == another),
            (one, another) => one.or(another),
        };
        add_new(&mut self.names, other.names);
        add_new(&mut self.birth_dates, other.birth_dates);
        add_new(&mut self.nationalities, other.nationalities);
        add_new(&mut self.birth_places, other.birth_places);
    }

    /// What a watchlist entry says of its subject beside its identifiers; none of one without a name.
    pub fn of_entry(entry: &Entry) -> Option<Self> {
        (!entry.names.is_empty()).then(|| Self {
            id: entry.key.to_string().into(),
            subject: entry.subject,
            names: entry.names.to_vec(),
            birth_dates: entry.birth_dates.to_vec(),
            nationalities: entry.nationalities.to_vec(),
            sex: entry.sex,
            birth_places: entry.birth_places.to_vec(),
        })
    }
}

fn add_new<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// A name from one text: of a person "SURNAME, Given names" is taken apart at its comma, anything
/// else is the whole name.
pub fn name(text: &str, subject: Subject) -> ListedName {
    let may_part = matches!(subject, Subject::Person);
    match text.split_once(',').filter(|_| may_part) {
        Some((surname, given)) if !surname.trim().is_empty() => {
            ListedName { surname: surname.trim().into(), given: given.trim().into(), weak: false }
        }
        _ => ListedName { surname: text.trim().into(), given: Box::default(), weak: false },
    }
}

/// The sort of subject by FollowTheMoney's schema or by our own word for it.
pub fn subject(text: &str) -> Subject {
    match text.to_ascii_lowercase().as_str() {
        "person" => Subject::Person,
        "company" | "organization" | "organisation" | "publicbody" => Subject::Organisation,
        "vessel" => Subject::Vessel,
        "vehicle" | "airplane" => Subject::Vehicle,
        _ => Subject::Other,
    }
}

/// Birth dates from texts, of which each may hold several between `;`.
pub(super) fn birth_dates<'t>(
    texts: impl Iterator<Item = &'t str>,
    told: &mut impl FnMut(&str),
) -> Vec<Date> {
    let read = parts(texts).map(Date::parse);
    let dates = read.filter_map(|date| {
        if date.is_none() {
            told("a birth date that is not YYYY-MM-DD, YYYY-MM or YYYY");
        }
        date
    });
    dates.collect()
}

/// Nationalities from texts: codes or English names.
pub(super) fn nationalities<'t>(
    texts: impl Iterator<Item = &'t str>,
    told: &mut impl FnMut(&str),
) -> Vec<Country> {
    let read = parts(texts).map(country_name::country);
    let countries = read.filter_map(|country| {
        if country.is_none() {
            told("a nationality that is no state's code or English name");
        }
        country
    });
    countries.collect()
}

fn parts<'t>(texts: impl Iterator<Item = &'t str>) -> impl Iterator<Item = &'t str> {
    texts.flat_map(|text| text.split(';')).map(str::trim).filter(|part| !part.is_empty())
}

/// The sex by its word or its letter.
pub fn sex(text: &str) -> Option<Sex> {
    match text.to_ascii_lowercase().as_str() {
        "male" | "m" => Some(Sex::Male),
        "female" | "f" => Some(Sex::Female),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Profiles {
        Profiles::read(Format::JsonLines, text.as_bytes())
    }

    fn full(profile: &Profile) -> Vec<(String, bool)> {
        let text = |name: &ListedName| format!("{}|{}", name.surname, name.given);
        profile.names.iter().map(|at| (text(at), at.weak)).collect()
    }

    #[test]
    fn an_entity_of_follow_the_money_is_read_whole() {
        let read = json(
            "{\"id\": \"x-1\", \"schema\": \"Person\", \"name\": [\"BERG, Olaf\"], \
             \"alias\": [\"BERG, Ole\", \"BERG, Olaf\"], \"weakAlias\": [\"The Mountain\"], \
             \"birthDate\": [\"1980-01-02\", \"1981\"], \"nationality\": [\"NO\"], \"gender\": \"male\", \
             \"birthPlace\": [\"Bergen, Norway\", \"Oslo\"], \
             \"documents\": [{\"type\": \"Passport\", \"number\": \"1\", \"country\": \"RU\"}]}\n",
        );
        assert!(read.mistakes.is_empty());
        let profile = &read.profiles[0].0;
        assert_eq!((&*profile.id, profile.subject), ("x-1", Subject::Person));
        let names = [("BERG|Olaf", false), ("BERG|Ole", false), ("The Mountain|", true)];
        assert_eq!(full(profile), names.map(|(name, weak)| (name.to_owned(), weak)));
        assert_eq!(profile.birth_dates.len(), 2);
        assert_eq!(profile.nationalities.iter().map(Country::alpha3).collect::<Vec<_>>(), ["NOR"]);
        assert_eq!(profile.sex, Some(Sex::Male));
        assert_eq!(profile.birth_places, ["Bergen, Norway".into(), "Oslo".into()]);
    }

    #[test]
    fn a_table_of_persons_is_read_by_whole_names_or_by_their_parts() {
        let read = |text: &str| Profiles::read(Format::Csv, text.as_bytes());
        let whole = read("full_name,first_name,last_name,gender\nOlaf B. Berg,Olaf,Berg,other\n");
        assert_eq!(full(&whole.profiles[0].0), [("Olaf B. Berg|".to_owned(), false)]);
        assert_eq!(&*whole.profiles[0].0.id, "line 2");
        let parts = read("surname,given_names,born\nBerg,Olaf,1980; 1981-05\n");
        assert_eq!(full(&parts.profiles[0].0), [("Berg|Olaf".to_owned(), false)]);
        assert_eq!(parts.profiles[0].0.birth_dates.len(), 2);
    }

    #[test]
    fn rows_of_one_id_are_one_subject() {
        let text = "id,name,born,nationality,sex,schema\n\
                    a,\"Berg, Olaf\",1980,NO,m,\n\
                    b,Moe,,,,\n\
                    a,\"Berg, Ole\",1981,NO,,\n\
                    a,\"Berg, Olaf\",1980,SE,f,Company\n\
                    ,Lie,,,,\n\
                    ,Lie,,,,\n";
        let read = Profiles::read(Format::Csv, text.as_bytes());
        let list = Profile::gathered(read.profiles.into_iter().map(|(profile, _)| profile));
        let ids: Vec<&str> = list.iter().map(|profile| &*profile.id).collect();
        assert_eq!(ids, ["a", "b", "line 6", "line 7"]);
        let names: Vec<String> = full(&list[0]).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Berg|Olaf", "Berg|Ole", "Berg, Olaf|"]);
        assert_eq!((list[0].birth_dates.len(), list[0].nationalities.len()), (2, 2));
        assert!(list[0].sex.is_none() && list[0].subject == Subject::Other);
    }

    #[test]
    fn a_comma_parts_the_names_of_persons_alone() {
        for (text, subject, surname, given) in [
            ("Berg, Olaf", Subject::Person, "Berg", "Olaf"),
            (" Berg & Sons, Ltd. ", Subject::Organisation, "Berg & Sons, Ltd.", ""),
            (", Olaf", Subject::Person, ", Olaf", ""),
        ] {
            let name = name(text, subject);
            assert_eq!((&*name.surname, &*name.given), (surname, given));
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_told_without_its_text() {
        let read = json(
            "{\"name\": \"A\", \"birthDate\": \"SECRET\", \"nationality\": [\"SECRET\", \"NO\"]}\n\
             {\"id\": \"SECRET\"}\n",
        );
        assert_eq!(read.profiles.len(), 1);
        assert_eq!(read.profiles[0].0.nationalities.len(), 1);
        let told: Vec<u64> = read.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(told, [1, 1, 2]);
        assert!(read.mistakes.iter().all(|mistake| !mistake.what.contains("SECRET")));
    }
}
