//! What the scorer promises: names that are one score above names that are not, and explanations add up.

use proptest::prelude::*;

use super::*;
use crate::domain::Kind as IdentifierKind;
use crate::names::{Analysed, Analyser, Counts, Likeness};

/// A subject that owns what it states.
#[derive(Default)]
struct Owned {
    names: Vec<Prepared>,
    written: Vec<(String, String)>,
    born: Vec<Date>,
    nationalities: Vec<Country>,
    sex: Option<Sex>,
    places: Vec<Birthplace>,
    identifiers: Vec<Identifier>,
}

impl Owned {
    fn named(mut self, text: &str, bearer: Bearer, counts: &Counts) -> Self {
        let comma = text.split_once(',').filter(|_| bearer == Bearer::Person);
        let (surname, given) = comma.unwrap_or((text, ""));
        let (surname, given) = (surname.trim(), given.trim());
        self.names.push(prepared(Name { surname, given }, bearer, counts));
        self.written.push((surname.into(), given.into()));
        self
    }

    fn scored<R>(&self, other: &Self, read: impl Fn(&Subject<'_>, &Subject<'_>) -> R) -> R {
        let written = |owned: &'_ Self| -> Vec<(String, String)> { owned.written.clone() };
        let (mine, theirs) = (written(self), written(other));
        read(&self.subject(&as_names(&mine)), &other.subject(&as_names(&theirs)))
    }

    fn subject<'a>(&'a self, written: &'a [Name<'a>]) -> Subject<'a> {
        Subject {
            names: &self.names,
            written,
            born: &self.born,
            nationalities: &self.nationalities,
            sex: self.sex,
            birth_places: &self.places,
            identifiers: &self.identifiers,
        }
    }
}

fn as_names(written: &[(String, String)]) -> Vec<Name<'_>> {
    written.iter().map(|(surname, given)| Name { surname, given }).collect()
}

pub(super) fn prepared(name: Name<'_>, bearer: Bearer, counts: &Counts) -> Prepared {
    let mut analysed = Analysed::default();
    Analyser::default().analyse(name, bearer, &mut analysed);
    Prepared::new(&analysed, bearer, counts)
}

/// Probabilities of pairs of names, by the default setting.
pub(super) fn probabilities(pairs: &[(&str, &str)], bearer: Bearer) -> Vec<f32> {
    let counts = Counts::built_in(bearer);
    let setting = Setting::default();
    let subject = |text: &str| Owned::default().named(text, bearer, &counts);
    let scored = |(one, other): &(&str, &str)| {
        subject(one).scored(&subject(other), |a, b| score(a, b, &setting).probability)
    };
    pairs.iter().map(scored).collect()
}

#[track_caller]
fn check(bearer: Bearer, same: &[(&str, &str)], other: &[(&str, &str)]) {
    for (pair, probability) in same.iter().zip(probabilities(same, bearer)) {
        assert!(probability >= 0.5, "{pair:?}: {probability}");
    }
    for (pair, probability) in other.iter().zip(probabilities(other, bearer)) {
        assert!(probability < 0.5, "{pair:?}: {probability}");
    }
}

#[test]
fn names_of_one_person_are_told_from_names_of_two() {
    check(
        Bearer::Person,
        &[
            ("John Smith", "SMITH, John"),
            ("Jonathan Meierhofer", "Jonathan Meyerhofer"),
            ("Yusuf Karimov", "Youssouf Karimoff"),
            ("AnnaLindqvist", "Anna Lindqvist"),
            ("Abdul Rahman Qureshi", "ABDULRAHMAN QURESHI"),
            ("A. Lindqvist", "Anna Lindqvist"),
            ("Сергей Воробьёв", "Sergey Vorobyov"),
            ("MORALES VEGA, Pablo", "Pablo Morales Vega"),
            ("Dr. Anna Lindqvist", "Anna Lindqvist"),
        ],
        &[
            ("Anna Lindqvist", "Peter Hofmann"),
            ("Anna Lindqvist", "Erik Lindqvist"),
            ("B. Lindqvist", "Anna Lindqvist"),
            ("Sergey Ivanovich Vorobyov", "Sergey Petrovich Vorobyov"),
            ("Anna Lindqvist", "Anna Bergström"),
        ],
    );
}

