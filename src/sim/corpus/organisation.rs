//! Invented firms: what a list calls them, and what declarations and manifests do.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::fields::Fields;
use super::latin::{Loss, machine, unmarked};
use super::spelling::{Script, Sort, Spelling};
use super::thing::{Change, Statement, ThingLabel};
use super::trade::{LANDS, Land, Piece, Role};
use crate::domain::Country;
use crate::sim::dice::Dice;

/// An invented firm as a list knows it.
#[derive(Clone)]
pub struct Organisation {
    /// The number within the corpus.
    pub number: u32,
    /// The names on the list, each whole in the field of the surname, the primary one first.
    pub names: SmallVec<[Spelling; 3]>,
    /// Where it is established.
    pub country: Country,
    /// The same, when the list knows it.
    pub listed_country: Option<Country>,
    land: &'static Land,
    pieces: Vec<Piece>,
    form: usize,
    system: usize,
}

/// Words that ledgers shorten.
const SHORT: [(&str, &str); 24] = [
    ("International", "Intl"),
    ("Trading", "Trdg"),
    ("Company", "Co"),
    ("Engineering", "Eng"),
    ("Industries", "Ind"),
    ("Manufacturing", "Mfg"),
    ("Import and Export", "Imp & Exp"),
    ("Import Export", "Impex"),
    ("Technologies", "Tech"),
    ("Technology", "Tech"),
    ("General", "Gen"),
    ("Services", "Svcs"),
    ("Logistics", "Log"),
    ("Holdings", "Hldgs"),
    ("Pharmaceuticals", "Pharma"),
    ("Electronics", "Elec"),
    ("Construction", "Constr"),
    ("Petroleum", "Petr"),
    ("Shipping", "Shpg"),
    ("Investments", "Inv"),
    ("Transports", "Transp"),
    ("Comercializadora", "Comerc"),
    ("Distribuidora", "Distrib"),
    ("Handel", "Hdl"),
];

impl Organisation {
    pub(super) fn draw(dice: &mut Dice, seed: u64, number: u32) -> Option<Self> {
        let land: &'static Land = dice.pick(&LANDS)?;
        let pieces = land.name(dice, seed);
        let form = dice.below(u32::try_from(land.forms.len()).ok()?) as usize;
        let country = Country::parse(dice.pick(&land.nations)?).ok()?;
        let system = land.culture.map_or(0, |culture| culture.system(dice));
        let mut firm = Self {
            number,
            names: SmallVec::new(),
            country,
            listed_country: dice.percent(85).then_some(country),
            land,
            pieces,
            form,
            system,
        };
        firm.names = firm.listed_names(dice);
        Some(firm)
    }

    fn listed_names(&self, dice: &mut Dice) -> SmallVec<[Spelling; 3]> {
        let mut names = SmallVec::<[Spelling; 3]>::new();
        let forms = self.land.latin_forms(self.form);
        let form = dice.text(&forms);
        names.push(Spelling::whole(
            self.latin(form, self.system, |_| true),
            Script::Latin,
            Sort::Primary,
        ));
        if let Some(native) = self.native().filter(|_| dice.percent(55)) {
            names.push(native);
        }
        if dice.percent(30) {
            let form = dice.text(&forms);
            names.push(Spelling::whole(
                self.latin(form, self.system, |_| true),
                Script::Latin,
                Sort::Alias,
            ));
        }
        if dice.percent(25) {
            names.push(Spelling::whole(
                self.latin("", self.system, |_| true),
                Script::Latin,
                Sort::Alias,
            ));
        }
        if dice.percent(8) {
            let name = self.latin("", self.system, |piece| piece.role == Role::Name);
            names.push(Spelling::whole(name, Script::Latin, Sort::Weak));
        }
        let mut kept = SmallVec::<[Spelling; 3]>::new();
        for name in names {
            if kept.iter().all(|known| known.surname != name.surname) {
                kept.push(name);
            }
        }
        kept
    }

    /// The name in Latin letters with this writing of its legal form, which may be empty.
    fn latin(&self, form: &str, system: usize, wanted: impl Fn(&Piece) -> bool) -> CompactString {
        let mut words: Vec<CompactString> = Vec::new();
        for piece in self.pieces.iter().filter(|piece| wanted(piece)) {
            words.push(match self.land.tongue.filter(|_| piece.in_notation) {
                Some(tongue) => tongue.latin(&piece.text, system),
                None => piece.text.clone(),
            });
        }
        if self.land.label == "russian" {
            words.insert(0, form.into());
        } else {
            words.push(form.into());
        }
        words.retain(|word| !word.is_empty());
        words.join(" ").into()
    }

