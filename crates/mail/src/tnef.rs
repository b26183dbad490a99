//! `winmail.dat`: the files and text that Outlook packs into TNEF (MS-OXTNEF).

use crate::charset;

/// What a TNEF file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub body: String,
    pub html: String,
    pub files: Vec<File>,
}

/// One file inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

const SIGNATURE: u32 = 0x223E_9F78;
/// Most files taken out of one TNEF file.
const FILES_MAX: usize = 100;

const BODY: u32 = 0x0002_800C;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const FILE_BEGINS: u32 = 0x0006_9002;
const FILE_TITLE: u32 = 0x0001_8010;
const FILE_DATA: u32 = 0x0006_800F;
const FILE_PROPERTIES: u32 = 0x0006_9005;
const CODE_PAGE: u32 = 0x0006_9007;

/// Reads a TNEF file as far as it is whole; `None` when it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Contents> {
    let mut reader = Reader { bytes };
    if reader.u32()? != SIGNATURE {
        return None;
    }
    reader.take(2)?; // the key, used by nobody
    let mut contents = Contents::default();
    let mut set = "windows-1252".to_owned();
    while let Some((attribute, data)) = attribute(&mut reader) {
        match attribute {
            CODE_PAGE => {
                let page = Reader { bytes: data }.u32().unwrap_or(1252);
                set = if page == 65001 { "utf-8".into() } else { format!("windows-{page}") };
            }
            BODY => contents.body = text(data, &set),
            MESSAGE_PROPERTIES => message_properties(data, &set, &mut contents),
            FILE_BEGINS if contents.files.len() < FILES_MAX => contents.files.push(File::default()),
            _ => {
                if let Some(file) = contents.files.last_mut() {
                    file_attribute(attribute, data, &set, file);
                }
            }
        }
    }
    contents.files.retain(|f| !f.bytes.is_empty());
    Some(contents)
}

fn attribute<'a>(reader: &mut Reader<'a>) -> Option<(u32, &'a [u8])> {
    let _level = reader.take(1)?;
    let attribute = reader.u32()?;
    let length = reader.u32()? as usize;
    let data = reader.take(length)?;
    reader.take(2)?; // checksum; a wrong one would only hide what can be read
    Some((attribute, data))
}

fn file_attribute(attribute: u32, data: &[u8], set: &str, file: &mut File) {
    match attribute {
        FILE_TITLE if file.name.is_empty() => file.name = text(data, set),
        FILE_DATA => file.bytes = data.to_vec(),
        FILE_PROPERTIES => {
            for (id, value) in properties(data) {
                match id {
                    0x3707 | 0x3704 if !value.is_empty() => file.name = property_text(&value, set),
                    0x3701 if file.bytes.is_empty() => {
                        // An object begins with its interface id; a plain file has none.
                        file.bytes = value.bytes;
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn message_properties(data: &[u8], set: &str, contents: &mut Contents) {
    for (id, value) in properties(data) {
        match id {
            0x1000 if contents.body.is_empty() => contents.body = property_text(&value, set),
            0x1013 => contents.html = property_text(&value, set),
            _ => {}
        }
    }
}

struct Property {
    wide: bool,
    bytes: Vec<u8>,
}

impl Property {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

fn property_text(property: &Property, set: &str) -> String {
    text(&property.bytes, if property.wide { "utf-16le" } else { set })
}

fn text(bytes: &[u8], set: &str) -> String {
    let text = charset::decode(bytes, Some(set)).text;
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\0').to_owned()
}

/// The MAPI properties of a block: id and value, multi-valued ones left out.
fn properties(data: &[u8]) -> Vec<(u16, Property)> {
    let mut reader = Reader { bytes: data };
    let mut found = Vec::new();
    let count = reader.u32().unwrap_or(0).min(2_000);
    for _ in 0..count {
        match property(&mut reader) {
            Some(Some(property)) => found.push(property),
            Some(None) => {}
            None => break,
        }
    }
    found
}

/// `None` ends the block; `Some(None)` is a property of no use here.
#[expect(clippy::option_option, reason = "end of data and nothing of use are different answers")]
fn property(reader: &mut Reader<'_>) -> Option<Option<(u16, Property)>> {
    let kind = reader.u16()?;
    let id = reader.u16()?;
    if id >= 0x8000 {
        named(reader)?;
    }
    match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => reader.take(4)?,
        0x0005..=0x0007 | 0x0014 | 0x0040 => reader.take(8)?,
        0x0048 => reader.take(16)?,
        0x001E | 0x001F | 0x0102 | 0x000D => {
            let values = reader.u32()?;
            let mut first = None;
            for _ in 0..values.min(100) {
                let length = reader.u32()? as usize;
                let value = reader.take(length)?;
                reader.take((4 - length % 4) % 4)?;
                let wide = kind == 0x001F;
                first.get_or_insert(Property { wide, bytes: value.to_vec() });
            }
            return Some(first.map(|value| (id, value)));
        }
        _ => return None, // multi-valued or unknown: its length cannot be known
    };
    Some(None)
}

/// Steps over the name of a named property.
fn named(reader: &mut Reader<'_>) -> Option<()> {
    reader.take(16)?;
    if reader.u32()? == 0 {
        reader.take(4)?;
    } else {
        let length = reader.u32()? as usize;
        reader.take(length)?;
        reader.take((4 - length % 4) % 4)?;
    }
    Some(())
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).expect("short");
        let sum = data.iter().fold(0_u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        [&[level][..], &id.to_le_bytes(), &length.to_le_bytes(), data, &sum.to_le_bytes()].concat()
    }

    fn packed() -> Vec<u8> {
        let title = [
            1_u32.to_le_bytes(),
            0x3707_001F_u32.to_le_bytes(),
            1_u32.to_le_bytes(),
            12_u32.to_le_bytes(),
        ]
        .concat();
        let name: Vec<u8> = "ü.pdf\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        [
            &SIGNATURE.to_le_bytes()[..],
            &[1, 0],
            &attribute(1, BODY, b"Gr\xfc\xdfe\r\nAnn\0"),
            &attribute(2, FILE_BEGINS, &[0; 14]),
            &attribute(2, FILE_TITLE, b"SHORT~1.PDF\0"),
            &attribute(2, FILE_DATA, b"%PDF-1.4"),
            &attribute(2, FILE_PROPERTIES, &[title, name].concat()),
        ]
        .concat()
    }

    #[test]
    fn text_and_files_come_out_with_their_long_names() {
        let contents = read(&packed()).expect("TNEF");
        assert_eq!(contents.body, "Grüße\nAnn");
        let file = File { name: "ü.pdf".to_owned(), bytes: b"%PDF-1.4".to_vec() };
        assert_eq!(contents.files, [file]);
    }

    #[test]
    fn a_file_cut_anywhere_gives_what_is_whole() {
        let whole = packed();
        for end in 0..whole.len() {
            let part = read(&whole[..end]);
            assert_eq!(part.is_some(), end >= 6, "{end}");
        }
        assert_eq!(read(b"not TNEF at all"), None);
    }
}
