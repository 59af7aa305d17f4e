//! Functions of times in RFC 3339.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::value::Value;

/// An instant, and the offset it was written with.
#[derive(Clone, Copy)]
struct Moment {
    instant: Timestamp,
    offset: Offset,
}

impl Moment {
    fn civil(self) -> DateTime {
        self.offset.to_datetime(self.instant)
    }

    /// RFC 3339 without fractions of a second.
    fn text(self) -> String {
        let civil = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
            self.zone("Z", ":")
        )
    }

    /// The offset; `utc` where there is none.
    fn zone(self, utc: &str, colon: &str) -> String {
        let seconds = self.offset.seconds();
        if seconds == 0 && !utc.is_empty() {
            return utc.to_owned();
        }
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

/// Cuts numbers and marks off a text, one after the other.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        let (digits, rest) = self.rest.split_at_checked(count)?;
        if count < least {
            return None;
        }
        self.rest = rest;
        digits.parse().ok()
    }

    fn mark(&mut self, marks: &[char]) -> Option<()> {
        self.rest = self.rest.strip_prefix(marks)?;
        Some(())
    }

    /// Nanoseconds after a point; none without one.
    fn fraction(&mut self) -> Option<i64> {
        let Some(digits) = self.rest.strip_prefix('.') else {
            return Some(0);
        };
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = digits.split_at_checked(count)?;
        self.rest = rest;
        if digits.is_empty() {
            return None;
        }
        let nine: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
        nine.parse().ok()
    }

    /// `Z`, or an offset in hours and minutes.
    fn zone(&mut self) -> Option<Offset> {
        if self.rest == "Z" {
            self.rest = "";
            return Some(Offset::UTC);
        }
        let sign = if self.mark(&['-']).is_some() {
            -1
        } else {
            self.mark(&['+'])?;
            1
        };
        let hours = self.number(2, 2).filter(|hours| *hours < 24)?;
        self.mark(&[':'])?;
        let minutes = self.number(2, 2).filter(|minutes| *minutes < 60)?;
        let seconds = i32::try_from(sign * (hours * 60 + minutes) * 60).ok()?;
        Offset::from_seconds(seconds).ok()
    }

    fn date(&mut self, shortest: usize) -> Option<Date> {
        let year = self.number(4, 4)?;
        self.mark(&['-'])?;
        let month = self.number(shortest, 2)?;
        self.mark(&['-'])?;
        let day = self.number(shortest, 2)?;
        Date::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            day.try_into().ok()?,
        )
        .ok()
    }

    fn time(&mut self, date: Date, shortest: usize) -> Option<DateTime> {
        let hour = self.number(shortest, 2)?;
        self.mark(&[':'])?;
        let minute = self.number(shortest, 2)?;
        self.mark(&[':'])?;
        let second = self.number(shortest, 2)?;
        let nanosecond = self.fraction()?;
        DateTime::new(
            date.year(),
            date.month(),
            date.day(),
            hour.try_into().ok()?,
            minute.try_into().ok()?,
            second.try_into().ok()?,
            nanosecond.try_into().ok()?,
        )
        .ok()
    }
}

fn moment(civil: DateTime, offset: Offset) -> Option<Moment> {
    Some(Moment {
        instant: offset.to_timestamp(civil).ok()?,
        offset,
    })
}

fn parse(content: &str) -> Option<Moment> {
    let mut reader = Reader { rest: content };
    let date = reader.date(2)?;
    reader.mark(&['T'])?;
    let civil = reader.time(date, 2)?;
    let offset = reader.zone()?;
    if !reader.rest.is_empty() {
        return None;
    }
    moment(civil, offset)
}

/// A YAML timestamp as RFC 3339: a date, or a date and a time in one of two spellings.
pub(super) fn from_yaml(content: &str) -> Option<String> {
    let mut reader = Reader { rest: content };
    let date = reader.date(1)?;
    let moment = if reader.rest.is_empty() {
        moment(date.to_datetime(jiff::civil::Time::midnight()), Offset::UTC)?
    } else if reader.mark(&[' ']).is_some() {
        let civil = reader.time(date, 1)?;
        moment(civil, Offset::UTC)?
    } else {
        reader.mark(&['T', 't'])?;
        let civil = reader.time(date, 1)?;
        let offset = reader.zone()?;
        moment(civil, offset)?
    };
    reader.rest.is_empty().then(|| moment.text())
}

fn moment_at(call: &Call<'_>, index: usize) -> Result<Moment, FunctionError> {
    let message = "a time such as `2026-01-31T00:00:00Z` is required";
    parse(call.text(index)).ok_or_else(|| match call.by {
        "timeadd" => FunctionError::about(index, message),
        _ => FunctionError::at(index, message),
    })
}

