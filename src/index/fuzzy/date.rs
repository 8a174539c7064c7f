//! A birth date in two bytes, and how a listed one may agree with that of a query.

use std::sync::LazyLock;

use smallvec::SmallVec;

use crate::domain::Date;

/// The first year whose days have codes of their own.
const FIRST_YEAR: u16 = 1_890;
/// Days from 1970-01-01 back to the first that has a code.
const FIRST_DAY: i32 = -29_219;
/// How many days have one: until the autumn of 2059.
const DAYS: u16 = 62_000;
const MONTHS_FROM: u16 = DAYS;
const MONTHS: u16 = 2_400;
const YEARS_FROM: u16 = MONTHS_FROM + MONTHS;
const FIRST_OF_YEARS: u16 = 1_800;
const YEARS: u16 = 300;

/// A date as records and postings hold it. Days come first, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DateCode(pub(super) u16);

impl DateCode {
    /// How many codes stand for days.
    pub(super) const DAYS: u16 = DAYS;
    /// A date outside the range of the codes: it may be any.
    pub(super) const ELSEWHERE: Self = Self(u16::MAX - 1);
    /// No date.
    pub(super) const ABSENT: Self = Self(u16::MAX);

    pub(super) fn new(date: Option<Date>) -> Self {
        let Some(date) = date else { return Self::ABSENT };
        let (year, month, _) = parts(date);
        let code = match (date.to_epoch_days(), month) {
            (Some(days), _) => u16::try_from(days - FIRST_DAY).ok().filter(|code| *code < DAYS),
            (None, 0) => {
                year.checked_sub(FIRST_OF_YEARS).filter(|y| *y < YEARS).map(|y| y + YEARS_FROM)
            }
            (None, month) => year
                .checked_sub(FIRST_YEAR)
                .and_then(|years| years.checked_mul(12)?.checked_add(u16::from(month) - 1))
                .filter(|code| *code < MONTHS)
                .map(|code| code + MONTHS_FROM),
        };
        code.map_or(Self::ELSEWHERE, Self)
    }

    /// Whether it is a day.
    pub(super) fn is_day(self) -> bool {
        self.0 < MONTHS_FROM
    }

    /// Whether it is a month.
    pub(super) fn is_month(self) -> bool {
        (MONTHS_FROM..YEARS_FROM).contains(&self.0)
    }

    /// The year, where the code knows it.
    pub(super) fn year(self) -> Option<u16> {
        Some(parts(self.date()?).0)
    }

    /// The date, where the code knows it.
    pub(super) fn date(self) -> Option<Date> {
        match self.0 {
            code if code < MONTHS_FROM => Date::from_epoch_days(i32::from(code) + FIRST_DAY),
            code if code < YEARS_FROM => {
                let month = u8::try_from((code - MONTHS_FROM) % 12 + 1).ok()?;
                Date::month((code - MONTHS_FROM) / 12 + FIRST_YEAR, month)
            }
            code if code < YEARS_FROM + YEARS => Date::year(code - YEARS_FROM + FIRST_OF_YEARS),
            _ => None,
        }
    }
}

/// Year, month and day; 0 for what is not known.
fn parts(date: Date) -> (u16, u8, u8) {
    let packed = date.packed();
    // The parts of a date fit by what `packed` is.
    ((packed / 10_000) as u16, (packed / 100 % 100) as u8, (packed % 100) as u8)
}

/// Month and day of each day that has a code: to work them out takes longer than all else that is
/// done about a posting.
static DAYS_OF_YEAR: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let packed = |code| {
        let (_, month, day) = DateCode(code).date().map_or((0, 0, 0), parts);
        day_of_year(month, day)
    };
    (0..DAYS).map(packed).collect()
});

const fn day_of_year(month: u8, day: u8) -> u16 {
    (month as u16) << 8 | day as u16
}

/// How a listed date agrees with the date of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same day.
    Equal,
    /// Day and month exchanged, a year more or less, or the day before or after.
    Near,
    /// Both are days, and two of day, month and year are equal, or digits of two were exchanged.
    TwoParts,
    /// Both are days, and one of day, month and year is equal; or the year alone, as far as they are known.
    OnePart,
    /// One is known to the month at best, and the months are equal.
    Month,
    /// One is known to the year alone, and the years are equal.
    Year,
    /// One is known in part, and the years are next to each other.
    NextYear,
    /// One is known in part, and the years are two or three apart.
    FewYears,
    /// They cannot be the same.
    Contradiction,
    /// One of them is not known.
    Unknown,
}

impl Agreement {
    /// How many ways of agreeing there are.
    pub const COUNT: usize = Self::Unknown as usize + 1;

    /// How a listed date agrees with one that is asked about, as far as the index can tell.
    #[cfg(test)]
    pub(crate) fn of(asked: Option<Date>, listed: Option<Date>) -> Self {
        Asked::new(asked).agreement(DateCode::new(listed))
    }
}

