//! The places staff can go to, in the order of the rail.

/// A place in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// What must not slip today.
    Today,
    /// Who needs an answer, in order.
    Queue,
    /// What we said we would do.
    Promises,
    /// Public posts and reviews.
    Feedback,
    /// Everyone we serve.
    Customers,
    /// Causes, issues, figures.
    Insight,
    /// Own and company settings.
    Settings,
    /// A page that belongs to no place, such as search.
    Elsewhere,
}

impl Place {
    /// The groups of the rail.
    pub const GROUPS: [&'static [Place]; 3] = [
        &[Place::Today, Place::Queue, Place::Promises, Place::Feedback, Place::Customers],
        &[Place::Insight],
        &[Place::Settings],
    ];

    /// The places that fit beside "More" at the bottom of a telephone.
    pub const BOTTOM: [Place; 4] = [Place::Today, Place::Queue, Place::Promises, Place::Feedback];

    /// What the rail says.
    pub fn label(self) -> &'static str {
        match self {
            Place::Today => "Today",
            Place::Queue => "Queue",
            Place::Promises => "Promises",
            Place::Feedback => "Feedback",
            Place::Customers => "Customers",
            Place::Insight => "Insight",
            Place::Settings => "Settings",
            Place::Elsewhere => "",
        }
    }

    /// Where the rail leads.
    pub fn href(self) -> &'static str {
        match self {
            Place::Today => "/today",
            Place::Queue => "/q/mine",
            Place::Promises => "/promises",
            Place::Feedback => "/feedback",
            Place::Customers => "/customers",
            Place::Insight => "/insight",
            Place::Settings => "/settings",
            Place::Elsewhere => "/",
        }
    }

    /// The name of the drawing.
    pub fn icon(self) -> &'static str {
        match self {
            Place::Today => "today",
            Place::Queue => "queue",
            Place::Promises => "promise",
            Place::Feedback => "public",
            Place::Customers => "customers",
            Place::Insight => "insight",
            Place::Settings => "settings",
            Place::Elsewhere => "",
        }
    }

    /// The action in the key registry that goes there.
    pub fn action(self) -> &'static str {
        match self {
            Place::Today => "go-today",
            Place::Queue => "go-queue",
            Place::Promises => "go-promises",
            Place::Feedback => "go-feedback",
            Place::Customers => "go-customers",
            Place::Insight => "go-insight",
            Place::Settings => "go-settings",
            Place::Elsewhere => "",
        }
    }
}

/// A place as the rail shows it to one person.
#[derive(Clone, Debug)]
pub struct RailItem {
    /// Which place.
    pub place: Place,
    /// Whether the page belongs to it.
    pub here: bool,
    /// The number beside it, when there is one.
    pub count: Option<String>,
    /// The tooltip with the key.
    pub title: String,
}
