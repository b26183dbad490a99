//! The one registry of keys.
//!
//! It feeds the bindings in the browser, the `?` sheet, the palette, the titles of buttons and the
//! documentation, so that none of them can say something else. Keys are written as a person would
//! read them: `j`, `Shift+M`, `Ctrl+Enter` (⌘ on a Mac), `Alt+Enter`, `F8`, and `g q` for one after
//! the other. An action stands here from the day a page offers it: the sheet promises nothing.

use std::collections::BTreeMap;

use askama::filters::Safe;
use serde::{Deserialize, Serialize};

/// Where a key acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// On every page.
    Anywhere,
    /// On a list of cases, promises, customers or feedback.
    List,
    /// On one case.
    Case,
    /// While writing.
    Composer,
}

impl Scope {
    /// All of them, in the order of the key sheet.
    pub const ALL: [Scope; 4] = [Scope::Anywhere, Scope::List, Scope::Case, Scope::Composer];

    /// The name in the page's `data-scope`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Anywhere => "anywhere",
            Scope::List => "list",
            Scope::Case => "case",
            Scope::Composer => "composer",
        }
    }

    /// The heading in the key sheet.
    pub fn heading(self) -> &'static str {
        match self {
            Scope::Anywhere => "Anywhere",
            Scope::List => "Lists",
            Scope::Case => "On a case",
            Scope::Composer => "While writing",
        }
    }
}

/// One action with its name, its words and its keys.
#[derive(Debug)]
pub struct Key {
    /// What the key does.
    pub action: Action,
    /// The name in a page's `data-action`, such as `take`.
    pub name: &'static str,
    /// What a button, the palette and the sheet say, such as "Take it".
    pub label: &'static str,
    /// Where it acts and the key there; the first is the one shown on buttons.
    pub bindings: &'static [(Scope, &'static str)],
}

macro_rules! keymap {
    ($($action:ident $name:literal $label:literal: $($scope:ident $key:literal),+;)+) => {
        /// Everything a key can do. The label says it in words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each action carries its label in the registry")]
        pub enum Action { $($action),+ }

        const KEYMAP: &[Key] = &[$(Key {
            action: Action::$action,
            name: $name,
            label: $label,
            bindings: &[$((Scope::$scope, $key)),+],
        }),+];
    };
}

keymap! {
    Palette "palette" "Find any action or place": Anywhere "Ctrl+k";
    Search "search" "Search": Anywhere "/";
    Keys "keys" "Keyboard shortcuts": Anywhere "?";
    NewCase "new-case" "New case": Anywhere "c";
    Bell "bell" "Notifications": Anywhere "b";
    Undo "undo" "Undo": Anywhere "z";
    Close "close" "Close or back": Anywhere "Escape";
    CopyLink "copy-link" "Copy the link": Anywhere ".";
    GoToday "go-today" "Today": Anywhere "g t";
    GoQueue "go-queue" "Queue": Anywhere "g q";
    GoPromises "go-promises" "Promises": Anywhere "g p";
    GoFeedback "go-feedback" "Feedback": Anywhere "g v";
    GoCustomers "go-customers" "Customers": Anywhere "g c";
    GoInsight "go-insight" "Insight": Anywhere "g i";
    GoSnoozed "go-snoozed" "Snoozed": Anywhere "g z";
    GoSettings "go-settings" "Settings": Anywhere "g s";
    Next "next" "Next": List "j", Case "j";
    Previous "previous" "Previous": List "k", Case "k";
    Open "open" "Open": List "Enter";
    Peek "peek" "Peek": List "Space";
    Select "select" "Select": List "x";
    SelectAll "select-all" "Select the page, then the whole list": List "Shift+X";
    ShowNew "show-new" "Show new rows": List "0";
    PageNewer "page-newer" "Newer": List "[";
    PageOlder "page-older" "Older": List "]";
    View1 "view-1" "First saved view": List "1";
    View2 "view-2" "Second saved view": List "2";
    View3 "view-3" "Third saved view": List "3";
    View4 "view-4" "Fourth saved view": List "4";
    View5 "view-5" "Fifth saved view": List "5";
    View6 "view-6" "Sixth saved view": List "6";
    View7 "view-7" "Seventh saved view": List "7";
    View8 "view-8" "Eighth saved view": List "8";
    View9 "view-9" "First view of your own": List "9";
    Filter "filter" "Filter": List "f";
    Take "take" "Take it": List "m", Case "m";
    Assign "assign" "Assign": List "a", Case "a";
    Transfer "transfer" "Transfer": List "t", Case "t";
    Snooze "snooze" "Snooze": List "s", Case "s";
    Resolve "resolve" "Resolve": List "e", Case "e";
    Priority "priority" "Set the priority": List "p", Case "p";
    Label "label" "Label or cause": List "l", Case "l";
    Read "read" "Read or unread": List "u";
    MessagePrevious "message-previous" "Previous message": Case "[";
    MessageNext "message-next" "Next message": Case "]";
    Reply "reply" "Reply": Case "r";
    Note "note" "Private note": Case "n";
    Offer "offer" "What would be fair?": Case "o";
    Promise "promise" "Make a promise": Case "w";
    Escalate "escalate" "Escalate": Case "Shift+T";
    Panel "panel" "Show or hide the panel": Case "h";
    Check "check" "Publicity check": Case "q";
    Merge "merge" "Merge": Case "Shift+M";
    Split "split" "Split from this message": Case "Shift+S";
    CaseFile "case-file" "Case file to print": Case "Shift+P";
    Send "send" "Send": Composer "Ctrl+Enter";
    SendNext "send-next" "Send and open the next": Composer "Ctrl+Shift+Enter";
    ReplyText "reply-text" "Put in a reply text": Composer "/";
    Gap "gap" "Put in something from the case": Composer "{{";
    Mention "mention" "Name a colleague in a note": Composer "@";
    FindingNext "finding-next" "Next finding": Composer "F8";
    FindingPrevious "finding-previous" "Previous finding": Composer "Shift+F8";
    UseSuggestion "use-suggestion" "Use the suggested wording": Composer "Alt+Enter";
}