/// The date of a query, taken apart once.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    date: Option<Date>,
    code: DateCode,
    parts: (u16, u8, u8),
    near: [u16; 5],
    /// Days that are a slip away though no two parts agree, and ten years more or less.
    far: [u16; 4],
    /// The codes of the days of its year, where it is a day.
    year: (u16, u16),
}

impl Asked {
    pub(super) fn new(date: Option<Date>) -> Self {
        let parts = date.map_or((0, 0, 0), parts);
        let (year, month, day) = parts;
        let absent = DateCode::ABSENT.0;
        let (mut near, mut far, mut whole_year) = ([absent; 5], [absent; 4], (0, 0));
        if let Some(date) = date.filter(|date| date.is_full()) {
            let days = date.to_epoch_days().unwrap_or_default();
            let first = |year| DateCode::new(Date::day(year, 1, 1));
            let (from, to) = (first(year), first(year.saturating_add(1)));
            if from.is_day() {
                whole_year = (from.0, if to.is_day() { to.0 } else { DAYS });
            }
            let swapped = if day == month { None } else { Date::day(year, day, month) };
            let others = [
                swapped,
                Date::day(year.saturating_sub(1), month, day),
                Date::day(year.saturating_add(1), month, day),
                Date::from_epoch_days(days - 1),
                Date::from_epoch_days(days + 1),
            ];
            let mut told = SmallVec::<[u16; 10]>::from_slice(&[DateCode::new(Some(date)).0]);
            // Each day once: exchanged digits may be equal ones.
            let mut tell = |slot: &mut u16, other| {
                let code = DateCode::new(other);
                if code.is_day() && !told.contains(&code.0) {
                    told.push(code.0);
                    *slot = code.0;
                }
            };
            near.iter_mut().zip(others).for_each(|(slot, other)| tell(slot, other));
            let [of_year, of_month] = exchanged(parts);
            let decade = [year.saturating_sub(10), year.saturating_add(10)];
            let decade = decade.map(|year| (year, month, day));
            let others = [of_year, of_month].into_iter().chain(decade);
            for (slot, (year, month, day)) in far.iter_mut().zip(others) {
                tell(slot, Date::day(year, month, day));
            }
        }
        Self { date, code: DateCode::new(date), parts, near, far, year: whole_year }
    }

    /// The codes of days that are read from end to end: those that agree well, and those of a decade
    /// off.
    pub(super) fn days(&self) -> impl Iterator<Item = (DateCode, Agreement)> {
        let near = self.near.map(|code| (DateCode(code), Agreement::Near));
        let far = self.far.map(|code| (DateCode(code), Agreement::TwoParts));
        let days = std::iter::once((self.code, Agreement::Equal)).chain(near).chain(far);
        days.filter(|(code, _)| code.is_day())
    }

    /// Whether names of this date were found by their day.
    #[inline]
    pub(super) fn is_read(&self, listed: DateCode) -> bool {
        listed.is_day()
            && (listed == self.code
                || self.near.contains(&listed.0)
                || self.far.contains(&listed.0))
    }

    /// Whether it is a date that no code stands for.
    pub(super) fn has_no_code(&self) -> bool {
        self.code == DateCode::ELSEWHERE
    }

    /// The year, where it is known.
    pub(super) fn year(&self) -> Option<u16> {
        self.date.map(|_| self.parts.0)
    }

    /// How a listed date agrees with it; the best it may be where the code does not know.
    #[inline]
    pub(super) fn agreement(&self, listed: DateCode) -> Agreement {
        if listed == DateCode::ABSENT || self.date.is_none() {
            return Agreement::Unknown;
        }
        if listed.is_day() && self.parts.2 != 0 {
            if listed == self.code {
                return Agreement::Equal;
            }
            if self.near.contains(&listed.0) {
                return Agreement::Near;
            }
            if self.far.contains(&listed.0) {
                return Agreement::TwoParts;
            }
            return self.parts_of(listed);
        }
        let Some(date) = listed.date() else { return Agreement::Equal };
        let (year, month, _) = parts(date);
        let months_known = month != 0 && self.parts.1 != 0;
        match year.abs_diff(self.parts.0) {
            0 if !months_known => Agreement::Year,
            0 if month == self.parts.1 => Agreement::Month,
            // The same year, and a month that cannot be.
            0 => Agreement::OnePart,
            1 => Agreement::NextYear,
            2 | 3 => Agreement::FewYears,
            _ => Agreement::Contradiction,
        }
    }

    /// How two days agree in year, month and day.
    #[inline]
    fn parts_of(&self, listed: DateCode) -> Agreement {
        let (_, month, day) = self.parts;
        let other = DAYS_OF_YEAR.get(usize::from(listed.0)).copied().unwrap_or_default();
        let differs = other ^ day_of_year(month, day);
        let year = (self.year.0..self.year.1).contains(&listed.0);
        match u8::from(year) + u8::from(differs >> 8 == 0) + u8::from(differs & 0xff == 0) {
            0 => Agreement::Contradiction,
            1 => Agreement::OnePart,
            _ => Agreement::TwoParts,
        }
    }
}

