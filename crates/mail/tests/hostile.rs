//! The checks of the fuzz targets (`fuzz/`), on stable: every mail of the golden files, cut and
//! spoilt in several places.

#[path = "../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::{Path, PathBuf};

const CHECKS: [fn(&[u8]); 6] = [
    checks::any_mail_is_read,
    checks::any_addresses_are_read,
    checks::any_references_are_read,
    checks::only_our_own_tokens_prove,
    checks::any_report_is_read,
    checks::nothing_is_trimmed_away,
];

fn mails() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folders = fs::read_dir(golden).expect("golden files").flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    let mut mails: Vec<PathBuf> = files.map(|file| file.path()).collect();
    mails.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    mails.sort();
    mails
}

#[test]
fn every_mail_passes_every_check_whole_cut_and_spoilt() {
    let mails = mails();
    assert!(mails.len() > 100, "{} mails", mails.len());
    for (n, path) in mails.iter().enumerate() {
        let whole = fs::read(path).expect("a mail");
        let half = whole.len() * (n % 7 + 1) / 8;
        let mut spoilt = whole.clone();
        for (at, byte) in spoilt.iter_mut().enumerate() {
            if at % 97 == n % 97 {
                *byte = byte.wrapping_add(u8::try_from(n % 251).unwrap_or(1));
            }
        }
        for check in CHECKS {
            check(&whole);
            check(&whole[..half]);
            check(&spoilt);
        }
    }
}
