//! Makes the tables of `src/names/data` again:
//! `cargo run --release --example name_tables -- person_names.txt src/names/data`.
#![allow(clippy::expect_used, clippy::print_stderr, reason = "a tool of the makers")]

use std::path::Path;

use portcullis::domain::Name;
use portcullis::names::{
    Analysed, Analyser, Bearer, Part, Script, Word, compile_dictionary, learn_bridge,
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(source), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("name_tables person_names.txt src/names/data");
        std::process::exit(2);
    };
    let folder = Path::new(&folder);
    let source = std::fs::read_to_string(source).expect("the classes can be read");
    let nicknames = folder.join("nicknames.txt");
    let nicknames = std::fs::read_to_string(nicknames).expect("the short forms can be read");
    let spellings = compile_dictionary(&[source.trim_end(), &nicknames].join("\n"));
    std::fs::write(folder.join("spellings.bin"), spellings).expect("the table can be written");
    let bridge = learn_bridge(&pairs(&source));
    std::fs::write(folder.join("bridge.bin"), bridge).expect("the weights can be written");
}

/// Pairs of spellings of one name, one without vowels and one in Latin.
fn pairs(source: &str) -> Vec<(Word, Word)> {
    let mut analyser = Analyser::default();
    let mut pairs = Vec::new();
    for line in source.lines() {
        let forms = line.split(" => ").next().unwrap_or_default().split(", ");
        let words: Vec<Word> = forms.filter_map(|form| only_word(&mut analyser, form)).collect();
        for written in words.iter().filter(|word| word.script().omits_vowels()) {
            let latin = words.iter().filter(|word| word.script() == Script::Latin);
            pairs.extend(latin.map(|latin| (*written, *latin)));
        }
    }
    pairs
}

fn only_word(analyser: &mut Analyser, form: &str) -> Option<Word> {
    let mut name = Analysed::default();
    analyser.analyse(Name { surname: "", given: form }, Bearer::Person, &mut name);
    let mut words = name.words().iter().filter(|word| word.part() != Part::Particle);
    let (word, None) = (words.next()?, words.next()) else { return None };
    Some(*word)
}