#[test]
fn organisations_keep_their_distinctive_words_and_numbers() {
    check(
        Bearer::Organisation,
        &[
            ("Meridian Shipping LLC", "OOO Meridian Shipping"),
            ("The Meridian Bank", "Meridian Bank"),
            ("Meridian Shiping Ltd", "Meridian Shipping Limited"),
        ],
        &[
            ("Meridian Shipping LLC", "Polaris Shipping LLC"),
            ("11420 Corp.", "Meridian Corp."),
            ("Factory No. 12", "Factory No. 47"),
        ],
    );
    check(
        Bearer::Vessel,
        &[("MV Northern Light", "Northern Light")],
        &[("Northern Light", "Northern Queen"), ("Imo 3", "Imo 7")],
    );
}

#[test]
fn no_date_is_an_organisations_and_whose_name_is_not_stated_is_still_no_person() {
    let counts = Counts::built_in(Bearer::Organisation);
    let setting = Setting::of_list(10_000, Mode::Balanced);
    let firm = |born: &str, name: &str| Owned {
        born: Date::parse(born).into_iter().collect(),
        ..Owned::default().named(name, Bearer::Organisation, &counts)
    };
    let listed = firm("1984-02-29", "Meridian Shipping LLC");
    let scored = |stated: &Owned| {
        stated.scored(&listed, |a, b| (score(a, b, &setting), explain(a, b, &setting)))
    };
    let without = scored(&firm("", "Meridian Shipping"));
    for born in ["1984-02-29", "1955-01-07"] {
        let (with, explained) = scored(&firm(born, "Meridian Shipping"));
        assert_eq!(with, without.0);
        let is_date = |line: &Line| matches!(line.reason, Reason::Born { .. } | Reason::Sex { .. });
        assert!(!explained.lines.iter().any(is_date));
    }
    let nameless = scored(&Owned::default()).0;
    assert_eq!(nameless.odds - nameless.bits, setting.prior(Bearer::Organisation));
}

#[test]
fn a_birth_date_decides_between_namesakes() {
    let counts = Counts::built_in(Bearer::Person);
    let setting = Setting::of_list(100_000, Mode::Balanced);
    let born = |text: &str| Owned {
        born: Date::parse(text).into_iter().collect(),
        ..Owned::default().named("Lindqvist, Anna", Bearer::Person, &counts)
    };
    let listed = born("1980-04-12");
    let bits = |text: &str| born(text).scored(&listed, |a, b| score(a, b, &setting).bits);
    let ordered = ["1980-04-12", "1980-12-04", "1980", "", "1955-07-30"].map(bits);
    assert!(ordered.is_sorted_by(|one, other| one > other), "{ordered:?}");
}

#[test]
fn a_namesake_of_the_same_day_is_below_every_threshold_of_screening() {
    let counts = Counts::built_in(Bearer::Person);
    let setting = Setting::of_list(2_830_000, Mode::Balanced);
    let person = |text: &str| Owned {
        born: Date::parse("1980-04-12").into_iter().collect(),
        nationalities: Country::parse("SWE").into_iter().collect(),
        ..Owned::default().named(text, Bearer::Person, &counts)
    };
    let listed = person("Lindqvist, Anna Maria");
    let bits = |text: &str| person(text).scored(&listed, |a, b| score(a, b, &setting).bits);
    for other in ["Lindqvist, Peter", "Lindqvist, Ellen Christina", "Peter Lindqvist"] {
        assert!(bits(other) < setting.threshold_bits(), "{other}: {:?}", bits(other));
    }
    let brother = |text: &str| {
        let sergey = person("Morozov, Sergey Petrovich");
        person(text).scored(&sergey, |a, b| score(a, b, &setting).bits)
    };
    assert!(brother("Morozov, Oleg Petrovich") < setting.threshold_bits());
    assert!(brother("Morozov, Sergei Petrovich") > setting.threshold_bits());
    for same in ["Lindqvist, Ana", "Anna Lindkvist", "Lindqvist, A"] {
        assert!(bits(same) > setting.threshold_bits(), "{same}: {:?}", bits(same));
    }
}

