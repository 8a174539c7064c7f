//! How fast names are found: `cargo bench --bench names -- [--persons N] [--travellers N] [--seed N]`.
//!
//! A list of invented persons and travellers who are on no list, one core. What stands behind each
//! figure is in `benches/README.md`.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis::domain::{Country, Date, Name};
use portcullis::index::fuzzy::{
    Builder, Fresh, Limits, Listed, Live, Memory, Query, Read, Scratch, Snapshot, View, Weights,
    Writer,
};
use portcullis::matching::score::{Mode, NationalityRelation, Prepared, Setting, Subject, score};
use portcullis::matching::{self, SUBJECTS_MIN};
use portcullis::names::{Analysed, Analyser, Bearer, Bits, Population, Rarity, Word};
use portcullis::sim::corpus::{
    Corpus, Crowd, Kind, Mix, Person, Query as Misspelt, Spelling, Traveller,
};

/// How often each traveller is looked for; the quickest counts, since the others were disturbed.
const PASSES: usize = 3;
/// Changes a second while it is measured what they cost.
const CHANGES_A_SECOND: u32 = 1_000;
/// Listed persons who are looked for after each kind of slip.
const SLIPS: usize = 500;
/// Listed persons who are filed together.
const BATCH: usize = 1_000;
/// Travellers whom the control looks for: it takes long.
const CONTROL: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(std::env::args().skip(1))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "# Names: {} persons, {} travellers", settings.persons, settings.travellers)?;
    writeln!(out, "seed {}, one core\n", settings.seed)?;
    let corpus = Corpus::new(settings.seed);
    let weights = matching::persons(Arc::new(Population::built_in()));
    let (cold, snapshot) = ready(&corpus, &settings, &weights, None);
    let kept = snapshot.memory().write();
    drop(snapshot);
    let Read::Whole(memory) = Memory::read(&kept) else {
        return Err("what was kept is broken".into());
    };
    let (warm, snapshot) = ready(&corpus, &settings, &weights, Some(&memory));
    drop((kept, memory));
    writeln!(out, "| list | |\n|---|---|")?;
    for (what, time) in [("ready, cold", cold), ("ready, warm", warm)] {
        writeln!(out, "| {what} | {:.1} s |", time.as_secs_f64())?;
    }
    let names = corpus.persons(settings.persons).map(|person| person.names.len()).sum::<usize>();
    describe(&mut out, &snapshot, names)?;
    let (live, mut writer) = Live::new(weights);
    writer.replace(snapshot);
    let bench = Bench::new(&settings, &corpus);
    bench.by_unknown_words(&mut out, &live.view())?;
    bench.recall(&mut out, &live.view())?;
    bench.under_changes(&mut out, &live, &mut writer)?;
    bench.control(&mut out, &live.view())
}

/// What is asked for on the command line.
struct Settings {
    persons: u32,
    travellers: u32,
    seed: u64,
}

impl Settings {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut settings = Self { persons: 1_000_000, travellers: 20_000, seed: 7 };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} lacks its value"));
            match word.as_str() {
                "--persons" => settings.persons = value()?.parse()?,
                "--travellers" => settings.travellers = value()?.parse()?,
                "--seed" => settings.seed = value()?.parse()?,
                // Cargo says so.
                "--bench" => {}
                other => return Err(format!("unknown: {other}").into()),
            }
        }
        Ok(settings)
    }
}

/// How long it takes until names are found, and what is found in then.
fn ready(
    corpus: &Corpus,
    settings: &Settings,
    weights: &Weights,
    memory: Option<&Memory>,
) -> (Duration, Snapshot<u32>) {
    let (mut builder, mut desk) = (Builder::default(), Desk::default());
    let (mut persons, mut spent) = (corpus.persons(settings.persons), Duration::ZERO);
    loop {
        // That they are invented is no part of it.
        let batch: Vec<Person> = persons.by_ref().take(BATCH).collect();
        let began = Instant::now();
        if batch.is_empty() {
            let snapshot = builder.build_with(weights.clone(), memory);
            return (spent + began.elapsed(), snapshot);
        }
        for person in &batch {
            desk.file(person, |listed| builder.add(person.number, listed));
        }
        spent += began.elapsed();
    }
}

/// Where persons are made ready to be filed, one after the other.
#[derive(Default)]
struct Desk {
    analyser: Analyser,
    names: Vec<Analysed>,
}

