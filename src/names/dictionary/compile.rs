//! From the dictionary's text to the table that is built in.

use std::collections::BTreeMap;

use crate::domain::Name;

use super::super::{Analysed, Analyser, Bearer, Part, Script};
use super::{BUCKETS, ENTRY, bucket, key_of_han, tag};

/// Makes the table of lines `form, form, ... => id`.
///
/// Forms fold as words of names do. Forms of several words are left out unless they fold to one, and
/// classes whose forms all fold to the same say nothing.
pub fn compile(text: &str) -> Vec<u8> {
    let mut analyser = Analyser::default();
    let mut by_key: BTreeMap<(usize, u32), Vec<u32>> = BTreeMap::new();
    let mut classes = 0;
    for line in text.lines() {
        let forms = line.split(" => ").next().unwrap_or_default().split(", ");
        let mut keys: Vec<u64> = forms.filter_map(|form| key_of(form, &mut analyser)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() > 1 {
            for key in keys {
                by_key.entry((bucket(key), tag(key))).or_default().push(classes);
            }
            classes += 1;
        }
    }
    encode(classes, &by_key)
}

/// The key of a form, if it is one word.
fn key_of(form: &str, analyser: &mut Analyser) -> Option<u64> {
    let letters: Vec<char> = form.chars().collect();
    if letters.iter().all(|letter| super::super::scripts::of(*letter) == Script::Han) {
        return Some(key_of_han(&letters));
    }
    let mut analysed = Analysed::default();
    let name = Name { surname: "", given: form };
    analyser.analyse(name, Bearer::Person, &mut analysed);
    let mut words = analysed.words().iter().filter(|word| word.part() != Part::Particle);
    let (word, None) = (words.next()?, words.next()) else { return None };
    (word.text().len() > 1).then(|| word.spelling_key())
}

fn encode(classes: u32, by_key: &BTreeMap<(usize, u32), Vec<u32>>) -> Vec<u8> {
    let mut counts = vec![0_u8; BUCKETS];
    let mut entries = Vec::with_capacity(by_key.len() * ENTRY);
    let mut lists: Vec<u32> = Vec::new();
    let mut places: BTreeMap<&[u32], u32> = BTreeMap::new();
    let mut kept = 0_u32;
    for ((bucket, tag), own) in by_key {
        let Some(count) = counts.get_mut(*bucket).filter(|count| **count < u8::MAX) else {
            continue;
        };
        *count += 1;
        kept += 1;
        let place = match own.as_slice() {
            [only] => *only,
            several => *places.entry(several).or_insert_with(|| {
                let place = classes + u32::try_from(lists.len()).unwrap_or(0);
                lists.push(u32::try_from(several.len()).unwrap_or(0));
                lists.extend_from_slice(several);
                place
            }),
        };
        entries.extend(three(*tag));
        entries.extend(three(place));
    }
    let mut table = Vec::new();
    for number in [classes, kept, u32::try_from(lists.len()).unwrap_or(0)] {
        table.extend(number.to_le_bytes());
    }
    table.append(&mut counts);
    table.append(&mut entries);
    table.extend(lists.into_iter().flat_map(three));
    table
}

fn three(number: u32) -> [u8; 3] {
    let [low, middle, high, _] = number.to_le_bytes();
    [low, middle, high]
}