#[test]
fn a_ship_that_has_another_number_is_another_ship() {
    let counts = Counts::built_in(Bearer::Vessel);
    let ship = |imo: &str| Owned {
        identifiers: Identifier::parse(IdentifierKind::Imo, imo, None).into_iter().collect(),
        ..Owned::default().named("Northern Light", Bearer::Vessel, &counts)
    };
    let setting = Setting::default();
    let bits =
        |imo: &str| ship("9074729").scored(&ship(imo), |a, b| score(a, b, &setting).probability);
    assert!(bits("9074729") > 0.99);
    assert!(bits("9321483") < 0.01);
}

#[test]
fn a_place_agrees_by_its_name_and_not_by_a_letter() {
    let counts = Counts::empty();
    let born_in = |place: &str| Owned {
        places: vec![Birthplace::read(place, &mut Analyser::default())],
        ..Owned::default().named("Lindqvist, Anna", Bearer::Person, &counts)
    };
    let listed = born_in("Gothenburg");
    let bits =
        |place: &str| born_in(place).scored(&listed, |a, b| score(a, b, &Setting::default()).bits);
    assert_eq!(bits("Gotenburg"), bits("Gothenburg"));
    assert!(bits("Malmo") < bits("Gothenburg"));
    assert!(bits("G") < bits("Gothenburg"));
    assert_eq!(bits("Goth"), bits("Malmo"));
}

#[test]
fn sons_and_numbers_are_told_apart() {
    let bits = |one: &str, other: &str| {
        let counts = Counts::built_in(Bearer::Person);
        let subject = |text: &str| Owned::default().named(text, Bearer::Person, &counts);
        subject(one).scored(&subject(other), |a, b| score(a, b, &Setting::default()).bits)
    };
    assert_eq!(
        bits("Anna Lindqvist Jr", "Anna Lindqvist Junior"),
        bits("Anna Lindqvist Jr", "Anna Lindqvist Jr")
    );
    assert!(
        bits("Anna Lindqvist III", "Anna Lindqvist II")
            < bits("Anna Lindqvist III", "Anna Lindqvist III")
    );
}

/// Where families name a man and a woman differently, the names tell it on either side.
#[test]
fn the_family_name_of_another_sex_counts_from_either_side() {
    let counts = Counts::built_in(Bearer::Person);
    let name = |surname, given| prepared(Name { surname, given }, Bearer::Person, &counts);
    let model = Model::of(Bearer::Person);
    // Here the word is the family name by its field, there one of several names.
    let (stated, listed) = (name("Zubrilkov", "Sasha"), name("Sasha Zubrilkova Petrova", ""));
    let seen = |one, other| {
        let mut seen = Seen { model: &model, features: Vec::new() };
        observe(one, other, &align(one, other, &model), &mut seen);
        seen.features.contains(&Feature::OtherSex)
    };
    assert!(seen(&stated, &listed));
    assert!(seen(&listed, &stated));
}

/// The features that were observed.
struct Seen<'m> {
    model: &'m Model,
    features: Vec<Feature>,
}

impl Sink for Seen<'_> {
    fn about(&mut self, _: Item) {}
    fn add(&mut self, feature: Feature, _: i32) {
        self.features.push(feature);
    }
    fn model(&self) -> &Model {
        self.model
    }
}