pub(super) fn timecmp(call: &Call<'_>) -> Outcome {
    let (a, b) = (moment_at(call, 0)?, moment_at(call, 1)?);
    Ok(Value::number(a.instant.cmp(&b.instant) as i64))
}

pub(super) fn timeadd(call: &Call<'_>) -> Outcome {
    let moment = moment_at(call, 0)?;
    let duration = duration(call.text(1))
        .ok_or_else(|| FunctionError::about(1, "a duration such as `1h30m` is required"))?;
    let instant = moment
        .instant
        .checked_add(duration)
        .map_err(|_| FunctionError::about(1, "the result is out of range"))?;
    Ok(Value::string(Moment { instant, ..moment }.text()))
}

/// Numbers with units: `1h30m`, `-1.5s`.
fn duration(content: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match content.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, content.strip_prefix('+').unwrap_or(content)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (amount, after) = rest.split_at_checked(end)?;
        let units = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("μs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000_i128),
        ];
        let (unit, size) = units.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        rest = after.strip_prefix(unit)?;
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let digits = |text: &str| {
            if text.is_empty() {
                Some(0)
            } else {
                text.parse::<i128>().ok()
            }
        };
        total = total.checked_add(digits(whole)?.checked_mul(size)?)?;
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(digits(fraction)?.checked_mul(size)?.checked_div(scale)?)?;
    }
    let total = if negative { -total } else { total };
    Some(SignedDuration::new(
        i64::try_from(total / 1_000_000_000).ok()?,
        i32::try_from(total % 1_000_000_000).ok()?,
    ))
}

pub(super) fn formatdate(call: &Call<'_>) -> Outcome {
    let moment = moment_at(call, 1)?;
    let mut out = String::new();
    let mut rest = call.text(0);
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '\'' {
            let end = closing_quote(rest)
                .ok_or_else(|| FunctionError::at(0, "a quote in the format is not closed"))?;
            rest.split_at_checked(end)
        } else {
            let length = rest.chars().take_while(|character| *character == first).count();
            rest.split_at_checked(length * first.len_utf8())
        }
        .unwrap_or((rest, ""));
        if first == '\'' {
            let inner = token.get(1..token.len().saturating_sub(1)).unwrap_or("");
            out.push_str(&inner.replace("''", "'"));
        } else if first.is_ascii_alphabetic() {
            out.push_str(
                &field(token, moment).ok_or_else(|| {
                    FunctionError::at(0, format!("`{token}` is not a part of a date format"))
                })?,
            );
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    Ok(text(&out))
}

/// Where a quoted part ends; two quotes inside are one.
fn closing_quote(text: &str) -> Option<usize> {
    let mut quotes = text
        .char_indices()
        .filter(|(_, character)| *character == '\'')
        .map(|(at, _)| at);
    quotes.next()?;
    while let Some(at) = quotes.next() {
        if text.get(at + 1..).is_some_and(|after| after.starts_with('\'')) {
            quotes.next();
        } else {
            return Some(at + 1);
        }
    }
    None
}

/// One part of a date format.
fn field(token: &str, moment: Moment) -> Option<String> {
    let civil = moment.civil();
    let hour = civil.hour();
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let month = MONTHS.get(usize::try_from(civil.month()).ok()?.checked_sub(1)?)?;
    let day = weekday(civil.weekday());
    Some(match token {
        "YYYY" => format!("{:04}", civil.year()),
        "YY" => format!("{:02}", civil.year().rem_euclid(100)),
        "MMMM" => (*month).to_owned(),
        "MMM" => month.get(..3)?.to_owned(),
        "MM" => format!("{:02}", civil.month()),
        "M" => civil.month().to_string(),
        "DD" => format!("{:02}", civil.day()),
        "D" => civil.day().to_string(),
        "EEEE" => day.to_owned(),
        "EEE" => day.get(..3)?.to_owned(),
        "hh" => format!("{hour:02}"),
        "h" => hour.to_string(),
        "HH" => format!("{half:02}"),
        "H" => half.to_string(),
        "AA" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", civil.minute()),
        "m" => civil.minute().to_string(),
        "ss" => format!("{:02}", civil.second()),
        "s" => civil.second().to_string(),
        "ZZZZZ" => moment.zone("", ":"),
        "ZZZZ" => moment.zone("", ""),
        "ZZZ" => moment.zone("UTC", ""),
        "Z" => moment.zone("Z", ":"),
        _ => return None,
    })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