    fn native(&self) -> Option<Spelling> {
        let tongue = self.land.tongue?;
        let form = self.land.native_form(self.form);
        let words = self.pieces.iter().map(|piece| {
            if piece.in_notation { tongue.native(&piece.text, 0) } else { piece.native.into() }
        });
        let words: Vec<CompactString> = words.collect();
        let name = match self.land.label {
            "russian" => format!("{form} «{}»", words.join(" ")),
            "chinese" => format!("{}{form}", words.concat()),
            _ => format!("شركة {} {form}", words.join(" ")),
        };
        let name = CompactString::from(name.trim());
        Some(Spelling::whole(name, tongue.script, Sort::Original))
    }

    pub(super) fn state(&self, dice: &mut Dice, change: Change) -> Option<Statement> {
        let name = self.changed(dice, change)?;
        let label = ThingLabel { number: self.number, change };
        Some(Statement { name, country: self.country, imo: None, label })
    }

    fn changed(&self, dice: &mut Dice, change: Change) -> Option<CompactString> {
        let listed = &self.names.first()?.surname;
        let mut fields = Fields::read(self.names.first()?);
        match change {
            Change::Exact => {}
            Change::Slip(slip) => fields.slip(dice, slip)?,
            Change::Drop => return self.without_a_word(dice, listed),
            Change::Extra => {
                let more = dice.text(&["Group", "International", "Holding", "Branch", "Export"]);
                fields.surname.insert(1, more.into());
            }
            Change::Reorder => return self.reordered(listed),
            Change::Form => return self.with_another_form(dice, listed),
            Change::NoForm => return other(self.latin("", self.system, |_| true), listed),
            Change::Abbreviated => return abbreviated(listed),
            Change::Truncated => return cut(listed),
            Change::Transliteration => return self.transliterated(dice, listed),
            Change::OriginalScript => return Some(self.native()?.surname),
            Change::Prefix | Change::Numeral => return None,
        }
        Some(fields.surname.join(" ").into())
    }

    /// The writing of the legal form that the primary name has.
    fn listed_form(&self, listed: &str) -> &'static str {
        let forms = self.land.latin_forms(self.form);
        let held = |form: &&str| listed == self.latin(form, self.system, |_| true);
        forms.into_iter().find(held).unwrap_or_default()
    }

    /// Without the town, or without what it does where the town remains.
    fn without_a_word(&self, dice: &mut Dice, listed: &str) -> Option<CompactString> {
        let role = if dice.percent(50) { Role::Town } else { Role::Activity };
        let form = self.listed_form(listed);
        let short = self.latin(form, self.system, |piece| piece.role != role);
        other(short, listed)
    }

    /// What it does before its name, or the other way round.
    fn reordered(&self, listed: &str) -> Option<CompactString> {
        let form = self.listed_form(listed);
        let mut turned = self.clone();
        turned.pieces.rotate_left(1);
        other(turned.latin(form, self.system, |_| true), listed)
    }

    fn with_another_form(&self, dice: &mut Dice, listed: &str) -> Option<CompactString> {
        let mut forms = self.land.latin_forms(self.form);
        let held = self.listed_form(listed);
        forms.retain(|form| *form != held);
        other(self.latin(dice.text(&forms), self.system, |_| true), listed)
    }

    fn transliterated(&self, dice: &mut Dice, listed: &str) -> Option<CompactString> {
        let systems = u32::try_from(self.land.tongue?.systems()).ok()?;
        let first = dice.below(systems);
        let form = self.listed_form(listed);
        let spelt = |turn| self.latin(form, ((first + turn) % systems) as usize, |_| true);
        (0..systems).find_map(|turn| other(spelt(turn), listed))
    }
}

/// The text when it differs from the listed one.
fn other(text: CompactString, listed: &str) -> Option<CompactString> {
    (text != listed && !text.is_empty()).then_some(text)
}

fn abbreviated(listed: &str) -> Option<CompactString> {
    let mut text = CompactString::from(listed.replace(" & ", " and "));
    if text == listed {
        text = listed.replace(" und ", " u. ").into();
    }
    for (long, short) in SHORT {
        text = text.replace(long, short).into();
    }
    other(text, listed)
}

/// A name and address segment of a customs message holds 35 characters of a name.
fn cut(listed: &str) -> Option<CompactString> {
    const FIELD: usize = 35;
    let mut plain = unmarked(listed, Loss::Bare);
    if plain.len() <= FIELD || machine(listed).is_empty() {
        return None;
    }
    plain.truncate(FIELD);
    Some(plain.trim_end().into())
}
