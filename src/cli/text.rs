//! Texts of others on somebody's terminal: what would move the cursor, hide or turn round what
//! stands beside it is shown as its number instead.

use std::borrow::Cow;

/// The text, with everything that is not itself visible escaped.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => out.extend(letter.escape_default()),
            hidden if is_hidden(hidden) => out.extend(hidden.escape_unicode()),
            visible => out.push(visible),
        }
    }
    Cow::Owned(out)
}

/// One line of JSON, the same value to whoever parses it, with nothing hidden in it for whoever
/// looks at it.
pub(super) fn json_line(json: &impl std::fmt::Display) -> String {
    let line = json.to_string();
    if !line.contains(is_hidden) {
        return line;
    }
    // Outside ASCII, everything stands within a string.
    line.chars().fold(String::with_capacity(line.len() + 16), |mut out, letter| {
        match is_hidden(letter) {
            true => out += &format!("\\u{:04x}", u32::from(letter)),
            false => out.push(letter),
        }
        out
    })
}

/// Control characters (ISO 6429), what turns the direction of writing (UAX #9), other ends of lines,
/// and spaces without width that no script needs.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_acts_on_a_terminal_or_turns_text_round_is_shown_by_its_number() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(shown("a\u{9b}2Jb\u{7f}"), "a\\u{9b}2Jb\\u{7f}");
        assert_eq!(shown("one\ntwo\r\n\tthree"), "one\\ntwo\\r\\n\\tthree");
        for turning in ['\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{061c}', '\u{2028}'] {
            let text = format!("a{turning}b");
            assert_eq!(shown(&text), format!("a{}b", turning.escape_unicode()));
        }
    }

    #[test]
    fn names_of_every_script_stay_as_they_are() {
        for name in ["Siân O’Connor", "Łukasz", "Иван", "محمد", "שלום", "李雷", "می‌خواهم"]
        {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn a_line_of_json_hides_nothing_and_is_the_same_value() {
        let value = serde_json::json!({"narrative": "a\u{202e}b\u{9b}c\u{1b}\"é"});
        let line = json_line(&value);
        assert!(!line.contains(is_hidden), "{line}");
        assert!(line.contains('é') && line.contains("\\u202e") && line.contains("\\u009b"));
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }
}
