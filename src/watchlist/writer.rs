//! The one writer of the lists: applies changes in order, keeps tallies, publishes the standing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::domain::{Entry, EntryKey, Folded, ListId, ListVersion, Timestamp};
use crate::index::fuzzy::Memory;
use crate::index::{Filter, NameKey};

use super::expiry::Expiry;
use super::held::{Commons, Filed, Held};
use super::named::{NameDraft, NameSnapshot, NameWriter};
use super::places::Place;
use super::{Candidate, ListState, Lists, Requirement, Standing, State};

/// One record of the list topic.
pub struct Change {
    /// The entry's identity, from the record's key.
    pub key: EntryKey,
    /// The entry; `None` removes it.
    pub entry: Option<Entry>,
    /// The record's offset: the version of the entry.
    pub offset: i64,
    /// Position of the whole topic after this record.
    pub position: i64,
    /// Digest of the record's key and value.
    pub digest: u64,
    /// When the record was written.
    pub written_at: Option<Timestamp>,
}

/// How far the topic has been read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Whether the end offsets taken at start have been reached.
    pub loaded: bool,
    /// Whether lists were being published when they were taken: what is there is then not known to
    /// be whole.
    pub unsettled: bool,
    /// Records read while loading.
    pub records_read: u64,
    /// Records to read while loading.
    pub records_known: u64,
    /// When the topic was last known to be read to its end.
    pub current_at: Option<Timestamp>,
}

/// The one who changes the lists.
pub struct Writer {
    lists: Arc<Lists>,
    requirements: Vec<Requirement>,
    entries: Held,
    commons: Commons,
    /// Lists that have entries, and required ones that once had.
    tallies: BTreeMap<ListId, Tally>,
    /// Whether the lists counted as read to the end when they were last published.
    loaded: bool,
    /// Whether what is there is known to be whole: nothing came since an end was confirmed.
    whole: bool,
    /// Whether there was nothing to screen against when the lists were last published.
    blind: bool,
    /// Required lists that were missing then.
    missing: BTreeSet<ListId>,
    expiry: Expiry,
    lapsed_until: Timestamp,
    /// Files names, where they are searched by likeness.
    names: Option<NameWriter>,
    folded: Folded,
    /// Where an entry is packed.
    buffer: Vec<u8>,
}

/// Below this many ends of validity it is not worth looking for outdated ones.
const ENDS_MIN: usize = 1_024;

#[derive(Clone, Copy, Default)]
struct Tally {
    entries: u64,
    lapsed: u64,
    checksum: u64,
    position: i64,
    changed_at: Option<Timestamp>,
}

impl Writer {
    pub(super) fn new(
        lists: Arc<Lists>,
        requirements: Vec<Requirement>,
        names: Option<NameWriter>,
    ) -> Self {
        Self {
            lists,
            requirements,
            entries: Held::default(),
            commons: Commons::default(),
            tallies: BTreeMap::new(),
            loaded: false,
            whole: false,
            blind: true,
            missing: BTreeSet::new(),
            expiry: Expiry::default(),
            lapsed_until: Timestamp::MIN,
            names,
            folded: Folded::default(),
            buffer: Vec::new(),
        }
    }

    /// Applies one change: from here on every look-up sees it.
    pub fn apply(&mut self, change: Change) {
        self.lists.await_holds();
        let old = self.entries.take(&change.key);
        let new = change.entry.map(|entry| self.listed(&entry, change.offset, change.digest));
        let kept = old.as_ref().and_then(Filed::place);
        let (old, mut place) = (old.map(|filed| filed.entry), None);
        let is_named_alike =
            new.as_ref().zip(old.as_ref()).is_some_and(|(new, old)| new.is_named_as(old));
        if let Some(new) = &new {
            // Before it can be found: who asks then reckons with its place of birth.
            self.lists.placed.fetch_add(places(new), Ordering::AcqRel);
            self.file(new, old.as_ref());
            place = self.file_names(new, kept.filter(|_| is_named_alike));
            self.renew_filter();
        }
        if let Some(old) = &old
            && !is_named_alike
        {
            // Told before the old one is gone from where the new one is not. A removal counts too:
            // the same person may just have been listed under another key.
            self.lists.moved.fetch_add(1, Ordering::Release);
            self.unfile(old, kept);
        }
        if let Some(old) = &old {
            self.lists.placed.fetch_sub(places(old), Ordering::AcqRel);
        }
        self.whole = false;
        self.count(&change.key.list, (change.position, change.written_at), old, new.as_ref());
        if let Some(new) = new {
            if !lapsed(&new, self.lapsed_until) {
                self.expiry.watch(&new);
            }
            self.entries.insert(Filed::new(new, place));
        }
    }

