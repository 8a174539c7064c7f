//! Takes the settings one by one and gathers every mistake.
//!
//! Each taking method names the setting's key, its default, what may be written, and what it is
//! for, in this order. It always gives a value back, after a mistake the default or a stand-in,
//! so that the reading goes on to the next mistake; [`Reader::finish`] then refuses them all.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Display;
use std::mem::{self, discriminant};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::document::{Document, Value};
use super::effective::{Effective, Setting, Source, key_part, quoted};
use super::mistake::{Mistake, Mistakes, Place};
use super::nearest::nearest;
use super::secret::{self, MASK, Secret, looks_secret};
use super::taking::{Absent, Asked, Given, capital, filled, masked, plain, rank, texts, unit_of};
use super::unknown::{Known, PREFIX, Shape, refusal, variable};

/// One setting given on the command line. Its value may be a secret, so it has no `Debug`.
#[derive(Clone)]
pub struct Argument {
    /// The full key of the setting it sets, such as `kafka.brokers`.
    pub key: String,
    /// The value, written as in an environment variable.
    pub value: String,
    /// The flag as the user knows it, such as `--brokers`: the place of its mistakes.
    pub flag: String,
}

/// Reads the settings. A command-line flag goes before an environment variable, that before the
/// file, that before the default; what is written anywhere is checked even where it is overridden.
///
/// The variable of `kafka.brokers` is `PORTCULLIS_KAFKA__BROKERS`. In variables and flags a list
/// is written with commas, all else as in the file but without quotes. It holds secrets, so it
/// has no `Debug`.
pub struct Reader {
    pub(super) document: Document,
    pub(super) file: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) arguments: Vec<Argument>,
    pub(super) allowed: BTreeSet<String>,
    /// What precedes a key in the table being read: empty, or such as `lists[0].`.
    pub(super) scope: String,
    /// Whether the sample file is being made, for which nothing is given and nothing required.
    pub(super) sampling: bool,
    pub(super) known: Known,
    pub(super) effective: Effective,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader {
    /// Takes in the file (its path, for the places, and its text), the environment (its variables
    /// beginning with `PORTCULLIS_`, the others are left alone) and the command line's settings.
    /// What is wrong with any of them is told by [`Reader::finish`].
    pub fn new<Name: Into<OsString>, Text: Into<OsString>>(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (Name, Text)>,
        arguments: Vec<Argument>,
    ) -> Self {
        let mut reader = Self::sample();
        reader.sampling = false;
        reader.arguments = arguments;
        for (name, value) in environment {
            let (Ok(name), value) = (name.into().into_string(), value.into()) else { continue };
            if !name.starts_with(PREFIX) {
                continue;
            }
            match value.into_string() {
                Ok(value) => drop(reader.variables.insert(name, value)),
                Err(_) => {
                    reader.push(Place::Variable(name), "", "is not UTF-8: set it again".to_owned());
                }
            }
        }
        if let Some((path, text)) = file {
            reader.file = Some(path.display().to_string());
            reader.document = Document::parse(text);
        }
        reader
    }

    /// A reader for the documented sample file alone: read the settings with it, then call
    /// [`Reader::into_sample`].
    #[must_use]
    pub fn sample() -> Self {
        Self {
            document: Document::default(),
            file: None,
            variables: BTreeMap::new(),
            arguments: Vec::new(),
            allowed: BTreeSet::new(),
            scope: String::new(),
            sampling: true,
            known: Known::default(),
            effective: Effective::new(),
            mistakes: Vec::new(),
        }
    }

    /// Names variables that begin like ours but are no settings, such as `PORTCULLIS_CONFIG`.
    pub fn allow_variables(&mut self, names: &[&str]) {
        self.allowed.extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// Any text, even an empty one.
    pub fn text(&mut self, key: &str, default: &str, doc: &str) -> String {
        let absent = Absent::Default(self.shown(key, default));
        self.any_text(key, doc, absent).unwrap_or_else(|| default.to_owned())
    }

    /// A text that has no default and may not be empty; the sample file shows the example. Gives
    /// an empty text after a mistake.
    pub fn required_text(&mut self, key: &str, example: &str, doc: &str) -> String {
        let absent = Absent::Required(self.shown(key, example));
        self.any_text(key, doc, absent).unwrap_or_default()
    }

    /// A text that may be left out, but if it is there is not empty.
    pub fn optional_text(&mut self, key: &str, doc: &str) -> Option<String> {
        self.any_text(key, doc, Absent::Unset("\"\""))
    }

    /// A path, from the working directory unless it is absolute; it may not be empty. Whether
    /// anything is there is not looked at.
    pub fn path(&mut self, key: &str, default: &str, doc: &str) -> PathBuf {
        let asked =
            Asked { key, doc, rule: "A path".to_owned(), absent: Absent::Default(quoted(default)) };
        let path = self.take(asked, filled, |path: &String| quoted(path));
        path.map_or_else(|| default.into(), PathBuf::from)
    }

    /// A path that may be left out; otherwise as [`Reader::path`].
    pub fn optional_path(&mut self, key: &str, doc: &str) -> Option<PathBuf> {
        let asked = Asked { key, doc, rule: "A path".to_owned(), absent: Absent::Unset("\"\"") };
        self.take(asked, filled, |path: &String| quoted(path)).map(PathBuf::from)
    }

    /// A text that `parse` turns into a room's own type. `rule` says what may be written, as in
    /// "An address and port"; the error of `parse` says what is wrong and how to mend it, without
    /// repeating the text.
    pub fn parsed<T: Display>(
        &mut self,
        key: &str,
        default: T,
        rule: &str,
        doc: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        let absent = Absent::Default(self.shown(key, &default.to_string()));
        let asked = Asked { key, doc, rule: rule.to_owned(), absent };
        let hidden = looks_secret(&self.full(key));
        let show = |value: &T| masked(hidden, &value.to_string());
        self.take(asked, |value| parse(value.text()?), show).unwrap_or(default)
    }

    /// A whole number of any integer type, within the range.
    pub fn count<N>(&mut self, key: &str, default: N, range: RangeInclusive<N>, doc: &str) -> N
    where
        N: TryFrom<i64> + PartialOrd + Copy + Display,
    {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let accept = |number| N::try_from(number).ok().filter(|number| range.contains(number));
        self.whole(key, doc, &expected, default, accept, N::to_string)
    }

    /// A length of time within the range. The key ends in its unit: `_ms`, `_seconds`, `_minutes`,
    /// `_hours` or `_days`; the default and the range are whole multiples of it.
    pub fn duration(
        &mut self,
        key: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
        doc: &str,
    ) -> Duration {
        let (unit, unit_ms) = unit_of(key);
        let units = |length: &Duration| (length.as_millis() / u128::from(unit_ms)).to_string();
        let (least, most) = (units(range.start()), units(range.end()));
        let expected = format!("a whole number of {unit} from {least} to {most}");
        let accept = |number: i64| {
            let number = u64::try_from(number).ok()?;
            let length = Duration::from_millis(number.checked_mul(unit_ms)?);
            range.contains(&length).then_some(length)
        };
        self.whole(key, doc, &expected, default, accept, units)
    }

    /// A number that may have decimals, within the range.
    pub fn decimal(
        &mut self,
        key: &str,
        default: f64,
        range: RangeInclusive<f64>,
        doc: &str,
    ) -> f64 {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        let read = |value: &Value| {
            let number = value.decimal(&expected)?;
            let wrong = || format!("expected {expected}, found another: choose one of these");
            range.contains(&number).then_some(number).ok_or_else(wrong)
        };
        let show = |number: &f64| format!("{number:?}");
        let absent = Absent::Default(show(&default));
        let asked = Asked { key, doc, rule: capital(&expected), absent };
        self.take(asked, read, show).unwrap_or(default)
    }

    /// True or false.
    pub fn flag(&mut self, key: &str, default: bool, doc: &str) -> bool {
        let absent = Absent::Default(default.to_string());
        let asked = Asked { key, doc, rule: "True or false".to_owned(), absent };
        self.take(asked, Value::truth, bool::to_string).unwrap_or(default)
    }

    /// One of several words, each with what it stands for; the default is one of those.
    pub fn choice<T: Clone + PartialEq>(
        &mut self,
        key: &str,
        default: T,
        choices: &[(&str, T)],
        doc: &str,
    ) -> T {
        let words: Vec<String> = choices.iter().map(|(word, _)| quoted(word)).collect();
        let expected = words.join(" or ");
        let read = |value: &Value| {
            let written = value.text().map_err(|_| value.not(&expected, "write it in quotes"))?;
            if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == written) {
                return Ok(choice.clone());
            }
            let mend = match nearest(written, choices.iter().map(|(word, _)| *word)) {
                Some(word) => format!("did you mean \"{word}\"?"),
                None => "choose one of these".to_owned(),
            };
            Err(format!("expected {expected}, found another text: {mend}"))
        };
        let show = |chosen: &T| {
            let word = choices.iter().find(|(_, choice)| choice == chosen);
            debug_assert!(word.is_some(), "the default of {key} is none of its choices");
            quoted(word.map_or("", |(word, _)| word))
        };
        let asked =
            Asked { key, doc, rule: capital(&expected), absent: Absent::Default(show(&default)) };
        self.take(asked, read, show).unwrap_or(default)
    }

    /// Several texts, none of them empty. In a variable or a flag they are parted by commas.
    pub fn list_of_text(&mut self, key: &str, default: &[&str], doc: &str) -> Vec<String> {
        let default: Vec<String> = default.iter().map(|text| (*text).to_owned()).collect();
        let hidden = looks_secret(&self.full(key));
        let show = |texts: &Vec<String>| {
            let texts: Vec<String> = texts.iter().map(|text| masked(hidden, text)).collect();
            format!("[{}]", texts.join(", "))
        };
        let rule = "A list of texts".to_owned();
        let asked = Asked { key, doc, rule, absent: Absent::Default(show(&default)) };
        self.take(asked, texts, show).unwrap_or(default)
    }

    /// A secret, which may be left out. Under the same key with `_file` at its end, the file, the
    /// environment and the command line may instead name a file that holds it, as the mounted
    /// secrets of container platforms do; line ends at that file's end do not count.
    pub fn secret(&mut self, key: &str, doc: &str) -> Option<Secret> {
        let key = self.full(key);
        let file_key = format!("{key}_file");
        let fresh =
            self.known.insert(&key, Shape::Leaf) & self.known.insert(&file_key, Shape::Leaf);
        let mut texts = self.given(&key);
        let files = self.given(&file_key);
        let mut found = None;
        for given in &files {
            if texts.iter().any(|text| discriminant(&text.place) == discriminant(&given.place)) {
                let text = format!("is given beside {key}: keep one of the two");
                self.push(given.place.clone(), &file_key, text);
            }
        }
        let inline = texts.len();
        texts.extend(files);
        let mut order: Vec<(usize, Given)> = texts.into_iter().enumerate().collect();
        order.sort_by_key(|(_, given)| rank(&given.place));
        for (index, given) in order {
            let from_file = index >= inline;
            let read = if from_file {
                filled(&given.value)
                    .and_then(|path| Ok((secret::read(Path::new(&path))?, quoted(&path))))
            } else {
                filled(&given.value).map(|text| (Secret::new(text), quoted(MASK)))
            };
            let key = if from_file { &file_key } else { &key };
            match read {
                Ok((secret, literal)) => found = Some((secret, key.clone(), literal, given.place)),
                Err(text) => self.push(given.place, key, text),
            }
        }
        let rule = format!("A text that is never shown. Or a file that holds it: {file_key}");
        let (secret, key, literal, source) = match found {
            Some((secret, key, literal, place)) => {
                (Some(secret), key, literal, Source::Written(place))
            }
            None => (None, key, "\"\"".to_owned(), Source::Default),
        };
        if fresh {
            self.record(&key, doc, &rule, literal, secret.is_some(), source);
        }
        secret
    }

    /// A table with free keys, each value handed on as a text to somebody who knows them. Tables
    /// inside it are read as dotted keys, so `ssl.ca.location` needs no quotes. The values may be
    /// secrets, so they are given as such.
    pub fn map_of_text(&mut self, key: &str, doc: &str) -> BTreeMap<String, Secret> {
        let map = self.full(key);
        let fresh = self.known.insert(&map, Shape::Map);
        let mut values: BTreeMap<String, (String, Place)> = BTreeMap::new();
        for (key, given) in self.given_map(&map) {
            match plain(&given.value) {
                Ok(text) => drop(values.insert(key, (text, given.place))),
                Err(text) => self.push(given.place, &format!("{map}.{}", key_part(&key)), text),
            }
        }
        if fresh {
            let free = format!("{doc}\nFree keys. Environment: {}__*", variable(&map));
            self.effective.open(&map, &free);
            for (key, (text, place)) in &values {
                self.effective.add(
                    &map,
                    Setting {
                        key: format!("{map}.{key}"),
                        name: key_part(key),
                        doc: String::new(),
                        rule: String::new(),
                        literal: masked(looks_secret(key), text),
                        set: true,
                        source: Source::Written(place.clone()),
                    },
                );
            }
        }
        values.into_iter().map(|(key, (text, _))| (key, Secret::new(text))).collect()
    }

    /// As many tables as are written, `[[lists]]` above each; `read` takes the settings of one,
    /// by keys without the table's own. Variables and flags can change what is in them
    /// (`PORTCULLIS_LISTS__0__NAME`), not how many they are.
    pub fn tables<T>(
        &mut self,
        key: &str,
        doc: &str,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let full = self.full(key);
        let fresh = self.known.insert(&full, Shape::Tables);
        debug_assert!(fresh, "{full} is asked for twice");
        let (indexes, source) =
            if self.sampling { (vec![0], Source::Default) } else { self.given_tables(&full) };
        if indexes.is_empty() {
            self.record(&full, doc, "Tables", "[]".to_owned(), true, source);
        }
        let outer = self.scope.clone();
        let mut values = Vec::with_capacity(indexes.len());
        for index in indexes {
            self.scope = format!("{full}[{index}].");
            self.effective.open(&format!("{full}[{index}]"), doc);
            values.push(read(self));
        }
        self.scope = outer;
        values
    }

    /// Tells a mistake that only the caller can see, such as one setting contradicting another.
    /// Its place is where the setting was written. The text says what is wrong and how to mend it.
    pub fn mistake(&mut self, key: &str, text: impl Into<String>) {
        let key = self.full(key);
        let place = self.effective.place(&key).cloned();
        let place = place.unwrap_or_else(|| self.around(&key));
        self.push(place, &key, text.into());
    }

    /// The effective settings, if nothing was wrong.
    ///
    /// # Errors
    /// All mistakes there are: what is not TOML, wrong values, required settings that are missing,
    /// settings that do not exist, and those told by [`Reader::mistake`].
    pub fn finish(mut self) -> Result<Effective, Mistakes> {
        for (at, key, text) in self.known.strangers(&self.document) {
            if !self.document.misled(at) {
                self.push(self.place_in_file(at), &key, text);
            }
        }
        for argument in mem::take(&mut self.arguments) {
            if !self.known.covers(&argument.key) {
                self.push(Place::Flag(argument.flag), &argument.key, refusal(None));
            }
        }
        let broken = !self.document.faults.is_empty();
        for name in mem::take(&mut self.variables).into_keys() {
            let excused = self.allowed.contains(&name)
                || self.known.covers_variable(&name)
                // What follows a fault may be lost, and with it the tables that are meant.
                || (broken && self.known.within_tables(&name));
            if !excused && let Some(text) = self.known.stranger_variable(&name) {
                self.push(Place::Variable(name), "", text);
            }
        }
        self.add_faults();
        if self.mistakes.is_empty() {
            Ok(self.effective)
        } else {
            Err(Mistakes::new(self.mistakes))
        }
    }

    /// The documented sample file: every setting with its default, or its example, and its use.
    #[must_use]
    pub fn into_sample(self) -> String {
        self.effective.sample()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Stance {
        Hold,
        Pass,
    }

    #[derive(Debug)]
    struct Settings {
        brokers: String,
        password: Option<Secret>,
        client: BTreeMap<String, Secret>,
        lanes: u32,
        drain: Duration,
        inputs: Vec<String>,
        lists: Vec<(String, Stance, bool)>,
    }

    /// Settings of every kind, read as the rooms' own are.
    fn settings(reader: &mut Reader) -> Settings {
        reader.allow_variables(&["PORTCULLIS_IT__BROKERS"]);
        let stances = [("hold", Stance::Hold), ("pass", Stance::Pass)];
        let second = Duration::from_secs(1);
        let settings = Settings {
            brokers: reader.required_text("kafka.brokers", "localhost:9092", "Where Kafka is."),
            password: reader.secret("kafka.password", "What the broker asks for."),
            client: reader.map_of_text("kafka.client", "Settings for librdkafka."),
            lanes: reader.count("lanes.count", 4_u32, 1..=256, "How many lanes there are."),
            drain: reader.duration(
                "lanes.drain_deadline_ms",
                5 * second,
                second..=60 * second,
                "How long a lane may take to let go.",
            ),
            inputs: reader.list_of_text("topics.inputs", &["events"], "What is screened."),
            lists: reader.tables("lists", "A watchlist.", |list| {
                let name = list.required_text("name", "lost-documents", "Its name.");
                let stance = list.choice("stance", Stance::Hold, &stances, "When it is stale.");
                let address = list.text("fetch.address", "", "Where it is published.");
                if stance == Stance::Pass && name == "wanted" {
                    list.mistake("stance", "the list of the wanted must hold: write \"hold\"");
                }
                (name, stance, address.is_empty())
            }),
        };
        reader.text("name", "portcullis", "What this instance is called.");
        reader.text("registry.token", "", "What the registry asks for.");
        reader.path("rules.folder", "rules", "Where the rules are.");
        reader.optional_path("http.page", "A page of one's own.");
        reader.optional_text("http.title", "The page's title.");
        reader.flag("http.enabled", true, "Whether there is a page.");
        reader.decimal("matching.score_min", 0.85, 0.0..=1.0, "From where on it is a match.");
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 9100));
        reader.parsed("http.listen", listen, "An address and port", "Where the page is.", |text| {
            text.parse().map_err(|_| "is no address: write it like 127.0.0.1:9100".to_owned())
        });
        settings
    }

    const FILE: &str = "p.toml";
    const GOOD: &str = "[kafka]\nbrokers = \"b:1\"\n";
    const NONE: [(&str, &str); 0] = [];

    fn reader(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> Reader {
        let flags = flags.iter().map(|(key, value, flag)| Argument {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            flag: (*flag).to_owned(),
        });
        let file = Some((Path::new(FILE), text));
        Reader::new(file, environment.iter().copied(), flags.collect())
    }

    /// The mistakes of a file, one a line, without the heading.
    fn mistakes(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> String {
        let mut reader = reader(text, environment, flags);
        settings(&mut reader);
        let told = reader.finish().expect_err("a mistake").to_string();
        let lines: Vec<&str> = told.lines().skip(1).map(str::trim_start).collect();
        lines.join("\n")
    }

    fn printed(text: &str) -> String {
        let mut reader = reader(text, &[], &[]);
        settings(&mut reader);
        let effective = reader.finish().unwrap_or_else(|told| panic!("{told}\n{text}"));
        effective.to_string()
    }

    /// Whole files, and all mistakes in them.
    const FILES: &[(&str, &str)] = &[
        (
            "",
            "p.toml: kafka.brokers: is missing and has no default: write it here or set PORTCULLIS_KAFKA__BROKERS",
        ),
        (
            "[kafka]\n",
            "p.toml:1:1: kafka.brokers: is missing and has no default: write it here or set PORTCULLIS_KAFKA__BROKERS",
        ),
        (
            "kafka.brokers = \"\"",
            "p.toml:1:17: kafka.brokers: is empty: write a text, or leave the setting out",
        ),
        (
            "kafka.brokers = 7",
            "p.toml:1:17: kafka.brokers: expected a text, found a whole number: write it in quotes",
        ),
        (
            "kafka = 7",
            "p.toml:1:9: kafka: expected a table, found a whole number: write [kafka] above its settings",
        ),
    ];

    /// Lines put above a good file, and all mistakes in them.
    const LINES: &[(&str, &str)] = &[
        (
            "lanes.count = \"4\"",
            "p.toml:1:15: lanes.count: expected a whole number from 1 to 256, found a text: write it without quotes",
        ),
        (
            "lanes.count = 300",
            "p.toml:1:15: lanes.count: expected a whole number from 1 to 256, found 300: choose one of these",
        ),
        (
            "lanes.count = -1",
            "p.toml:1:15: lanes.count: expected a whole number from 1 to 256, found -1: choose one of these",
        ),
        (
            "lanes.count = 99999999999999999999",
            "p.toml:1:15: lanes.count: expected a whole number from 1 to 256, found a number too large: write digits alone",
        ),
        (
            "lanes.count = 1.5",
            "p.toml:1:15: lanes.count: expected a whole number from 1 to 256, found a decimal number: write digits alone",
        ),
        (
            "lanes.count.deep = 1",
            "p.toml:1:7: lanes.count: expected a whole number from 1 to 256, found a table: write digits alone",
        ),
        (
            "lanes.drain_deadline_ms = 5",
            "p.toml:1:27: lanes.drain_deadline_ms: expected a whole number of milliseconds from 1000 to 60000, found 5: choose one of these",
        ),
        (
            "topics.inputs = \"a\"",
            "p.toml:1:17: topics.inputs: expected a list of texts, found a text: write it in brackets",
        ),
        (
            "topics.inputs = [\"a\", 2]",
            "p.toml:1:17: topics.inputs: item 2: expected a text, found a whole number: write it in quotes",
        ),
        (
            "http.enabled = \"yes\"",
            "p.toml:1:16: http.enabled: expected true or false, found a text: write true or false without quotes",
        ),
        (
            "http.listen = \"here\"",
            "p.toml:1:15: http.listen: is no address: write it like 127.0.0.1:9100",
        ),
        (
            "http.title = 2020-01-01",
            "p.toml:1:14: http.title: expected a text, found a date or time: write it in quotes",
        ),
        (
            "matching.score_min = 2",
            "p.toml:1:22: matching.score_min: expected a number from 0 to 1, found another: choose one of these",
        ),
        (
            "matching.score_min = nan",
            "p.toml:1:22: matching.score_min: expected a number from 0 to 1, found another: choose one of these",
        ),
        (
            "lists = 1",
            "p.toml:1:9: lists: expected tables, found a whole number: write [[lists]] above each",
        ),
        (
            "lists = [1]",
            "p.toml:1:10: lists[0]: expected a table, found a whole number: write [[lists]] above each",
        ),
        (
            "lists = [{ name = \"a\", stance = \"holt\" }]",
            "p.toml:1:33: lists[0].stance: expected \"hold\" or \"pass\", found another text: did you mean \"hold\"?",
        ),
        (
            "lists = [{ name = \"wanted\", stance = \"pass\" }]",
            "p.toml:1:38: lists[0].stance: the list of the wanted must hold: write \"hold\"",
        ),
        (
            "lists = [{ nmae = \"a\", name = \"b\" }]",
            "p.toml:1:12: lists[0].nmae: is not a setting: did you mean lists[0].name?",
        ),
        ("lanes.cuont = 1", "p.toml:1:7: lanes.cuont: is not a setting: did you mean lanes.count?"),
        ("lnaes.count = 1", "p.toml:1:1: lnaes: is not a setting: did you mean lanes?"),
        ("brokers = \"b\"", "p.toml:1:1: brokers: is not a setting: did you mean kafka.brokers?"),
        ("weather = \"b\"", "p.toml:1:1: weather: is not a setting: remove it"),
        (
            "\"lanes.count\" = 1",
            "p.toml:1:1: \"lanes.count\": is not a setting: did you mean lanes.count?",
        ),
        ("topics.\"größe\" = 1", "p.toml:1:8: topics.\"größe\": is not a setting: remove it"),
        (
            "topics = { \"ö\" = 1, x = 2 }",
            "p.toml:1:12: topics.\"ö\": is not a setting: remove it\np.toml:1:21: topics.x: is not a setting: remove it",
        ),
    ];

    #[test]
    fn each_bad_file_has_its_mistakes_told_in_full() {
        for (text, expected) in FILES {
            assert_eq!(mistakes(text, &[], &[]), *expected, "{text}");
        }
        for (line, expected) in LINES {
            assert_eq!(mistakes(&format!("{line}\n{GOOD}"), &[], &[]), *expected, "{line}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once_from_the_file_the_environment_and_the_flags() {
        let mut reader = reader(
            "[lanes]\ncount = \"x\"\n\n[[lists]]\nname = \"a\"\n\n[[lists]]\nstance = 1\nage = 2\n",
            &[("PORTCULLIS_HTTP__ENABLED", "yes"), ("PORTCULLIS_LANES__CONT", "1"), ("HOME", "/")],
            &[("lanes.count", "many", "--lanes"), ("lanes.speed", "9", "--speed")],
        );
        settings(&mut reader);
        assert_eq!(
            reader.finish().unwrap_err().to_string(),
            "9 mistakes in the configuration:
  p.toml: kafka.brokers: is missing and has no default: write it here or set PORTCULLIS_KAFKA__BROKERS
  p.toml:2:9: lanes.count: expected a whole number from 1 to 256, found a text: write it without quotes
  p.toml:7:1: lists[1].name: is missing and has no default: write it here or set PORTCULLIS_LISTS__1__NAME
  p.toml:8:10: lists[1].stance: expected \"hold\" or \"pass\", found a whole number: write it in quotes
  p.toml:9:1: lists[1].age: is not a setting: remove it
  PORTCULLIS_HTTP__ENABLED: http.enabled: expected true or false, found a text: write one of the two words
  PORTCULLIS_LANES__CONT: is not a setting: did you mean PORTCULLIS_LANES__COUNT?
  --lanes: lanes.count: expected a whole number from 1 to 256, found a text: write digits alone
  --speed: lanes.speed: is not a setting: remove it"
        );
    }

    #[test]
    fn what_is_not_toml_is_told_once_a_line_beside_the_other_mistakes() {
        assert_eq!(
            mistakes("[lanes]\ncount = 1 2\nspeed = 3\n[topics\ninputs = 4\n", &[], &[]),
            "p.toml:2:9: is not valid TOML: string values must be quoted, expected literal string
p.toml:3:1: lanes.speed: is not a setting: remove it
p.toml:4:8: is not valid TOML: unclosed table, expected `]`"
        );
    }

    #[test]
    fn a_flag_goes_before_a_variable_that_before_the_file_that_before_the_default() {
        let file = "kafka.brokers = \"b\"\nlanes.count = 2\n";
        let variable = ("PORTCULLIS_LANES__COUNT", "3");
        let flag = ("lanes.count", "5", "--lanes");
        for (text, environment, flags, expected) in [
            ("kafka.brokers = \"b\"", &[][..], &[][..], 4),
            (file, &[], &[], 2),
            (file, &[variable], &[], 3),
            (file, &[], &[flag], 5),
            (file, &[variable], &[flag], 5),
        ] {
            let mut reader = reader(text, environment, flags);
            assert_eq!(settings(&mut reader).lanes, expected);
            reader.finish().unwrap();
        }
    }

    #[test]
    fn variables_reach_into_lists_maps_and_tables() {
        let mut reader = reader(
            &format!("{GOOD}client.linger.ms = 5\n[[lists]]\nname = \"a\"\n"),
            &[
                ("PORTCULLIS_TOPICS__INPUTS", "land, sea"),
                ("PORTCULLIS_KAFKA__CLIENT__SSL__CA__LOCATION", "/ca"),
                ("PORTCULLIS_LISTS__0__STANCE", "pass"),
                ("PORTCULLIS_LANES__DRAIN_DEADLINE_MS", "1500"),
            ],
            &[("kafka.client.linger.ms", "6", "--set")],
        );
        let settings = settings(&mut reader);
        reader.finish().unwrap();
        assert_eq!(settings.inputs, ["land", "sea"]);
        assert_eq!(settings.lists, [("a".to_owned(), Stance::Pass, true)]);
        assert_eq!(settings.drain, Duration::from_millis(1500));
        assert_eq!(settings.brokers, "b:1");
        let client: Vec<_> =
            settings.client.iter().map(|(k, v)| (k.as_str(), v.expose())).collect();
        assert_eq!(client, [("linger.ms", "6"), ("ssl.ca.location", "/ca")]);
    }

    #[test]
    fn a_variable_of_ours_that_names_no_setting_is_refused_unless_it_may_be_anothers() {
        let environment = [
            ("PORTCULLIS_IT__BROKERS", "allowed"),
            ("PORTCULLIS_PORT", "tcp://10.0.0.1:80"),
            ("PORTCULLIS_KAFKA_BROKERS", "b"),
            ("PORTCULLIS_KAFKA__BORKER", "b"),
            ("PORTCULLIS_WEATHER__TODAY", "b"),
        ];
        assert_eq!(
            mistakes(GOOD, &environment, &[]),
            "PORTCULLIS_KAFKA_BROKERS: is not a setting: did you mean PORTCULLIS_KAFKA__BROKERS?
PORTCULLIS_KAFKA__BORKER: is not a setting: remove it
PORTCULLIS_WEATHER__TODAY: is not a setting: remove it"
        );
    }

    #[test]
    fn secrets_appear_neither_in_debug_nor_in_print_nor_in_mistakes() {
        let text = format!(
            "registry.token = \"hunter2\"\n{GOOD}password = \"hunter2\"\n\
             client.\"sasl.password\" = \"hunter2\"\nclient.linger.ms = 5\n"
        );
        let mut read = reader(&text, &[], &[]);
        let settings = settings(&mut read);
        assert_eq!(settings.password.as_ref().map(Secret::expose), Some("hunter2"));
        assert!(!format!("{settings:?}").contains("hunter2"));
        let effective = read.finish().unwrap();
        assert!(!format!("{effective:?}").contains("hunter2"));
        let printed = printed(&text);
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("password = \"********\"  # p.toml:4:12\n"), "{printed}");
        assert!(printed.contains("linger.ms\" = \"5\""), "{printed}");

        let wrong = "kafka.password_file = \"hunter2\"\nkafka.password = 4711\nlists = \"hunter2\"\n\
             http.listen = \"hunter2\"\nlanes.count = \"hunter2\"\nkafka.client.key = [\"hunter2\"]\n\
             registry.token = [\"hunter2\"]\nbroken = hunter2 hunter2\n";
        let told = mistakes(wrong, &[("PORTCULLIS_LANES__COUNT", "hunter2")], &[]);
        assert!(!told.contains("hunter2") && !told.contains("4711"), "{told}");
    }

    #[test]
    fn a_secret_is_read_from_a_file_and_the_stronger_layer_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "hunter2\r\n").unwrap();
        let path = path.to_str().unwrap();
        let text = format!("{GOOD}password_file = {}\n", quoted(path));
        let mut from_file = reader(&text, &[], &[]);
        assert_eq!(settings(&mut from_file).password.unwrap().expose(), "hunter2");
        from_file.finish().unwrap();
        assert!(
            printed(&text).contains("password_file = "),
            "the path is shown, the secret is not"
        );

        let mut over = reader(&text, &[("PORTCULLIS_KAFKA__PASSWORD", "other")], &[]);
        assert_eq!(settings(&mut over).password.unwrap().expose(), "other");
        let text = format!("{GOOD}password = \"weak\"\n");
        let mut over = reader(&text, &[("PORTCULLIS_KAFKA__PASSWORD_FILE", path)], &[]);
        assert_eq!(settings(&mut over).password.unwrap().expose(), "hunter2");
    }

    #[test]
    fn a_secret_that_cannot_be_had_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, "\n").unwrap();
        let mend = "name a readable file that holds the secret";
        for (line, expected) in [
            (
                "password_file = \"/does/not/exist\"".to_owned(),
                format!("3:17: kafka.password_file: cannot be read (entity not found): {mend}"),
            ),
            (
                format!("password_file = {}", quoted(path.to_str().unwrap())),
                format!("3:17: kafka.password_file: is empty: {mend}"),
            ),
            (
                "password = \"\"".to_owned(),
                "3:12: kafka.password: is empty: write a text, or leave the setting out".to_owned(),
            ),
        ] {
            assert_eq!(
                mistakes(&format!("{GOOD}{line}\n"), &[], &[]),
                format!("p.toml:{expected}")
            );
        }
        let both = format!("{GOOD}password = \"a\"\npassword_file = \"/does/not/exist\"\n");
        assert!(mistakes(&both, &[], &[]).contains(
            "4:17: kafka.password_file: is given beside kafka.password: keep one of the two"
        ));
    }

    const PRINTED: &str = r#"lists = []  # default