impl Desk {
    /// Shows what is filed about a person.
    fn file(&mut self, person: &Person, then: impl FnOnce(&Listed<'_>)) {
        self.names.resize_with(person.names.len(), Analysed::default);
        for (name, into) in person.names.iter().zip(&mut self.names) {
            self.analyser.analyse(spelt(name), Bearer::Person, into);
        }
        let born = person.listed_birth.as_slice();
        let nations = person.listed_nationality.as_slice();
        then(&Listed { names: &self.names, born, nations });
    }
}

fn analysed(analyser: &mut Analyser, name: &Spelling) -> Analysed {
    let mut into = Analysed::default();
    analyser.analyse(spelt(name), Bearer::Person, &mut into);
    into
}

fn describe(out: &mut impl Write, snapshot: &Snapshot<u32>, names: usize) -> std::io::Result<()> {
    let bytes: usize = snapshot.bytes().iter().map(|(_, bytes)| bytes).sum();
    writeln!(out, "| names | {names} |")?;
    writeln!(out, "| different words | {} |", snapshot.words())?;
    writeln!(out, "| memory | {} MB |\n", bytes / 1_000_000)
}

/// What all measurements share.
struct Bench<'a> {
    settings: &'a Settings,
    corpus: &'a Corpus,
    census: Census,
    setting: Setting,
}

impl<'a> Bench<'a> {
    fn new(settings: &'a Settings, corpus: &'a Corpus) -> Self {
        let subjects = (settings.persons as usize).max(SUBJECTS_MIN);
        let setting = Setting::of_list(subjects, Mode::Balanced);
        Self { settings, corpus, census: Census::new(corpus, settings.persons), setting }
    }

    fn travellers(&self, unknown: Option<f64>) -> Vec<Traveller> {
        let crowd = Crowd::new(self.corpus, self.settings.persons, Mix::travelling());
        let crowd = match unknown {
            Some(share) => crowd.unknown(share),
            None => crowd,
        };
        crowd.travellers(self.settings.travellers).collect()
    }

    /// Speed by the share of words that no listed name has.
    fn by_unknown_words(&self, out: &mut impl Write, view: &View<u32>) -> std::io::Result<()> {
        writeln!(
            out,
            "| unknown words | travellers/s | mean us | p50 | p99 | searched alone | candidates | cut |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        for share in [None, Some(0.05), Some(0.1), Some(0.2), Some(0.3)] {
            let travellers = self.travellers(share);
            let mut officer = Officer::new(self);
            let (mut candidates, mut cut) = (0, 0);
            for traveller in &travellers {
                cut += usize::from(officer.search(view, traveller));
                candidates += officer.found.len();
            }
            let many = travellers.len() as f64;
            let alone = Times::quickest(&travellers, |one| {
                officer.search(view, one);
            });
            let times = Times::quickest(&travellers, |one| officer.screen(view, one));
            let share = share
                .map_or_else(|| "as they come".into(), |share| format!("{:.0} %", share * 100.0));
            writeln!(
                out,
                "| {share} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} % |",
                1e6 / times.mean(),
                times.mean(),
                times.at(0.5),
                times.at(0.99),
                alone.mean(),
                candidates as f64 / many,
                100.0 * cut as f64 / many
            )?;
        }
        writeln!(out)
    }

    /// Of listed persons whom a slip was made about and whom the scorer would call a match, how many
    /// are found by the index.
    fn recall(&self, out: &mut impl Write, view: &View<u32>) -> std::io::Result<()> {
        let mut officer = Officer::new(self);
        let (mut missed, mut all) = (Vec::new(), (0, 0));
        for kind in Kind::ALL {
            let (mut found, mut matches) = (0, 0);
            for query in self.corpus.queries(kind, self.settings.persons, SLIPS) {
                let label = query.label.person;
                officer.search(view, &query);
                let is_found = officer.found.iter().any(|found| found.entry == label);
                if officer.bits(&query, label) >= self.setting.threshold_bits() {
                    matches += 1;
                    found += usize::from(is_found);
                }
            }
            all = (all.0 + found, all.1 + matches);
            if found < matches {
                missed.push(format!("{} {}", kind.label(), matches - found));
            }
        }
        let share = 100.0 * all.0 as f64 / all.1.max(1) as f64;
        writeln!(out, "Found of {} matches: {share:.2} %; missed: {}\n", all.1, missed.join(", "))
    }

