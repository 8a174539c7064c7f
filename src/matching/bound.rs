//! What the scorer gives at most, so that the index leaves out what cannot reach a threshold.
//!
//! Made of the scorer's own weights: when these are fitted anew, the bounds follow.

use std::sync::Arc;

use crate::index::fuzzy::{Agreement, Weights};
use crate::names::{Bearer, Bits, Kind, Likeness, Population};
use crate::watchlist::Bounds;

use super::score::{BornRelation, Feature, Model, NationalityRelation, PlaceRelation, SexRelation};

const PERSON: Model = Model::of(Bearer::Person);
const THING: Model = Model::of(Bearer::Organisation);

/// A whole unit of a feature.
const UNIT: i32 = 16;

/// The most that each piece of evidence adds to a score, for persons and for things; `population` says
/// how rare words are.
pub fn bounds(population: Arc<Population>) -> Bounds {
    Bounds { persons: persons(Arc::clone(&population)), things: things(population) }
}

/// The most that each piece of evidence adds to the score of a person.
pub fn persons(population: Arc<Population>) -> Weights {
    let of = |feature| PERSON.worth(feature, UNIT);
    let (family, first) = (of(Feature::FamilyFamily), of(Feature::FirstFirst));
    let lone = first.max(family) + of(Feature::Lone).max(of(Feature::Single));
    let roles = (family + first).max(lone);
    Weights {
        word: |likeness, one, other| alike(word(&PERSON, likeness, one.min(other))),
        initial: of(Feature::Initial),
        unmet: of(Feature::ExtraOther),
        left_over: of(Feature::ExtraOther),
        conflict: of(Feature::ConflictOther) + of(Feature::ConflictNear),
        full: of(Feature::Full),
        subset: of(Feature::Subset),
        dates: dates(),
        other_nation: NationalityRelation::Differs.bits(),
        light: of(Feature::Light),
        rest: of(Feature::Base) + roles + SexRelation::Same.bits(),
        population: Some(population),
    }
}

/// The most that each piece of evidence adds to the score of an organisation or a vessel. No date
/// belongs to it: what an entry states of one is passed over.
fn things(population: Arc<Population>) -> Weights {
    let of = |feature| THING.worth(feature, UNIT);
    let none = |bits: Bits| bits.min(Bits::ZERO);
    Weights {
        word: thing_word,
        // It takes away, but the index lets one stand for whatever word is left.
        initial: of(Feature::Initial).max(Bits::ZERO),
        unmet: none(of(Feature::ExtraOther)),
        left_over: none(of(Feature::ExtraOther)),
        conflict: none(of(Feature::ConflictOther) + of(Feature::ConflictNear)),
        full: of(Feature::Full),
        subset: of(Feature::Subset) + of(Feature::Spare),
        dates: [Bits::ZERO; Agreement::COUNT],
        other_nation: NationalityRelation::Differs.bits(),
        light: of(Feature::Light),
        rest: of(Feature::Base) + of(Feature::Single).max(of(Feature::Lone)) + of(Feature::Form),
        population: Some(population),
    }
}

/// What a place of birth adds at most. Few state one, so it is in the bound of those alone who do, and
/// only where a list may answer it: see [`asked`](super::resemble::asked).
pub(super) const PLACE: Bits = PlaceRelation::Same.bits();

/// What two words of organisations or vessels are worth, what the whole of the name says of it included.
fn thing_word(likeness: Likeness, one: Bits, other: Bits) -> Bits {
    use Feature as F;
    let rarity = one.min(other);
    let whole = THING.worth(F::SubsetRarity, rarity.in_sixteenths());
    let bits = alike(word(&THING, likeness, rarity) + whole);
    if likeness.kind == Kind::Same {
        // It may be a number: how rare that is does not matter.
        return bits.max(THING.worth(F::Number, UNIT));
    }
    bits
}

/// What words are worth that belong together, whatever little it is: they are none too many on either
/// side.
fn alike(bits: Bits) -> Bits {
    bits.max(Bits::sixteenths(1))
}

/// What two words that are alike are worth by themselves, of which the commoner is so rare: unequal ones
/// less than equal ones.
fn word(model: &Model, likeness: Likeness, rarity: Bits) -> Bits {
    let rarity = rarity.in_sixteenths();
    let bits = fitted(model, likeness, rarity);
    if matches!(likeness.kind, Kind::Same | Kind::Initial) {
        return bits;
    }
    bits.min(model.equal(rarity) - Bits::sixteenths(1))
}

