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

const MAGIC: &[u8; 8] = b"RDRSMODL";
const VERSION: u32 = 2;
const RARE_STEPS: f32 = 4096.0;

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

    /// Rounds weights to what the file holds, so that a loaded model equals the trained one.
    pub(super) fn rounded(mut self) -> Model {
        for rare in &mut self.idf {
            *rare = (*rare * RARE_STEPS).round().min(65535.0) / RARE_STEPS;
        }
        let scales = self.scales();
        let n = self.idf.len() * self.outputs;
        for (i, weight) in self.weights[..n].iter_mut().enumerate() {
            let scale = scales[i % self.outputs];
            *weight = (*weight / scale).round() * scale;
        }
        self
    }

    /// For each output the size of one step of its weights.
    fn scales(&self) -> Vec<f32> {
        let mut most = vec![1e-6f32; self.outputs];
        for row in self.weights[..self.idf.len() * self.outputs].chunks(self.outputs) {
            for (most, weight) in most.iter_mut().zip(row) {
                *most = most.max(weight.abs());
            }
        }
        // A power of two survives every rounding, so saving twice gives the same bytes.
        most.into_iter().map(|m| (m / 16384.0).log2().ceil().exp2()).collect()
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let scales = self.scales();
        let header = Header {
            heads: self.heads.clone(),
            bits: self.bits,
            lays_on: self.lays_on,
            outputs: self.outputs,
            trained_on: self.trained_on,
            rows: self.idf.len(),
            dense: DENSE,
            scales: scales.clone(),
        };
        let header = serde_json::to_vec(&header).expect("a header of numbers and strings is JSON");
        let mut out = Vec::with_capacity(self.idf.len() * (4 + 2 * self.outputs) + header.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&(header.len() as u32).to_le_bytes());
        out.extend_from_slice(&header);
        let mut last = 0;
        for (bucket, row) in self.index.iter().enumerate() {
            let Some(row) = row.checked_sub(1).map(|r| r as usize) else { continue };
            write_distance(&mut out, bucket - last);
            last = bucket;
            out.extend_from_slice(&((self.idf[row] * RARE_STEPS).round() as u16).to_le_bytes());
            let weights = &self.weights[row * self.outputs..(row + 1) * self.outputs];
            for (weight, scale) in weights.iter().zip(&scales) {
                out.extend_from_slice(&((weight / scale).round() as i16).to_le_bytes());
            }
        }
        for weight in &self.weights[self.idf.len() * self.outputs..] {
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
        let mut index = vec![0u32; 1 << self.bits];
        let mut idf = Vec::with_capacity(self.rows);
        let mut weights = Vec::with_capacity(self.rows * self.outputs + dense);
        let mut bucket = 0usize;
        for row in 0..self.rows {
            bucket = bucket.saturating_add(read_distance(&mut body)?);
            let place = index.get_mut(bucket).ok_or(ModelError::Damaged("a bucket"))?;
            *place = row as u32 + 1;
            idf.push(f32::from(u16::from_le_bytes(take(&mut body)?)) / RARE_STEPS);
            for scale in &self.scales {
                weights.push(f32::from(i16::from_le_bytes(take(&mut body)?)) * scale);
            }
        }
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
            index,
            idf,
            weights,
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
