//! The oracle: the same question answered by looking at every name.

use std::collections::BTreeMap;

use crate::names::{Bits, Probe, Shape, liken_probed};

use super::date::Asked;
use super::query::{Found, Query};
use super::record::{Nation, Weight};
use super::snapshot::Snapshot;

impl<T: Clone + Ord> Snapshot<T> {
    /// What [`Snapshot::search`] should find, by comparing every name. It takes a second for millions.
    pub fn exhaustive(&self, query: &Query<'_>, found: &mut Vec<Found<T>>) {
        let weights = &self.weights;
        let has_full = query.words.iter().any(|word| Weight::of(word) == Weight::Full);
        let mut asked: Vec<_> = Vec::new();
        for word in query.words {
            if (!has_full || Weight::of(word) == Weight::Full) && asked.iter().all(|(other, _)| crate::names::Word::text(other) != word.text()) {
                asked.push((*word, Shape::of(word)));
            }
        }
        let initials = query.words.iter().filter(|word| Weight::of(word) == Weight::Initial).count();
        // Each word of the vocabulary beside each of the query, once.
        let worth: Vec<Vec<i32>> = asked
            .iter()
            .map(|(word, set)| {
                let own = self.terms.find(word, super::key::Sound::new(word)).map_or_else(|| weights.rarity(word, self.len(), 1), |term| self.finder.rarity(term));
                let mut probe = Probe::new(word, set);
                (0..).zip(self.terms.words()).map(|(term, other)| {
                    let Some(theirs) = self.finder.shape(term) else { return 0 };
                    let Some(likeness) = liken_probed(&mut probe, other, theirs) else { return 0 };
                    (weights.word)(likeness, own, self.finder.rarity(term)).in_sixteenths().max(0)
                }).collect()
            })
            .collect();
        let (date, nation) = (Asked::new(query.born), query.nation.map_or(Nation::UNKNOWN, |(country, _)| Nation::new(&[country])));
        let same = query.nation.map_or(0, |(_, bits)| bits.in_sixteenths().max(0));
        let mut best = BTreeMap::<u32, i32>::new();
        for record in &self.names.records {
            let mut bits = weights.date(date.agreement(record.date)).in_sixteenths() + weights.rest.in_sixteenths();
            bits += if record.nation == Nation::UNKNOWN || nation == Nation::UNKNOWN { 0 } else if record.nation == nation || record.nation == Nation::ANY { same } else { weights.other_nation.in_sixteenths() };
            let members: Vec<_> = record.members(&self.names.rest).collect();
            let full = members.iter().filter(|member| member.weight() == Weight::Full).count();
            let mut left = initials + members.iter().filter(|member| member.weight() == Weight::Initial).count();
            let (mut matched, mut none) = (0, 0);
            for worth in &worth {
                let met = members.iter().map(|member| worth.get(member.term() as usize).copied().unwrap_or(0)).max().unwrap_or(0);
                if met > 0 { bits += met; matched += 1; } else if left > 0 { left -= 1; bits += weights.initial.in_sixteenths(); } else { none += 1; }
            }
            bits += none * weights.unmet.in_sixteenths() + full.saturating_sub(matched) as i32 * weights.left_over.in_sixteenths();
            if bits >= query.threshold.in_sixteenths() {
                let slot = best.entry(record.entry).or_insert(bits);
                *slot = bits.max(*slot);
            }
        }
        for (entry, bits) in best {
            if let Some(entry) = self.entries.get(entry as usize) {
                found.push(Found { entry: entry.clone(), bound: Bits::sixteenths(bits) });
            }
        }
    }
}