name = "north"  # PORTCULLIS_NAME

[kafka]
brokers = "b:1"  # p.toml:2:11
#password = ""  # not set

[kafka.client]

[lanes]
count = 8  # --lanes
drain_deadline_ms = 5000  # default

[topics]
inputs = ["events"]  # default

[registry]
token = ""  # default

[rules]
folder = "rules"  # default

[http]
#page = ""  # not set
#title = ""  # not set
enabled = true  # default
listen = "127.0.0.1:9100"  # default

[matching]
score_min = 0.85  # default
"#;

    #[test]
    fn printed_settings_say_where_each_came_from() {
        let mut read =
            reader(GOOD, &[("PORTCULLIS_NAME", "north")], &[("lanes.count", "8", "--lanes")]);
        settings(&mut read);
        assert_eq!(read.finish().unwrap().to_string(), PRINTED);
    }

    #[test]
    fn printed_settings_read_back_as_the_same_settings() {
        let text = "name = \"a \\\"b\\\" \\u0001\"\nlists = []\n[kafka]\nbrokers = \"b\"\npassword = \"p\"\n[kafka.client]\nssl.ca = \"/ca\"\n\"a b\" = 1\n";
        for text in [
            GOOD,
            text,
            &format!(
                "{GOOD}[[lists]]\nname = \"a\"\n[[lists]]\nname = \"b\"\nfetch.address = \"x\"\n"
            ),
        ] {
            let once = printed(text);
            let twice = printed(&once);
            let without_source = |text: &str| -> Vec<String> {
                text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect()
            };
            assert_eq!(without_source(&once), without_source(&twice));
            assert_eq!(twice, printed(&twice), "places are those of the printed file itself");
        }
    }

    const SAMPLE: &str = r##"# Every setting, with its default or an example.
