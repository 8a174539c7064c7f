//! The register of those judged not to be the subject of an entry, as screening asks it.
//!
//! It holds no name and no number: pairs are filed under a hash, and what they are held against are
//! hashes too. Where anything is in doubt it silences nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use dashmap::DashMap;
use foldhash::fast::RandomState;

use crate::domain::{AgencyId, Fingerprint, PairId, SubjectKey, Suppression, Term, Timestamp};

use super::Candidate;

/// The register as readers see it.
#[derive(Default)]
pub struct Register {
    pairs: DashMap<PairId, Held, RandomState>,
    standing: ArcSwap<RegisterStanding>,
    refused: AtomicU64,
}

/// What is held of a suppression.
#[derive(Clone, PartialEq, Eq)]
struct Held {
    person: Option<Fingerprint>,
    stated: Fingerprint,
    agency: AgencyId,
    term: Term,
}

/// How the register stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterStanding {
    /// Whether its topic has been read to the end offset taken at start.
    pub loaded: bool,
    /// When its topic was last known to be read to its end.
    pub current_at: Option<Timestamp>,
}

/// A subject of an event, as the register is asked about it.
pub struct Asked<'a> {
    /// Its keys: any of them may have been judged.
    pub keys: &'a [SubjectKey],
    /// The names that it states with its birth date.
    pub persons: &'a [Fingerprint],
}

/// How long expired suppressions are kept: longer than any event may wait to be screened, since what
/// was in force when it arrived counts.
const KEPT_MICROS: i64 = 35 * 86_400_000_000;

impl Register {
    /// The pair under which a match by name with an entry is silenced at `now`, if it is: one that is in
    /// force, was judged by the owner of the entry as it is today, and about nobody whom the entry
    /// itself states.
    pub fn silences(&self, asked: &Asked<'_>, entry: &Candidate, now: Timestamp) -> Option<PairId> {
        asked.keys.iter().find_map(|subject| {
            let pair = subject.with(entry.key()).id();
            let held = self.pairs.get(&pair)?.value().clone();
            let bears_the_name = held.person.is_none_or(|one| asked.persons.contains(&one));
            let silences = held.term.covers(now)
                && bears_the_name
                && held.agency == entry.handling().owner
                && held.stated == Fingerprint::of_entry(entry)
                && !subject.is_stated_by(entry);
            silences.then_some(pair)
        })
    }

    /// Whether it holds nothing at all.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How many suppressions it holds, and how many of them have expired by `now`.
    pub fn count(&self, now: Timestamp) -> (usize, usize) {
        let (mut held, mut expired) = (0, 0);
        for pair in &self.pairs {
            held += 1;
            expired += usize::from(pair.term.expires() <= now);
        }
        (held, expired)
    }

    /// How it stands.
    pub fn standing(&self) -> RegisterStanding {
        **self.standing.load()
    }

    /// Whether it may be heeded at `now`: what was withdrawn while nobody could read the topic must
    /// not go on silencing.
    pub fn is_current(&self, now: Timestamp, stale_after_micros: i64) -> bool {
        let standing = self.standing();
        let age = standing.current_at.map(|at| now.micros_since(at));
        standing.loaded && age.is_some_and(|age| age <= stale_after_micros)
    }

    /// How many records of its topic could not be used.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// The one who changes the register.
pub struct RegisterWriter(Arc<Register>);

impl RegisterWriter {
    /// The writer of a register. There may be one alone.
    pub const fn new(register: Arc<Register>) -> Self {
        Self(register)
    }

    /// Puts a suppression in force, or one in the place of another.
    pub fn put(&mut self, suppression: &Suppression) {
        let Suppression { person, stated, term, .. } = *suppression;
        let held = Held { person, stated, agency: suppression.agency.clone(), term };
        self.0.pairs.insert(suppression.pair.id(), held);
    }

    /// Takes a suppression back.
    pub fn remove(&mut self, pair: PairId) {
        self.0.pairs.remove(&pair);
    }

