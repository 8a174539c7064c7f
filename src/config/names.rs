//! How names are compared: settings under `names`.

use crate::domain::{Action, ListId};
use crate::matching::score::Mode;
use crate::matching::{Naming, Rule, Threshold};

use super::Reader;

/// Reads them; `None` where equal names alone are met.
pub(super) fn read(reader: &mut Reader) -> Option<Naming> {
    let mode = reader.choice(
        "names.mode",
        Some(Mode::Balanced),
        &[
            ("exact", None),
            ("high-recall", Some(Mode::HighRecall)),
            ("balanced", Some(Mode::Balanced)),
            ("high-precision", Some(Mode::HighPrecision)),
        ],
        "Whether names that are alike are met, and how much must speak for it; exact: the same name with the same full birth date alone.",
    );
    let rules = reader.tables(
        "names.rules",
        "How likely a match by name must be for some entries. The first rule that is about an entry counts; names.mode is for all others.",
        rule,
    );
    let rules = rules.into_iter().flatten().collect();
    mode.map(|mode| Naming { general: Threshold::of(mode), rules })
}

fn rule(reader: &mut Reader) -> Option<Rule> {
    let list = reader.optional_text("list", "For entries of this list; of every list when absent.");
    let action = reader
        .optional_text("action", "For entries that ask for this; for any action when absent.");
    let probability = reader.decimal(
        "probability",
        0.5,
        0.001..=0.999,
        "How likely a match must be: 0.2 is high-recall, 0.5 balanced, 0.8 high-precision.",
    );
    let list = match list.as_deref().map(ListId::parse) {
        None => None,
        Some(Ok(list)) => Some(list),
        Some(Err(error)) => {
            reader.mistake("list", error.to_string());
            return None;
        }
    };
    let action = match action.as_deref().map(Action::parse) {
        None => None,
        Some(Some(action)) => Some(action),
        Some(None) => {
            reader.mistake("action", "is no action code of watchlist entries, such as ARREST");
            return None;
        }
    };
    // Within the range by what the reader takes.
    let threshold = Threshold::new(probability as f32)?;
    Some(Rule { list, action, threshold })
}