    /// Files the names of an entry, at the place that one had which states the same, if it had one.
    /// While the lists are loaded, nobody asks: all are filed at the end.
    fn file_names(&mut self, new: &Candidate, kept: Option<Place>) -> Option<Place> {
        let names = self.names.as_mut().filter(|_| self.loaded)?;
        match kept {
            Some(place) => {
                names.put(place, new);
                Some(place)
            }
            None => names.file(new),
        }
    }

    /// The names to make a new snapshot of, in a thread of its own; once so many have changed that
    /// it is worth its while, and one at a time.
    pub fn draft_names(&mut self) -> Option<NameDraft> {
        self.names.as_mut()?.draft()
    }

    /// Gives the last draft up: no snapshot came of it.
    pub fn give_up_names(&mut self) {
        if let Some(names) = &mut self.names {
            names.give_up();
        }
    }

    /// Takes up what an earlier run knew of the names, so that they are ready sooner.
    pub fn remember_names(&mut self, memory: Memory) {
        if let Some(names) = &mut self.names {
            names.remember(memory);
        }
    }

    /// What the next run need not find again; nothing where names are not searched by likeness.
    pub fn names_memory(&self) -> Option<Memory> {
        self.names.as_ref().map(NameWriter::memory)
    }

    /// Puts a snapshot in force that was made of the last draft.
    pub fn renew_names(&mut self, snapshot: NameSnapshot) {
        if let Some(names) = &mut self.names {
            names.renew(snapshot);
        }
    }

    /// Notes in the list's tally that `new` came in the place of `old`. A list without entries has
    /// none: tombstones of keys that nobody knows must not make lists without end.
    fn count(
        &mut self,
        list: &ListId,
        (position, written_at): (i64, Option<Timestamp>),
        old: Option<Candidate>,
        new: Option<&Candidate>,
    ) {
        if new.is_none() && !self.tallies.contains_key(list) {
            return;
        }
        let until = self.lapsed_until;
        let tally = self.tallies.entry(list.clone()).or_default();
        tally.position = position;
        tally.changed_at = written_at.or(tally.changed_at);
        if let Some(old) = &old {
            tally.entries -= 1;
            tally.lapsed -= u64::from(lapsed(old, until));
            tally.checksum = tally.checksum.wrapping_sub(old.digest());
        }
        if let Some(new) = new {
            tally.entries += 1;
            tally.lapsed += u64::from(lapsed(new, until));
            tally.checksum = tally.checksum.wrapping_add(new.digest());
        }
        if tally.entries == 0 && !self.requirements.iter().any(|required| required.list == *list) {
            self.tallies.remove(list);
        }
    }

    /// Takes what is there for whole: an end of the topic has been confirmed, and nobody is
    /// publishing. Until then, lists that were missing stay so, and so does blindness: the first
    /// entries of a publication are less than half of what must be screened against.
    pub fn settle(&mut self) {
        self.whole = true;
    }

    /// Whether something waits for [`Self::settle`].
    pub fn awaits_settling(&self) -> bool {
        self.loaded && !self.whole && (self.blind || !self.missing.is_empty())
    }

