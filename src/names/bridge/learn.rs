//! From pairs of spellings to the weights of the alignment, by expectation and maximisation.

use super::super::{Script, Word};
use super::{SOUNDS, Sounds, UNIT, dropped, inserted, matched};

/// Rounds of learning; the weights change little after the fifth.
const ROUNDS: usize = 8;
/// Pairs that are so far from a rendering, in bits a sound, teach nothing.
const STRAY: f64 = -0.5;

/// Learns the weights of Arabic and Hebrew from pairs of a word so written and a Latin one.
pub fn learn(pairs: &[(Word, Word)]) -> Vec<u8> {
    [Script::Arabic, Script::Hebrew]
        .into_iter()
        .flat_map(|script| {
            let own: Vec<(Sounds, Sounds)> = pairs
                .iter()
                .filter(|(written, _)| written.script() == script)
                .map(|(written, latin)| (Sounds::of(written.text()), Sounds::of(latin.text())))
                .collect();
            Model::learn(&own).weights()
        })
        .collect()
}

/// Probabilities: of each Latin sound for each written one, of no sound for it, of Latin sounds that
/// nobody wrote, and of Latin sounds at all.
struct Model {
    matched: Vec<f64>,
    dropped: Vec<f64>,
    inserted: Vec<f64>,
    /// How often a sound is inserted, for each written one.
    insertions: f64,
    background: Vec<f64>,
}

impl Model {
    fn learn(pairs: &[(Sounds, Sounds)]) -> Self {
        let mut model = Self::start(pairs);
        for round in 0..ROUNDS {
            let mut counts = vec![0.02; SOUNDS * SOUNDS + 2 * SOUNDS];
            for (written, latin) in pairs {
                model.count(written, latin, round > 1, &mut counts);
            }
            model.take(&counts);
        }
        model
    }

    /// A letter is rendered as itself, mostly.
    fn start(pairs: &[(Sounds, Sounds)]) -> Self {
        let mut background = vec![1.0; SOUNDS];
        for sound in pairs.iter().flat_map(|(_, latin)| latin.all()) {
            add(&mut background, usize::from(*sound), 1.0);
        }
        let total: f64 = background.iter().sum();
        background.iter_mut().for_each(|count| *count /= total);
        let other = 0.4 / SOUNDS as f64;
        let matched = (0..SOUNDS * SOUNDS)
            .map(|at| if at / SOUNDS == at % SOUNDS { 0.5 } else { other })
            .collect();
        Self {
            matched,
            dropped: vec![0.1; SOUNDS],
            inserted: background.clone(),
            insertions: 0.8,
            background,
        }
    }

    /// Adds what the best alignment of a pair does.
    fn count(&self, written: &Sounds, latin: &Sounds, strict: bool, counts: &mut [f64]) {
        let weights = self.exact();
        let weight = |at: usize| weights.get(at).copied().unwrap_or(0.0);
        let (rows, columns) = (written.all(), latin.all());
        let width = columns.len() + 1;
        let mut best = vec![(f64::MIN, 0_usize); (rows.len() + 1) * width];
        for row in 0..=rows.len() {
            for column in 0..width {
                let at = row * width + column;
                let from = |back: usize| best.get(at - back).map_or(f64::MIN, |cell| cell.0);
                let mut cell = if at == 0 { (0.0, 0) } else { (f64::MIN, 0) };
                let mut offer = |value: f64, step: usize| {
                    if value > cell.0 {
                        cell = (value, step);
                    }
                };
                let sound = row.checked_sub(1).and_then(|row| rows.get(row));
                let other = column.checked_sub(1).and_then(|column| columns.get(column));
                if let (Some(sound), Some(other)) = (sound, other) {
                    offer(from(width + 1) + weight(matched(*sound, *other)), 1);
                }
                if let Some(sound) = sound {
                    offer(from(width) + weight(dropped(*sound)), 2);
                }
                if let Some(other) = other {
                    offer(from(1) + weight(inserted(*other)), 3);
                }
                if let Some(place) = best.get_mut(at) {
                    *place = cell;
                }
            }
        }
        let total = best.last().map_or(f64::MIN, |cell| cell.0);
        if strict && total < STRAY * width as f64 {
            return;
        }
        let (mut row, mut column) = (rows.len(), columns.len());
        while row + column > 0 {
            let step = best.get(row * width + column).map_or(0, |cell| cell.1);
            let sound = row.checked_sub(1).and_then(|row| rows.get(row)).copied().unwrap_or(0);
            let other = column.checked_sub(1).and_then(|at| columns.get(at)).copied().unwrap_or(0);
            match step {
                1 => {
                    add(counts, matched(sound, other), 1.0);
                    (row, column) = (row - 1, column - 1);
                }
                2 => {
                    add(counts, dropped(sound), 1.0);
                    row -= 1;
                }
                _ => {
                    add(counts, inserted(other), 1.0);
                    column -= 1;
                }
            }
        }
    }

