//! The file of a model: versioned, checked, the same bytes for the same model.
//!
//! `RDRSMODL`, version (u32), length of the header (u32), header (JSON), rows, dense weights, check
//! (u64, FNV-1a of all before it). A row is the distance from the last bucket (LEB128), how rare
//! the n-gram is in 4096ths (u16), and one weight for each output in steps of the output's scale
//! (i16). All numbers are little-endian.

use std::fmt;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::dense::DENSE;
use super::model::{Head, Model};
use super::table::Table;

const MAGIC: &[u8; 8] = b"RDRSMODL";
const VERSION: u32 = 2;

/// Bytes of a model file at the most.
const BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Why a model could not be read or written.
#[derive(Debug)]
pub enum ModelError {
    /// Reading or writing failed.
    Io(io::Error),
    /// It is no model file.
    NotAModel,
    /// It was written by another version of the program.
    Version(u32),
    /// It is damaged: what is wrong.
    Damaged(&'static str),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Io(error) => write!(f, "cannot read or write the model: {error}"),
            ModelError::NotAModel => f.write_str("this is not a model file"),
            ModelError::Version(v) => {
                write!(f, "the model has format {v}, this program knows format {VERSION}")
            }
            ModelError::Damaged(what) => write!(f, "the model is damaged: {what}"),
        }
    }
}

impl std::error::Error for ModelError {}

impl From<io::Error> for ModelError {
    fn from(error: io::Error) -> ModelError {
        ModelError::Io(error)
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    heads: Vec<Head>,
    bits: u32,
    lays_on: bool,
    outputs: usize,
    trained_on: u32,
    rows: usize,
    dense: usize,
    scales: Vec<f32>,
}

impl Model {
    /// Writes the model.
    ///
    /// # Errors
    /// If writing fails.
    pub fn save(&self, mut to: impl Write) -> Result<(), ModelError> {
        to.write_all(&self.to_bytes())?;
        Ok(())
    }

    /// Reads a model that [`Model::save`] wrote; safe on any bytes.
    ///
    /// # Errors
    /// If reading fails or the bytes are not a whole model of this version.
    pub fn load(from: impl Read) -> Result<Model, ModelError> {
        let mut bytes = Vec::new();
        from.take(BYTES_MAX).read_to_end(&mut bytes)?;
        Model::from_bytes(&bytes)
    }

    /// A name for exactly this model: sixteen hexadecimal digits.
    pub fn version(&self) -> String {
        let bytes = self.to_bytes();
        format!("{:016x}", fnv(&bytes[..bytes.len() - 8]))
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Model { table, .. } = self;
        let header = Header {
            heads: self.heads.clone(),
            bits: self.bits,
            lays_on: self.lays_on,
            outputs: self.outputs,
            trained_on: self.trained_on,
            rows: table.rows(),
            dense: DENSE,
            scales: table.scales().to_vec(),
        };
        let header = serde_json::to_vec(&header).expect("a header of numbers and strings is JSON");
        let mut out = Vec::with_capacity(table.rows() * (4 + 2 * self.outputs) + header.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&(header.len() as u32).to_le_bytes());
        out.extend_from_slice(&header);
        let mut last = 0;
        for (bucket, row) in table.buckets().zip(0..) {
            write_distance(&mut out, bucket - last);
            last = bucket;
            out.extend_from_slice(&table.rare_steps(row).to_le_bytes());
            out.extend(table.steps(row).flat_map(i16::to_le_bytes));
        }
        for weight in &self.dense {
            out.extend_from_slice(&weight.to_le_bytes());
        }
        let check = fnv(&out);
        out.extend_from_slice(&check.to_le_bytes());
        out
    }

    /// The model in the bytes of a file.
    ///
    /// # Errors
    /// If they are not a whole model of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let (mut body, check) = rest.split_last_chunk::<8>().ok_or(ModelError::Damaged("cut"))?;
        let version = u32::from_le_bytes(take(&mut body)?);
        if version != VERSION {
            return Err(ModelError::Version(version));
        }
        if fnv(&bytes[..bytes.len() - 8]) != u64::from_le_bytes(*check) {
            return Err(ModelError::Damaged("its check does not fit"));
        }
        let length = u32::from_le_bytes(take(&mut body)?) as usize;
        let json = body.get(..length).ok_or(ModelError::Damaged("its header is cut"))?;
        body = &body[length..];
        let header: Header =
            serde_json::from_slice(json).map_err(|_| ModelError::Damaged("its header"))?;
        header.check()?;
        header.model(body)
    }
}

impl Header {
    fn check(&self) -> Result<(), ModelError> {
        let mut first = 0;
        let mut heads_fit = !self.heads.is_empty();
        for head in &self.heads {
            let labels = head.labels.len();
            heads_fit &= (2..=1000).contains(&labels)
                && head.first == first
                && head.outputs == if labels == 2 { 1 } else { labels }
                && head.calibration.offsets.len() == head.outputs
                && head.calibration.favours.len() == labels;
            first = first.saturating_add(head.outputs);
        }
        let right = heads_fit
            && first == self.outputs
            && (12..=24).contains(&self.bits)
            && self.scales.len() == self.outputs
            && self.scales.iter().all(|scale| (1e-12..1e9).contains(scale))
            && self.rows <= 1 << self.bits
            && self.dense == DENSE;
        if right { Ok(()) } else { Err(ModelError::Damaged("its header does not fit together")) }
    }

    fn model(self, mut body: &[u8]) -> Result<Model, ModelError> {
        let dense = (DENSE + 1) * self.outputs;
        let least = self.rows * (3 + 2 * self.outputs) + dense * 4;
        if body.len() < least {
            return Err(ModelError::Damaged("its rows are cut"));
        }
        let mut table = Table::new(1 << self.bits, self.scales);
        let mut bucket = 0usize;
        for _ in 0..self.rows {
            bucket = bucket.saturating_add(read_distance(&mut body)?);
            let rare = u16::from_le_bytes(take(&mut body)?);
            let cut = ModelError::Damaged("a row is cut");
            let (weights, rest) = body.split_at_checked(2 * self.outputs).ok_or(cut)?;
            body = rest;
            let weights = weights.as_chunks::<2>().0.iter().map(|two| i16::from_le_bytes(*two));
            if !table.push(bucket, rare, weights) {
                return Err(ModelError::Damaged("a bucket"));
            }
        }
        let mut weights = Vec::with_capacity(dense);
        for _ in 0..dense {
            weights.push(f32::from_le_bytes(take(&mut body)?));
        }
        if !body.is_empty() || weights.iter().any(|w| !w.is_finite()) {
            return Err(ModelError::Damaged("its weights"));
        }
        Ok(Model {
            heads: self.heads,
            bits: self.bits,
            lays_on: self.lays_on,
            table,
            dense: weights,
            outputs: self.outputs,
            trained_on: self.trained_on,
        })
    }
}

fn take<const N: usize>(body: &mut &[u8]) -> Result<[u8; N], ModelError> {
    let (head, rest) = body.split_first_chunk::<N>().ok_or(ModelError::Damaged("it is cut"))?;
    *body = rest;
    Ok(*head)
}

fn write_distance(out: &mut Vec<u8>, mut distance: usize) {
    while distance >= 0x80 {
        out.push(distance as u8 | 0x80);
        distance >>= 7;
    }
    out.push(distance as u8);
}

fn read_distance(body: &mut &[u8]) -> Result<usize, ModelError> {
    let mut distance = 0;
    for shift in [0, 7, 14, 21] {
        let [byte] = take::<1>(body)?;
        distance |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(distance);
        }
    }
    Err(ModelError::Damaged("a distance"))
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}