    /// Notes a record that could not be used. What stood under its key is in force no more: it may have
    /// been meant to take it back.
    pub fn refuse(&mut self, pair: Option<PairId>) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
        if let Some(pair) = pair {
            self.remove(pair);
        }
    }

    /// Lets go of suppressions that no event can meet any more.
    pub fn forget_expired(&mut self, now: Timestamp) {
        self.0.pairs.retain(|_, held| now.micros_since(held.term.expires()) < KEPT_MICROS);
    }

    /// Says how the register stands.
    pub fn publish(&mut self, standing: RegisterStanding) {
        self.0.standing.store(Arc::new(standing));
    }

    /// Takes everything back: the topic is to be read anew.
    pub fn clear(&mut self) {
        self.publish(RegisterStanding::default());
        self.0.pairs.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{self, at, candidate, document, entry, handling, with_name};
    use super::*;
    use crate::domain::{Date, Entry, Folded, Name};

    const DAY: i64 = 86_400;
    const NAMES: [(&str, &str); 2] = [("Berg", "Olaf"), ("Dahl", "Eva")];
    const OWNERS: [&str; 2] = ["police", "customs"];

    fn listed(number: usize, name: usize, owner: usize) -> Entry {
        let entry = with_name(&format!("wanted/{number}"), &[NAMES[name]], &["1980-01-02"]);
        Entry { handling: Arc::new(handling(OWNERS[owner])), ..entry }
    }

    fn subject(number: usize) -> SubjectKey {
        SubjectKey::of_identifier(&document(&format!("AA{number}"), "GBR")).unwrap()
    }

    fn print(name: usize) -> Fingerprint {
        let (surname, given) = NAMES[name];
        let born = Date::parse("1981-03-04").unwrap();
        Fingerprint::of_person(Name { surname, given }, born, &mut Folded::default()).unwrap()
    }

    fn judged(subject: SubjectKey, entry: &Entry, days: (i64, i64)) -> Suppression {
        sample::judged(&subject, entry, (at(days.0 * DAY), at(days.1 * DAY)))
    }

    fn silenced(register: &Register, key: SubjectKey, entry: Entry, day: i64) -> bool {
        let asked = Asked { keys: &[key], persons: &[] };
        register.silences(&asked, &candidate(entry, 1), at(day * DAY)).is_some()
    }

    #[test]
    fn it_is_stale_before_it_is_loaded_and_when_it_was_not_confirmed_for_too_long() {
        let register = Arc::new(Register::default());
        let mut writer = RegisterWriter::new(Arc::clone(&register));
        assert!(!register.is_current(at(0), 10_000_000));
        writer.publish(RegisterStanding { loaded: true, current_at: Some(at(0)) });
        let current = [0, 10, 11].map(|second| register.is_current(at(second), 10_000_000));
        assert_eq!(current, [true, true, false]);
        writer.clear();
        assert!(!register.is_current(at(0), 10_000_000));
    }

    #[test]
    fn a_record_that_is_refused_takes_what_stood_under_its_key_out_of_force() {
        let register = Arc::new(Register::default());
        let mut writer = RegisterWriter::new(Arc::clone(&register));
        let (kept, gone) = (judged(subject(1), &entry("wanted/1"), (0, 9)), entry("wanted/2"));
        let gone = judged(subject(1), &gone, (0, 9));
        writer.put(&kept);
        writer.put(&gone);
        writer.refuse(Some(gone.pair.id()));
        writer.refuse(None);
        assert_eq!((register.refused(), register.count(at(0)).0), (2, 1));
        assert!(silenced(&register, subject(1), entry("wanted/1"), 1));
    }

    #[test]
    fn what_has_expired_is_counted_and_let_go_when_no_event_can_meet_it() {
        let register = Arc::new(Register::default());
        let mut writer = RegisterWriter::new(Arc::clone(&register));
        writer.put(&judged(subject(1), &entry("wanted/1"), (0, 9)));
        assert_eq!(register.count(at(9 * DAY - 1)), (1, 0));
        assert_eq!(register.count(at(9 * DAY)), (1, 1));
        writer.forget_expired(at((9 + 35) * DAY - 1));
        assert!(!register.is_empty());
        writer.forget_expired(at((9 + 35) * DAY));
        assert!(register.is_empty());
    }

    #[test]
    fn nobody_is_silenced_whom_the_entry_itself_states() {
        let register = Arc::new(Register::default());
        let mut writer = RegisterWriter::new(Arc::clone(&register));
        let entry = listed(1, 0, 0);
        let key = |name: (&str, &str)| {
            let (surname, given) = name;
            let born = Date::parse("1980-01-02").unwrap();
            SubjectKey::of_person(Name { surname, given }, born, &mut Folded::default()).unwrap()
        };
        for (name, expected) in [(("BERG OLAF", ""), false), (("Bergh", "Olaf"), true)] {
            writer.put(&judged(key(name), &entry, (0, 9)));
            assert_eq!(silenced(&register, key(name), entry.clone(), 1), expected);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put {
            subject: usize,
            entry: usize,
            name: usize,
            owner: usize,
            person: Option<usize>,
            from: i64,
            days: i64,
        },
        Remove {
            subject: usize,
            entry: usize,
        },
        Clear,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let put =
            (
                0..3usize,
                0..3usize,
                0..2usize,
                0..2usize,
                prop::option::of(0..2usize),
                0..20i64,
                1..9i64,
            )
                .prop_map(|(subject, entry, name, owner, person, from, days)| {
                    Step::Put { subject, entry, name, owner, person, from, days }
                });
        let remove =
            (0..3usize, 0..3usize).prop_map(|(subject, entry)| Step::Remove { subject, entry });
        prop::collection::vec(prop_oneof![8 => put, 2 => remove, 1 => Just(Step::Clear)], 0..40)
    }

    proptest! {
        /// The register beside a plain map of what was judged, asked about every subject, entry, day,
        /// owner, name listed and name stated.
        #[test]
        fn it_silences_what_a_plain_map_says(steps in steps()) {
            let register = Arc::new(Register::default());
            let mut writer = RegisterWriter::new(Arc::clone(&register));
            let mut map = BTreeMap::new();
            for step in &steps {
                match *step {
                    Step::Put { subject: who, entry, name, owner, person, from, days } => {
                        let made = judged(subject(who), &listed(entry, name, owner), (from, from + days));
                        writer.put(&Suppression { person: person.map(print), ..made });
                        map.insert((who, entry), (name, owner, person, from, from + days));
                    }
                    Step::Remove { subject: who, entry } => {
                        writer.remove(subject(who).with(listed(entry, 0, 0).key).id());
                        map.remove(&(who, entry));
                    }
                    Step::Clear => {
                        writer.clear();
                        map.clear();
                    }
                }
            }
            for (who, number, name, owner) in (0..3).flat_map(|who| (0..3).map(move |number| (who, number)))
                .flat_map(|(who, number)| [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(name, owner)| (who, number, name, owner)))
            {
                let entry = candidate(listed(number, name, owner), 1);
                for day in 0..30 {
                    for states in [None, Some(0), Some(1)] {
                        let persons: Vec<Fingerprint> = states.map(print).into_iter().collect();
                        let keys = [subject(7), subject(who)];
                        let asked = Asked { keys: &keys, persons: &persons };
                        let found = register.silences(&asked, &entry, at(day * DAY));
                        let expected = map.get(&(who, number)).is_some_and(
                            |&(judged, by, person, from, to)| {
                                judged == name && by == owner && (from..to).contains(&day)
                                    && (person.is_none() || person == states)
                            },
                        );
                        prop_assert_eq!(found.is_some(), expected);
                        if let Some(found) = found {
                            prop_assert_eq!(found, subject(who).with(entry.key()).id());
                        }
                    }
                }
            }
        }
    }
}