/// The whole registry, in the order of the key sheet.
pub fn keymap() -> &'static [Key] {
    KEYMAP
}

/// The key of an action before anybody changed it: the first of its bindings.
pub fn key_for(action: Action) -> &'static str {
    KEYMAP.iter().find(|key| key.action == action).map_or("", |key| key.bindings[0].1)
}

/// The entry whose `data-action` is `name`.
pub fn named(name: &str) -> Option<&'static Key> {
    KEYMAP.iter().find(|key| key.name == name)
}

/// The registry as the browser reads it: `[["take","Take it",[["list","m"],["case","m"]]], …]`.
pub fn browser_json() -> String {
    let entries: Vec<_> = KEYMAP
        .iter()
        .map(|key| {
            let places: Vec<_> =
                key.bindings.iter().map(|(scope, key)| (scope.name(), *key)).collect();
            (key.name, key.label, places)
        })
        .collect();
    serde_json::to_string(&entries).expect("names and keys are plain texts")
}

/// The registry as a page of the documentation, in Markdown.
pub fn documentation() -> String {
    let mut page = String::from("# Keyboard\n");
    for (heading, lines) in KeyPreferences::default().sheet() {
        page.push_str(&format!("\n## {heading}\n\n| Does | Key |\n|---|---|\n"));
        for (label, key) in lines {
            page.push_str(&format!("| {label} | `{key}` |\n"));
        }
    }
    page
}

/// What one person changed about the keys; it lies in the profile and follows them everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPreferences {
    /// Whether single letters act. When not, `Alt` and the letter does.
    pub single_keys: bool,
    /// Other keys for actions, by the action's name.
    #[serde(default)]
    pub remapped: BTreeMap<String, String>,
}

impl Default for KeyPreferences {
    fn default() -> KeyPreferences {
        KeyPreferences { single_keys: true, remapped: BTreeMap::new() }
    }
}

impl KeyPreferences {
    /// The key that does `name` for this person, written as on a button: "E", "G then Q",
    /// "Alt E" when single keys are off. Empty for an action without a key.
    pub fn shown(&self, name: &str) -> String {
        let Some(known) = named(name) else { return String::new() };
        self.shown_key(self.remapped.get(name).map_or(known.bindings[0].1, String::as_str))
    }

    /// `Title (key)`, as the tooltip of a button says it.
    pub fn title(&self, name: &str) -> String {
        match named(name) {
            Some(known) => format!("{} ({})", known.label, self.shown(name)),
            None => String::new(),
        }
    }

    /// The attributes of the button or link that does `name`: its `data-action`, its tooltip and
    /// its key for those who hear the page. A name outside the registry gets the name only.
    pub fn attributes(&self, name: &str) -> Safe<String> {
        debug_assert!(
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
            "names of actions come from templates, not from people"
        );
        let Some(known) = named(name) else {
            return Safe(format!(" data-action=\"{name}\""));
        };
        let key = self.remapped.get(name).map_or(known.bindings[0].1, String::as_str);
        let spoken = if self.needs_alt(key) { format!("Alt+{key}") } else { key.to_owned() };
        Safe(format!(
            " data-action=\"{name}\" title=\"{}\" aria-keyshortcuts=\"{}\"",
            escaped(&self.title(name)),
            escaped(&spoken.replace("Ctrl+", "Control+")),
        ))
    }

