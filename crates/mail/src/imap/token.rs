//! Atoms, texts and brackets of a response.

/// A piece of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, with what stands in square brackets behind it: `BODY[]<0>`.
    Atom(String),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// `(`
    Open,
    /// `)`
    Close,
}

/// The pieces of a response; `literals` says where its literals begin and how long they are.
pub(super) fn tokens(bytes: &[u8], literals: &[(usize, usize)]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut literals = literals.iter();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => tokens.push(Token::Open),
            b')' => tokens.push(Token::Close),
            b'"' => {
                let (text, end) = quoted(bytes, at + 1);
                tokens.push(Token::Text(text));
                at = end;
                continue;
            }
            b'{' => {
                let Some((start, length)) = literals.next() else { return tokens };
                tokens.push(Token::Text(bytes[*start..start + length].to_vec()));
                at = start + length;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let end = atom(bytes, at);
                tokens.push(Token::Atom(String::from_utf8_lossy(&bytes[at..end]).into_owned()));
                at = end;
                continue;
            }
        }
        at += 1;
    }
    tokens
}

/// A quoted string from behind its first quote, and where it ends.
fn quoted(bytes: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => {
                text.extend(bytes.get(at));
                at += 1;
            }
            _ => text.push(*byte),
        }
    }
    (text, at)
}

/// Where an atom ends; what stands in square brackets belongs to it, spaces included.
fn atom(bytes: &[u8], mut at: usize) -> usize {
    let mut inside = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            b'\r' | b'\n' => break,
            b'(' | b')' | b'"' | b'{' | b' ' if !inside => break,
            _ => {}
        }
        at += 1;
    }
    at
}
