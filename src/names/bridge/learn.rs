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

/// What an alignment does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A written sound is rendered by a Latin one.
    Matched,
    /// A written sound has no counterpart.
    Dropped,
    /// A Latin sound was not written.
    Inserted,
}

/// The best alignment so far, and its last step.
struct Cell {
    value: f64,
    step: Step,
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
            let weights = model.exact();
            for (written, latin) in pairs {
                count(&weights, written, latin, round > 1, &mut counts);
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

/// Adds what the best alignment of a pair does.
fn count(weights: &[f64], written: &Sounds, latin: &Sounds, strict: bool, counts: &mut [f64]) {
    let (rows, columns) = (written.all(), latin.all());
    let width = columns.len() + 1;
    let cells = cells(weights, rows, columns);
    let total = cells.last().map_or(f64::MIN, |cell| cell.value);
    if strict && total < STRAY * width as f64 {
        return;
    }
    let sound = |sounds: &[u8], at: usize| {
        at.checked_sub(1).and_then(|at| sounds.get(at)).copied().unwrap_or(0)
    };
    let (mut row, mut column) = (rows.len(), columns.len());
    while row + column > 0 {
        let step = cells.get(row * width + column).map_or(Step::Inserted, |cell| cell.step);
        let (own, other) = (sound(rows, row), sound(columns, column));
        match step {
            Step::Matched => add(counts, matched(own, other), 1.0),
            Step::Dropped => add(counts, dropped(own), 1.0),
            Step::Inserted => add(counts, inserted(other), 1.0),
        }
        row -= usize::from(step != Step::Inserted);
        column -= usize::from(step != Step::Dropped);
    }
}

/// The best alignment of each beginning of one word with each of the other, row by row.
fn cells(weights: &[f64], rows: &[u8], columns: &[u8]) -> Vec<Cell> {
    let weight = |at: usize| weights.get(at).copied().unwrap_or(0.0);
    let width = columns.len() + 1;
    let mut cells: Vec<Cell> = Vec::with_capacity((rows.len() + 1) * width);
    for at in 0..(rows.len() + 1) * width {
        let from = |back: usize| cells.get(at - back).map_or(f64::MIN, |cell| cell.value);
        let own = (at / width).checked_sub(1).and_then(|row| rows.get(row));
        let other = (at % width).checked_sub(1).and_then(|column| columns.get(column));
        let all = [
            own.zip(other).map(|(own, other)| Cell {
                value: from(width + 1) + weight(matched(*own, *other)),
                step: Step::Matched,
            }),
            own.map(|own| Cell { value: from(width) + weight(dropped(*own)), step: Step::Dropped }),
            other.map(|other| Cell {
                value: from(1) + weight(inserted(*other)),
                step: Step::Inserted,
            }),
        ];
        let best = all.into_iter().flatten().max_by(|a, b| a.value.total_cmp(&b.value));
        cells.push(best.unwrap_or(Cell { value: 0.0, step: Step::Matched }));
    }
    cells
}
