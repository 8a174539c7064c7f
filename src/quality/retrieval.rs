//! Retrieval by itself: what the index finds of what comparing with everybody finds.

/// What the index has to find.
pub(super) const GOAL: f64 = 0.98;

/// Matches of the default threshold, counted where everybody was compared and the index asked as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retrieval {
    /// Whoever was called a match, be it right or wrong.
    pub called: Part,
    /// Of these the right answers of queries.
    pub right: Part,
}

/// A part of some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many the index found.
    pub found: u64,
    /// How many there are.
    pub of: u64,
}

impl Retrieval {
    /// Counts one who was called a match.
    pub(super) fn count(&mut self, by_index: bool, is_right: bool) {
        self.called.count(by_index);
        if is_right {
            self.right.count(by_index);
        }
    }

    /// Both parts, with what they are of.
    pub(super) fn parts(&self) -> [(&'static str, Part); 2] {
        [
            ("of what comparing with everybody finds", self.called),
            ("of what is right in it", self.right),
        ]
    }
}

impl Part {
    fn count(&mut self, is_found: bool) {
        self.found += u64::from(is_found);
        self.of += 1;
    }

    /// The share; none of nothing.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.found as f64 / self.of as f64)
    }
}