    fn take(&mut self, counts: &[f64]) {
        let count = |at: usize| counts.get(at).copied().unwrap_or(0.0);
        let (mut written, mut added) = (0.0, 0.0);
        for sound in 0..SOUNDS {
            let own = u8::try_from(sound).unwrap_or(0);
            let renderings: f64 = (0..SOUNDS).map(|other| count(sound * SOUNDS + other)).sum();
            let total = renderings + count(dropped(own));
            written += total;
            added += count(inserted(own));
            for other in 0..SOUNDS {
                let at = sound * SOUNDS + other;
                if let Some(place) = self.matched.get_mut(at) {
                    *place = count(at) / total;
                }
            }
            if let Some(place) = self.dropped.get_mut(sound) {
                *place = count(dropped(own)) / total;
            }
        }
        for (sound, place) in self.inserted.iter_mut().enumerate() {
            *place = count(inserted(u8::try_from(sound).unwrap_or(0))) / added;
        }
        self.insertions = added / written;
    }

    /// The weights in bits.
    fn exact(&self) -> Vec<f64> {
        let background = |sound: usize| self.background.get(sound).copied().unwrap_or(1.0);
        let stays = 1.0 / (1.0 + self.insertions);
        let matched = self
            .matched
            .iter()
            .enumerate()
            .map(|(at, share)| (share / background(at % SOUNDS)).log2() + stays.log2());
        let dropped = self.dropped.iter().map(|share| share.log2() + stays.log2());
        let inserted = self
            .inserted
            .iter()
            .enumerate()
            .map(|(at, share)| (share / background(at) * (1.0 - stays)).log2());
        matched.chain(dropped).chain(inserted).collect()
    }

    /// What a written sound is worth in a true rendering, on average.
    fn expected(&self, exact: &[f64]) -> Vec<f64> {
        let weight = |at: usize| exact.get(at).copied().unwrap_or(0.0);
        let share = |shares: &[f64], at: usize| shares.get(at).copied().unwrap_or(0.0);
        let sounds = || 0..u8::try_from(SOUNDS).unwrap_or(0);
        let added: f64 = sounds()
            .map(|other| share(&self.inserted, usize::from(other)) * weight(inserted(other)))
            .sum();
        sounds()
            .map(|own| {
                let rendered: f64 = sounds()
                    .map(|other| matched(own, other))
                    .map(|at| share(&self.matched, at) * weight(at))
                    .sum();
                let lost = share(&self.dropped, usize::from(own)) * weight(dropped(own));
                rendered + lost + self.insertions * added
            })
            .collect()
    }

    /// The weights as they are built in.
    fn weights(&self) -> Vec<u8> {
        let eighths = |bits: f64| (bits * f64::from(UNIT)).round().clamp(-80.0, 80.0) as i8 as u8;
        let exact = self.exact();
        let expected = self.expected(&exact);
        exact.into_iter().chain(expected).map(eighths).collect()
    }
}

fn add(counts: &mut [f64], at: usize, count: f64) {
    if let Some(place) = counts.get_mut(at) {
        *place += count;
    }
}
