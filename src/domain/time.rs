//! Instants and calendar dates as the domain states them; nothing here reads a clock.

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant held: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest instant held: 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// An instant from microseconds since the epoch; `None` outside the years 1 to 9999.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 { None } else { Some(Self(micros)) }
    }

    /// An instant from milliseconds since the epoch; `None` outside the years 1 to 9999.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        match millis.checked_mul(1_000) {
            Some(micros) => Self::from_micros(micros),
            None => None,
        }
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Microseconds from `earlier` to this instant; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

/// A calendar date known to a day, a month or a year.
///
/// ICAO Doc 9303 Part 3, section 4.8 allows unknown parts of a date of birth; a list may know the
/// year alone. A part that is unknown makes every smaller part unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A full date; `None` when the calendar has no such day.
    pub fn day(year: u16, month: u8, day: u8) -> Option<Self> {
        let known = Self::month(year, month)?;
        (1..=days_in_month(year, month)).contains(&day).then_some(Self { day, ..known })
    }

    /// A date known to the month; `None` outside January to December.
    pub fn month(year: u16, month: u8) -> Option<Self> {
        let known = Self::year(year)?;
        (1..=12).contains(&month).then_some(Self { month, ..known })
    }

    /// A date known to the year; `None` outside the years 1 to 9999.
    pub fn year(year: u16) -> Option<Self> {
        (1..=9999).contains(&year).then_some(Self { year, month: 0, day: 0 })
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY` (ISO 8601-1:2019, 5.2.2); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.as_bytes().split_first_chunk::<4>()?;
        let year = digits(year)?;
        let small = |digit, unit| u8::try_from(digits(&[digit, unit])?).ok();
        match *rest {
            [] => Self::year(year),
            [b'-', m, n] => Self::month(year, small(m, n)?),
            [b'-', m, n, b'-', d, e] => Self::day(year, small(m, n)?, small(d, e)?),
            _ => None,
        }
    }

    /// A full date from days since 1970-01-01; `None` outside the years 1 to 9999.
    pub fn from_epoch_days(days: i32) -> Option<Self> {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        // Days before the year 0 are none of ours, and the arithmetic of small numbers is quick.
        let shifted = u32::try_from(i64::from(days) + 719_468).ok()?;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u32::from(month <= 2);
        Self::day(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// Days since 1970-01-01; `None` when the day is not known.
    pub fn to_epoch_days(self) -> Option<i32> {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        if !self.is_full() {
            return None;
        }
        let month = i32::from(self.month);
        let year = i32::from(self.year) - i32::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted_month + 2) / 5 + i32::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(era * 146_097 + day_of_era - 719_468)
    }

    /// Whether the day is known.
    pub const fn is_full(self) -> bool {
        self.day != 0
    }

    /// One number that differs for different dates; an unknown part is zero.
    pub const fn packed(self) -> u32 {
        self.year as u32 * 10_000 + self.month as u32 * 100 + self.day as u32
    }

    /// The date that [`Self::packed`] made this number of.
    pub(crate) fn unpack(packed: u32) -> Option<Self> {
        let year = u16::try_from(packed / 10_000).ok()?;
        let (month, day) = (packed / 100 % 100, packed % 100);
        match (u8::try_from(month).ok()?, u8::try_from(day).ok()?) {
            (0, _) => Self::year(year),
            (month, 0) => Self::month(year, month),
            (month, day) => Self::day(year, month, day),
        }
    }

    /// The date in ISO 8601 form, as short as its precision. Birth dates are personal data: the
    /// caller discloses them.
    pub fn to_iso(self) -> String {
        match (self.month, self.day) {
            (0, _) => format!("{:04}", self.year),
            (month, 0) => format!("{:04}-{month:02}", self.year),
            (month, day) => format!("{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// The number that a few digits are.
fn digits(text: &[u8]) -> Option<u16> {
    text.iter().try_fold(0, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u16::from(byte - b'0'))?;
        Some(number * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Date::parse(text).map(Date::to_iso).as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_are_read_to_the_precision_stated() {
        check("1984-02-29", Some("1984-02-29"));
        check("1984-02", Some("1984-02"));
        check("1984", Some("1984"));
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in
            ["1983-02-29", "1900-02-29", "1984-13", "1984-00-01", "84-01-01", "", "1984-1-1"]
        {
            check(text, None);
        }
        check("1984-01-01-01", None);
        check("２０００", None);
    }

    #[test]
    fn epoch_days_agree_with_an_independent_calendar() {
        for days in (-700_000..2_900_000).step_by(97) {
            let theirs = jiff::civil::date(1970, 1, 1)
                .checked_add(jiff::Span::new().days(days))
                .ok()
                .map(|date| date.to_string());
            let ours = Date::from_epoch_days(days);
            assert_eq!(ours.map(Date::to_iso), theirs, "{days}");
            if let Some(date) = ours {
                assert_eq!(date.to_epoch_days(), Some(days));
                assert!(Date::unpack(date.packed()) == Some(date));
            }
        }
    }

    #[test]
    fn instants_stay_within_four_digit_years() {
        assert!(Timestamp::from_micros(i64::MAX).is_none());
        assert!(Timestamp::from_millis(i64::MIN).is_none());
        assert_eq!(Timestamp::from_millis(1_500).map(Timestamp::micros), Some(1_500_000));
    }
}
