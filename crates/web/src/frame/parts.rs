//! What frames and pages show in many places: faces, strips, toasts, and how a person likes it.

use askama::filters::Safe;

use crate::words;

/// The tone of a strip, notice, tag or row; the words beside it say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No tone.
    #[default]
    Plain,
    /// Worth knowing.
    Info,
    /// Done, kept, agreed.
    Ok,
    /// Soon.
    Warn,
    /// Broken, over, in danger.
    Danger,
    /// About a promise.
    Promise,
    /// About a crisis.
    Crisis,
}

impl Tone {
    /// The name in `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Info => "info",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Danger => "danger",
            Tone::Promise => "promise",
            Tone::Crisis => "crisis",
        }
    }
}

impl std::fmt::Display for Tone {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.name())
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// As an attribute of the page.
    pub fn attributes(self) -> Safe<&'static str> {
        Safe(match self {
            Theme::System => "",
            Theme::Light => r#" data-theme="light""#,
            Theme::Dark => r#" data-theme="dark""#,
        })
    }
}

/// Height of rows in lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// 64 px, with the reason why a row is where it is.
    #[default]
    Comfortable,
    /// 44 px.
    Compact,
}

impl Density {
    /// As an attribute of the page.
    pub fn attributes(self) -> Safe<&'static str> {
        Safe(match self {
            Density::Comfortable => "",
            Density::Compact => r#" data-density="compact""#,
        })
    }
}

/// Whether the rail shows its words beside the drawings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rail {
    /// Where there is room for them.
    #[default]
    AsRoomAllows,
    /// Always, from 1200 px up.
    Open,
    /// Never.
    Closed,
}

impl Rail {
    /// As an attribute of the page.
    pub fn attributes(self) -> Safe<&'static str> {
        Safe(match self {
            Rail::AsRoomAllows => "",
            Rail::Open => r#" data-rail="open""#,
            Rail::Closed => r#" data-rail="closed""#,
        })
    }
}

/// A line under the top bar.
#[derive(Clone, Debug)]
pub struct Strip {
    /// How it looks.
    pub tone: Tone,
    /// What it says.
    pub words: String,
    /// Where it leads and what the link says.
    pub link: Option<(String, String)>,
}

/// What just happened, and to whom: "Snoozed Amara's case until tomorrow 09:00".
#[derive(Clone, Debug)]
pub struct Toast {
    /// Tells two toasts apart, such as the id of the event.
    pub id: String,
    /// What happened.
    pub words: String,
    /// How to take it back.
    pub undo: Option<Undo>,
}

/// How to take something back.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where the form posts to.
    pub action: String,
    /// How long it can still be taken back.
    pub seconds: u32,
}

/// The crisis meter in the top bar.
#[derive(Clone, Debug)]
pub struct Meter {
    /// 0 to 100.
    pub value: u8,
    /// "Calm, 12".
    pub words: String,
    /// `plain`, `warn` or `crisis`.
    pub tone: Tone,
}

/// What a colleague does on the same page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Nothing is said about it.
    #[default]
    None,
    /// The tab is in front.
    Looking,
    /// The tab is behind.
    Open,
    /// Words are being written.
    Replying,
}

impl Presence {
    /// The name in `data-presence`.
    pub fn name(self) -> &'static str {
        match self {
            Presence::None => "none",
            Presence::Looking => "looking",
            Presence::Open => "open",
            Presence::Replying => "replying",
        }
    }
}

/// Someone's face: their first letters on a colour of their own.
#[derive(Clone, Debug)]
pub struct Face {
    /// Whose.
    pub name: String,
    /// What they do here.
    pub presence: Presence,
}

impl Face {
    /// A face that says nothing but its name.
    pub fn of(name: impl Into<String>) -> Face {
        Face { name: name.into(), presence: Presence::None }
    }

    /// The letters.
    pub fn initials(&self) -> String {
        words::initials(&self.name)
    }

    /// The colour, 1 to 5.
    pub fn hue(&self) -> u8 {
        words::hue(&self.name)
    }

    /// The name and what they do: "Maya is looking".
    pub fn words(&self) -> String {
        match self.presence {
            Presence::None => self.name.clone(),
            Presence::Looking => format!("{} is looking", self.name),
            Presence::Open => format!("{} has it open", self.name),
            Presence::Replying => format!("{} is replying", self.name),
        }
    }
}