    /// Publishes how the lists stand at `now`; readers see it at once.
    pub fn publish(&mut self, progress: Progress, now: Timestamp) {
        if progress.loaded
            && !self.loaded
            && let Some(names) = &mut self.names
        {
            names.load(&mut self.entries);
        }
        self.lapse(now);
        self.commons.forget_unused();
        self.forget_ends();
        let mut names: Vec<&ListId> = self.tallies.keys().collect();
        names.extend(self.requirements.iter().map(|requirement| &requirement.list));
        names.sort_unstable();
        names.dedup();
        // The end taken at start is as good as a confirmed one, where nobody was publishing.
        let whole = self.whole || (progress.loaded && !self.loaded && !progress.unsettled);
        // Before the first end, nothing was there to screen against.
        let was_blind = self.blind || !self.loaded;
        let states = names.into_iter().map(|list| self.state(list, progress.loaded, whole));
        let lists: Vec<ListState> = states.collect();
        self.blind =
            self.requirements.is_empty() && (self.entries.len() == 0 || (was_blind && !whole));
        let missing = lists.iter().filter(|list| list.state == State::Missing);
        self.missing = missing.map(|list| list.version.list.clone()).collect();
        self.loaded = progress.loaded;
        self.lists.standing.store(Arc::new(Standing {
            lists,
            loaded: progress.loaded,
            records_read: progress.records_read,
            records_known: progress.records_known,
            current_at: progress.current_at,
            blind: self.blind,
            names: self.lists.names_position(),
        }));
    }

    /// Takes everything from the lists: their topic is to be read anew. Readers are told first that
    /// nothing is loaded, and whoever judged on an older standing finds in
    /// [`Lists::times_cleared`] that the judgement is void.
    pub fn clear(&mut self) {
        self.publish(Progress::default(), self.lapsed_until);
        self.lists.cleared.fetch_add(1, Ordering::Release);
        if let Some(names) = &mut self.names {
            names.clear();
        }
        for held in std::mem::take(&mut self.entries) {
            self.unfile(&held.entry, None);
            self.lists.placed.fetch_sub(places(&held.entry), Ordering::AcqRel);
        }
        self.lists.filter.store(Arc::new(Filter::with_room(0)));
        self.tallies.clear();
        self.expiry = Expiry::default();
    }

    /// How the lists stood when that was last published.
    pub fn standing(&self) -> Arc<Standing> {
        self.lists.standing()
    }

    /// Every entry held, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Candidate> {
        self.entries.iter()
    }

    fn state(&self, list: &ListId, loaded: bool, whole: bool) -> ListState {
        let tally = self.tallies.get(list).copied().unwrap_or_default();
        let requirement = self.requirements.iter().find(|required| required.list == *list);
        let entries_min = requirement.map_or(0, |required| required.entries_min);
        let was_missing = self.missing.contains(list) || (!self.loaded && requirement.is_some());
        let state = if !loaded {
            State::Loading
        } else if tally.entries < entries_min || (was_missing && !whole) {
            State::Missing
        } else {
            State::Ready
        };
        ListState {
            version: ListVersion {
                list: list.clone(),
                offset: tally.position,
                entries: tally.entries,
                checksum: tally.checksum,
            },
            state,
            stance: requirement.map(|required| required.stance),
            lapsed: tally.lapsed,
            changed_at: tally.changed_at,
        }
    }

    fn listed(&mut self, entry: &Entry, version: i64, digest: u64) -> Candidate {
        let common = self.commons.of(entry);
        Candidate::new(entry, common, (version, digest), &mut self.buffer)
    }

    fn file(&mut self, new: &Candidate, old: Option<&Candidate>) {
        // First of all: what the filter denies is not looked for.
        let (lists, filter) = (&self.lists, self.lists.filter.load());
        let map = lists.exact.map();
        for identifier in new.identifiers() {
            let key = identifier.key();
            filter.add(lists.hash(key));
            match old {
                Some(old) => map.replace(key, old, new.clone()),
                None => map.insert(key, new.clone()),
            }
        }
        let map = lists.names.map();
        name_keys(&mut self.folded, new, |key| {
            filter.add(lists.hash(key));
            match old {
                Some(old) => map.replace(key, old, new.clone()),
                None => map.insert(key, new.clone()),
            }
        });
    }

    /// Makes the filter anew once it is full, of the keys that are there now, with room for as many
    /// again. Whoever looks up meanwhile has the old one, which denies none of them.
    fn renew_filter(&self) {
        let lists = &*self.lists;
        if !lists.filter.load().is_full() {
            return;
        }
        let (exact, names) = (lists.exact.map(), lists.names.map());
        let filter = Filter::with_room(2 * (exact.len() + names.len()));
        exact.each_key(|key| filter.add(lists.hash(key)));
        names.each_key(|key| filter.add(lists.hash(key)));
        lists.filter.store(Arc::new(filter));
    }

    /// Takes the old entry from the keys that the new one does not have. Where both have the key,
    /// `file` has put the new in the place of the old, and this finds nothing to take.
    fn unfile(&mut self, old: &Candidate, place: Option<Place>) {
        if let (Some(names), Some(place)) = (&mut self.names, place) {
            names.take_back(place, old);
        }
        for identifier in old.identifiers() {
            self.lists.exact.map().remove(identifier.key(), old);
        }
        let map = self.lists.names.map();
        name_keys(&mut self.folded, old, |key| map.remove(key, old));
    }

    /// Lets go of replaced entries whose end is yet to come, once they outnumber those held.
    fn forget_ends(&mut self) {
        if self.expiry.len() > (self.entries.len() * 2).max(ENDS_MIN) {
            let entries = &self.entries;
            self.expiry.keep(|due| entries.has(due));
        }
    }

    fn lapse(&mut self, now: Timestamp) {
        self.lapsed_until = self.lapsed_until.max(now);
        while let Some(candidate) = self.expiry.lapsed(self.lapsed_until) {
            if self.entries.has(&candidate)
                && let Some(tally) = self.tallies.get_mut(candidate.list())
            {
                tally.lapsed += 1;
            }
        }
    }
}

