//! Two subjects → the evidence that they are one, in bits, and its explanation.

mod align;
mod evidence;
mod model;
mod prepare;

pub use align::{Alignment, Pair, align, observe};
pub use evidence::{BornRelation, born, nationality};
pub use model::{FEATURES, Feature, Model};
pub use prepare::{Prepared, Role, Weighed};
