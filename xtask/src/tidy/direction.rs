//! Who may depend on whom: app, then rooms, then halls, then the floor, then the pure crates, then
//! domain. A room never depends on a room, so that a feature stays in one folder and an edit
//! rebuilds one; what several of them need stands in a hall below.

use super::Finding;
use super::map::{Storey, storey};
use super::tree::Tree;

/// What can make HTTP requests. Only `egress` may have it: one hole after the other was found where
/// each feature asked by itself.
const HTTP_CLIENTS: [&str; 8] =
    ["awc", "curl", "hyper", "hyper-util", "isahc", "reqwest", "surf", "ureq"];

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, manifest) in tree.crates() {
        let path = format!("crates/{name}/Cargo.toml");
        let Some(from) = storey(name) else { continue };
        let table: toml::Table = match manifest.parse() {
            Ok(table) => table,
            Err(error) => {
                found.push(Finding::new(&path, 0, format!("cannot be read: {error}")));
                continue;
            }
        };
        for section in ["dependencies", "build-dependencies"] {
            let Some(listed) = table.get(section).and_then(|v| v.as_table()) else { continue };
            for on in listed.keys() {
                if name != "egress" && HTTP_CLIENTS.contains(&on.as_str()) {
                    let words = format!("{name} has {on}; requests of ours leave through egress");
                    found.push(Finding::new(&path, 0, words));
                }
                if let Some(to) = storey(on)
                    && let Err(words) = allowed(name, from, on, to)
                {
                    found.push(Finding::new(&path, 0, words));
                }
            }
        }
    }
    found
}

fn allowed(name: &str, from: Storey, on: &str, to: Storey) -> Result<(), String> {
    match (from, to) {
        (_, Storey::Tests) => Err(format!("{name} ships and depends on {on}, which is for tests")),
        (Storey::Tests, _) => Ok(()),
        (Storey::Room, Storey::Room) => {
            Err(format!("the room {name} depends on the room {on}; let app hand over instead"))
        }
        (Storey::Floor, Storey::Floor) if on == "store" => Ok(()),
        // What is shown of a case stands on the case itself.
        (Storey::Hall, Storey::Hall) if name == "desk" && on == "casework" => Ok(()),
        // A draft is judged, and a prompt made, by what reading finds in it: one finder of personal
        // data, not three.
        (Storey::Pure, Storey::Pure) if matches!(name, "coach" | "prompt") && on == "reading" => {
            Ok(())
        }
        (from, to) if to < from => Ok(()),
        _ => Err(format!("{name} depends on {on}, which does not lie below it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str, manifest: &str) -> Vec<String> {
        let path = format!("crates/{name}/Cargo.toml");
        findings(&Tree::planted(&[(&path, manifest)])).into_iter().map(|f| f.words).collect()
    }

    #[test]
    fn a_room_that_depends_on_a_room_is_found() {
        let found =
            words("remedies", "[dependencies]\ncustomers.workspace = true\nstore.workspace = true");
        assert_eq!(
            found,
            ["the room remedies depends on the room customers; let app hand over instead"]
        );
    }

    #[test]
    fn a_dependency_upwards_is_found() {
        let on_web = "[dependencies]\nweb.workspace = true";
        assert_eq!(
            words("reading", on_web),
            ["reading depends on web, which does not lie below it"]
        );
        assert_eq!(words("intake", on_web), ["intake depends on web, which does not lie below it"]);
        assert!(words("desk", on_web).is_empty());
        let on_house = "[dependencies]\nhouse.workspace = true";
        assert!(words("organisation", on_house).is_empty());
        assert_eq!(words("web", on_house), ["web depends on house, which does not lie below it"]);
        let on_casework = "[dependencies]\ncasework.workspace = true";
        assert!(words("desk", on_casework).is_empty());
        assert_eq!(words("house", on_casework).len(), 1);
        let on_desk = "[dependencies.desk]\npath = \"../desk\"";
        assert_eq!(words("store", on_desk), ["store depends on desk, which does not lie below it"]);
        assert!(words("app", on_desk).is_empty());
    }

    #[test]
    fn a_client_for_requests_of_ours_outside_of_egress_is_found() {
        let has = "[dependencies]\nhyper.workspace = true\nstore.workspace = true";
        assert_eq!(words("desk", has), ["desk has hyper; requests of ours leave through egress"]);
        assert!(words("egress", has).is_empty());
    }

    #[test]
    fn what_is_for_tests_does_not_ship() {
        let ships = "[dependencies]\ntestkit.workspace = true";
        assert_eq!(words("desk", ships), ["desk ships and depends on testkit, which is for tests"]);
        assert!(words("desk", "[dev-dependencies]\ntestkit.workspace = true").is_empty());
    }
}
