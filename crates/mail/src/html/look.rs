//! How the text of an element looks: what its style, its attributes and the style sheet of the
//! mail say that bears on whether a reader sees it.

use std::collections::HashMap;

use serde::Serialize;

use super::marks::attribute;

/// How words are kept from the reader of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// `display:none`, `visibility:hidden`, `opacity:0`, or the attribute `hidden`.
    NotShown,
    /// Letters too small to be seen.
    Tiny,
    /// Ink of the colour of the paper, or without colour.
    SameColour,
    /// Moved far out of the page, or cut away.
    OffScreen,
    /// In a box without size.
    NoSize,
}

impl How {
    /// In plain words, to stand after "text".
    pub fn says(self) -> &'static str {
        match self {
            How::NotShown => "marked not to be shown",
            How::Tiny => "in letters too small to see",
            How::SameColour => "in the colour of its background",
            How::OffScreen => "moved out of the page",
            How::NoSize => "in a box without size",
        }
    }
}

/// Letters up to this size are seen by nobody, in CSS pixels.
const TINY_PX: f32 = 2.0;
/// Colours this close in each of red, green and blue are one to the eye.
const SAME_COLOUR: u8 = 10;
/// Who is moved so far has left the page, in CSS pixels.
const FAR_PX: f32 = 500.0;
/// Rules of a style sheet that are looked at.
const RULES_MOST: usize = 500;

/// A colour of the page; unknown where something we do not follow may have set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Known([u8; 3]),
    Clear,
    Unknown,
}

/// What text inherits from the elements around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    ink: Colour,
    paper: Colour,
    size_px: f32,
    visible: bool,
}

impl Default for Look {
    /// Black on white, as every program shows a mail that says nothing.
    fn default() -> Look {
        Look {
            ink: Colour::Known([0; 3]),
            paper: Colour::Known([255; 3]),
            size_px: 16.0,
            visible: true,
        }
    }
}

impl Look {
    /// How text that looks so is hidden, when it is.
    pub(super) fn hides(&self) -> Option<How> {
        if !self.visible {
            return Some(How::NotShown);
        }
        if self.size_px <= TINY_PX {
            return Some(How::Tiny);
        }
        let same = match (self.ink, self.paper) {
            (Colour::Clear, _) => true,
            (Colour::Known(ink), Colour::Known(paper)) => {
                ink.iter().zip(paper).all(|(a, b)| a.abs_diff(b) <= SAME_COLOUR)
            }
            _ => false,
        };
        same.then_some(How::SameColour)
    }

    /// The look inside an element, and how the element hides all it holds, when it does.
    pub(super) fn inside(self, name: &str, tag: &str, sheet: &Sheet) -> (Look, Option<How>) {
        let mut look = self;
        if name == "a" {
            look.ink = Colour::Unknown; // links have a colour of their own
        }
        if !tag.contains(['=', 'h', 'H']) {
            return (look, None);
        }
        let mut veil = has_word(tag, "hidden").then_some(How::NotShown);
        if let Some(colour) = attribute(tag, "bgcolor") {
            look.paper = colour_of(colour);
        }
        if attribute(tag, "background").is_some() {
            look.paper = Colour::Unknown;
        }
        for at in ["color", "text"] {
            let holds = matches!((name, at), ("font", "color") | ("body", "text"));
            if let Some(colour) = holds.then(|| attribute(tag, at)).flatten() {
                look.ink = colour_of(colour);
            }
        }
        if !sheet.is_empty() {
            veil = veil.or_else(|| sheet.apply(tag, &mut look));
        }
        if let Some(style) = attribute(tag, "style") {
            veil = veil.or(look.take(&style.to_ascii_lowercase()));
        }
        (look, veil)
    }

    /// Takes the declarations of a style in lower case; gives how they hide the whole element.
    fn take(&mut self, style: &str) -> Option<How> {
        let mut box_of = Box::default();
        let mut veil = None;
        for rule in style.split(';') {
            let Some((name, value)) = rule.split_once(':') else { continue };
            let (name, value) = (name.trim(), value.trim().trim_end_matches("!important").trim());
            match name {
                "display" if value == "none" => veil = Some(How::NotShown),
                "visibility" => self.visible = !matches!(value, "hidden" | "collapse"),
                "opacity" if number(value).is_some_and(|n| n <= 0.05) => veil = Some(How::NotShown),
                "font-size" => self.size_px = size(value, self.size_px),
                "color" => self.ink = ink_of(value, self.ink),
                "background-color" | "background" => self.paper = paper_of(value, self.paper),
                "background-image" if value != "none" => self.paper = Colour::Unknown,
                "text-indent" | "margin-left" | "margin-top" => {
                    box_of.far |= pixels(value).is_some_and(|px| px <= -FAR_PX);
                }
                "clip" | "clip-path" => box_of.far |= cuts_all(value),
                "transform" => box_of.far |= value.contains("scale(0)"),
                _ => box_of.take(name, value),
            }
        }
        veil.or(box_of.veil())
    }
}

