//! The weights: what each observation about two names is worth, fitted on labelled pairs.
//!
//! The sum of an observation's units times its weight is evidence in bits: a logistic regression to
//! base 2 whose coefficients are these weights, so that bits are log-likelihood ratios of the pairs
//! it was fitted on; a few are set by hand. Fitted on: real aliases of listed persons against the
//! nearest other person, removed aliases against clean persons, and labelled name pairs, half of those
//! of persons held out. How, and with what result, stands in `WEIGHTS.md` beside this file.

use crate::names::{Bearer, Bits};

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident: $person:literal, $other:literal;)*) => {
        /// One kind of observation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Feature { $($(#[$doc])* $name,)* }

        impl Feature {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as in the table of weights.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }

        const PERSON: [i16; FEATURES] = [$($person,)*];
        const OTHER: [i16; FEATURES] = [$($other,)*];
    };
}

// Each feature with its weight for persons and for organisations and vessels, in sixteenths of a bit.
features! {
    /// Where every comparison starts.
    Base: -117, -67;
    /// Words equal.
    Same: -16, -40;
    /// … times their rarity, as below.
    SameRarity: 7, 8;
    /// Single letters equal.
    Letter: 11, 0;
    /// Words equal but for customs of transliteration.
    Translit: -17, -41;
    /// Their rarity.
    TranslitRarity: 7, 7;
    /// Spellings of one name by the dictionary.
    Spelling: -17, -41;
    /// Their rarity.
    SpellingRarity: 6, 5;
    /// Words a few letters apart.
    Edit: 6, 48;
    /// Their rarity.
    EditRarity: 6, 2;
    /// Letters that separate them.
    EditCost: -23, -16;
    /// The same as a share of their length.
    EditRelative: -127, -210;
    /// They begin differently.
    EditFirst: -2, -13;
    /// They are of four letters or less.
    EditShort: -9, 0;
    /// Letters beyond the first that separate them.
    EditExcess: -14, -45;
    /// Words alike in sound, across scripts.
    Sound: -5, -3;
    /// Their rarity.
    SoundRarity: 9, 14;
    /// What true renderings have more in evidence, on average.
    SoundShort: -6, -2;
    /// An initial and a name that it may stand for.
    Initial: 11, -17;
    /// One word is the beginning of the other.
    Prefix: 8, -24;
    /// Their rarity.
    PrefixRarity: 3, 0;
    /// One word is what its field had room for of the other.
    Cut: 8, -40;
    /// Their rarity, as far as the letters that are left can tell it.
    CutRarity: 3, 6;
    /// Joined words against split ones.
    Joined: 14, -4;
    /// Their rarity.
    JoinedRarity: 6, 5;
    /// Letters that separate them.
    JoinedCost: -41, -30;
    /// What unequal words would be worth beyond equal ones, and a sixteenth of a bit; and equal ones below
    /// nothing.
    Excess: -16, -16;
    /// Letters beyond two of an abbreviation whose words the other side writes out.
    Abbreviated: 0, 42;
    /// Small words that agree.
    Light: 13, 0;
    /// Legal forms that agree.
    Form: 3, 0;
    /// No name agrees.
    Nothing: -192, -192;
    /// A family name agrees with a family name.
    FamilyFamily: 2, 8;
    /// A first name agrees with a first name.
    FirstFirst: 21, 5;
    /// A family name agrees with a given name.
    Crossed: 0, -8;
    /// Numbers that agree.
    Number: 48, 23;
    /// Family names against one another.
    ConflictFamily: -72, -80;
    /// First names against one another.
    ConflictFirst: -60, -80;
    /// Other names against one another.
    ConflictOther: -45, -16;
    /// Fathers' names against one another.
    ConflictPatronymic: -67, -64;
    /// An initial against a name that it cannot stand for.
    ConflictInitial: -43, -39;
    /// Numbers against one another.
    ConflictNumber: -96, -62;
    /// How rare the words are that stand against one another.
    ConflictRarity: 1, -2;
    /// Rarity of given names that agree where others stand against one another: namesakes share them.
    Shaded: 0, -1;
    /// Rarity of family names that agree where others do not: relatives share them.
    ShadedFamily: 0, -3;
    /// What both come to beyond sixteen bits.
    ShadedExcess: -5, -1;
    /// The family names of a man and a woman.
    OtherSex: -32, -32;
    /// Father and son exchanged around a word for son.
    Filiation: -49, -48;
    /// How near they are, from 0 to 1.
    ConflictNear: 8, 23;
    /// A family name that one side has more.
    ExtraFamily: -19, -24;
    /// A first name that one side has more.
    ExtraFirst: -23, -24;
    /// Another name that one side has more.
    ExtraOther: -1, 0;
    /// A father's name that one side has more.
    ExtraPatronymic: -4, -5;
    /// An initial that one side has more.
    ExtraInitial: -8, 0;
    /// A number that one side has more.
    ExtraNumber: -27, -30;
    /// One name is a part of the other.
    Subset: 8, 16;
    /// Nothing is left over on either side.
    Full: 32, 89;
    /// How much rarer a word is that one side has more than any that agrees: it may be the name itself.
    Brand: 0, -5;
    /// Of organisations and vessels, what is left over stands behind the end of a name that was cut.
    CutShort: 0, 72;
    /// One name alone agrees, of several.
    Lone: 7, 1;
    /// … and others stand against one another.
    LoneConflict: 7, -24;
    /// Both names are single words.
    Single: 7, 16;
    /// The order differs.
    Reordered: -5, 0;
    /// Legal forms against one another.
    FormConflict: -48, -64;
    /// A legal form that one side has more.
    FormExtra: -3, -13;
    /// How rare the names are that agree where words are left over on one side alone.
    SubsetRarity: 0, 1;
    /// Of organisations and vessels, what is left over on one side are words that many share.
    Spare: 0, 21;
}

/// How many features there are.
pub const FEATURES: usize = Feature::ALL.len();

/// A weight for each feature, in sixteenths of a bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// In the order of [`Feature::ALL`].
    pub weights: [i16; FEATURES],
}

impl Model {
    /// The weights for names of a kind of bearer.
    pub const fn of(bearer: Bearer) -> Self {
        match bearer {
            Bearer::Person => Self { weights: PERSON },
            Bearer::Organisation | Bearer::Vessel | Bearer::Unknown => Self { weights: OTHER },
        }
    }

    /// What `units` sixteenths of a feature are worth.
    #[inline]
    pub fn worth(&self, feature: Feature, units: i32) -> Bits {
        let weight = self.weights.get(feature as usize).copied().unwrap_or_default();
        Bits::sixteenths(i32::from(weight) * units / 16)
    }

    /// What equal words are worth that are so rare, in sixteenths of a bit: nothing at least. That words
    /// agree never speaks against a match.
    #[inline]
    pub fn equal(&self, rarity: i32) -> Bits {
        let bits = self.worth(Feature::Same, 16) + self.worth(Feature::SameRarity, rarity);
        bits.max(Bits::ZERO)
    }
}
