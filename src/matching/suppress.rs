//! Matches by name that the register silences: taken out before they can make an alert, and told as such.
//!
//! An entry that an identifier of the event meets is certain: nothing of it is silenced.

use smallvec::SmallVec;

use crate::domain::{
    Attribute, Event, Fingerprint, Folded, ListId, PairId, Party, Relation, SubjectKey, Timestamp,
};
use crate::watchlist::{Asked, Candidate, Register};

use super::{Match, Matches, resemble};

/// A match that makes no alert: the register says that the subject is not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The list of the entry.
    pub list: ListId,
    /// Which judgement silenced it.
    pub pair: PairId,
}

/// Takes out what the register silences of the matches from `from` on, which are those of this party by
/// name. Those by identifiers stand before them.
pub(super) fn suppress(
    matches: &mut Matches,
    from: usize,
    register: &Register,
    (event, party): (&Event<'_>, &Party<'_>),
    now: Timestamp,
) {
    if matches.found.len() == from || register.is_empty() {
        return;
    }
    let subject = Subject::of(event, party);
    let mut kept = matches.found.split_off(from);
    kept.retain(|found| {
        if is_identified(&matches.found, &found.listed) {
            return true;
        }
        let Some(pair) = register.silences(&subject.asked(), &found.listed, now) else {
            return true;
        };
        matches.suppressed.push(Suppressed { list: found.listed.list().clone(), pair });
        false
    });
    matches.found.append(&mut kept);
}

/// A party as the register is asked about it.
struct Subject {
    keys: SmallVec<[SubjectKey; 2]>,
    persons: SmallVec<[Fingerprint; 2]>,
}

impl Subject {
    fn of(event: &Event<'_>, party: &Party<'_>) -> Self {
        let mut folded = Folded::default();
        let persons = party.names.iter().filter_map(|name| {
            party.birth_date.and_then(|born| Fingerprint::of_person(*name, born, &mut folded))
        });
        let persons = persons.collect();
        // Whose document it is may not be known, where several have one role: nobody among them is known
        // by name and date alone.
        let identifiers = resemble::identifiers(event, party);
        let is_of_another = identifiers.is_empty() && resemble::may_be_identified(event, party);
        let keys = match is_of_another {
            true => SmallVec::new(),
            false => SubjectKey::all_of(party, &identifiers),
        };
        Self { keys, persons }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { keys: &self.keys, persons: &self.persons }
    }
}

