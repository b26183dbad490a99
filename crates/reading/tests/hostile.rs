//! Whatever comes is read: nothing panics, every span can be shown, and time grows with length.

use proptest::prelude::*;

#[path = "../fuzz/checks.rs"]
mod checks;

use checks::{any_file_is_refused_or_works, any_text_is_read};

/// One million bytes made of one piece. A reading whose time grew with the square of the length
/// would not come to an end on them.
fn flood(piece: &str) -> String {
    piece.repeat(1_000_000 / piece.len())
}

#[test]
fn floods_of_one_piece_are_read() {
    let pieces = [
        "a",
        "not ",
        "!",
        "😡",
        "\u{202e}abc\u{202c}",
        "\u{200b}x",
        "e\u{301}",
        "@",
        "https://",
        "4111 1111 1111 1111 ",
        "DE89 3704 0044 0532 0130 00 ",
        "i will call you tomorrow ",
        "thank you so much ",
        "a.b@",
        "злой ",
        "怒",
        "\u{0}",
        "1",
        "\n",
    ];
    for piece in pieces {
        any_text_is_read(flood(piece).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        any_text_is_read(&data);
        any_file_is_refused_or_works(&data);
    }

    #[test]
    fn pieces_of_speech_in_any_order_are_read(
        picks in proptest::collection::vec((0usize..14, 0usize..4), 0..80)
    ) {
        const PIECES: [&str; 14] = [
            "not", "never happy", "refund", "ich warte seit", "¿cuándo", "@shop", "!!!", "…", "🤬",
            "by friday", "promised", "+44 20 7946 0958", "İstanbul ﬁne ǅ", "\u{feff}\u{ad}",
        ];
        const BETWEEN: [&str; 4] = [" ", "", "\n", ". "];
        let text: String =
            picks.iter().flat_map(|(piece, between)| [PIECES[*piece], BETWEEN[*between]]).collect();
        any_text_is_read(text.as_bytes());
    }
}
