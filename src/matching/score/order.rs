//! No name comes before the name itself, whatever a slip made of it: judged on invented names of all kinds.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::tests::{prepared, probabilities};
use super::*;
use crate::names::Counts;
use crate::sim::corpus::{Change, Corpus, Kind, Spelling, Statement};

/// Listed ones whose names are changed.
const LISTED: u32 = 400;
/// Changed names of each kind.
const EACH: usize = 120;

/// Names of one kind of bearer, compared in pairs.
struct Pairs {
    bearer: Bearer,
    counts: Counts,
    model: Model,
    all: usize,
    /// Pairs of different names that are worth more than the name itself, by what was done.
    wrong: BTreeMap<String, Vec<String>>,
}

impl Pairs {
    fn new(bearer: Bearer) -> Self {
        let (counts, model) = (Counts::built_in(bearer), Model::of(bearer));
        Self { bearer, counts, model, all: 0, wrong: BTreeMap::new() }
    }

    fn of(&self, name: Name<'_>) -> Prepared {
        prepared(name, self.bearer, &self.counts)
    }

    fn take(&mut self, change: impl std::fmt::Debug, stated: Name<'_>, listed: Name<'_>) {
        let (one, other) = (self.of(stated), self.of(listed));
        let bits = |a, b| name_bits(a, b, &self.model);
        let both = bits(&one, &other);
        let own = bits(&one, &one).min(bits(&other, &other));
        self.all += 1;
        if both > own {
            let told = |name: Name<'_>| format!("{}, {}", name.surname, name.given);
            let told =
                format!("{} | {}: {} {}", told(stated), told(listed), both.to_f32(), own.to_f32());
            self.wrong.entry(format!("{change:?}")).or_default().push(told);
        }
    }

    /// Takes each statement with all names of whom it is about.
    fn take_all(
        &mut self,
        stated: impl Iterator<Item = Statement>,
        names: impl Fn(u32) -> Option<SmallVec<[Spelling; 3]>>,
    ) {
        for one in stated {
            let whole = Name { surname: &one.name, given: "" };
            for listed in names(one.label.number).iter().flatten() {
                self.take(one.label.change, whole, written(listed));
            }
        }
    }

    #[track_caller]
    fn check(self) {
        assert!(self.all > 1_000, "{}", self.all);
        assert!(self.wrong.is_empty(), "of {}: {:#?}", self.all, self.wrong);
    }
}

fn written(name: &Spelling) -> Name<'_> {
    Name { surname: &name.surname, given: &name.given }
}

#[test]
fn no_slip_makes_the_name_of_a_person_worth_more() {
    let mut pairs = Pairs::new(Bearer::Person);
    let corpus = Corpus::new(29);
    for kind in Kind::ALL {
        for query in corpus.queries(kind, LISTED, EACH) {
            let Some(person) = corpus.person(query.label.person) else { continue };
            for listed in &person.names {
                pairs.take(kind, written(&query.name), written(listed));
            }
        }
    }
    pairs.check();
}

#[test]
fn no_change_makes_the_name_of_a_firm_worth_more() {
    let mut pairs = Pairs::new(Bearer::Organisation);
    let corpus = Corpus::new(31);
    for change in Change::OF_ORGANISATIONS {
        let stated = corpus.statements_of_organisations(change, LISTED, EACH);
        pairs.take_all(stated, |number| Some(corpus.organisation(number)?.names));
    }
    pairs.check();
}

#[test]
fn no_change_makes_the_name_of_a_vessel_worth_more() {
    let mut pairs = Pairs::new(Bearer::Vessel);
    let corpus = Corpus::new(37);
    for change in Change::OF_VESSELS {
        let stated = corpus.statements_of_vessels(change, LISTED, EACH);
        pairs.take_all(stated, |number| Some(corpus.vessel(number)?.names));
    }
    pairs.check();
}

#[test]
fn the_name_itself_comes_before_other_spellings_of_it() {
    let order = |bearer, names: &[(&str, &str)]| {
        for (name, other) in names {
            let both = probabilities(&[(name, name), (name, other)], bearer);
            assert!(both[0] > both[1], "{name}, {other}: {both:?}");
        }
    };
    let people = [
        ("Mohammed Ali", "Muhammad Ali"),
        ("Mohammed Ali", "Mohammed Aly"),
        ("Mohammed Ali", "M Ali"),
        ("Mohammed Ali", "Moh Ali"),
        ("Ahmed Hassan", "Ahmad Hasan"),
        ("Maria Garcia", "Mariya Garcia"),
        ("Chen Wei", "Chan Wei"),
        ("Olena Shevchenko", "Elena Shevchenko"),
        ("Kim Young-Ho", "Gim Yeong-Ho"),
        ("Duarte Brazao", "Duarte Brasao"),
        ("Anna Maria Lopez", "Annamaria Lopez"),
        ("Annamaria Lopez", "Anna Maria Lopez"),
        ("LOPEZ, Anna Maria", "LOPEZ, Annamaria"),
        ("John Smith", "John Smi th"),
        ("John Smith", "Johnsmith"),
        ("Mullah Omar", "Mul lah Omar"),
        ("김민수", "Kim Min-su"),
    ];
    order(Bearer::Person, &people);
    let firms = [
        ("Mohammed Trading Ltd", "Muhammad Trading Ltd"),
        ("Schmidt AG", "Schmitt AG"),
        ("Globex Trading Ltd", "Globex Tradng Ltd"),
        ("Petro Chem Industries", "Petrochem Industries"),
        ("Global Shipping Services", "Globl Shipping Services"),
    ];
    order(Bearer::Organisation, &firms);
    let ships = [("Sea Star", "Seastar"), ("Seastar", "Sea Star"), ("MV Sea Star", "MV Seastar")];
    order(Bearer::Vessel, &ships);
}

/// What an abbreviation says is no more than what the name in full says.
#[test]
fn the_name_itself_comes_before_its_initials() {
    let words =
        ["Zarvolt", "Quenmar", "Brixol", "Tandero", "Velmira", "Osgard", "Plendix", "Kurno"];
    let mut pairs = Pairs::new(Bearer::Organisation);
    for many in 3..=words.len() {
        let full = words[..many].join(" ");
        let short: String = words[..many].iter().filter_map(|word| word.chars().next()).collect();
        let whole = |surname| Name { surname, given: "" };
        pairs.take(many, whole(&short), whole(&full));
    }
    assert!(pairs.wrong.is_empty(), "{:#?}", pairs.wrong);
}
