//! Questions to a name server and its answers (RFC 1035), for the records mail needs: TXT and MX.
//! Pure: bytes in, bytes out.

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts: SPF, DKIM keys, DMARC.
    Txt,
    /// Hosts that take mail.
    Mx,
    /// Addresses of version 4.
    A,
    /// Addresses of version 6.
    Aaaa,
}

impl Kind {
    const fn code(self) -> u16 {
        match self {
            Kind::Txt => 16,
            Kind::Mx => 15,
            Kind::A => 1,
            Kind::Aaaa => 28,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It did not fit into a datagram: ask again over TCP.
    #[error("the answer was cut")]
    Cut,
    /// The server says it failed.
    #[error("the name server failed")]
    Failed,
    /// It answers something else, or damaged bytes.
    #[error("that is no answer to what was asked")]
    Unfit,
}

/// Bytes of a datagram that we take (RFC 9715).
const DATAGRAM: u16 = 1_232;
/// Records of one answer that are looked at.
const RECORDS_MAX: usize = 100;

/// The bytes of a question; `None` when `name` is no name.
pub fn question(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let name = name.trim_end_matches('.');
    if name.is_empty() || name.len() > 253 || !name.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(name.len() + 32);
    bytes.extend(id.to_be_bytes());
    // Recursion is wanted; one question, nothing else, one additional record (EDNS, below).
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|n| (1..=63).contains(n))?;
        bytes.push(length);
        bytes.extend(label.bytes());
    }
    bytes.push(0);
    bytes.extend(kind.code().to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend([0, 0, 41]);
    bytes.extend(DATAGRAM.to_be_bytes());
    bytes.extend([0; 6]);
    Some(bytes)
}

/// What a server answered: texts, addresses, or hosts with the preferred one first. Empty when
/// there is no such record.
///
/// # Errors
/// When it is no answer to the question with this id.
pub fn answer(bytes: &[u8], id: u16, kind: Kind) -> Result<Vec<String>, NoAnswer> {
    let mut at = 12;
    let head = bytes.get(..at).ok_or(NoAnswer::Unfit)?;
    let number = |n: usize| u16::from_be_bytes([head[n], head[n + 1]]);
    if number(0) != id || head[2] & 0x80 == 0 {
        return Err(NoAnswer::Unfit);
    }
    if head[2] & 2 != 0 {
        return Err(NoAnswer::Cut);
    }
    match head[3] & 15 {
        0 => {}
        3 => return Ok(Vec::new()),
        _ => return Err(NoAnswer::Failed),
    }
    for _ in 0..number(4) {
        at = name_at(bytes, at).ok_or(NoAnswer::Unfit)?.1 + 4;
    }
    let mut found: Vec<(u16, String)> = Vec::new();
    for _ in 0..usize::from(number(6)).min(RECORDS_MAX) {
        let (record, next) = record_at(bytes, at).ok_or(NoAnswer::Unfit)?;
        at = next;
        if record.code == kind.code() {
            found.extend(read(bytes, &record, kind));
        }
    }
    found.sort_by_key(|(preference, _)| *preference);
    Ok(found.into_iter().map(|(_, text)| text).collect())
}

struct Record {
    code: u16,
    start: usize,
    end: usize,
}

fn record_at(bytes: &[u8], at: usize) -> Option<(Record, usize)> {
    let (_, at) = name_at(bytes, at)?;
    let fixed = bytes.get(at..at + 10)?;
    let code = u16::from_be_bytes([fixed[0], fixed[1]]);
    let length = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
    let (start, end) = (at + 10, at + 10 + length);
    bytes.get(start..end)?;
    Some((Record { code, start, end }, end))
}

fn read(bytes: &[u8], record: &Record, kind: Kind) -> Option<(u16, String)> {
    let data = &bytes[record.start..record.end];
    match kind {
        Kind::Txt => {
            let (mut text, mut at) = (Vec::new(), 0);
            while let Some(length) = data.get(at) {
                let end = at + 1 + usize::from(*length);
                text.extend_from_slice(data.get(at + 1..end)?);
                at = end;
            }
            Some((0, String::from_utf8_lossy(&text).into_owned()))
        }
        Kind::A => {
            let address: [u8; 4] = data.try_into().ok()?;
            Some((0, std::net::Ipv4Addr::from(address).to_string()))
        }
        Kind::Aaaa => {
            let address: [u8; 16] = data.try_into().ok()?;
            Some((0, std::net::Ipv6Addr::from(address).to_string()))
        }
        Kind::Mx => {
            let preference = u16::from_be_bytes([*data.first()?, *data.get(1)?]);
            Some((preference, name_at(bytes, record.start + 2)?.0))
        }
    }
}

/// The name at a place, and where what follows it begins.
fn name_at(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut at, mut next, mut name) = (start, None, String::new());
    let mut floor = start;
    loop {
        let length = *bytes.get(at)?;
        match length {
            0 => return Some((name, next.unwrap_or(at + 1))),
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + usize::from(length))?;
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&String::from_utf8_lossy(label));
                if name.len() > 1_000 {
                    return None;
                }
                at += 1 + usize::from(length);
            }
            192.. => {
                let target = usize::from(u16::from_be_bytes([length & 63, *bytes.get(at + 1)?]));
                next.get_or_insert(at + 2);
                // Only ever backwards, so that no circle can hold us.
                if target >= floor {
                    return None;
                }
                floor = target;
                at = target;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A server's answer to `question` with these records of this type.
    fn answered(question: &[u8], code: u16, records: &[Vec<u8>]) -> Vec<u8> {
        let end = question.len() - 11;
        let mut bytes = question[..end].to_vec();
        bytes[2] |= 0x80;
        bytes[7] = u8::try_from(records.len()).expect("few");
        bytes[11] = 0;
        for data in records {
            bytes.extend([192, 12]);
            bytes.extend(code.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    #[test]
    fn texts_are_joined_and_hosts_come_in_their_order() {
        let asked = question(7, "example.org.", Kind::Txt).expect("a name");
        let text = [&b"\x07v=spf1 "[..], b"\x04-all"].concat();
        assert_eq!(
            answer(&answered(&asked, 16, &[text]), 7, Kind::Txt),
            Ok(vec!["v=spf1 -all".into()])
        );
        let asked = question(8, "example.org", Kind::Mx).expect("a name");
        let second = [&[0, 20, 1][..], b"b", &[192, 12]].concat();
        let first = [&[0, 10, 1][..], b"a", &[192, 12]].concat();
        let hosts = answer(&answered(&asked, 15, &[second, first]), 8, Kind::Mx);
        assert_eq!(hosts, Ok(vec!["a.example.org".to_owned(), "b.example.org".to_owned()]));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let asked = question(7, "example.org", Kind::Txt).expect("a name");
        let good = answered(&asked, 16, &[b"\x01x".to_vec()]);
        assert_eq!(answer(&good, 8, Kind::Txt), Err(NoAnswer::Unfit), "another's id");
        assert_eq!(answer(&asked, 7, Kind::Txt), Err(NoAnswer::Unfit), "a question");
        let with = |place: usize, bits: u8| {
            let mut bytes = good.clone();
            bytes[place] |= bits;
            answer(&bytes, 7, Kind::Txt)
        };
        assert_eq!(with(2, 2), Err(NoAnswer::Cut));
        assert_eq!(with(3, 2), Err(NoAnswer::Failed));
        assert_eq!(with(3, 3), Ok(Vec::new()), "no such name");
        for bad in ["", "a..b", &"x".repeat(64), "\u{fc}.de"] {
            assert_eq!(question(1, bad, Kind::Txt), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it_or_hold_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut framed = vec![0, 7, 0x80, 0, 0, 1, 0, 9, 0, 0, 0, 0];
            framed.extend(bytes);
            drop(answer(&framed, 7, Kind::Mx));
            drop(answer(&framed, 7, Kind::Txt));
        }
    }
}
