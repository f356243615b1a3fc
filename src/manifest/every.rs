//! How often a source is read: a duration or a cron expression.

use jiff::SignedDuration;

/// A field of a cron expression: its name, least and most value, and names for values.
type CronField = (&'static str, u8, u8, &'static [&'static str]);

const FIELDS: [CronField; 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    (
        "month",
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ),
    ("day of the week", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Checks a duration of at least a minute (`1h`, `1h 30m`) or a cron expression of five fields.
///
/// # Errors
///
/// What is wrong, in lower case.
pub(super) fn check(text: &str) -> Result<(), String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if let [_, _, _, _, _] = fields.as_slice() {
        return fields.iter().zip(FIELDS).try_for_each(|(text, field)| cron(text, field));
    }
    match text.parse::<SignedDuration>() {
        Ok(duration) if duration >= SignedDuration::from_mins(1) => Ok(()),
        Ok(_) => Err(format!("`{text}` is shorter than a minute")),
        Err(_) => {
            Err(format!("`{text}` is neither a duration nor a cron expression of five fields"))
        }
    }
}

/// `*`, `5`, `1-5`, `*/10`, `mon-fri`, and lists of these.
fn cron(text: &str, (name, least, most, names): CronField) -> Result<(), String> {
    let value = |text: &str| -> Option<u8> {
        let number = match names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
            Some(index) => u8::try_from(index).ok()? + least,
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (least..=most).contains(&number).then_some(number)
    };
    let fits = text.split(',').all(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(r, s)| (r, Some(s)));
        let step = step.is_none_or(|step| step.parse::<u8>().is_ok_and(|step| step > 0));
        step && match range.split_once('-') {
            _ if range == "*" => true,
            Some((from, to)) => matches!((value(from), value(to)), (Some(a), Some(b)) if a <= b),
            None => value(range).is_some(),
        }
    });
    if fits { Ok(()) } else { Err(format!("`{text}` is no {name} of a cron expression")) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn durations_and_cron_expressions_are_taken() {
        for text in
            ["1h", "90m", "1h 30m", "PT1H", "0 * * * *", "*/15 6-20 * * mon-fri", "0 0 1,15 jan *"]
        {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn others_are_refused() {
        for text in [
            "",
            "1",
            "5s",
            "-1h",
            "hourly",
            "60 * * * *",
            "* * * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "* * * foo *",
            "1/ * * * *",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
