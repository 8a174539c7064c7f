//! Holds the architecture up: the order of imports, the purity of the core, headers and sizes.
//!
//! It reads text, not syntax. Rooms have no macros that build paths, and `super::` from a room's
//! root file, which would reach the crate root unseen, is refused too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A source file: its path under `src`, its room, its text without tests and comments.
struct File {
    path: String,
    room: String,
    text: String,
    code: String,
}

/// Rooms that know no clock, no thread, no runtime and no Kafka.
const PURE: [&str; 8] =
    ["domain", "names", "codec", "index", "watchlist", "matching", "alerting", "engine"];
/// Rooms whose functions cannot fail.
const INFALLIBLE: [&str; 5] = ["names", "matching", "alerting", "engine", "index"];
/// Rooms where a wire format may be derived.
const SERDE: [&str; 4] = ["codec", "config", "console", "kafka"];
/// The only files that may be unsafe.
const UNSAFE: [&str; 3] = ["codec/utf8.rs", "index/prefetch.rs", "kafka/native.rs"];
const LINES_MAX: usize = 500;

#[test]
fn rooms_import_only_rooms_above_them() {
    let (rooms, files) = source();
    report("imports against the order of lib.rs", &against_the_order(&rooms, &files));
}

#[test]
fn the_core_is_pure() {
    let (_, files) = source();
    report("impure words in the core", &impure(&files));
}

#[test]
fn unsafe_code_stands_in_its_own_file() {
    let (_, files) = source();
    let breaches: Vec<String> = files
        .iter()
        .filter(|file| !UNSAFE.contains(&file.path.as_str()) && has_word(&file.code, "unsafe"))
        .map(|file| file.path.clone())
        .collect();
    report("unsafe code", &breaches);
}

/// A judge that shares code with the judged shares its mistakes.
#[test]
fn the_checker_knows_nothing_of_portcullis() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checker");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    assert!(paths.len() > 5, "{paths:?}");
    let breaches: Vec<String> = paths
        .iter()
        .map(|path| File::new(path.to_str().unwrap(), &std::fs::read_to_string(path).unwrap()))
        .filter(|file| has_word(&file.code, "portcullis::") || has_word(&file.code, "rdkafka"))
        .map(|file| file.path)
        .collect();
    report("the checker's own code", &breaches);
}

/// `tests/FAULTS.md` says which test stands for which fault: it names tests that there are, and each
/// scenario.
#[test]
fn the_table_of_faults_names_the_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = std::fs::read_to_string(root.join("FAULTS.md")).unwrap();
    let mut paths = Vec::new();
    walk(&root.join("it"), &mut paths);
    let mut tests = BTreeSet::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let room = path.strip_prefix(root.join("it")).unwrap().with_extension("");
        let room = room.to_str().unwrap().replace('/', "::").replace("::mod", "");
        tests.extend(tests_in(&text).map(|name| format!("{room}::{name}")));
    }
    let named: BTreeSet<String> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.contains("::"))
        .map(Into::into)
        .collect();
    let scenarios: BTreeSet<String> =
        tests.iter().filter(|name| name.starts_with("chaos::")).cloned().collect();
    assert!(scenarios.len() > 15 && named.len() > scenarios.len(), "{scenarios:?} {named:?}");
    let missing: Vec<String> = named.difference(&tests).cloned().collect();
    report("tests named in FAULTS.md that there are not", &missing);
    let untold: Vec<String> = scenarios.difference(&named).cloned().collect();
    report("scenarios that FAULTS.md does not name", &untold);
}

/// The names of the tests in a file.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let functions = text.split("#[test]\n").skip(1);
    functions.filter_map(|behind| behind.split_once("fn ")?.1.split('(').next())
}

#[test]
fn files_say_what_they_are_for_and_stay_small() {
    let (_, files) = source();
    report("headers and sizes", &misshapen(&files));
}

#[test]
fn every_room_exists_and_is_in_the_map() {
    let (rooms, files) = source();
    let mut breaches: Vec<String> = rooms
        .iter()
        .filter(|room| files.iter().all(|file| file.room != **room))
        .map(|room| format!("{room} is in lib.rs and empty"))
        .collect();
    let strays = files.iter().filter(|file| !rooms.contains(&file.room));
    breaches.extend(strays.map(|file| format!("{} is in no room of lib.rs", file.path)));
    report("rooms", &breaches);
}