/// One, if the entry states a place of birth.
fn places(candidate: &Candidate) -> u32 {
    u32::from(candidate.birth_places().next().is_some())
}

fn lapsed(candidate: &Candidate, now: Timestamp) -> bool {
    candidate.valid_to().is_some_and(|end| end <= now)
}

/// The key of each name with each birth date.
fn name_keys(folded: &mut Folded, candidate: &Candidate, mut each: impl FnMut(NameKey)) {
    for name in candidate.names() {
        let folded = folded.fold(name);
        for date in candidate.birth_dates() {
            if let Some(key) = NameKey::new(folded, date) {
                each(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Stance;
    use super::super::sample::{at, document, entry, lists, loaded, put, with_document, with_name};
    use super::*;
    use crate::domain::{Date, Identifier, ListedName, Name};

    const KEYS: [&str; 5] = ["wanted/1", "wanted/2", "wanted/3", "stolen/1", "stolen/2"];
    const DOCUMENTS: [&str; 4] = ["AAA111", "BBB222", "CCC333", "DDD444"];
    const NAMES: [(&str, &str); 3] = [("Núñez", "Ana"), ("NUNEZ ANA", ""), ("Berg", "Olaf")];
    const DATES: [&str; 4] = ["1980-01-02", "1980-01-03", "1980-01", "1980"];

    #[derive(Clone, Debug)]
    enum Step {
        Put { key: usize, documents: Vec<usize>, names: Vec<usize>, dates: Vec<usize>, to: i64 },
        Remove { key: usize },
        Pass { seconds: i64 },
        Clear,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let some = |of: usize| prop::collection::vec(0..of, 0..3);
        let put = (0..KEYS.len(), some(4), some(3), some(4), 1..30i64).prop_map(
            |(key, documents, names, dates, to)| Step::Put { key, documents, names, dates, to },
        );
        let step = prop_oneof![
            8 => put,
            3 => (0..KEYS.len()).prop_map(|key| Step::Remove { key }),
            3 => (0..6i64).prop_map(|seconds| Step::Pass { seconds }),
            1 => Just(Step::Clear),
        ];
        prop::collection::vec(step, 0..40)
    }

    fn made(step: &Step) -> Option<Entry> {
        let Step::Put { key, documents, names, dates, to } = step else { return None };
        let names: Vec<_> = names.iter().map(|at| NAMES[*at]).collect();
        let dates: Vec<_> = dates.iter().map(|at| DATES[*at]).collect();
        let mut made = with_name(KEYS[*key], &names, &dates);
        made.identifiers = documents.iter().map(|at| document(DOCUMENTS[*at], "GBR")).collect();
        // Every third has no end.
        made.valid_to = (to % 3 != 0).then(|| at(*to));
        Some(made)
    }

    /// The slow oracle: changes in a list, searched from end to end.
    #[derive(Default)]
    struct Oracle {
        held: Vec<(Entry, i64, u64)>,
        now: i64,
    }

    impl Oracle {
        fn put(&mut self, entry: Entry, version: i64, digest: u64) {
            self.remove(&entry.key);
            self.held.push((entry, version, digest));
        }

        fn remove(&mut self, key: &EntryKey) {
            self.held.retain(|(entry, ..)| entry.key != *key);
        }

        fn versions(&self, holds: impl Fn(&Entry) -> bool) -> Vec<i64> {
            let mut versions: Vec<i64> = self
                .held
                .iter()
                .filter(|(entry, ..)| holds(entry))
                .map(|(_, version, _)| *version)
                .collect();
            versions.sort_unstable();
            versions
        }

        fn by_name(&self, folded: &[u8], date: Date) -> Vec<i64> {
            let mut fold = Folded::default();
            let mut same = |name: &ListedName| {
                fold.fold(Name { surname: &name.surname, given: &name.given }) == folded
            };
            let held: Vec<&Entry> = self
                .held
                .iter()
                .map(|(entry, ..)| entry)
                .filter(|entry| entry.names.iter().any(&mut same))
                .collect();
            self.versions(|entry| {
                date.is_full()
                    && entry.birth_dates.contains(&date)
                    && held.iter().any(|found| found.key == entry.key)
            })
        }

        fn counts(&self, list: &str) -> (u64, u64, u64) {
            let mut counts = (0, 0, 0u64);
            for (entry, _, digest) in &self.held {
                if entry.key.list.as_str() == list {
                    counts.0 += 1;
                    counts.1 += u64::from(entry.valid_to.is_some_and(|end| end <= at(self.now)));
                    counts.2 = counts.2.wrapping_add(*digest);
                }
            }
            counts
        }
    }

    fn versions(found: Vec<Candidate>) -> Vec<i64> {
        let mut versions: Vec<i64> = found.iter().map(|candidate| candidate.version()).collect();
        versions.sort_unstable();
        versions
    }

    fn by_identifier(lists: &Lists, identifier: &Identifier) -> Vec<i64> {
        let mut found = Vec::new();
        assert_eq!(lists.look_up(at(0)).by_identifier(identifier, usize::MAX, &mut found), 0);
        let foresight = lists.foresight();
        let foreseen = foresight.is_possible(foresight.identifier(identifier));
        assert!(foreseen || found.is_empty(), "listed, and not foreseen");
        versions(found)
    }

    fn by_name(lists: &Lists, folded: &[u8], date: Date) -> Vec<i64> {
        let mut found = Vec::new();
        assert_eq!(lists.look_up(at(0)).by_name(folded, date, usize::MAX, &mut found), 0);
        let foresight = lists.foresight();
        let foreseen = foresight.name(folded, date).is_some_and(|at| foresight.is_possible(at));
        assert!(foreseen || found.is_empty(), "listed, and not foreseen");
        versions(found)
    }

    fn counts(lists: &Lists, list: &str) -> (u64, u64, u64) {
        let standing = lists.standing();
        let state = standing.lists.iter().find(|state| state.version.list.as_str() == list);
        state.map_or((0, 0, 0), |state| {
            (state.version.entries, state.lapsed, state.version.checksum)
        })
    }

    fn agree(lists: &Lists, oracle: &Oracle) {
        for number in DOCUMENTS {
            let identifier = document(number, "GBR");
            let expected = oracle.versions(|entry| entry.identifiers.contains(&identifier));
            assert_eq!(by_identifier(lists, &identifier), expected);
        }
        let mut fold = Folded::default();
        for (surname, given) in NAMES {
            let folded = fold.fold(Name { surname, given });
            for date in DATES {
                let date = Date::parse(date).unwrap();
                assert_eq!(by_name(lists, folded, date), oracle.by_name(folded, date));
            }
        }
        for list in ["wanted", "stolen"] {
            assert_eq!(counts(lists, list), oracle.counts(list));
        }
    }

    #[test]
    fn an_entry_that_slips_from_a_later_question_to_an_earlier_one_leaves_the_look_up_torn() {
        let (lists, mut writer) = lists([with_document("wanted/1", "AAA111")]);
        let mut found = Vec::new();
        let mut ask = |look_up: &super::super::LookUp<'_>, number: &str| {
            found.clear();
            look_up.by_identifier(&document(number, "GBR"), 9, &mut found);
            found.len()
        };
        let look_up = lists.look_up(at(0));
        assert_eq!(ask(&look_up, "BBB222"), 0);
        writer.apply(put(with_document("wanted/1", "BBB222"), 1));
        assert_eq!(ask(&look_up, "AAA111"), 0);
        assert!(look_up.is_torn());
        // Written again, and others beside it: nothing is missed by that.
        let look_up = lists.look_up(at(0));
        writer.apply(put(with_document("wanted/1", "BBB222"), 2));
        writer.apply(put(with_document("wanted/2", "BBB222"), 3));
        assert_eq!(ask(&look_up, "BBB222"), 2);
        assert!(!look_up.is_torn());
        // The same person under a new key, and the old key removed.
        assert_eq!(ask(&look_up, "CCC333"), 0);
        writer.apply(put(with_document("wanted/3", "CCC333"), 4));
        for (key, offset) in [("wanted/1", 5), ("wanted/2", 6)] {
            writer.apply(Change { entry: None, ..put(with_document(key, "BBB222"), offset) });
        }
        assert_eq!(ask(&look_up, "BBB222"), 0);
        assert!(look_up.is_torn());
    }

    #[test]
    fn an_entry_is_found_at_every_moment_while_thousands_come_and_go_beside_it() {
        let (lists, mut writer) = lists([with_document("wanted/1", "AAA111")]);
        let over = std::sync::atomic::AtomicBool::new(false);
        let number = |of: i64| format!("B{of:07}");
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let mut looks = 0;
                while !over.load(Ordering::Relaxed) || looks == 0 {
                    assert_eq!(by_identifier(&lists, &document("AAA111", "GBR")).len(), 1);
                    looks += 1;
                }
            });
            // The filter is made anew several times: it grows, and fills with what is gone.
            for round in 0..20_000i64 {
                let entry = with_document(&format!("other/{}", round % 5_000), &number(round));
                writer.apply(put(entry, round));
                let written = document(&number(round), "GBR");
                assert_eq!(by_identifier(&lists, &written), [round]);
            }
            over.store(true, Ordering::Relaxed);
            looking.join().unwrap();
        });
        let at = |of: i64| by_identifier(&lists, &document(&number(of), "GBR"));
        assert!((0..15_000).all(|gone| at(gone).is_empty()));
        assert!((15_000..20_000).all(|held| at(held) == [held]));
    }

    proptest! {
        #[test]
        fn lists_agree_with_a_linear_scan_of_their_entries(steps in steps()) {
            let (lists, mut writer) = Lists::new(Vec::new());
            let mut oracle = Oracle::default();
            for (offset, step) in (0..).zip(&steps) {
                match step {
                    Step::Put { .. } => {
                        let change = put(made(step).unwrap(), offset);
                        oracle.put(change.entry.clone().unwrap(), offset, change.digest);
                        writer.apply(change);
                    }
                    Step::Remove { key } => {
                        let key = EntryKey::parse(KEYS[*key]).unwrap();
                        oracle.remove(&key);
                        writer.apply(removal(key, offset));
                    }
                    Step::Pass { seconds } => oracle.now += seconds,
                    Step::Clear => {
                        writer.clear();
                        oracle.held.clear();
                    }
                }
                writer.publish(loaded(at(oracle.now)), at(oracle.now));
                agree(&lists, &oracle);
                assert_eq!(writer.entries().count(), oracle.held.len());
            }
        }

        #[test]
        fn equal_content_has_an_equal_checksum_whatever_the_way_to_it(
            entries in prop::collection::btree_map(0..30i64, any::<u64>(), 0..20),
            order in any::<u64>(),
            detours in prop::collection::vec((0..30i64, any::<u64>()), 0..20),
        ) {
            let change = |number: i64, digest: u64| Change {
                digest,
                ..put(with_document(&format!("wanted/{number}"), "AAA111"), number)
            };
            let (straight, mut writer) = Lists::new(Vec::new());
            for (number, digest) in &entries {
                writer.apply(change(*number, *digest));
            }
            writer.publish(loaded(at(0)), at(0));

            let (winding, mut writer) = Lists::new(Vec::new());
            for (number, digest) in &detours {
                writer.apply(change(*number, *digest));
            }
            for (number, _) in &detours {
                if !entries.contains_key(number) {
                    let key = EntryKey::parse(&format!("wanted/{number}")).unwrap();
                    writer.apply(removal(key, 99));
                }
            }
            let mut shuffled: Vec<_> = entries.iter().collect();
            shuffled.sort_by_key(|(number, _)| (**number as u64 + 1).wrapping_mul(order | 1));
            for (number, digest) in shuffled {
                writer.apply(change(*number, *digest));
            }
            writer.publish(loaded(at(0)), at(0));
            prop_assert_eq!(counts(&straight, "wanted"), counts(&winding, "wanted"));
        }
    }

    fn removal(key: EntryKey, offset: i64) -> Change {
        Change { key, entry: None, offset, position: offset + 1, digest: 0, written_at: None }
    }

    #[test]
    fn the_first_entries_of_a_publication_are_not_screened_against_alone() {
        let required = |stance| {
            vec![Requirement { list: ListId::parse("wanted").unwrap(), stance, entries_min: 2 }]
        };
        for requirements in [Vec::new(), required(Stance::Hold), required(Stance::Pass)] {
            let passes = requirements.first().is_some_and(|it| it.stance == Stance::Pass);
            let (lists, mut writer) = Lists::new(requirements);
            writer.publish(loaded(at(0)), at(0));
            for offset in 0..3 {
                let made = with_document(&format!("wanted/{offset}"), "AAA111");
                writer.apply(put(made, offset));
                assert!(writer.awaits_settling());
                writer.publish(loaded(at(0)), at(0));
                let standing = lists.standing();
                assert!(!standing.ready() && !standing.is_empty());
                assert_eq!(
                    (standing.holds(), standing.not_screened().len()),
                    if passes { (false, 1) } else { (true, 0) }
                );
            }
            writer.settle();
            writer.publish(loaded(at(0)), at(0));
            assert!(lists.standing().ready() && !lists.standing().holds());
            // What comes to lists that are there is in force at once.
            writer.apply(put(with_document("wanted/9", "AAA111"), 9));
            writer.publish(loaded(at(0)), at(0));
            assert!(lists.standing().ready() && !writer.awaits_settling());
        }
    }

    #[test]
    fn a_list_that_was_emptied_is_missing_until_it_is_whole_again() {
        let requirement = Requirement {
            list: ListId::parse("wanted").unwrap(),
            stance: Stance::Hold,
            entries_min: 1,
        };
        let (lists, mut writer) = Lists::new(vec![requirement]);
        let publish = |writer: &mut Writer, change: Option<Change>| {
            change.into_iter().for_each(|change| writer.apply(change));
            writer.publish(loaded(at(0)), at(0));
            lists.standing().holds()
        };
        let made = || put(with_document("wanted/1", "AAA111"), 0);
        writer.apply(made());
        assert!(!publish(&mut writer, None));
        assert!(publish(&mut writer, Some(removal(made().key, 1))));
        assert!(publish(&mut writer, Some(made())));
        writer.settle();
        assert!(!publish(&mut writer, None));
    }

    #[test]
    fn tombstones_of_keys_that_nobody_knows_make_no_list_and_an_emptied_list_is_gone() {
        let (lists, mut writer) = lists([with_document("wanted/1", "AAA111")]);
        for number in 0..1_000 {
            let key = EntryKey::parse(&format!("made-up-{number}/1")).unwrap();
            writer.apply(removal(key, number));
        }
        writer.publish(loaded(at(0)), at(0));
        assert_eq!(lists.standing().lists.len(), 1);
        writer.apply(removal(EntryKey::parse("wanted/1").unwrap(), 1_000));
        writer.publish(loaded(at(0)), at(0));
        assert!(lists.standing().lists.is_empty() && lists.standing().is_blind());
    }

    #[test]
    fn a_required_list_that_was_emptied_is_still_shown_with_its_last_change() {
        let requirement = Requirement {
            list: ListId::parse("wanted").unwrap(),
            stance: Stance::Hold,
            entries_min: 1,
        };
        let (lists, mut writer) = Lists::new(vec![requirement]);
        writer.apply(put(with_document("wanted/1", "AAA111"), 4));
        writer.apply(removal(EntryKey::parse("wanted/1").unwrap(), 5));
        writer.publish(loaded(at(0)), at(0));
        let standing = lists.standing();
        assert_eq!((standing.lists[0].version.offset, standing.lists[0].version.entries), (6, 0));
    }

    #[test]
    fn an_entry_that_is_already_over_counts_as_lapsed_at_once_and_no_more_when_it_goes() {
        let (lists, mut writer) = lists([]);
        writer.publish(loaded(at(100)), at(100));
        let over = Entry { valid_to: Some(at(50)), ..with_document("wanted/1", "AAA111") };
        writer.apply(put(over, 0));
        writer.publish(loaded(at(100)), at(100));
        assert_eq!((counts(&lists, "wanted").0, counts(&lists, "wanted").1), (1, 1));
        writer.apply(removal(EntryKey::parse("wanted/1").unwrap(), 1));
        writer.publish(loaded(at(100)), at(100));
        assert_eq!(counts(&lists, "wanted"), (0, 0, 0));
    }

    #[test]
    fn entries_of_one_owner_share_one_handling_and_unused_ones_are_let_go() {
        let (_lists, mut writer) = lists([]);
        for number in 0..3_000 {
            let mut handling = (*entry("wanted/1").handling).clone();
            handling.unit = Some(format!("unit {}", number % 2_000).into());
            let made = Entry { handling: Arc::new(handling), ..entry("wanted/1") };
            writer.apply(put(made, number));
        }
        assert_eq!(writer.commons.len(), 2_000);
        writer.publish(loaded(at(0)), at(0));
        assert_eq!(writer.commons.len(), 1);
    }

    #[test]
    fn replaced_entries_with_a_distant_end_do_not_pile_up() {
        let (_lists, mut writer) = lists([]);
        for offset in 0..5_000 {
            let made =
                Entry { valid_to: Some(at(1_000_000)), ..with_document("wanted/1", "AAA111") };
            writer.apply(put(made, offset));
        }
        writer.publish(loaded(at(0)), at(0));
        assert_eq!(writer.expiry.len(), 1);
    }

    #[test]
    fn readers_learn_that_nothing_is_loaded_before_anything_is_taken_away() {
        let (lists, mut writer) = lists([with_document("wanted/1", "AAA111")]);
        let before = lists.times_cleared();
        assert!(!lists.standing().holds());
        writer.clear();
        assert!(lists.standing().holds());
        assert_ne!(lists.times_cleared(), before);
    }

    #[test]
    fn whether_any_entry_states_a_place_of_birth_is_known_after_each_change() {
        let (lists, mut writer) = lists([]);
        let is_known = || lists.look_up(at(0)).has_birth_places();
        let placed = |key: &str| Entry { birth_places: ["Bergen".into()].into(), ..entry(key) };
        let changes = [
            (entry("wanted/1"), false),
            (placed("wanted/1"), true),
            (placed("wanted/1"), true),
            (placed("wanted/2"), true),
            (entry("wanted/1"), true),
            (entry("wanted/2"), false),
            (placed("wanted/2"), true),
        ];
        for (offset, (entry, known)) in (0..).zip(changes) {
            writer.apply(put(entry, offset));
            assert_eq!(is_known(), known, "{offset}");
        }
        writer.apply(removal(EntryKey::parse("wanted/2").unwrap(), 9));
        assert!(!is_known());
        writer.apply(put(placed("wanted/3"), 10));
        writer.clear();
        assert!(!is_known());
    }

    #[test]
    fn many_entries_are_all_found_and_counted() {
        let count = 200_000;
        let number = |at: i64| format!("N{at:07}");
        let (lists, mut writer) = Lists::new(Vec::new());
        for offset in 0..count {
            let key = format!("wanted/{offset}");
            writer.apply(put(with_document(&key, &number(offset)), offset));
        }
        writer.publish(loaded(at(0)), at(0));
        assert_eq!(counts(&lists, "wanted").0, count.unsigned_abs());
        for offset in (0..count).step_by(1_009) {
            assert_eq!(by_identifier(&lists, &document(&number(offset), "GBR")), [offset]);
        }
        assert_eq!(writer.commons.len(), 1);
    }
}
