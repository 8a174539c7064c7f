//! The weights: what each observation about two names is worth, fitted on labelled pairs.

use crate::names::Bits;

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One kind of observation; a name's score is a weighted sum of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Feature { $($(#[$doc])* $name,)* }
        impl Feature {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// Its name, as in the table of weights.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => stringify!($name),)* } }
        }
    };
}

features! {
    /// Where every comparison starts.
    Base,
    /// Words equal; times rarity.
    Same, SameRarity,
    /// Words equal but for transliteration.
    Translit, TranslitRarity,
    /// Spellings by the dictionary.
    Spelling, SpellingRarity,
    /// A few letters apart; by their cost; by cost over length; first letters differ.
    Edit, EditRarity, EditCost, EditRelative, EditFirst, EditShort, EditExcess,
    /// Alike in sound.
    Sound, SoundRarity, SoundCost,
    /// An initial.
    Initial,
    /// Cut off.
    Prefix, PrefixRarity,
    /// Joined or split words.
    Joined, JoinedRarity, JoinedCost,
    /// Light words that agree; legal forms.
    Light, Form,
    /// Nothing agrees.
    Nothing,
    /// The roles of words that agree.
    FamilyFamily, FirstFirst, Crossed,
    /// Numbers that agree.
    Number,
    /// Words in conflict, by role.
    ConflictFamily, ConflictFirst, ConflictOther, ConflictPatronymic, ConflictInitial, ConflictNumber,
    /// How rare conflicting words are.
    ConflictRarity,
    /// How rare the agreeing words are, where others conflict.
    Shaded, ShadedFamily, ShadedExcess,
    /// Family names of the two sexes.
    OtherSex,
    /// The father's and the son's name exchanged around a word for son.
    Filiation,
    /// How near conflicting words are.
    ConflictNear,
    /// Words that only one side has, by role.
    ExtraFamily, ExtraFirst, ExtraOther, ExtraPatronymic, ExtraInitial, ExtraNumber,
    /// One name is a part of the other; nothing is left over on either side.
    Subset, Full,
    /// One word alone agrees, out of several; as few as two.
    Lone, LoneConflict, Single,
    /// Another order.
    Reordered,
    /// Legal forms differ; only one has one.
    FormConflict, FormExtra,
}

/// How many features there are.
pub const FEATURES: usize = Feature::ALL.len();

/// Weights in sixteenths of a bit for each unit of sixteenths.
#[derive(Clone)]
pub struct Model {
    /// One weight a feature.
    pub weights: [i32; FEATURES],
}

impl Model {
    /// What `units` sixteenths of a feature are worth.
    pub fn worth(&self, feature: Feature, units: i32) -> Bits {
        let weight = self.weights.get(feature as usize).copied().unwrap_or_default();
        Bits::sixteenths(weight * units / 16)
    }

    /// A first guess for persons.
    pub fn person() -> Self {
        use Feature::*;
        let mut model = Self { weights: [0; FEATURES] };
        for (feature, bits) in [
            (Base, -8.0),
            (Same, 1.0),
            (SameRarity, 0.7),
            (Translit, 0.5),
            (TranslitRarity, 0.7),
            (Spelling, 0.5),
            (SpellingRarity, 0.65),
            (Edit, 0.5),
            (EditRarity, 0.6),
            (EditCost, -1.5),
            (EditRelative, -8.0),
            (EditFirst, -1.0),
            (EditShort, -0.5),
            (Sound, 0.0),
            (SoundRarity, 0.5),
            (SoundCost, -2.0),
            (Initial, 1.0),
            (Prefix, 0.5),
            (PrefixRarity, 0.5),
            (Joined, 1.0),
            (JoinedRarity, 0.7),
            (JoinedCost, -2.0),
            (Light, 0.2),
            (FamilyFamily, 0.5),
            (FirstFirst, 0.3),
            (Crossed, -0.5),
            (Number, 3.0),
            (ConflictFamily, -5.0),
            (ConflictFirst, -5.0),
            (ConflictOther, -3.0),
            (ConflictPatronymic, -4.0),
            (ConflictInitial, -3.0),
            (ConflictNumber, -6.0),
            (ConflictRarity, -0.1),
            (ConflictNear, 0.5),
            (Shaded, -0.3),
            (ShadedFamily, -0.2),
            (OtherSex, -2.0),
            (EditExcess, -1.0),
            (ShadedExcess, -0.2),
            (Filiation, -3.0),
            (ExtraFamily, -1.5),
            (ExtraFirst, -1.5),
            (ExtraOther, -0.7),
            (ExtraPatronymic, -0.3),
            (ExtraInitial, -0.3),
            (ExtraNumber, -2.0),
            (Subset, 1.0),
            (Full, 2.0),
            (Lone, -2.0),
            (LoneConflict, -2.0),
            (Single, 0.0),
            (Reordered, -0.5),
            (FormConflict, -3.0),
            (FormExtra, -0.2),
            (Form, 0.2),
            (Nothing, -12.0),
        ] {
            if let Some(slot) = model.weights.get_mut(feature as usize) {
                *slot = Bits::from_f32(bits).in_sixteenths();
            }
        }
        model
    }

    /// A first guess for organisations.
    pub fn organisation() -> Self {
        use Feature::*;
        let mut model = Self::person();
        for (feature, bits) in [
            (FormConflict, -1.5),
            (ConflictOther, -4.0),
            (ConflictNumber, -3.0),
            (ExtraOther, -1.0),
            (Joined, 1.5),
        ] {
            if let Some(slot) = model.weights.get_mut(feature as usize) {
                *slot = Bits::from_f32(bits).in_sixteenths();
            }
        }
        model
    }
}
