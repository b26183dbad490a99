//! The storeys of the house, and the map of it in ARCHITECTURE.md.

use super::Finding;
use super::tree::Tree;

/// Where the map lies.
pub const MAP: &str = "ARCHITECTURE.md";

/// The storeys, from the top. A crate depends only on crates of lower storeys; on the shared floor
/// also on `store`, on which the floor stands. Neither rooms nor halls depend on their like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Storey {
    /// The words of the field.
    Domain,
    /// Functions of their arguments: no database, no network, no clock, no chance.
    Pure,
    /// The shared floor: knows no noun of a room.
    Floor,
    /// What several rooms open on to: nouns that all of them need, and what their pages share.
    Hall,
    /// What the product does; side by side.
    Room,
    /// The program.
    App,
    /// What tests share; depended on by tests only.
    Tests,
}

/// Which storey a crate belongs to; `None` for one the house does not know.
pub fn storey(name: &str) -> Option<Storey> {
    Some(match name {
        "domain" => Storey::Domain,
        "reading" | "coach" | "surge" | "mail" | "prompt" | "speech" => Storey::Pure,
        "web" | "intake" | "store" | "egress" => Storey::Floor,
        "casework" | "desk" | "hearing" | "house" => Storey::Hall,
        "channels" | "conversation" | "customers" | "remedies" | "handling" | "insight"
        | "mailroom" | "crisis" | "organisation" | "policies" => Storey::Room,
        "app" => Storey::App,
        "testkit" => Storey::Tests,
        _ => return None,
    })
}

/// Whether the crate holds nouns, with their tables: a room, or a hall that rooms open on to.
pub fn holds_nouns(name: &str) -> bool {
    matches!(storey(name), Some(Storey::Room | Storey::Hall))
}

/// Crates without their place on the map.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let map = tree.text(MAP).unwrap_or_default();
    for (name, _) in tree.crates() {
        let place = format!("crates/{name}");
        if storey(name).is_none() {
            let words = "has no storey in xtask/src/tidy/map.rs";
            found.push(Finding::new(&place, 0, words));
        }
        if !map.contains(&format!("`{name}`")) {
            found.push(Finding::new(&place, 0, format!("has no place in {MAP}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_its_place_on_the_map_is_found() {
        let tree = Tree::planted(&[
            (MAP, "| `desk` | handles |"),
            ("crates/desk/Cargo.toml", ""),
            ("crates/crisis/Cargo.toml", ""),
            ("crates/attic/Cargo.toml", ""),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "crates/attic: has no storey in xtask/src/tidy/map.rs",
                "crates/attic: has no place in ARCHITECTURE.md",
                "crates/crisis: has no place in ARCHITECTURE.md",
            ]
        );
    }
}
