//! Candidates to matches: what the indexes offer is compared attribute by attribute.
//!
//! In: an event, the lists, the instant of its arrival. Out: matches with their evidence, built by
//! the same code that compares.
//! Invariants: no match without evidence; an entry matches once an event, with all its evidence;
//! the order of matches and evidence does not depend on the order in which an index offered them.
//! Absent on purpose: whom to tell (`alerting`). Fuzzy names come through this door later.

use crate::domain::{
    Attribute, Check, Event, Evidence, Folded, ListedName, Name, Party, Relation, Stated, Timestamp,
};
use crate::watchlist::{Candidate, Lists};

/// An entry that an event met, and why we say so.
pub struct Match {
    /// The entry.
    pub listed: Candidate,
    /// What agreed and what speaks against it.
    pub evidence: Vec<Evidence>,
}

/// What screening one event found.
#[derive(Default)]
pub struct Matches {
    /// Matches, sorted by list and entry.
    pub found: Vec<Match>,
    /// Candidates that were not looked at because the event met more than the bound.
    pub cut: usize,
}

/// Buffers that screening uses again for each event, so that an event without a match allocates
/// nothing.
#[derive(Default)]
pub struct Scratch {
    folded: Folded,
    listed: Folded,
    candidates: Vec<Candidate>,
}

/// The most candidates looked at for one attribute: work per event stays bounded.
const CANDIDATES_MAX: usize = 256;

/// Screens one event against the lists as of `now`, the instant of its arrival.
pub fn screen(lists: &Lists, event: &Event<'_>, now: Timestamp, scratch: &mut Scratch) -> Matches {
    let mut matches = Matches::default();
    for stated in &event.identifiers {
        screen_identifier(lists, stated, now, scratch, &mut matches);
    }
    for party in &event.parties {
        screen_party(lists, party, now, scratch, &mut matches);
    }
    matches.found.sort_by(|a, b| a.listed.entry.key.cmp(&b.listed.entry.key));
    matches
}

fn screen_identifier(
    lists: &Lists,
    stated: &Stated,
    now: Timestamp,
    scratch: &mut Scratch,
    matches: &mut Matches,
) {
    scratch.candidates.clear();
    let identifier = &stated.identifier;
    matches.cut += lists.by_identifier(identifier, CANDIDATES_MAX, &mut scratch.candidates);
    for candidate in scratch.candidates.drain(..) {
        let listed = candidate.entry.identifiers.iter().find(|listed| *listed == identifier);
        if let Some(listed) = listed.filter(|_| candidate.entry.in_force(now)) {
            let evidence = Evidence {
                attribute: Attribute::Identifier(identifier.kind()),
                role: stated.role,
                stated: identifier.subject_key(),
                listed: listed.subject_key(),
                relation: Relation::Same,
                check: identifier.check(),
            };
            matches.add(candidate, vec![evidence]);
        }
    }
}

fn screen_party(
    lists: &Lists,
    party: &Party<'_>,
    now: Timestamp,
    scratch: &mut Scratch,
    matches: &mut Matches,
) {
    let Some(birth_date) = party.birth_date.filter(|date| date.is_full()) else { return };
    for name in &party.names {
        let Scratch { folded, listed, candidates } = scratch;
        let folded = folded.fold(*name);
        candidates.clear();
        matches.cut += lists.by_name(folded, birth_date, CANDIDATES_MAX, candidates);
        for candidate in candidates.drain(..) {
            let entry = &candidate.entry;
            if !entry.in_force(now) || !entry.birth_dates.contains(&birth_date) {
                continue;
            }
            let same = entry.names.iter().find(|name| listed.fold(stated(name)) == folded);
            if let Some(same) = same {
                let evidence = name_evidence(party, *name, same, &candidate);
                matches.add(candidate, evidence);
            }
        }
    }
}

fn stated(name: &ListedName) -> Name<'_> {
    Name { surname: &name.surname, given: &name.given }
}

/// Name and birth date agree; nationality is shown beside them, whichever way it points.
fn name_evidence(
    party: &Party<'_>,
    name: Name<'_>,
    listed: &ListedName,
    candidate: &Candidate,
) -> Vec<Evidence> {
    let entry = &candidate.entry;
    let birth_date = party.birth_date.map(|date| date.to_iso()).unwrap_or_default();
    let evidence = |attribute, stated: String, listed: String, relation| Evidence {
        attribute,
        role: party.role,
        stated,
        listed,
        relation,
        check: Check::Absent,
    };
    let nationality = match party.nationality {
        None => Relation::Missing,
        Some(_) if entry.nationalities.is_empty() => Relation::Missing,
        Some(country) if entry.nationalities.contains(&country) => Relation::Same,
        Some(_) => Relation::Differs,
    };
    let nationalities: Vec<&str> =
        entry.nationalities.iter().map(|country| country.alpha3()).collect();
    vec![
        evidence(Attribute::Name, name.to_full(), stated(listed).to_full(), Relation::Same),
        evidence(Attribute::BirthDate, birth_date.clone(), birth_date, Relation::Same),
        evidence(
            Attribute::Nationality,
            party.nationality.map(|country| country.alpha3().to_owned()).unwrap_or_default(),
            nationalities.join(" "),
            nationality,
        ),
    ]
}

impl Matches {
    /// Adds evidence to the match of this entry, or a new match with it.
    ///
    /// While an entry is being replaced, one attribute may lead to the old version and another to
    /// the new. They are one entry: it matches once, as the newer version has it.
    fn add(&mut self, listed: Candidate, evidence: Vec<Evidence>) {
        let same = |found: &&mut Match| found.listed.entry.key == listed.entry.key;
        match self.found.iter_mut().find(same) {
            Some(found) => {
                found.evidence.extend(evidence);
                if found.listed.version < listed.version {
                    found.listed = listed;
                }
            }
            None => self.found.push(Match { listed, evidence }),
        }
    }
}
