//! What two names say as wholes: nothing left over, a part of the other, another order.

use super::align::{Alignment, Pair, Span};
use super::model::Feature;
use super::observe::{Agreed, End, Item, Sink};
use super::prepare::Prepared;
use crate::names::{Bearer, Part};

/// Whether the name on the left was cut and all that is left over on the right stands behind its end.
/// The name of a person keeps its parts, each cut for itself; those are told word by word.
pub(super) fn ends_early(
    (left, right): (&Prepared, &Prepared),
    (l, r): (u32, u32),
    unmet: u32,
) -> bool {
    // How far the words on the right go that have a partner.
    let end = u32::BITS - r.leading_zeros();
    let is_thing = left.bearer != Bearer::Person && right.bearer != Bearer::Person;
    let is_longer = right.words.len() as u32 > end;
    // Names that lie between, or before, were not lost at the end.
    let between = right.names & !r & ((1 << end) - 1);
    left.cut && is_thing && l != 0 && unmet == 0 && is_longer && between == 0
}

/// How rare the words of a part of a name may count at most, in sixteenths of a bit: so that `Subset`, this
/// and `Spare` together stay below `Full`.
const SUBSET: i32 = 800;

/// What the two names say as wholes.
pub(super) fn wholes(
    (left, right): (&Prepared, &Prepared),
    alignment: &Alignment,
    agreed: &Agreed,
    End { conflicts, open, is_short }: End,
    sink: &mut impl Sink,
) {
    use Feature as F;
    sink.about(Item::Whole);
    let shared = agreed.rarity + agreed.family_rarity;
    match open {
        _ if conflicts > 0 || agreed.abbreviated => {}
        (0, 0) => sink.add(F::Full, 16),
        (0, _) if is_short => sink.add(F::CutShort, 16),
        (0, _) | (_, 0) => {
            sink.add(F::Subset, 16);
            sink.add(F::SubsetRarity, shared.min(SUBSET));
            if are_generic(left, open.0) && are_generic(right, open.1) {
                sink.add(F::Spare, 16);
            }
            let most = most_telling(left, open.0).max(most_telling(right, open.1));
            sink.add(F::Brand, (most - agreed.telling).max(0));
        }
        _ => {}
    }
    let most = left.names.count_ones().max(right.names.count_ones());
    match agreed.names {
        1 if most == 1 => sink.add(F::Single, 16),
        1 => {
            sink.add(F::Lone, 16);
            if conflicts > 0 {
                sink.add(F::LoneConflict, 16);
            }
        }
        _ => {}
    }
    if !left.parted && !right.parted && is_reordered(left, right, alignment) {
        sink.add(F::Reordered, 16);
        if has_son(left) && has_son(right) {
            sink.add(F::Filiation, 16);
        }
    }
}

/// Whether some words of a name are such as many organisations share: `trading`, `company`.
fn are_generic(name: &Prepared, set: u32) -> bool {
    let words = name.words.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
    words.into_iter().all(|(_, word)| word.word.part() == Part::Stop)
}

/// How rare the rarest of some words is, of those that may tell an organisation from others.
fn most_telling(name: &Prepared, set: u32) -> i32 {
    let words = name.words.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
    let telling = words.filter(|(_, word)| word.is_telling());
    telling.map(|(_, word)| word.rarity).max().unwrap_or_default()
}

/// Whether two names that agree stand in another order.
fn is_reordered(left: &Prepared, right: &Prepared, alignment: &Alignment) -> bool {
    let named = |span: Span, name: &Prepared| span.mask() & name.names != 0;
    let are_names = |pair: &&Pair| named(pair.left, left) && named(pair.right, right);
    let pairs = || alignment.pairs.iter().filter(are_names);
    pairs().any(|one| {
        pairs().any(|other| one.left.at < other.left.at && one.right.at > other.right.at)
    })
}

/// Whether a name tells a father's: `bin`, `ibn`.
fn has_son(name: &Prepared) -> bool {
    const SON: [&[u8]; 6] = [b"bin", b"ibn", b"ben", b"ould", b"bint", b"binti"];
    name.words.iter().any(|word| SON.contains(&word.word.text()))
}
