//! How raw bytes lie in the table: one byte that says how, then the bytes.

use flate2::read::ZlibDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use std::io::Read;

const PLAIN: u8 = 0;
const ZLIB: u8 = 1;
/// Shorter than this, packing saves less than it costs.
const PACKED_FROM: usize = 512;
/// No raw form is longer than this unpacked; what claims to be was tampered with.
const UNPACKED_MOST: u64 = 512 * 1024 * 1024;

/// Packs many texts with one compressor, whose tables cost more to make than a short text.
pub(crate) struct Packer {
    compress: Compress,
}

impl Packer {
    pub(crate) fn new() -> Packer {
        Packer { compress: Compress::new(Compression::fast(), true) }
    }

    pub(crate) fn pack(&mut self, raw: &[u8]) -> Vec<u8> {
        if raw.len() >= PACKED_FROM {
            self.compress.reset();
            // As much room as the text itself: what does not fit was not worth packing.
            let mut packed = Vec::with_capacity(raw.len());
            packed.push(ZLIB);
            let done = self.compress.compress_vec(raw, &mut packed, FlushCompress::Finish);
            if matches!(done, Ok(Status::StreamEnd)) {
                return packed;
            }
        }
        let mut plain = Vec::with_capacity(raw.len() + 1);
        plain.push(PLAIN);
        plain.extend_from_slice(raw);
        plain
    }
}

/// The bytes as they arrived; `Err` says why they cannot be read back.
pub(crate) fn unpack(stored: &[u8]) -> Result<Vec<u8>, String> {
    match stored.split_first() {
        Some((&PLAIN, raw)) => Ok(raw.to_vec()),
        Some((&ZLIB, packed)) => {
            let mut raw = Vec::new();
            let mut reader = ZlibDecoder::new(packed).take(UNPACKED_MOST);
            reader.read_to_end(&mut raw).map_err(|error| error.to_string())?;
            Ok(raw)
        }
        _ => Err("it is packed in a way we do not know".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back_as_they_were(raw in prop::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(unpack(&Packer::new().pack(&raw)), Ok(raw));
        }
    }

    #[test]
    fn one_packer_serves_many_texts_and_long_ones_shrink() {
        let mut packer = Packer::new();
        for n in [0, 1, 511, 512, 40_000, 513] {
            let raw = b"The heating is cold. ".repeat(n / 21 + 1)[..n].to_vec();
            let packed = packer.pack(&raw);
            assert_eq!(unpack(&packed), Ok(raw));
            assert!(n < 512 || packed.len() < n / 4);
        }
    }

    #[test]
    fn what_is_not_packed_by_us_is_told_and_not_guessed() {
        assert!(unpack(&[]).is_err());
        assert!(unpack(&[9, 1, 2]).is_err());
        assert!(unpack(&[ZLIB, 1, 2]).is_err());
    }
}