# A command-line flag goes before an environment variable, that before this file, that before the
# default. In a variable or a flag nothing is in quotes, and a list is parted by commas.
# A line behind a # that touches it is not set: take the # away and fill it in.
# Keys that do not exist are refused. Paths start from the working directory.

# What this instance is called.
# A text. Environment: PORTCULLIS_NAME
name = "portcullis"

[kafka]
# Where Kafka is.
# A text, required. Environment: PORTCULLIS_KAFKA__BROKERS
brokers = "localhost:9092"

# What the broker asks for.
# A text that is never shown. Or a file that holds it: kafka.password_file. Environment:
# PORTCULLIS_KAFKA__PASSWORD
#password = ""

# Settings for librdkafka.
# Free keys. Environment: PORTCULLIS_KAFKA__CLIENT__*
[kafka.client]

[lanes]
# How many lanes there are.
# A whole number from 1 to 256. Environment: PORTCULLIS_LANES__COUNT
count = 4

# How long a lane may take to let go.
# A whole number of milliseconds from 1000 to 60000. Environment:
# PORTCULLIS_LANES__DRAIN_DEADLINE_MS
drain_deadline_ms = 5000

[topics]
# What is screened.
# A list of texts. Environment: PORTCULLIS_TOPICS__INPUTS
inputs = ["events"]