/// Whether an identifier met the entry.
fn is_identified(found: &[Match], listed: &Candidate) -> bool {
    let mut same = found.iter().filter(|found| found.listed.cmp_by_key(listed).is_eq());
    same.any(|found| {
        found.evidence.iter().any(|at| {
            matches!(at.attribute, Attribute::Identifier(_)) && at.relation == Relation::Same
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Date, Entry, Identifier, Name, Role, Stated, Suppression};
    use crate::matching::bound::sample::weights;
    use crate::matching::tests::{event, person};
    use crate::matching::{Scratch, screen};
    use crate::watchlist::sample::{self, at, document, lists, named_lists, with_name};
    use crate::watchlist::{Lists, RegisterWriter};

    const BERG: &[(&str, &str)] = &[("Lindqvist", "Torsten")];
    const BORN: &str = "1980-01-02";

    fn wanted(key: &str) -> Entry {
        with_name(key, BERG, &[BORN])
    }

    fn subject(identifier: &Identifier) -> SubjectKey {
        SubjectKey::of_identifier(identifier).unwrap()
    }

    fn named(name: (&str, &str)) -> SubjectKey {
        let name = Name { surname: name.0, given: name.1 };
        SubjectKey::of_person(name, Date::parse(BORN).unwrap(), &mut Folded::default()).unwrap()
    }

    fn judged(subject: &SubjectKey, entry: &Entry) -> Suppression {
        sample::judged(subject, entry, (at(0), at(1_000)))
    }

    fn put(lists: &Lists, suppressions: &[Suppression]) {
        let mut writer = RegisterWriter::new(Arc::clone(lists.register()));
        suppressions.iter().for_each(|made| writer.put(made));
    }

    /// The entries met and those silenced.
    fn outcome(lists: &Lists, event: &Event<'_>, now: i64) -> (Vec<String>, Vec<String>) {
        let matches = screen(lists, event, at(now), &mut Scratch::default());
        let found = matches.found.iter().map(|found| found.listed.key().to_string());
        let silenced = matches.suppressed.iter().map(|one| one.list.as_str().to_owned());
        (found.collect(), silenced.collect())
    }

    fn stated(role: Role, identifier: Identifier) -> Stated {
        Stated { role, identifier, expires: None }
    }

    #[test]
    fn a_judged_bearer_of_the_name_is_silenced_for_that_entry_alone_while_it_lasts() {
        for named in [false, true] {
            let entries = [wanted("wanted/1"), wanted("other/1")];
            let (filled, _writer) = match named {
                true => named_lists(weights(), entries.clone()),
                false => lists(entries.clone()),
            };
            let passport = document("AB123456", "NOR");
            let lists = filled;
            put(&lists, &[judged(&subject(&passport), &entries[0])]);
            let traveller = || person(BERG, Some(BORN));
            let judged_one = event(vec![traveller()], vec![passport]);
            let both = ["other/1".to_owned(), "wanted/1".to_owned()];
            assert_eq!(
                outcome(&lists, &judged_one, 1),
                (vec!["other/1".into()], vec!["wanted".into()])
            );
            assert_eq!(outcome(&lists, &judged_one, 1_000), (both.to_vec(), vec![]));
            assert_eq!(outcome(&lists, &judged_one, -1), (both.to_vec(), vec![]));
            let another = event(vec![traveller()], vec![document("ZZ999999", "NOR")]);
            assert_eq!(outcome(&lists, &another, 1), (both.to_vec(), vec![]));
            let without = event(vec![traveller()], Vec::new());
            assert_eq!(outcome(&lists, &without, 1), (both.to_vec(), vec![]));
        }
    }

    #[test]
    fn an_entry_that_an_identifier_meets_is_told_whole() {
        let mut entry = wanted("wanted/1");
        entry.identifiers = [document("CD123456", "NOR")].into();
        let (lists, _writer) = lists([entry.clone()]);
        let passport = document("AB123456", "NOR");
        put(&lists, &[judged(&subject(&passport), &entry)]);
        let stated = vec![passport, document("CD123456", "NOR")];
        let both = event(vec![person(BERG, Some(BORN))], stated);
        let matches = screen(&lists, &both, at(1), &mut Scratch::default());
        assert_eq!((matches.found.len(), matches.suppressed.len()), (1, 0));
        assert_eq!(matches.found[0].evidence.len(), 4);
        // The same document on the entry itself: a judgement about it is heeded by nobody.
        let own = Entry { identifiers: [document("AB123456", "GBR")].into(), ..wanted("wanted/2") };
        let (lists, _writer) = holding(own.clone());
        put(&lists, &[judged(&subject(&document("AB123456", "GBR")), &own)]);
        let event = event(vec![person(BERG, Some(BORN))], vec![document("AB123456", "GBR")]);
        assert_eq!(outcome(&lists, &event, 1).0, ["wanted/2"]);
    }

    fn holding(entry: Entry) -> (Arc<Lists>, crate::watchlist::Writer) {
        lists([entry])
    }

    #[test]
    fn of_two_travellers_alike_the_one_who_was_not_judged_is_told() {
        let entry = wanted("wanted/1");
        let (lists, _writer) = lists([entry.clone()]);
        let (passport, other) = (document("AB123456", "NOR"), document("ZZ999999", "NOR"));
        put(&lists, &[judged(&subject(&passport), &entry)]);
        let mut companion = person(BERG, Some(BORN));
        companion.role = Role::Companion;
        let mut both = event(vec![person(BERG, Some(BORN)), companion], Vec::new());
        both.identifiers.push(stated(Role::Traveller, passport));
        both.identifiers.push(stated(Role::Companion, other));
        let matches = screen(&lists, &both, at(1), &mut Scratch::default());
        assert_eq!((matches.found.len(), matches.suppressed.len()), (1, 1));
        assert!(matches.found[0].evidence.iter().all(|at| at.role == Role::Companion));
    }

    #[test]
    fn a_judgement_about_a_bearer_is_void_when_the_document_is_in_another_s_hand() {
        let entry = wanted("wanted/1");
        let (lists, _writer) = named_lists(weights(), [entry.clone()]);
        let passport = document("AB123456", "NOR");
        let (born, mut folded) = (Date::parse(BORN).unwrap(), Folded::default());
        let bearer = Name { surname: "Lindquist", given: "Thorsten" };
        let made = judged(&subject(&passport), &entry);
        let person_of = Fingerprint::of_person(bearer, born, &mut folded);
        put(&lists, &[Suppression { person: person_of, ..made }]);
        let crossing = |name| event(vec![person(&[name], Some(BORN))], vec![passport.clone()]);
        let bearer = crossing(("LINDQUIST", "THORSTEN"));
        assert_eq!(outcome(&lists, &bearer, 1), (vec![], vec!["wanted".into()]));
        let another = crossing(("LINDQVIST", "TORSTEN"));
        assert_eq!(outcome(&lists, &another, 1), (vec!["wanted/1".into()], vec![]));
    }

    #[test]
    fn who_states_no_document_is_known_by_name_and_date_unless_they_are_the_entry_s_own() {
        let entry = wanted("wanted/1");
        let (lists, _writer) = named_lists(weights(), [entry.clone()]);
        let names = [("Lindquist", "Thorsten"), ("Lindqvist", "Torsten")];
        put(&lists, &names.map(|name| judged(&named(name), &entry)));
        let crossing = |name, documents| event(vec![person(&[name], Some(BORN))], documents);
        assert_eq!(
            outcome(&lists, &crossing(names[0], vec![]), 1),
            (vec![], vec!["wanted".into()])
        );
        assert_eq!(outcome(&lists, &crossing(names[1], vec![]), 1).0, ["wanted/1"]);
        // Whoever states a document was not judged by his name.
        let with_document = crossing(names[0], vec![document("AB123456", "NOR")]);
        assert_eq!(outcome(&lists, &with_document, 1).0, ["wanted/1"]);
    }

    #[test]
    fn of_two_in_one_role_nobody_is_known_by_name_and_date_where_a_document_is_stated() {
        let entry = wanted("wanted/1");
        let (lists, _writer) = named_lists(weights(), [entry.clone()]);
        let judged_name = ("Lindquist", "Thorsten");
        put(&lists, &[judged(&named(judged_name), &entry)]);
        let both = || {
            vec![
                person(&[judged_name], Some(BORN)),
                person(&[("Sample", "Anna")], Some("1990-05-06")),
            ]
        };
        assert_eq!(outcome(&lists, &event(both(), vec![]), 1).1, ["wanted"]);
        // It may be his who was judged, or hers: he was judged as one who has none.
        let with_document = event(both(), vec![document("AB123456", "NOR")]);
        assert_eq!(outcome(&lists, &with_document, 1).0, ["wanted/1"]);
    }

    #[test]
    fn an_entry_that_changes_in_what_it_states_is_told_again() {
        let entry = wanted("wanted/1");
        let passport = document("AB123456", "NOR");
        let crossing = event(vec![person(BERG, Some(BORN))], vec![passport.clone()]);
        let mut changed = entry.clone();
        changed.birth_dates = ["1980-01-02", "1981"].map(|date| Date::parse(date).unwrap()).into();
        let mut handled = entry.clone();
        handled.narrative = Some("Seen again.".into());
        for (now_listed, told) in [(&entry, 0), (&handled, 0), (&changed, 1)] {
            let (lists, _writer) = lists([now_listed.clone()]);
            put(&lists, &[judged(&subject(&passport), &entry)]);
            assert_eq!(outcome(&lists, &crossing, 1).0.len(), told);
        }
    }

    #[test]
    fn a_register_that_may_not_be_heeded_silences_nothing() {
        let entry = wanted("wanted/1");
        let (lists, _writer) = lists([entry.clone()]);
        let passport = document("AB123456", "NOR");
        put(&lists, &[judged(&subject(&passport), &entry)]);
        let crossing = event(vec![person(BERG, Some(BORN))], vec![passport]);
        let mut scratch = Scratch::default();
        for heeds in [true, false, true] {
            scratch.heed_register(heeds);
            let matches = screen(&lists, &crossing, at(1), &mut scratch);
            assert_eq!(matches.suppressed.len(), usize::from(heeds));
        }
    }
}