#[test]
fn a_weak_alias_is_worth_less() {
    let counts = Counts::built_in(Bearer::Person);
    let stated = Owned::default().named("Lindqvist, Anna", Bearer::Person, &counts);
    let listed = |weak: bool| {
        let mut owned = Owned::default().named("Lindqvist, Anna", Bearer::Person, &counts);
        owned.names = owned.names.into_iter().map(|name| name.weak(weak)).collect();
        owned
    };
    let setting = Setting::default();
    let bits = |weak| stated.scored(&listed(weak), |a, b| score(a, b, &setting).bits);
    assert!(bits(true) < bits(false));
}

#[test]
fn the_explanation_shows_words_in_their_own_script() {
    let counts = Counts::built_in(Bearer::Person);
    let stated = Owned::default().named("Sergey Vorobyov", Bearer::Person, &counts);
    let listed = Owned::default().named("Сергей Петрович Воробьёв", Bearer::Person, &counts);
    let explanation = stated.scored(&listed, |a, b| explain(a, b, &Setting::default()));
    assert_eq!(explanation.listed, "Сергей Петрович Воробьёв");
    let plain = explanation.plain().join("\n");
    assert!(plain.contains("Воробьёв"), "{plain}");
    assert!(plain.contains("only on the list: Петрович"), "{plain}");
    assert!(plain.contains("no birth date stated and none on the list"), "{plain}");
}

#[test]
fn thresholds_and_probabilities_agree() {
    for mode in Mode::ALL {
        assert_eq!(Mode::parse(mode.name()), Some(mode));
        for setting in [Setting::of_pairs(mode), Setting::of_list(1_000_000, mode)] {
            for bearer in [Bearer::Person, Bearer::Vessel] {
                let at = setting.bits_at(mode.threshold(), bearer) + setting.prior(bearer);
                let step = Bits::whole(1);
                assert!(setting::probability(at + step) > mode.threshold());
                assert!(setting::probability(at - step) < mode.threshold());
                assert!((at - odds(mode.threshold())).in_sixteenths().abs() <= 1);
            }
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,9}",
        prop::sample::select(vec![
            "muhammad",
            "Mohamed",
            "abdul",
            "rahman",
            "abdulrahman",
            "al-Masri",
            "bin",
            "Ivanov",
            "Ivanova",
            "Sergeevich",
            "Kim",
            "Li",
            "Anna",
            "Ana",
            "محمد",
            "Иван",
            "J.",
            "12",
            "de",
            "Ltd",
            "",
        ])
        .prop_map(str::to_owned),
    ]
}

fn subject() -> impl Strategy<Value = (Vec<String>, bool, Vec<u32>, Option<bool>)> {
    let name = || prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "));
    let comma = (name(), prop::option::of(name())).prop_map(|(surname, given)| match given {
        Some(given) => format!("{surname}, {given}"),
        None => surname,
    });
    // Often the same day on both sides.
    let day = prop_oneof![0..40_000_u32, 4_000..4_002_u32];
    let dates = prop::collection::vec(day, 0..2);
    (prop::collection::vec(comma, 1..3), any::<bool>(), dates, any::<Option<bool>>())
}

/// A name of words that are alike, joined and split, so that many pairings are even.
fn near_words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "lena", "lene", "alena", "marlena", "mar", "mari", "marilena", "ilena", "marlen", "len",
    ]);
    prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
}