/// The same by the weights alone.
fn fitted(model: &Model, likeness: Likeness, rarity: i32) -> Bits {
    use Feature as F;
    let cost = i32::from(likeness.cost);
    let of = |feature| model.worth(feature, UNIT);
    let by = |feature, units| model.worth(feature, units);
    match likeness.kind {
        Kind::Same => model.equal(rarity),
        Kind::Transliteration => of(F::Translit) + by(F::TranslitRarity, rarity),
        Kind::Spelling => of(F::Spelling) + by(F::SpellingRarity, rarity),
        Kind::Edit => {
            let excess = by(F::EditExcess, (cost - UNIT).max(0));
            let edit = of(F::Edit) + by(F::EditRarity, rarity) + by(F::EditCost, cost);
            edit + excess + by(F::EditRelative, relative(likeness))
        }
        Kind::Sound => {
            let rarity = rarity.min(2 * i32::from(likeness.similarity));
            of(F::Sound) + by(F::SoundRarity, rarity) + by(F::SoundShort, 2 * cost)
        }
        Kind::Initial if likeness.initials() > 0 => {
            by(F::Abbreviated, UNIT * (i32::from(likeness.initials()) - 2))
        }
        Kind::Initial => of(F::Initial),
        Kind::Prefix if likeness.is_cut() => of(F::Cut) + by(F::CutRarity, rarity),
        Kind::Prefix => of(F::Prefix) + by(F::PrefixRarity, rarity),
    }
}

/// The cost of an edit as a share of the length, in sixteenths and rather too little.
fn relative(likeness: Likeness) -> i32 {
    (UNIT * (240 - i32::from(likeness.similarity)) - UNIT).max(0) / 240
}

