//! Makes a failing plan smaller while it still fails, and tells it in plain words.

use super::bugs::Bug;
use super::events::Kind;
use super::plan::Plan;
use super::run::{Lived, live};

/// The most worlds that are lived to make one smaller.
const LIVES_MAX: u32 = 3_000;

/// A plan that fails and of which nothing more can be left out.
pub(super) struct Minimal {
    pub(super) plan: Plan,
    pub(super) lived: Lived,
}

impl Minimal {
    /// Shrinks a plan that fails.
    pub(super) fn of(plan: &Plan, bug: Option<Bug>) -> Self {
        let broken = promise(&live(plan, bug, false));
        let mut shrinking = Shrinking { plan: plan.clone(), bug, broken, lives: 0 };
        while shrinking.round() && shrinking.lives < LIVES_MAX {}
        let lived = live(&shrinking.plan, bug, true);
        Self { plan: shrinking.plan, lived }
    }

    /// What must be there for the failure, and what happens then.
    pub(super) fn tell(&self) -> String {
        let violation = self.lived.violation.as_deref().unwrap_or("nothing fails");
        let seed = self.plan.seed;
        let story = self.lived.story.join("\n  ");
        format!(
            "seed {seed}: {violation}\n\nThe least that it takes:\n{}\nWhat happens:\n  {story}\n\n\
             WORLD_SEED={seed} repeats it.",
            self.plan
        )
    }
}

struct Shrinking {
    plan: Plan,
    bug: Option<Bug>,
    /// The promise that is broken: what breaks another is another story.
    broken: Option<String>,
    lives: u32,
}

/// Which promise is broken, without the numbers and the particulars.
fn promise(lived: &Lived) -> Option<String> {
    let text = lived.violation.as_deref()?.split('(').next()?;
    Some(text.chars().filter(|letter| !letter.is_ascii_digit()).collect())
}

impl Shrinking {
    /// Tries each way to leave something out once; `true` when one worked.
    fn round(&mut self) -> bool {
        let mut smaller = self.attempt(|plan| plan.noise = 0);
        smaller |= self.attempt(|plan| plan.lanes -= 1);
        for at in (0..self.plan.faults.len()).rev() {
            smaller |= self.attempt(|plan| drop(plan.faults.drain(at..=at)));
        }
        for number in (0..self.plan.partitions.len()).rev() {
            smaller |= self.without_partition(number);
        }
        for number in 0..self.plan.partitions.len() {
            // Halves first: most records have no part in it.
            let mut length = self.plan.partitions[number].len().div_ceil(2);
            while length > 0 {
                smaller |= self.without_records(number, length);
                length /= 2;
            }
        }
        smaller |= self.attempt(|plan| plan.registry_from = 0);
        smaller |= self.attempt(|plan| plan.in_flight_max = plan.in_flight_max.div_ceil(2));
        for at in 0..self.plan.faults.len() {
            while self.attempt(|plan| plan.faults[at].nth /= 2)
                || self.attempt(|plan| plan.faults[at].nth -= plan.faults[at].nth.min(1))
            {
                smaller = true;
            }
        }
        smaller | self.with_simpler_records()
    }

    fn with_simpler_records(&mut self) -> bool {
        let mut smaller = false;
        for number in 0..self.plan.partitions.len() {
            for at in 0..self.plan.partitions[number].len() {
                for kind in Kind::ALL {
                    smaller |= self.attempt(|plan| plan.partitions[number][at].kind = kind);
                }
            }
        }
        smaller
    }

    /// Leaves out a partition that nothing speaks of.
    fn without_partition(&mut self, number: usize) -> bool {
        self.attempt(|plan| {
            if number + 1 == plan.partitions.len() && number > 0 {
                plan.partitions.pop();
            } else {
                plan.partitions[number].clear();
            }
        })
    }

    fn without_records(&mut self, number: usize, length: usize) -> bool {
        let mut smaller = false;
        let mut at = 0;
        while at + length <= self.plan.partitions[number].len() {
            if self.attempt(|plan| drop(plan.partitions[number].drain(at..at + length))) {
                smaller = true;
            } else {
                at += length;
            }
        }
        smaller
    }

    /// Keeps a change if the plan is smaller by it, makes sense, and still fails: with the noise that
    /// it had, with none, or, since any change shifts what noise meets, with some other.
    fn attempt(&mut self, change: impl FnOnce(&mut Plan)) -> bool {
        let mut plan = self.plan.clone();
        change(&mut plan);
        if plan.measure() >= self.plan.measure() || !plan.makes_sense() {
            return false;
        }
        let mut noises = vec![plan.noise];
        if plan.noise != 0 {
            noises.extend([0, 1, 3, 5, 7, 9]);
        }
        for noise in noises {
            plan.noise = noise;
            self.lives += 1;
            if self.lives < LIVES_MAX && promise(&live(&plan, self.bug, false)) == self.broken {
                self.plan = plan;
                return true;
            }
        }
        false
    }
}