    /// The person's changes as attributes of the page's body.
    pub fn body_attributes(&self) -> Safe<String> {
        let remapped = serde_json::to_string(&self.remapped).expect("a map of texts");
        let single = if self.single_keys { "on" } else { "off" };
        Safe(format!(" data-single-keys=\"{single}\" data-keys=\"{}\"", escaped(&remapped)))
    }

    /// The key sheet: per place the label and the key of each action.
    pub fn sheet(&self) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
        Scope::ALL
            .into_iter()
            .map(|scope| {
                let lines = KEYMAP
                    .iter()
                    .filter_map(|known| {
                        let (_, key) = known.bindings.iter().find(|(place, _)| *place == scope)?;
                        let key = self.remapped.get(known.name).map_or(*key, String::as_str);
                        Some((known.label, self.shown_key(key)))
                    })
                    .collect();
                (scope.heading(), lines)
            })
            .collect()
    }

    fn shown_key(&self, key: &str) -> String {
        let key = if self.needs_alt(key) { format!("Alt+{key}") } else { key.to_owned() };
        key.split(' ')
            .map(|part| part.split('+').map(capital).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join(" then ")
    }

    fn needs_alt(&self, key: &str) -> bool {
        let first = key.split(' ').next().unwrap_or(key);
        !self.single_keys && first.strip_prefix("Shift+").unwrap_or(first).chars().count() == 1
    }
}

fn capital(part: &str) -> String {
    if part == "Escape" {
        return "Esc".to_owned();
    }
    let mut letters = part.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text made fit for a double-quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_actions_share_a_key_in_one_place() {
        for scope in Scope::ALL {
            let mut seen = BTreeSet::new();
            for known in keymap() {
                for (place, key) in known.bindings {
                    // What acts anywhere acts in lists and on cases too.
                    let reaches = *place == scope || *place == Scope::Anywhere;
                    let writing = scope == Scope::Composer;
                    if reaches && (!writing || *place == scope) {
                        assert!(seen.insert(*key), "{key} twice in {scope:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_of_actions_are_unique_and_fit_an_attribute() {
        let names: BTreeSet<_> = keymap().iter().map(|key| key.name).collect();
        assert_eq!(names.len(), keymap().len());
        assert!(
            names.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        );
    }

    #[test]
    fn a_button_shows_the_key_a_person_chose() {
        let mine = KeyPreferences {
            remapped: [("resolve".to_owned(), "d".to_owned())].into(),
            ..KeyPreferences::default()
        };
        assert_eq!(KeyPreferences::default().title("resolve"), "Resolve (E)");
        assert_eq!(mine.title("resolve"), "Resolve (D)");
        assert!(mine.attributes("resolve").0.contains(r#"aria-keyshortcuts="d""#));
    }

    #[test]
    fn without_single_keys_alt_stands_before_every_letter() {
        let mine = KeyPreferences { single_keys: false, ..KeyPreferences::default() };
        assert_eq!(mine.shown("resolve"), "Alt E");
        assert_eq!(mine.shown("go-queue"), "Alt G then Q");
        assert_eq!(mine.shown("escalate"), "Alt Shift T");
        assert_eq!(mine.shown("send"), "Ctrl Enter");
    }

    #[test]
    fn the_sheet_lists_every_action_in_each_of_its_places() {
        let lines: usize = KeyPreferences::default().sheet().iter().map(|part| part.1.len()).sum();
        let bound: usize = keymap().iter().map(|key| key.bindings.len()).sum();
        assert_eq!(lines, bound);
    }

    #[test]
    fn the_documentation_names_every_action() {
        let page = documentation();
        for known in keymap() {
            assert!(page.contains(&format!("| {} |", known.label)), "{}", known.label);
        }
    }

    #[test]
    fn a_remapped_key_cannot_break_out_of_its_attribute() {
        let mine = KeyPreferences {
            remapped: [("resolve".to_owned(), "\"><b>".to_owned())].into(),
            ..KeyPreferences::default()
        };
        assert!(!mine.attributes("resolve").0.contains("\"><b>"));
        assert!(!mine.body_attributes().0.contains("<b>"));
    }
}