/// What a style says about the box of an element.
#[derive(Default)]
struct Box {
    placed: bool,
    aside: bool,
    far: bool,
    cut: bool,
    flat: bool,
}

impl Box {
    fn take(&mut self, name: &str, value: &str) {
        let px = || pixels(value);
        match name {
            "position" => self.placed = matches!(value, "absolute" | "fixed" | "relative"),
            "left" | "top" | "right" | "bottom" => {
                self.aside |= px().is_some_and(|px| px.abs() >= FAR_PX && px < 0.0);
            }
            "overflow" => self.cut = matches!(value, "hidden" | "clip"),
            "width" | "height" | "max-width" | "max-height" => {
                self.flat |= px().is_some_and(|px| (0.0..=1.0).contains(&px));
            }
            _ => {}
        }
    }

    fn veil(&self) -> Option<How> {
        if self.far || (self.placed && self.aside) {
            return Some(How::OffScreen);
        }
        (self.flat && self.cut).then_some(How::NoSize)
    }
}

/// The rules of a mail's style sheet that name one class or id, outside of `@media`.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: HashMap<String, String>,
    /// Whether there is a sheet at all, whose other rules may colour anything.
    any: bool,
}

impl Sheet {
    fn is_empty(&self) -> bool {
        !self.any
    }

    /// Reads the content of a `style` element.
    pub(super) fn read(&mut self, css: &str) {
        self.any |= css.contains('{');
        let css = css.to_ascii_lowercase();
        let mut rest = css.as_str();
        while let Some((selectors, after)) = rest.split_once('{') {
            if selectors.trim_start().trim_start_matches("<!--").trim_start().starts_with('@') {
                rest = &after[block_end(after)..];
                continue;
            }
            let Some((body, after)) = after.split_once('}') else { break };
            for selector in selectors.split(',') {
                let key = selector.rsplit(['*', '/']).next().unwrap_or("").trim();
                let start = key.find(['.', '#']).unwrap_or(key.len());
                let simple = key[start..].len() > 1
                    && !key[start + 1..].contains([' ', '.', '#', '>', ':', '[', '+', '~']);
                if simple && self.rules.len() < RULES_MOST {
                    self.rules.entry(key[start..].to_owned()).or_default().push_str(body);
                }
            }
            rest = after;
        }
    }

    fn apply(&self, tag: &str, look: &mut Look) -> Option<How> {
        let (classes, id) = (attribute(tag, "class"), attribute(tag, "id"));
        if classes.is_none() && id.is_none() {
            return None;
        }
        // Rules that are not followed may colour what has a class or an id.
        (look.ink, look.paper) = (Colour::Unknown, Colour::Unknown);
        let mut veil = None;
        let names = classes.unwrap_or("").split_whitespace().map(|c| (".", c));
        for (mark, name) in names.chain(id.map(|id| ("#", id))) {
            let key = format!("{mark}{}", name.to_ascii_lowercase());
            if let Some(style) = self.rules.get(&key) {
                veil = veil.or(look.take(style));
            }
        }
        veil
    }
}

/// Where the block that was just opened ends, behind its brace.
fn block_end(css: &str) -> usize {
    let mut deep = 1_usize;
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'{' => deep += 1,
            b'}' => deep -= 1,
            _ => {}
        }
        if deep == 0 {
            return at + 1;
        }
    }
    css.len()
}

/// Whether a bare attribute stands in a tag.
fn has_word(tag: &str, word: &str) -> bool {
    let outside = tag.split(['"', '\'']).step_by(2);
    outside.flat_map(str::split_whitespace).any(|w| {
        let w = w.trim_end_matches(['>', '/']);
        let name = w.split_once('=').map_or(w, |(name, _)| name);
        name.eq_ignore_ascii_case(word)
    })
}

fn number(value: &str) -> Option<f32> {
    value.trim().parse().ok()
}