    /// The slowest in a hundred while the list changes, and while it is made anew, as it is.
    fn under_changes(
        &self,
        out: &mut impl Write,
        live: &Arc<Live<u32>>,
        writer: &mut Writer<u32>,
    ) -> std::io::Result<()> {
        let travellers = self.travellers(None);
        let mut officer = Officer::new(self);
        let mut once = |done: &dyn Fn() -> bool| {
            let mut times = Times(Vec::new());
            for one in travellers.iter().cycle() {
                if times.0.len() >= travellers.len() && done() {
                    break;
                }
                let began = Instant::now();
                officer.screen(&live.view(), one);
                times.0.push(began.elapsed().as_nanos() as u32);
            }
            times.0.sort_unstable();
            times
        };
        let idle = once(&|| true);
        let (end, fresh) = (AtomicBool::new(false), std::sync::Mutex::new(None));
        let changing = std::thread::scope(|scope| {
            scope.spawn(|| self.change(writer, &end));
            let times = once(&|| true);
            end.store(true, Ordering::Release);
            times
        });
        let draft = writer.draft();
        let renewing = std::thread::scope(|scope| {
            let made = scope.spawn(|| {
                let made: Fresh<u32> = draft.build();
                fresh.lock().map(|mut slot| *slot = Some(made)).is_ok()
            });
            once(&|| made.is_finished())
        });
        if let Ok(Some(fresh)) = fresh.into_inner() {
            writer.swap(fresh);
        }
        let again = once(&|| true);
        writeln!(out, "| every look counted | p99 us | of idle |\n|---|---|---|")?;
        for (what, times) in [
            ("idle", &idle),
            ("1000 changes a second", &changing),
            ("while the list is made anew", &renewing),
            ("idle again", &again),
        ] {
            let p99 = times.at(0.99);
            writeln!(out, "| {what} | {p99:.1} | {:.2} |", p99 / idle.at(0.99))?;
        }
        writeln!(out)
    }

    /// Files and takes back entries at an even rate until told to end.
    fn change(&self, writer: &mut Writer<u32>, end: &AtomicBool) {
        let began = Instant::now();
        let mut desk = Desk::default();
        let new = Corpus::new(self.settings.seed + 1);
        for turn in 0_u32.. {
            let due = Duration::from_secs(1) * turn / CHANGES_A_SECOND;
            std::thread::sleep(due.saturating_sub(began.elapsed()));
            if end.load(Ordering::Acquire) {
                return;
            }
            match (turn % 4, new.person(turn)) {
                (0, _) => writer.remove(&(turn * 7 % self.settings.persons)),
                (_, Some(person)) => desk.file(&person, |listed| {
                    writer.add(&(self.settings.persons + turn), listed);
                }),
                (_, None) => {}
            }
        }
    }

    /// The control: names by the consonants of their words, no date, nothing ranked. Whoever shares
    /// two is a candidate.
    fn control(&self, out: &mut impl Write, view: &View<u32>) -> Result<(), Box<dyn Error>> {
        let mut analyser = Analyser::default();
        let mut postings = HashMap::<u64, Vec<u32>>::new();
        for person in self.corpus.persons(self.settings.persons) {
            for name in &person.names {
                let words = analysed(&mut analyser, name);
                for word in words.words() {
                    postings.entry(word.skeleton().bits()).or_default().push(person.number);
                }
            }
        }
        let travellers = self.travellers(None);
        let some = travellers.get(..CONTROL.min(travellers.len())).unwrap_or_default();
        let mut shared = HashMap::<u32, u32>::new();
        let plain = Times::quickest(some, |one| {
            shared.clear();
            for word in analysed(&mut analyser, &one.name).words() {
                for number in postings.get(&word.skeleton().bits()).into_iter().flatten() {
                    *shared.entry(*number).or_default() += 1;
                }
            }
            shared.retain(|_, words| *words > 1);
        });
        let mut officer = Officer::new(self);
        let ours = Times::quickest(some, |one| {
            officer.search(view, one);
        });
        writeln!(out, "| retrieval | mean us | p99 |\n|---|---|---|")?;
        for (what, times) in [("control: lists by consonants", plain), ("ours", ours)] {
            writeln!(out, "| {what} | {:.1} | {:.1} |", times.mean(), times.at(0.99))?;
        }
        Ok(())
    }
}

/// Who screens travellers, with all the room it takes.
struct Officer<'a> {
    bench: &'a Bench<'a>,
    analyser: Analyser,
    words: Analysed,
    scratch: Scratch,
    found: Vec<portcullis::index::fuzzy::Found<u32>>,
    /// Whom candidates are, as a register would hold them.
    listed: HashMap<u32, Option<Person>>,
}

/// How rare words are: as the population and the list have them.
struct Census {
    population: Population,
    names: u32,
    carriers: HashMap<u128, u32>,
}

impl Census {
    fn new(corpus: &Corpus, persons: u32) -> Self {
        let (mut names, mut carriers) = (0, HashMap::<u128, u32>::new());
        let mut analyser = Analyser::default();
        for name in corpus.persons(persons).flat_map(|person| person.names) {
            names += 1;
            for word in analysed(&mut analyser, &name).words() {
                *carriers.entry(word.canonical_key()).or_default() += 1;
            }
        }
        Self { population: Population::built_in(), names, carriers }
    }
}