/// What dates are worth: of the relations that the scorer tells apart, the best that each agreement
/// may turn out to be. Dates of 1 January are filed as years.
fn dates() -> [Bits; Agreement::COUNT] {
    let mut dates = [Bits::ZERO; Agreement::COUNT];
    let most = [
        (Agreement::Equal, BornRelation::Same),
        (Agreement::Near, BornRelation::Exchanged),
        (Agreement::TwoParts, BornRelation::Slip),
        (Agreement::OnePart, BornRelation::OtherDay),
        (Agreement::Month, BornRelation::SameMonth),
        (Agreement::Year, BornRelation::SameMonth),
        (Agreement::NextYear, BornRelation::NearYear),
        (Agreement::FewYears, BornRelation::FewYears),
        (Agreement::Contradiction, BornRelation::Differs),
        (Agreement::Unknown, BornRelation::Missing),
    ];
    for (agreement, relation) in most {
        if let Some(slot) = dates.get_mut(agreement as usize) {
            *slot = relation.bits();
        }
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::super::score::{Explanation, Line, Mode, Reason, Setting, born};
    use super::super::{Finder, Roster};
    use super::*;
    use crate::domain::{Date, ListedName, Sex};
    use crate::formats::Profile;
    use crate::sim::corpus::{Corpus, Kind as Alter, Person, Query, Slip, Sort, Spelling};
    use crate::watchlist::as_known;

    /// Somebody with some names said twice, as Egyptian and Spanish names are, or with particles.
    fn listed(person: &Person) -> Profile {
        let name = |name: &Spelling| {
            let first = name.given.split(' ').next().unwrap_or_default();
            let given = match person.number % 5 {
                0 => format!("{} {first}", name.given),
                1 => format!("{} de la", name.given),
                _ => name.given.to_string(),
            };
            let weak = name.sort == Sort::Weak;
            ListedName { surname: name.surname.as_str().into(), given: given.into(), weak }
        };
        Profile {
            id: person.number.to_string().into(),
            subject: crate::domain::Subject::Person,
            names: person.names.iter().map(name).collect(),
            birth_dates: person.listed_birth.into_iter().collect(),
            nationalities: person.listed_nationality.into_iter().collect(),
            sex: Some(if person.female { Sex::Female } else { Sex::Male }),
            birth_places: vec!["Bergen".into()],
        }
    }

    fn stated(query: &Query) -> Profile {
        let given = match query.label.person % 5 {
            1 => format!("{} de la", query.name.given),
            _ => query.name.given.to_string(),
        };
        let surname = query.name.surname.as_str().into();
        Profile {
            id: "".into(),
            subject: crate::domain::Subject::Person,
            names: vec![ListedName { surname, given: given.into(), weak: false }],
            birth_dates: vec![query.born],
            nationalities: vec![query.nationality],
            sex: Some(if query.female { Sex::Female } else { Sex::Male }),
            birth_places: vec!["Bergen".into()],
        }
    }

    fn is_joined(explained: &Explanation) -> bool {
        let joined = |line: &Line| matches!(line.reason, Reason::Alike { joined: true, .. });
        explained.lines.iter().any(joined)
    }

    #[test]
    fn no_person_scores_more_than_the_index_allows_for() {
        const LISTED: u32 = 500;
        let corpus = Corpus::new(17);
        let list: Vec<Profile> = corpus.persons(LISTED).map(|person| listed(&person)).collect();
        let (roster, setting) = (Roster::new(&list), Setting::of_list(list.len(), Mode::Balanced));
        let mut finder = Finder::new(&list, Arc::clone(roster.population()));
        let (mut all, mut above) = (0, Vec::new());
        // Words that are read as one, or as two, have keys of their own.
        let whole = |kind: &Alter| !matches!(kind, Alter::Slip(Slip::Joined | Slip::Split));
        for kind in Alter::ALL.into_iter().filter(whole) {
            for query in corpus.queries(kind, LISTED, 12) {
                let query = stated(&query);
                let bounds = finder.bounds(&query);
                for one in roster.ask(&query, &setting, Bits::whole(-100)) {
                    let (bits, bound) = (one.scored.bits, bounds[&one.listed]);
                    all += 1;
                    // The index rounds what words are worth. No bar lies where names stand against one
                    // another.
                    let is_above = bits > Bits::ZERO && bits > bound + Bits::sixteenths(4);
                    if is_above && !is_joined(&roster.explain(&query, &list[one.listed], &setting))
                    {
                        let said = &query.names[0];
                        let listed = &list[one.listed].names[one.scored.names.1];
                        let names = (&said.surname, &said.given, &listed.surname, &listed.given);
                        above.push(format!("{names:?}: {} {}", bits.to_f32(), bound.to_f32()));
                    }
                }
            }
        }
        assert!(all > 10_000, "{all}");
        assert!(above.is_empty(), "{} of {all}: {above:#?}", above.len());
    }

    /// Of all ways in which two dates may stand to one another.
    #[test]
    fn no_two_dates_say_more_than_the_index_allows_for() {
        let mut dates = Vec::new();
        for year in [1889, 1890, 1947, 1969, 1971, 1972, 1974, 1979, 1980, 1981, 1984, 1990, 2059] {
            dates.extend(Date::year(year));
            for month in [1, 2, 5, 10, 12] {
                dates.extend(Date::month(year, month));
                let days = [1, 2, 5, 10, 12, 15, 20, 25, 31];
                dates.extend(days.into_iter().filter_map(|day| Date::day(year, month, day)));
            }
        }
        let weights = super::dates();
        for (one, other) in
            dates.iter().flat_map(|one| dates.iter().map(move |other| (*one, *other)))
        {
            let agreement = Agreement::of(Some(as_known(one)), Some(as_known(other)));
            let bound = weights[agreement as usize];
            let bits = born(&[one], &[other]).bits();
            assert!(bits <= bound, "{} {}: {bits:?} {bound:?}", one.packed(), other.packed());
        }
    }

    /// A pair that counted for nothing would be told as words that are left over on both sides.
    #[test]
    fn words_of_things_that_are_alike_are_worth_something_however_little() {
        let kinds = [
            Kind::Same,
            Kind::Transliteration,
            Kind::Spelling,
            Kind::Edit,
            Kind::Sound,
            Kind::Initial,
            Kind::Prefix,
        ];
        for (kind, rarity) in kinds.into_iter().flat_map(|kind| [(kind, 0), (kind, 14)]) {
            let likeness = Likeness { kind, similarity: 100, cost: 40 };
            let bits = thing_word(likeness, Bits::whole(rarity), Bits::whole(14));
            assert!(bits > Bits::ZERO, "{kind:?}");
        }
    }
}

#[cfg(test)]
pub(crate) mod sample {
    //! Bounds for tests: the population is read once.

    use std::sync::{Arc, LazyLock};

    use super::*;

    static POPULATION: LazyLock<Arc<Population>> =
        LazyLock::new(|| Arc::new(Population::built_in()));

    /// The bounds as the program has them.
    pub(crate) fn weights() -> Bounds {
        bounds(Arc::clone(&POPULATION))
    }
}
