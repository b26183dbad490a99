//! `format=flowed` (RFC 3676): paragraphs that were broken for transport, made whole again.

/// Joins flowed lines. `delete_space` is the `delsp=yes` of the content type.
pub(crate) fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut flowing: Option<usize> = None; // quote depth of the paragraph that goes on
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let body = &line[depth..];
        let body = body.strip_prefix(' ').unwrap_or(body); // space-stuffing
        let signature = body == "-- ";
        if flowing == Some(depth) && !signature {
            out.push_str(body);
        } else {
            if !out.is_empty() || flowing.is_some() {
                out.push('\n');
            }
            if depth > 0 {
                out.push_str(&line[..depth]);
                out.push(' ');
            }
            out.push_str(body);
        }
        flowing = (body.ends_with(' ') && !signature).then_some(depth);
        if flowing.is_some() && delete_space {
            out.pop();
        }
        if flowing.is_none() && out.is_empty() {
            out.push('\n'); // a text that begins with an empty line keeps it
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_paragraphs_become_one_line_and_the_signature_stays() {
        let text = "This is \na paragraph.\n>> quoted \n>> on\n\n stuffed\n-- \nAnna";
        let whole = "This is a paragraph.\n>> quoted on\n\nstuffed\n-- \nAnna";
        assert_eq!(unflow(text, false), whole);
        assert_eq!(unflow("日本 \n語", true), "日本語");
    }
}
