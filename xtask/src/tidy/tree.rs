//! The text files of a checkout, held in memory, so that a test can plant a tree in three lines.

use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Paths from the root with `/`, each with its text.
#[derive(Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what git keeps or would keep at `root`; files that are not text are left out.
    ///
    /// # Errors
    /// When git cannot list the files or one cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Tree> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git")?;
        anyhow::ensure!(listed.status.success(), "git could not list the files");
        let mut files = BTreeMap::new();
        for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|p| !p.is_empty()) {
            let full = root.join(path);
            if !full.is_file() {
                continue; // Deleted, and not yet committed.
            }
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Tree { files })
    }

    /// The text at `path`.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every file, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every file that ends with `.extension`, by path.
    pub fn with_extension(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| {
            path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
        })
    }

    /// The crates of the house by folder name, with their manifests.
    pub fn crates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter_map(|(path, text)| {
            let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!name.contains('/')).then_some((name, text))
        })
    }

    /// A tree for a test.
    #[cfg(test)]
    pub fn planted(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Tree { files: files.collect() }
    }
}

/// The crate a path belongs to: `crates/desk/src/lib.rs` is `desk`'s.
pub fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split('/').next()
}

/// Whether `path` is source that ships: below `crates/NAME/src/`, and not a file of tests only.
pub fn ships(path: &str) -> bool {
    let below_src = path.strip_prefix("crates/").and_then(|rest| rest.split_once("/src/"));
    below_src.is_some_and(|(name, file)| {
        name != "testkit" && !file.ends_with("tests.rs") && !file.contains("tests/")
    })
}