/// The date with the last digit of the year and the first of the month exchanged, and the last of the month
/// with the first of the day: a slip across two parts. They need not be dates.
const fn exchanged((year, month, day): (u16, u8, u8)) -> [(u16, u8, u8); 2] {
    let of_year = (year / 10 * 10 + month as u16 / 10, (year % 10) as u8 * 10 + month % 10, day);
    let of_month = (year, month / 10 * 10 + day / 10, month % 10 * 10 + day % 10);
    [of_year, of_month]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> DateCode {
        DateCode::new(Date::parse(text))
    }

    #[track_caller]
    fn agree(asked: &str, listed: &str, expected: Agreement) {
        assert_eq!(Asked::new(Date::parse(asked)).agreement(code(listed)), expected);
    }

    #[test]
    fn the_first_day_has_the_first_code() {
        assert_eq!(code("1890-01-01"), DateCode(0));
        assert_eq!(code("1889-12-31"), DateCode::ELSEWHERE);
        assert!(code("2059-09-01").is_day());
    }

    #[test]
    fn dates_agree_as_they_say() {
        agree("1980-03-04", "1980-03-04", Agreement::Equal);
        agree("1980-03-04", "1980-04-03", Agreement::Near);
        agree("1980-03-04", "1981-03-04", Agreement::Near);
        agree("1980-02-29", "1980-03-01", Agreement::Near);
        agree("1980-03-04", "1980-03-14", Agreement::TwoParts);
        agree("1980-03-04", "1990-03-14", Agreement::OnePart);
        agree("1980-03-04", "1991-05-14", Agreement::Contradiction);
        agree("1980-03-04", "1980", Agreement::Year);
        agree("1980-03-04", "1980-03", Agreement::Month);
        agree("1980-03-04", "1979", Agreement::NextYear);
        agree("1980-03-04", "1977", Agreement::FewYears);
        agree("1980-03-04", "1976", Agreement::Contradiction);
        agree("1980-03-04", "1980-04", Agreement::OnePart);
        agree("1980-12-05", "1980-10-25", Agreement::TwoParts);
        agree("1980-12-05", "1981-02-05", Agreement::TwoParts);
        agree("1980-12-05", "1990-12-05", Agreement::TwoParts);
        agree("1980-03-04", "", Agreement::Unknown);
        agree("", "1970", Agreement::Unknown);
        agree("1980", "1980-03-04", Agreement::Year);
        agree("1800-01-01", "1790-01-01", Agreement::Equal);
    }

    #[test]
    fn no_day_is_read_twice() {
        for code in (0..DAYS).map(DateCode) {
            let read: Vec<u16> = Asked::new(code.date()).days().map(|(day, _)| day.0).collect();
            let different: std::collections::BTreeSet<u16> = read.iter().copied().collect();
            assert_eq!(different.len(), read.len(), "{code:?}");
        }
    }

    proptest! {
        #[test]
        fn days_agree_in_as_many_parts_as_they_share(one in -29_219_i32..32_000, other in -29_219_i32..32_000, near in -800_i32..800) {
            for other in [other, one + near] {
                let Some((one, other)) = Date::from_epoch_days(one).zip(Date::from_epoch_days(other)) else { continue };
                let (a, b) = (parts(one), parts(other));
                let shared = u8::from(a.0 == b.0) + u8::from(a.1 == b.1) + u8::from(a.2 == b.2);
                let expected = [Agreement::Contradiction, Agreement::OnePart, Agreement::TwoParts, Agreement::Equal];
                let found = Asked::new(Some(one)).agreement(DateCode::new(Some(other)));
                let is_told = DateCode::new(Some(one)).is_day() && DateCode::new(Some(other)).is_day();
                prop_assert!(!is_told || found == expected[usize::from(shared)] || found == Agreement::Near || (exchanged(a).contains(&b) && found == Agreement::TwoParts), "{a:?} {b:?} {found:?}");
            }
        }

        #[test]
        fn a_date_comes_back_from_its_code(year in 1890_u16..2059, month in 1_u8..=12, day in 1_u8..=31) {
            let dates = [Date::day(year, month, day), Date::month(year, month), Date::year(year)];
            for date in dates.into_iter().flatten() {
                prop_assert_eq!(DateCode::new(Some(date)).date().map(Date::packed), Some(date.packed()));
            }
        }

        #[test]
        fn days_keep_their_order(one in -29_219_i32..32_000, other in -29_219_i32..32_000) {
            let code = |days| DateCode::new(Date::from_epoch_days(days));
            prop_assert_eq!(one.cmp(&other), code(one).cmp(&code(other)));
        }
    }
}
