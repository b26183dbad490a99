//! One command line.

/// How the body was announced (RFC 6152).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// Not announced, or seven bits.
    #[default]
    SevenBit,
    /// `BODY=8BITMIME`.
    EightBit,
}

/// From whom and to whom, as the client says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// The return path; empty for mail nobody wants answered.
    pub sender: String,
    /// At least one recipient when a mail is delivered.
    pub recipients: Vec<String>,
    /// The name the other side greeted with (HELO, EHLO, LHLO), as it wrote it.
    pub helo: String,
    /// How the body was announced.
    pub body: Body,
    /// Whether addresses may hold UTF-8 (RFC 6531).
    pub smtputf8: bool,
}

pub(super) enum Command<'a> {
    Greet { verb: &'static str, name: &'a str },
    Mail(&'a [u8]),
    Rcpt(&'a [u8]),
    Data,
    Rset,
    Noop,
    Vrfy,
    Quit,
    StartTls,
}

impl<'a> Command<'a> {
    /// Reads a line without its end, or gives the reply to send.
    pub fn read(line: &'a [u8]) -> Result<Command<'a>, &'static str> {
        let line = line.trim_ascii_end();
        if line.contains(&0) {
            return Err("500 5.5.2 No NUL in commands");
        }
        let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
        let (verb, rest) = (line[..end].to_ascii_uppercase(), line[end..].trim_ascii_start());
        let name = || std::str::from_utf8(rest).map_err(|_| "501 5.5.4 That is no name");
        let bare =
            |command| if rest.is_empty() { Ok(command) } else { Err("501 5.5.4 No arguments") };
        match verb.as_slice() {
            b"EHLO" => Ok(Command::Greet { verb: "EHLO", name: name()? }),
            b"HELO" => Ok(Command::Greet { verb: "HELO", name: name()? }),
            b"LHLO" => Ok(Command::Greet { verb: "LHLO", name: name()? }),
            b"MAIL" => Ok(Command::Mail(rest)),
            b"RCPT" => Ok(Command::Rcpt(rest)),
            b"DATA" => bare(Command::Data),
            b"RSET" => bare(Command::Rset),
            b"NOOP" => Ok(Command::Noop),
            b"VRFY" | b"EXPN" => Ok(Command::Vrfy),
            b"QUIT" => bare(Command::Quit),
            b"STARTTLS" => bare(Command::StartTls),
            b"HELP" => Ok(Command::Noop),
            b"AUTH" | b"BDAT" | b"ETRN" | b"TURN" => Err("502 5.5.1 Not offered"),
            _ => Err("500 5.5.1 Unknown command"),
        }
    }
}

impl Envelope {
    /// Reads what follows `MAIL`, with the size it announces.
    pub(super) fn begin(arguments: &[u8]) -> Result<(Envelope, Option<usize>), &'static str> {
        let utf8 = arguments.to_ascii_uppercase().windows(9).any(|w| w == b" SMTPUTF8");
        let (sender, parameters) = path(arguments, "FROM:", utf8)?;
        let mut envelope = Envelope { sender, smtputf8: utf8, ..Envelope::default() };
        let mut size = None;
        for parameter in parameters {
            let (name, value) = parameter.split_once('=').unwrap_or((&parameter, ""));
            match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
                ("SIZE", bytes) => {
                    let digits = bytes.len() <= 20 && bytes.bytes().all(|b| b.is_ascii_digit());
                    if !digits || bytes.is_empty() {
                        return Err("501 5.5.4 SIZE is a number");
                    }
                    size = Some(bytes.parse().unwrap_or(usize::MAX));
                }
                ("BODY", "7BIT") => envelope.body = Body::SevenBit,
                ("BODY", "8BITMIME") => envelope.body = Body::EightBit,
                ("SMTPUTF8", "") | ("RET" | "ENVID" | "AUTH", _) => {}
                _ => return Err("555 5.5.4 Unknown parameter"),
            }
        }
        Ok((envelope, size))
    }
}

/// Longest path (RFC 5321, section 4.5.3.1.3), with room for UTF-8.
const PATH_BYTES_MAX: usize = 512;

/// Reads `FROM:<path> parameters…` or `TO:<path> parameters…`.
pub(super) fn path(
    arguments: &[u8],
    keyword: &str,
    utf8: bool,
) -> Result<(String, Vec<String>), &'static str> {
    const NOT_A_PATH: &str = "501 5.1.7 Write the address in angle brackets";
    let text = std::str::from_utf8(arguments).map_err(|_| "501 5.6.7 Addresses are UTF-8")?;
    if !utf8 && !text.is_ascii() {
        return Err("553 5.6.7 Say SMTPUTF8 first");
    }
    let head = text.get(..keyword.len()).filter(|h| h.eq_ignore_ascii_case(keyword));
    if head.is_none() {
        return Err(NOT_A_PATH);
    }
    let rest = text[keyword.len()..].trim_start().strip_prefix('<').ok_or(NOT_A_PATH)?;
    let (path, parameters) = rest.split_once('>').ok_or(NOT_A_PATH)?;
    // A source route `<@a,@b:c@d>` is dropped (RFC 5321, appendix C).
    let path = if path.starts_with('@') {
        path.split_once(':').map_or("", |(_, address)| address)
    } else {
        path
    };
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '<';
    if path.len() > PATH_BYTES_MAX || path.contains(odd) {
        return Err(NOT_A_PATH);
    }
    let alone = path.eq_ignore_ascii_case("postmaster") && keyword == "TO:";
    if !path.is_empty() && !path.contains('@') && !alone {
        return Err("501 5.1.3 An address has an @");
    }
    Ok((path.to_owned(), parameters.split_whitespace().map(str::to_owned).collect()))
}
