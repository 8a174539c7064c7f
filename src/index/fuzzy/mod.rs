//! Names that may be meant, out of millions, in microseconds: candidates, never verdicts.
mod ask;
mod date;
mod deletes;
mod delta;
mod filing;
mod key;
mod kin;
mod live;
mod oracle;
mod postings;
mod query;
mod record;
mod search;
mod seen;
mod slots;
mod snapshot;
mod terms;
mod weights;

pub use date::Agreement;
pub use live::{Draft, Fresh, Live, Position, View, Writer};
pub use query::{Found, Limits, Query, Work};
pub use search::Scratch;
pub use snapshot::{Builder, Listed, Snapshot};
pub use weights::Weights;
