//! The oracle: the same question answered by looking at every word and every name.

use std::collections::BTreeMap;

use crate::names::{Bits, Part, Probe, Shape, Word, liken_probed};

use super::date::Asked;
use super::key::Sound;
use super::query::{Found, Query};
use super::record::{Member, Nation, Record, Weight};
use super::snapshot::Snapshot;
use super::tally::{best_initials, initials_both};

impl<T: Clone> Snapshot<T> {
    /// What a search should find, by comparing every name with the words as they are stated: each
    /// entry whose bound reaches the threshold, with its best. Takes a second for a million names.
    pub fn exhaustive(&self, query: &Query<'_>) -> Vec<Found<T>> {
        let full = |word: &&Word| Weight::of(word) == Weight::Full;
        let has_full = query.words.iter().any(|word| full(&word));
        // Each word once, and how often it is stated.
        let mut asked: Vec<(&Word, usize)> = Vec::new();
        for word in query.words.iter().filter(|word| !has_full || full(word)) {
            match asked.iter_mut().find(|(other, _)| other.text() == word.text()) {
                Some((_, times)) => *times += 1,
                None => asked.push((word, 1)),
            }
        }
        let worths: Vec<(Vec<i32>, usize)> =
            asked.iter().map(|(word, times)| (self.worths(word), *times)).collect();
        // Words that many share meet one of the name as well, and count for no more than that.
        let stops = query.words.iter().filter(|word| has_full && word.part() == Part::Stop);
        let stops: Vec<Vec<i32>> = stops.map(|word| self.worths(word)).collect();
        let date = Asked::new(query.born);
        let mut best = BTreeMap::<u32, i32>::new();
        for record in &self.names.records {
            let dates = self.weights.date(date.agreement(record.date)) + self.weights.rest;
            let bits = dates.in_sixteenths()
                + self.nations(query, record.nation)
                + self.words_of(query, &worths, record)
                + self.light_words_of(query, &stops, record);
            if bits >= query.threshold.in_sixteenths() {
                let most = best.entry(record.entry).or_insert(bits);
                *most = bits.max(*most);
            }
        }
        let found = best.into_iter().filter_map(|(entry, bits)| {
            let entry = self.entries.get(entry as usize)?.clone();
            Some(Found { entry, bound: Bits::sixteenths(bits) })
        });
        found.collect()
    }

    /// What each word of the vocabulary is worth beside this one.
    fn worths(&self, word: &Word) -> Vec<i32> {
        let known = self.terms.find(word, Sound::new(word));
        let rarest = self.weights.rarity(word, self.len(), 1);
        let rarity = known.map_or(rarest, |term| self.finder.rarity(term));
        let shape = Shape::of(word);
        let mut probe = Probe::new(word, &shape);
        let worth = |(term, other): (u32, &Word)| {
            let likeness = liken_probed(&mut probe, other, &Shape::of(other))?;
            Some((self.weights.word)(likeness, rarity, self.finder.rarity(term)).in_sixteenths())
        };
        let all = (0..).zip(self.terms.words()).map(worth);
        all.map(|worth| worth.unwrap_or(0).max(0)).collect()
    }

    fn nations(&self, query: &Query<'_>, listed: Nation) -> i32 {
        let Some((country, same)) = query.nation else { return 0 };
        match listed {
            Nation::UNKNOWN => 0,
            Nation::ANY => same.in_sixteenths().max(0),
            nation if nation == Nation::new(&[country]) => same.in_sixteenths().max(0),
            _ => self.weights.other_nation.in_sixteenths(),
        }
    }

    /// What particles, titles and words that many share are worth, which nothing is filed under.
    fn light_words_of(&self, query: &Query<'_>, stops: &[Vec<i32>], record: &Record) -> i32 {
        let light = |member: &Member| member.weight() == Weight::Light;
        let members: Vec<Member> = record.members(&self.names.rest).filter(light).collect();
        let small = |word: &&Word| matches!(word.part(), Part::Particle | Part::Honorific);
        let small = query.words.iter().filter(small).count().min(members.len()) as i32;
        let best = |worths: &Vec<i32>| {
            let worth = |member: &Member| worths.get(member.term() as usize).copied().unwrap_or(0);
            members.iter().map(worth).max().unwrap_or(0)
        };
        small * self.weights.light.in_sixteenths().max(0) + stops.iter().map(best).sum::<i32>()
    }

    fn words_of(&self, query: &Query<'_>, worths: &[(Vec<i32>, usize)], record: &Record) -> i32 {
        let members: Vec<_> = record.members(&self.names.rest).collect();
        let of = |weight| members.iter().filter(|member| member.weight() == weight).count() as i32;
        let stated = query.words.iter().filter(|word| Weight::of(word) == Weight::Initial).count();
        let mut initials = stated as i32 + of(Weight::Initial);
        let (mut bits, mut matched, mut unmet) = (0, 0, 0);
        for (worths, times) in worths {
            let worth = |term: u32| worths.get(term as usize).copied().unwrap_or(0);
            let all = members.iter().map(|member| worth(member.term()));
            let times = all.clone().filter(|worth| *worth > 0).count().min(*times) as i32;
            let met = all.max().unwrap_or(0);
            if met > 0 {
                bits += times * met;
                matched += times;
            } else if initials > 0 {
                initials -= 1;
                bits += self.weights.initial.in_sixteenths();
            } else {
                unmet += 1;
            }
        }
        let left_over = (of(Weight::Full) - matched).max(0);
        bits += initials_both((stated as i32).min(of(Weight::Initial)), &self.weights);
        bits + best_initials(initials.min(left_over), &self.weights, |met| {
            self.weights.whole(unmet, left_over - met)
        })
    }
}