impl Rarity for Census {
    fn bits(&self, word: &Word) -> Bits {
        let carriers = self.carriers.get(&word.canonical_key()).copied().unwrap_or_default();
        self.population.of(Bearer::Person).bits_with(word, self.names, carriers)
    }
}

impl<'a> Officer<'a> {
    fn new(bench: &'a Bench<'a>) -> Self {
        Self {
            bench,
            analyser: Analyser::default(),
            words: Analysed::default(),
            scratch: Scratch::default(),
            found: Vec::new(),
            listed: HashMap::new(),
        }
    }

    /// From the name as stated to candidates; whether a limit was met.
    fn search<'s>(&mut self, view: &View<u32>, one: impl Into<Stated<'s>>) -> bool {
        let one = one.into();
        self.analyser.analyse(one.name, Bearer::Person, &mut self.words);
        self.found.clear();
        let same = NationalityRelation::Same.bits();
        let query = Query {
            words: self.words.words(),
            acronym: None,
            born: Some(one.born),
            nation: Some((one.nationality, same)),
            threshold: self.bench.setting.threshold_bits(),
            limits: Limits::default(),
        };
        view.search(&query, &mut self.scratch, &mut self.found).cut
    }

    /// The same, and each candidate scored.
    fn screen(&mut self, view: &View<u32>, one: &Traveller) {
        self.search(view, one);
        if self.found.is_empty() {
            return;
        }
        self.found.sort_unstable_by_key(|found| found.entry);
        self.found.dedup_by_key(|found| found.entry);
        let found = std::mem::take(&mut self.found);
        for found in &found {
            std::hint::black_box(self.bits(one, found.entry));
        }
        self.found = found;
    }

    /// What the scorer says of somebody and a listed person; the names of both are read anew.
    fn bits<'s>(&mut self, one: impl Into<Stated<'s>>, listed: u32) -> Bits {
        let one = one.into();
        let rarity = &self.bench.census;
        let stated = [Prepared::new(&self.words, Bearer::Person, rarity)];
        let (born, nation): ([Date; 1], [Country; 1]) = ([one.born], [one.nationality]);
        let stated =
            Subject { names: &stated, born: &born, nationalities: &nation, ..Subject::default() };
        let person = self.listed.entry(listed);
        let Some(person) = person.or_insert_with(|| self.bench.corpus.person(listed)) else {
            return Bits::ZERO;
        };
        let names: Vec<Prepared> = person
            .names
            .iter()
            .map(|name| analysed(&mut self.analyser, name))
            .map(|name| Prepared::new(&name, Bearer::Person, rarity))
            .collect();
        let listed = Subject {
            names: &names,
            born: person.listed_birth.as_slice(),
            nationalities: person.listed_nationality.as_slice(),
            ..Subject::default()
        };
        std::hint::black_box(score(&stated, &listed, &self.bench.setting)).bits
    }
}

/// What is stated about somebody.
#[derive(Clone, Copy)]
struct Stated<'a> {
    name: Name<'a>,
    born: Date,
    nationality: Country,
}

impl<'a> From<&'a Traveller> for Stated<'a> {
    fn from(one: &'a Traveller) -> Self {
        Self { name: spelt(&one.name), born: one.born, nationality: one.nationality }
    }
}

impl<'a> From<&'a Misspelt> for Stated<'a> {
    fn from(one: &'a Misspelt) -> Self {
        Self { name: spelt(&one.name), born: one.born, nationality: one.nationality }
    }
}

fn spelt(name: &Spelling) -> Name<'_> {
    Name { surname: &name.surname, given: &name.given }
}

/// Times in nanoseconds, in order.
struct Times(Vec<u32>);

impl Times {
    /// The quickest of several looks at each.
    fn quickest<'t>(all: &'t [Traveller], mut look: impl FnMut(&'t Traveller)) -> Self {
        let mut times = vec![u32::MAX; all.len()];
        for _ in 0..PASSES {
            for (time, one) in times.iter_mut().zip(all) {
                let began = Instant::now();
                look(one);
                *time = (*time).min(began.elapsed().as_nanos() as u32);
            }
        }
        times.sort_unstable();
        Self(times)
    }

    /// Microseconds.
    fn mean(&self) -> f64 {
        self.0.iter().map(|time| f64::from(*time)).sum::<f64>() / self.0.len().max(1) as f64 / 1e3
    }

    /// Microseconds that this share of looks does not exceed.
    fn at(&self, share: f64) -> f64 {
        let place = (self.0.len() as f64 * share) as usize;
        self.0.get(place).map_or(0.0, |time| f64::from(*time) / 1e3)
    }
}
