//! What stands beside a name, as evidence: birth date, nationality, sex, place of birth.
//!
//! Sex and place of birth are told where both sides state them; the others always.

use crate::domain::{Attribute, Check, Country, Date, Evidence, Party, Relation};
use crate::names::{Analyser, Bits};
use crate::watchlist::Candidate;

use super::score::{self, Birthplace, BornRelation, PlaceRelation, SexRelation};

/// The listed date that agrees best beside the stated one.
pub(super) fn birth(party: &Party<'_>, candidate: &Candidate) -> Evidence {
    let stated = party.birth_date;
    let relation = |listed: Date| score::born(stated.as_slice(), &[listed]);
    let best = candidate.birth_dates().max_by_key(|listed| relation(*listed).bits());
    let compared = best.map_or(BornRelation::Missing, relation);
    let relation = if compared == BornRelation::Missing {
        Relation::Missing
    } else if best == stated {
        Relation::Same
    } else if compared.bits() > Bits::ZERO {
        Relation::Alike
    } else {
        Relation::Differs
    };
    let text = |date: Option<Date>| date.map(|date| date.to_iso()).unwrap_or_default();
    evidence(party, Attribute::BirthDate, (text(stated), text(best)), relation)
}

/// The nationality, whichever way it points.
pub(super) fn nationality(party: &Party<'_>, candidate: &Candidate) -> Evidence {
    let nationalities: Vec<Country> = candidate.nationalities().collect();
    let relation = match party.nationality {
        None => Relation::Missing,
        Some(_) if nationalities.is_empty() => Relation::Missing,
        Some(country) if nationalities.contains(&country) => Relation::Same,
        Some(_) => Relation::Differs,
    };
    let stated = party.nationality.map(|country| country.alpha3().to_owned()).unwrap_or_default();
    let listed: Vec<&str> = nationalities.iter().map(|country| country.alpha3()).collect();
    evidence(party, Attribute::Nationality, (stated, listed.join(" ")), relation)
}

/// Sex and place of birth, as far as both sides state them.
pub(super) fn further(party: &Party<'_>, candidate: &Candidate) -> Vec<Evidence> {
    sex(party, candidate).into_iter().chain(place(party, candidate)).collect()
}

fn sex(party: &Party<'_>, candidate: &Candidate) -> Option<Evidence> {
    let (stated, listed) = (party.sex, candidate.sex());
    let relation = match SexRelation::of(stated, listed) {
        SexRelation::Same => Relation::Same,
        SexRelation::Differs => Relation::Differs,
        SexRelation::Missing => return None,
    };
    let texts = (stated?.name().to_owned(), listed?.name().to_owned());
    Some(evidence(party, Attribute::Sex, texts, relation))
}

/// The listed place that agrees best beside the stated one.
fn place(party: &Party<'_>, candidate: &Candidate) -> Option<Evidence> {
    let mut analyser = Analyser::default();
    let stated = Birthplace::read(party.birth_place?, &mut analyser);
    let listed = Birthplace::read_all(candidate.birth_places(), &mut analyser);
    let related = listed.map(|listed| {
        let relation = score::places(std::slice::from_ref(&stated), std::slice::from_ref(&listed));
        (listed, relation)
    });
    let (listed, relation) = related.max_by_key(|(_, relation)| relation.bits())?;
    let relation = match relation {
        PlaceRelation::Same => Relation::Same,
        PlaceRelation::SameCountry => Relation::Alike,
        PlaceRelation::Differs => Relation::Differs,
        PlaceRelation::Missing => return None,
    };
    let texts = (stated.written().to_owned(), listed.written().to_owned());
    Some(evidence(party, Attribute::BirthPlace, texts, relation))
}

fn evidence(
    party: &Party<'_>,
    attribute: Attribute,
    (stated, listed): (String, String),
    relation: Relation,
) -> Evidence {
    Evidence { attribute, role: party.role, stated, listed, relation, check: Check::Absent }
}