/// A check that cannot fail proves nothing: each is shown to catch what it is there for.
#[test]
fn planted_violations_are_caught() {
    let rooms: Vec<String> = ["domain", "engine", "pipeline"].map(String::from).to_vec();
    let planted = |path: &str, text: &str| vec![File::new(path, text)];
    let upward = planted("domain/event.rs", "//! x\nuse crate::pipeline::Lane;\n");
    assert_eq!(against_the_order(&rooms, &upward).len(), 1);
    let grouped = planted("domain/event.rs", "//! x\nuse crate::{domain::Date, engine::decide};\n");
    assert_eq!(against_the_order(&rooms, &grouped).len(), 1);
    let unknown = planted("engine.rs", "//! x\nuse crate::utils::all;\n");
    assert_eq!(against_the_order(&rooms, &unknown).len(), 1);
    let escaping = planted("engine.rs", "//! x\nuse super::pipeline::Lane;\n");
    assert_eq!(against_the_order(&rooms, &escaping).len(), 1);
    let downward = planted("engine.rs", "//! x\nuse crate::domain::Date; // not crate::pipeline\n");
    assert!(against_the_order(&rooms, &downward).is_empty());
    for word in
        ["SystemTime", "std::thread", "async fn f() {}", "rdkafka", "rand::rng()", "Instant::now()"]
    {
        assert_eq!(impure(&planted("engine.rs", &format!("//! x\n{word};\n"))).len(), 1, "{word}");
    }
    assert_eq!(impure(&planted("engine.rs", "//! x\nfn f() -> Result<u8, ()> {}\n")).len(), 1);
    assert_eq!(impure(&planted("domain/entry.rs", "//! x\n#[derive(Serialize)]\n")).len(), 1);
    assert_eq!(misshapen(&planted("engine.rs", "fn f() {}\n")).len(), 1);
    assert_eq!(misshapen(&planted("engine.rs", &format!("//! x\n{}", "\n".repeat(501)))).len(), 1);
}

fn against_the_order(rooms: &[String], files: &[File]) -> Vec<String> {
    let mut breaches = Vec::new();
    let order: BTreeMap<&str, usize> =
        rooms.iter().enumerate().map(|(at, room)| (room.as_str(), at)).collect();
    for file in files {
        let own = order.get(file.room.as_str()).copied();
        for name in imported(&file.code) {
            match (own, order.get(name.as_str())) {
                (Some(own), Some(other)) if *other <= own => {}
                (None, _) => {}
                (_, Some(_)) => breaches.push(format!("{} imports {name}", file.path)),
                (_, None) => {
                    breaches.push(format!("{} imports {name}, which is no room", file.path))
                }
            }
        }
        let is_root = !file.path.contains('/')
            || file.path.matches('/').count() == 1 && file.path.ends_with("/mod.rs");
        if is_root && own.is_some() && file.code.contains("super::") {
            breaches.push(format!("{} reaches the crate root by super::", file.path));
        }
    }
    breaches
}

/// Every name that follows `crate::`, singly or at the top level of a group.
fn imported(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let preceded = code[..at].chars().next_back();
        if preceded.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
        {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => names.push(first_name(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        letter if start && letter.is_alphabetic() => {
                            names.push(first_name(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn impure(files: &[File]) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in files {
        let mut refuse = |words: &[&str], why: &str| {
            for word in words.iter().filter(|word| has_word(&file.code, word)) {
                breaches.push(format!("{}: {word} ({why})", file.path));
            }
        };
        let room = file.room.as_str();
        if PURE.contains(&room) {
            refuse(
                &[
                    "async",
                    "tokio",
                    "rdkafka",
                    "SystemTime",
                    "Instant::now",
                    "std::time::Instant",
                    "std::thread",
                    "rand::rng",
                ],
                "the core is sans-io",
            );
        }
        if INFALLIBLE.contains(&room) {
            refuse(&["Result<"], "this room cannot fail");
        }
        if !SERDE.contains(&room) && room != "cli" {
            refuse(
                &["derive(Serialize", "derive(Deserialize"],
                "wire structs are private to codec",
            );
        }
        if room != "kafka" {
            refuse(&["rdkafka"], "only kafka knows the client");
        }
        refuse(&["fn is_valid"], "parse, do not validate");
    }
    breaches.sort();
    breaches.dedup_by_key(|breach| breach.split(" (").next().map(str::to_owned));
    breaches
}

fn misshapen(files: &[File]) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in files {
        if !file.text.starts_with("//! ") {
            breaches.push(format!("{} does not begin with what it is for", file.path));
        }
        let lines = without_tests(&file.text).lines().count();
        if lines > LINES_MAX {
            breaches.push(format!("{} has {lines} lines without its tests", file.path));
        }
    }
    breaches
}

fn report(what: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{what}:\n  {}", breaches.join("\n  "));
}

fn has_word(code: &str, word: &str) -> bool {
    let edge = |letter: Option<char>| {
        !letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    };
    code.match_indices(word).any(|(at, _)| {
        edge(code[..at].chars().next_back())
            && (!word.ends_with(char::is_alphanumeric)
                || edge(code[at + word.len()..].chars().next()))
    })
}

fn source() -> (Vec<String>, Vec<File>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let map = std::fs::read_to_string(root.join("lib.rs")).unwrap();
    let rooms = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let files = paths.iter().filter_map(|path| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        (name != "lib.rs" && name != "main.rs").then(|| File::new(&name, &text))
    });
    (rooms, files.collect())
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
}

fn without_tests(text: &str) -> &str {
    // A file of nothing but tests says so right below its header.
    if text.contains("\n#![cfg(test)]\n") {
        return "";
    }
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let room = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let code = without_tests(text)
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n");
        Self { path: path.to_owned(), room, text: text.to_owned(), code }
    }
}