/// A length in CSS pixels; `em` counts as 16 of them. `None` for what is no length.
fn pixels(value: &str) -> Option<f32> {
    let value = value.split_whitespace().next()?;
    let end = value.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(value.len());
    let (count, unit) = (number(&value[..end])?, &value[end..]);
    match unit {
        "px" => Some(count),
        "pt" => Some(count * 4.0 / 3.0),
        "em" | "rem" | "ex" | "ch" => Some(count * 16.0),
        "" if count == 0.0 => Some(0.0),
        "%" if count == 0.0 => Some(0.0),
        // Old mails write bare numbers, and programs read them as pixels.
        "" => Some(count),
        "vw" | "vh" => Some(count * 8.0),
        _ => None,
    }
}

/// The size of letters, relative ones to that around them; what is no size changes nothing.
fn size(value: &str, around: f32) -> f32 {
    let relative = |unit: &str| value.strip_suffix(unit).and_then(number);
    if let Some(share) = relative("rem") {
        return share * 16.0;
    }
    if let Some(share) = relative("em") {
        return share * around;
    }
    if let Some(percent) = relative("%") {
        return percent / 100.0 * around;
    }
    if value.ends_with("small") || value.ends_with("large") || value == "medium" {
        return 16.0; // names are never too small
    }
    pixels(value).unwrap_or(around)
}

fn cuts_all(value: &str) -> bool {
    let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    ["rect(0,0,0,0)", "rect(0000)", "rect(0px,0px,0px,0px)", "rect(1px,1px,1px,1px)"]
        .iter()
        .any(|all| plain.starts_with(all))
        || plain.starts_with("inset(50%")
        || plain.starts_with("inset(100%")
        || plain.starts_with("circle(0")
}

fn ink_of(value: &str, around: Colour) -> Colour {
    if value == "inherit" { around } else { colour_of(value) }
}

/// The paper that a background leaves; a picture may have any colour.
fn paper_of(value: &str, around: Colour) -> Colour {
    if value.contains("url(") || value.contains("gradient") {
        return Colour::Unknown;
    }
    let first = if value.starts_with("rgb") { Some(value) } else { value.split(' ').next() };
    match first.unwrap_or("") {
        "none" | "transparent" | "inherit" | "initial" | "unset" | "" => around,
        colour => match colour_of(colour) {
            Colour::Clear => around,
            known => known,
        },
    }
}

fn colour_of(value: &str) -> Colour {
    const NAMES: [(&str, [u8; 3]); 12] = [
        ("white", [255; 3]),
        ("black", [0; 3]),
        ("snow", [255, 250, 250]),
        ("ivory", [255, 255, 240]),
        ("whitesmoke", [245; 3]),
        ("ghostwhite", [248, 248, 255]),
        ("silver", [192; 3]),
        ("gray", [128; 3]),
        ("grey", [128; 3]),
        ("red", [255, 0, 0]),
        ("blue", [0, 0, 255]),
        ("yellow", [255, 255, 0]),
    ];
    let value = value.trim().to_ascii_lowercase();
    if value == "transparent" {
        return Colour::Clear;
    }
    if let Some((_, known)) = NAMES.iter().find(|(name, _)| *name == value) {
        return Colour::Known(*known);
    }
    let hex = value.strip_prefix('#').unwrap_or(&value);
    if hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        let digit = |at: usize, long: usize| u8::from_str_radix(&hex[at..at + long], 16).ok();
        let read = |long: usize| {
            Some([digit(0, long)?, digit(long, long)?, digit(2 * long, long)?])
                .map(|c| if long == 1 { c.map(|d| d * 17) } else { c })
        };
        return match hex.len() {
            4 if hex.ends_with('0') => Colour::Clear,
            8 if hex.ends_with("00") => Colour::Clear,
            3 | 4 => read(1).map_or(Colour::Unknown, Colour::Known),
            6 | 8 => read(2).map_or(Colour::Unknown, Colour::Known),
            _ => Colour::Unknown,
        };
    }
    rgb(&value).unwrap_or(Colour::Unknown)
}

/// `rgb(1, 2, 3)` and `rgba(1 2 3 / 0)`.
fn rgb(value: &str) -> Option<Colour> {
    let inner = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("))?;
    let inner = inner.split(')').next()?;
    let mut all = inner.split([',', ' ', '/']).filter(|part| !part.is_empty());
    let mut next = || all.next()?.parse::<u8>().ok();
    let known = [next()?, next()?, next()?];
    let alpha = all.next().and_then(|a| number(a.trim_end_matches('%')));
    Some(if alpha.is_some_and(|a| a <= 0.05) { Colour::Clear } else { Colour::Known(known) })
}