fn owned(
    (names, weak, dates, sex): (Vec<String>, bool, Vec<u32>, Option<bool>),
    bearer: Bearer,
    counts: &Counts,
) -> Owned {
    let names =
        names.iter().fold(Owned::default(), |owned, text| owned.named(text, bearer, counts));
    Owned {
        names: names.names.into_iter().map(|name| name.weak(weak)).collect(),
        born: dates.iter().filter_map(|day| Date::from_epoch_days(*day as i32 - 20_000)).collect(),
        nationalities: Country::parse(if weak { "GBR" } else { "IRL" }).into_iter().collect(),
        sex: sex.map(|female| if female { Sex::Female } else { Sex::Male }),
        places: vec![Birthplace::read("Dover", &mut Analyser::default())],
        written: names.written,
        ..Owned::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_bits_of_an_explanation_add_up_to_the_score(
        one in subject(), other in subject(), person in any::<bool>(),
    ) {
        let bearer = if person { Bearer::Person } else { Bearer::Organisation };
        // Random names meet rare words only: no table is needed.
        let counts = Counts::empty();
        let (one, other) = (owned(one, bearer, &counts), owned(other, bearer, &counts));
        let setting = Setting::default();
        let (scored, explanation) = one.scored(&other, |a, b| {
            (score(a, b, &setting), explain(a, b, &setting))
        });
        prop_assert_eq!(scored.bits, explanation.bits());
    }

    #[test]
    fn no_word_is_in_two_pairs(one in subject(), other in subject()) {
        let counts = Counts::empty();
        let (one, other) =
            (owned(one, Bearer::Person, &counts), owned(other, Bearer::Person, &counts));
        let model = Model::of(Bearer::Person);
        let found = align(&one.names[0], &other.names[0], &model);
        let (left, right) = found.paired();
        let count = |span: fn(&Pair) -> Span| -> u32 {
            found.pairs.iter().map(|pair| span(pair).mask().count_ones()).sum()
        };
        prop_assert_eq!(left.count_ones(), count(|pair| pair.left));
        prop_assert_eq!(right.count_ones(), count(|pair| pair.right));
    }
}

#[track_caller]
fn check_both_ways(one: &str, other: &str, bearer: Bearer, counts: &Counts) {
    let name = |text: &str| {
        let name = Owned::default().named(text, bearer, counts).names.remove(0);
        // The end of a stated name may be missing, that of a listed one is as it stands.
        Prepared { cut: false, ..name }
    };
    let (one, other, model) = (name(one), name(other), Model::of(bearer));
    assert_eq!(name_bits(&one, &other, &model), name_bits(&other, &one, &model));
}

#[test]
fn even_choices_are_made_alike_from_either_side() {
    let counts = Counts::empty();
    let (one, other) = ("lena mar len marilena", "mar lene alena marlena alena");
    check_both_ways(one, other, Bearer::Person, &counts);
    check_both_ways("Li xa", "x aa l", Bearer::Organisation, &counts);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn which_side_a_name_stands_on_does_not_matter(
        one in prop_oneof![subject().prop_map(|subject| subject.0[0].clone()), near_words()],
        other in prop_oneof![subject().prop_map(|subject| subject.0[0].clone()), near_words()],
        person in any::<bool>(),
    ) {
        let bearer = if person { Bearer::Person } else { Bearer::Organisation };
        check_both_ways(&one, &other, bearer, &Counts::empty());
    }
}

/// However common a word is, and however little it is worth that it agrees.
#[test]
fn words_a_letter_apart_are_told_so_and_others_are_little_alike() {
    let counts = Counts::built_in(Bearer::Organisation);
    let firm = |text| Owned::default().named(text, Bearer::Organisation, &counts);
    let (one, other) = (firm("Globex Tradng Ltd"), firm("Globex Trading Ltd"));
    let told = one.scored(&other, |a, b| explain(a, b, &Setting::default()).plain()).join("; ");
    assert!(told.contains("Tradng differs from Trading by a letter or so"), "{told}");
    let likeness = Likeness { kind: crate::names::Kind::Edit, similarity: 120, cost: 48 };
    let (stated, listed) = ("Marlow".to_owned(), "Merlin".to_owned());
    let reason = Reason::Alike { stated, listed, likeness, joined: false };
    let told = Line { reason, bits: Bits::whole(1) }.plain();
    assert_eq!(told.as_deref(), Some("Marlow is little like Merlin"));
}
