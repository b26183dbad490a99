//! Which texts the shipped models have learnt from: of these they give no honest first impression,
//! because they know the answer.
//!
//! A text is known again by its first and by its last words, so that it is found with and without
//! its title and when it is cut short.

use std::sync::LazyLock;

use crate::fold::{Folded, Token};

/// Words at either end that are looked at.
const WORDS: usize = 12;

/// The prints of all texts, sorted, four bytes each: `cargo xtask train` makes it.
static LEARNT: LazyLock<Vec<u32>> = LazyLock::new(|| {
    const BYTES: &[u8] = include_bytes!("../models/learnt.bin");
    BYTES.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
});

/// The prints of a text: of its first words and of its last.
pub(crate) fn prints(folded: &Folded) -> [u32; 2] {
    let print = |tokens: &mut dyn Iterator<Item = &Token>| {
        let words = tokens.filter(|token| token.is_word()).take(WORDS);
        words.fold(0xcbf2_9ce4u32, |print, token| {
            let byte = |h: u32, &b: &u8| (h ^ u32::from(b)).wrapping_mul(0x0100_0193);
            folded.word(token).as_bytes().iter().fold(print.rotate_left(5), byte)
        })
    };
    [print(&mut folded.tokens.iter()), print(&mut folded.tokens.iter().rev())]
}

/// True if the shipped models have learnt from this text; once in some fifty thousand texts by
/// chance.
pub(crate) fn was_learnt(folded: &Folded) -> bool {
    prints(folded).iter().any(|print| LEARNT.binary_search(print).is_ok())
}
