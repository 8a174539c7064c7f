//! Who may be meant by the names of one event: asked once, used by the question whether it touches a
//! list and by its screening.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

use foldhash::quality::RandomState;

use crate::index::fuzzy::Query;
use crate::names::Bearer;
use crate::watchlist::{Candidate, Stand};

/// Answers for the names of one event. They hold while the lists stand where they stood.
#[derive(Default)]
pub(super) struct Answers {
    stand: Option<Stand>,
    kept: Vec<Answer>,
    /// Of all answers, one after the other.
    found: Vec<Candidate>,
    hasher: RandomState,
}

/// The answer to one question.
struct Answer {
    question: u64,
    /// Where its entries end.
    upto: usize,
    /// Whether some were not looked at.
    cut: bool,
}

impl Answers {
    /// Forgets the answers of another event; those that follow are about lists that stand here.
    pub(super) fn begin(&mut self, stand: Stand) {
        self.stand = Some(stand);
        self.kept.clear();
        self.found.clear();
    }

    /// Asks and keeps the answer; gives whether anybody may be meant. `ask` appends who may be, and
    /// says whether some were not looked at.
    pub(super) fn keep(
        &mut self,
        query: (&Query<'_>, Bearer),
        ask: impl FnOnce(&mut Vec<Candidate>) -> bool,
    ) -> bool {
        let from = self.found.len();
        let cut = ask(&mut self.found);
        let (question, upto) = (self.question(query), self.found.len());
        self.kept.push(Answer { question, upto, cut });
        cut || upto > from
    }

    /// The answer that was kept to this question, if the lists stand where they stood.
    pub(super) fn of(
        &self,
        query: (&Query<'_>, Bearer),
        stand: Stand,
    ) -> Option<(&[Candidate], bool)> {
        if self.stand != Some(stand) {
            return None;
        }
        let question = self.question(query);
        let at = self.kept.iter().position(|answer| answer.question == question)?;
        let before = at.checked_sub(1).and_then(|before| self.kept.get(before));
        let answer = self.kept.get(at)?;
        let found = self.found.get(before.map_or(0, |before| before.upto)..answer.upto)?;
        Some((found, answer.cut))
    }

    /// A question as a number: whoever screens an event that was not asked about finds none of its.
    fn question(&self, (query, bearer): (&Query<'_>, Bearer)) -> u64 {
        let mut hash = self.hasher.build_hasher();
        for word in query.words {
            word.hash(&mut hash);
        }
        (bearer as u8).hash(&mut hash);
        query.born.map(|date| date.packed()).hash(&mut hash);
        query.nation.as_ref().map(|(country, _)| country.alpha3()).hash(&mut hash);
        query.threshold.in_sixteenths().hash(&mut hash);
        hash.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Name;
    use crate::index::fuzzy::Limits;
    use crate::names::{Analysed, Analyser, Bits};

    /// Two names may have the same Latin letters and mean different people.
    #[test]
    fn names_in_other_characters_are_other_questions() {
        let (mut analyser, answers) = (Analyser::default(), Answers::default());
        let mut questions = Vec::new();
        for surname in ["高石", "高市", "gaoshi"] {
            let mut words = Analysed::default();
            analyser.analyse(Name { surname, given: "" }, Bearer::Person, &mut words);
            let query = Query {
                words: words.words(),
                acronym: words.acronym(),
                born: None,
                nation: None,
                threshold: Bits::ZERO,
                limits: Limits::default(),
            };
            questions.push(answers.question((&query, Bearer::Person)));
        }
        questions.sort_unstable();
        questions.dedup();
        assert_eq!(questions.len(), 3);
    }
}