# A watchlist.
#[[lists]]
# Its name.
# A text, required. Environment: PORTCULLIS_LISTS__0__NAME
#name = "lost-documents"

# When it is stale.
# "hold" or "pass". Environment: PORTCULLIS_LISTS__0__STANCE
#stance = "hold"

#[lists.fetch]
# Where it is published.
# A text. Environment: PORTCULLIS_LISTS__0__FETCH__ADDRESS
#address = ""

[registry]
# What the registry asks for.
# A text. Environment: PORTCULLIS_REGISTRY__TOKEN
token = ""

[rules]
# Where the rules are.
# A path. Environment: PORTCULLIS_RULES__FOLDER
folder = "rules"

[http]
# A page of one's own.
# A path. Environment: PORTCULLIS_HTTP__PAGE
#page = ""

# The page's title.
# A text. Environment: PORTCULLIS_HTTP__TITLE
#title = ""

# Whether there is a page.
# True or false. Environment: PORTCULLIS_HTTP__ENABLED
enabled = true

# Where the page is.
# An address and port. Environment: PORTCULLIS_HTTP__LISTEN
listen = "127.0.0.1:9100"

[matching]
# From where on it is a match.
# A number from 0 to 1. Environment: PORTCULLIS_MATCHING__SCORE_MIN
score_min = 0.85
"##;

    #[test]
    fn the_sample_file_documents_every_setting_and_reads_as_the_defaults() {
        let mut sampling = Reader::sample();
        settings(&mut sampling);
        let sample = sampling.into_sample();
        assert_eq!(sample, SAMPLE);

        // As it stands it is a file that gives the defaults; nothing in it need be taken away.
        let mut read = reader(&sample, &[], &[]);
        assert!(settings(&mut read).lists.is_empty());
        read.finish().unwrap();
        // Its example of a table works too once the marks are gone.
        let mut filled = String::new();
        for line in sample.lines() {
            let example = ["#[", "#name", "#stance", "#address"];
            let marked = example.iter().any(|start| line.starts_with(start));
            filled.push_str(if marked { line.trim_start_matches('#') } else { line });
            filled.push('\n');
        }
        let mut read = reader(&filled, &[], &[]);
        let lists = settings(&mut read).lists;
        assert_eq!(lists, [("lost-documents".to_owned(), Stance::Hold, true)]);
        read.finish().unwrap();
    }

    #[test]
    fn without_a_file_the_places_speak_of_the_configuration() {
        let mut reader = Reader::new(None, NONE, Vec::new());
        settings(&mut reader);
        assert_eq!(
            reader.finish().unwrap_err().to_string(),
            "1 mistake in the configuration:\n  configuration: kafka.brokers: is missing and has no default: write it here or set PORTCULLIS_KAFKA__BROKERS"
        );
    }

    /// Lines made of the pieces that settings files are made of, right and wrong.
    fn file_like() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "[kafka]",
            "[[lists]]",
            "[kafka.client]",
            "[lists]",
            "lanes",
            "count",
            ".",
            " = ",
            "=",
            "1",
            "\"",
            "'",
            "\"a\"",
            "[",
            "]",
            "{",
            "}",
            ",",
            "\n",
            "\n",
            "\n",
            "name",
            "stance",
            "\\",
            "ö",
            "\u{1}",
            "\"\"\"",
            "0x",
            "1e9",
            "2020-01-01",
            "true",
            "#",
            "\r",
            "\u{feff}",
            "kafka.password",
            "kafka.brokers = \"b\"\n",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(text in prop_oneof![any::<String>(), file_like()]) {
            let mut reader = reader(&text, &[], &[]);
            settings(&mut reader);
            match reader.finish() {
                Ok(_) => {
                    let once = printed(&text);
                    let twice = printed(&once);
                    prop_assert_eq!(&twice, &printed(&twice));
                }
                Err(told) => prop_assert!(told.iter().count() > 0),
            }
        }
    }
}
