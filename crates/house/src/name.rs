//! Names of people, teams and units, and of the house itself.

use domain::words::Words;

/// Longest name of a person, team or unit, in characters.
pub const NAME_MOST: usize = 100;

/// The name of a person, team or unit.
///
/// # Errors
/// What to do about a blank or overlong one.
pub fn name(text: &str) -> Result<Words, String> {
    let name = Words::new(text, NAME_MOST).map_err(|why| match why {
        domain::words::WordsRefused::Blank => "Enter a name.".to_owned(),
        long => long.to_string(),
    })?;
    if name.as_str().contains('\n') {
        Err("Write the name on one line.".to_owned())
    } else {
        Ok(name)
    }
}
