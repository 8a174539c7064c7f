//! The settings as they took effect, and the documented sample file: both as TOML.

use std::fmt;

use super::mistake::Place;

/// What the sample file says first.
const PREAMBLE: &str = "Every setting, with its default or an example.
A command-line flag goes before an environment variable, that before this file, that before the \
default. In a variable or a flag nothing is in quotes, and a list is parted by commas.
A line behind a # that touches it is not set: take the # away and fill it in.
Keys that do not exist are refused. Paths start from the working directory.";

/// Where the value of a setting came from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Nobody wrote it.
    Default,
    /// It was written here.
    Written(Place),
}

/// One setting that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// The full key, such as `lists[0].name`.
    pub(super) key: String,
    /// The key's last part as TOML writes it.
    pub(super) name: String,
    /// What the setting is for.
    pub(super) doc: String,
    /// What may be written, and the environment variable that overrides it.
    pub(super) rule: String,
    /// The value as TOML, or, when there is none, what an empty one would look like.
    pub(super) literal: String,
    /// Whether there is a value.
    pub(super) set: bool,
    pub(super) source: Source,
}

/// The settings under one TOML header.
#[derive(Clone, Debug)]
struct Group {
    /// The full key of the table, such as `kafka.client` or `lists[0]`; empty for the root.
    path: String,
    doc: String,
    settings: Vec<Setting>,
}

/// Every setting that was asked for, with its effective value and its source. Secrets are held
/// only as their mask.
#[derive(Clone, Debug)]
pub struct Effective {
    groups: Vec<Group>,
}

/// The effective settings as a TOML file, each with where it came from. Reading that file gives the
/// same settings, but for the secrets, which are masked.
impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for group in &self.groups {
            if group.path.is_empty() && group.settings.is_empty() {
                continue;
            }
            if !first {
                writeln!(f)?;
            }
            first = false;
            if let Some(header) = group.header() {
                writeln!(f, "{header}")?;
            }
            for setting in &group.settings {
                let mark = if setting.set { "" } else { "#" };
                let source = match &setting.source {
                    Source::Default if setting.set => "default".to_owned(),
                    Source::Default => "not set".to_owned(),
                    Source::Written(place) => one_line(&place.to_string()),
                };
                writeln!(f, "{mark}{} = {}  # {source}", setting.name, setting.literal)?;
            }
        }
        Ok(())
    }
}

impl Effective {
    /// No settings yet.
    pub(super) fn new() -> Self {
        // The root comes first, because in TOML its lines cannot follow a header.
        let root = Group { path: String::new(), doc: String::new(), settings: Vec::new() };
        Self { groups: vec![root] }
    }

    /// Begins the group of a table, so that it stands before the tables inside it.
    pub(super) fn open(&mut self, path: &str, doc: &str) {
        self.groups.push(Group {
            path: path.to_owned(),
            doc: doc.to_owned(),
            settings: Vec::new(),
        });
    }

    /// Adds a setting to the group of the table at `path`, which is begun if need be.
    pub(super) fn add(&mut self, path: &str, setting: Setting) {
        if let Some(group) = self.groups.iter_mut().find(|group| group.path == path) {
            group.settings.push(setting);
            return;
        }
        self.groups.push(Group {
            path: path.to_owned(),
            doc: String::new(),
            settings: vec![setting],
        });
    }

    /// Where the setting of this full key was written, if it was.
    pub(super) fn place(&self, key: &str) -> Option<&Place> {
        let settings = self.groups.iter().flat_map(|group| &group.settings);
        for setting in settings {
            if let Source::Written(place) = &setting.source
                && setting.key == key
            {
                return Some(place);
            }
        }
        None
    }

    /// The settings as a documented sample file. A setting without a value, and an example of a
    /// repeated table, stand behind a `#` that touches them, ready to be taken away.
    pub(super) fn sample(&self) -> String {
        let mut text = String::new();
        push_comment(&mut text, PREAMBLE);
        for group in &self.groups {
            if group.path.is_empty() && group.settings.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            push_comment(&mut text, &group.doc);
            let mark = if group.path.contains('[') { "#" } else { "" };
            if let Some(header) = group.header() {
                text.push_str(&format!("{mark}{header}\n"));
            }
            for (index, setting) in group.settings.iter().enumerate() {
                if index > 0 {
                    text.push('\n');
                }
                push_comment(&mut text, &setting.doc);
                push_comment(&mut text, &setting.rule);
                let mark = if setting.set { mark } else { "#" };
                text.push_str(&format!("{mark}{} = {}\n", setting.name, setting.literal));
            }
        }
        text
    }
}

impl Group {
    /// `[kafka.client]`, or `[[lists]]` for one of several tables; the root has none.
    fn header(&self) -> Option<String> {
        if self.path.is_empty() {
            return None;
        }
        let mut bare = String::new();
        for part in self.path.split('.') {
            if !bare.is_empty() {
                bare.push('.');
            }
            bare.push_str(part.split('[').next().unwrap_or(part));
        }
        Some(if self.path.ends_with(']') { format!("[[{bare}]]") } else { format!("[{bare}]") })
    }
}

/// A text as a TOML basic string (TOML 1.0.0, "String"), on one line whatever it holds.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            letter if letter.is_control() => {
                literal.push_str(&format!("\\u{:04X}", u32::from(letter)));
            }
            letter => literal.push(letter),
        }
    }
    literal.push('"');
    literal
}

/// A key's part as TOML writes it: bare where that is allowed (TOML 1.0.0, "Keys"), else quoted.
pub(super) fn key_part(part: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !part.is_empty() && part.chars().all(bare) { part.to_owned() } else { quoted(part) }
}

/// The text without control characters, which a TOML comment may not hold.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

/// Adds the text as comment lines of at most 100 characters, broken between words.
fn push_comment(out: &mut String, text: &str) {
    const WIDTH_MAX: usize = 100;
    for line in text.lines() {
        let mut width = 0;
        for word in line.split_whitespace() {
            let letters = word.chars().count();
            if width > 0 && width + 1 + letters > WIDTH_MAX {
                out.push('\n');
                width = 0;
            }
            if width == 0 {
                out.push('#');
                width = 1;
            }
            out.push(' ');
            out.push_str(word);
            width += 1 + letters;
        }
        if width > 0 {
            out.push('\n');
        }
    }
}
