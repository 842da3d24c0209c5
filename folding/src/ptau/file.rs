//! The layout of a powers-of-tau file: `"ptau" ‖ version ‖ number of sections`, then sections of `id ‖ length ‖ content`.

use super::BN254_Q;
use crate::error::{Error, Result};
use std::{
  collections::BTreeMap,
  fs::File,
  io::{Read, Seek, SeekFrom},
  path::Path,
};

pub const G1_BYTES: u64 = 64;
pub const G2_BYTES: u64 = 128;
const HEADER: u32 = 1;
pub const TAU_G1: u32 = 2;
pub const TAU_G2: u32 = 3;
/// Sections of a file that snarkjs prepared for phase 2, and of one before.
const PREPARED: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15];
const UNPREPARED_SECTIONS: u32 = 7;
/// Sections of nova-snark's pruned form.
const PRUNED: [u32; 3] = [HEADER, TAU_G1, TAU_G2];
/// The public ceremony's greatest power.
const MAX_POWER: u32 = 28;

pub struct PtauFile {
  pub power: u32,
  file: File,
  /// id → start and length of the content.
  sections: BTreeMap<u32, (u64, u64)>,
}

fn bad(path: &Path, what: &str) -> Error {
  Error::ptau(format!("{}: {what}", path.display()))
}

impl PtauFile {
  /// Reads header and section table; every section lies inside the file, and nothing outside a section.
  pub fn open(path: &Path) -> Result<Self> {
    let mut file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let size = file.metadata().map_err(|e| Error::io("read", path, e))?.len();
    let short = |_| bad(path, "ends early: the download or the copy is incomplete");
    let mut head = [0; 12];
    file.read_exact(&mut head).map_err(short)?;
    if &head[..4] != b"ptau" {
      return Err(bad(
        path,
        "not a powers-of-tau file (snarkjs writes them with the ending .ptau)",
      ));
    }
    if u32_at(&head, 4) != 1 {
      return Err(bad(path, "powers-of-tau file of an unknown version"));
    }
    let count = u32_at(&head, 8);
    if count == UNPREPARED_SECTIONS {
      let cure = "run `snarkjs powersoftau prepare phase2 FILE PREPARED`, or take the ceremony's prepared file";
      return Err(bad(path, &format!("not prepared for phase 2: {cure}")));
    }
    let mut sections = BTreeMap::new();
    let mut at = 12;
    for _ in 0..count.min(64) {
      let mut entry = [0; 12];
      file.seek(SeekFrom::Start(at)).map_err(|e| Error::io("read", path, e))?;
      file.read_exact(&mut entry).map_err(short)?;
      let length = u64::from_le_bytes(entry[4..].try_into().unwrap_or_default());
      let start = at + 12;
      at = start.checked_add(length).filter(|end| *end <= size).ok_or_else(|| {
        bad(
          path,
          "a section reaches beyond the file's end: the download or the copy is incomplete",
        )
      })?;
      if sections.insert(u32_at(&entry, 0), (start, length)).is_some() {
        return Err(bad(path, "a section occurs twice"));
      }
    }
    let pruned = sections.keys().eq(&PRUNED);
    if !pruned && !sections.keys().eq(&PREPARED) {
      return Err(bad(
        path,
        "neither a prepared file of 11 sections nor a pruned one of 3",
      ));
    }
    if at != size {
      return Err(bad(path, "bytes after the last section"));
    }
    let mut ptau = PtauFile {
      power: 0,
      file,
      sections,
    };
    ptau.power = ptau.read_header(path)?;
    ptau.check_lengths(path, pruned)?;
    Ok(ptau)
  }

  fn read_header(&mut self, path: &Path) -> Result<u32> {
    let (_, length) = self.sections[&HEADER];
    // snarkjs adds the power of the ceremony that a truncated file came from.
    if length != 40 && length != 44 {
      return Err(bad(path, "header of an unknown form"));
    }
    let header = self.read(HEADER, 0, length, path)?;
    if u32_at(&header, 0) != 32 || header[4..36] != BN254_Q {
      return Err(bad(path, "powers of another curve than BN254 (snarkjs calls it bn128)"));
    }
    match u32_at(&header, 36) {
      power @ 1..=MAX_POWER => Ok(power),
      power => Err(bad(path, &format!("power {power} is out of range"))),
    }
  }

  fn check_lengths(&self, path: &Path, pruned: bool) -> Result<()> {
    let n = 1u64 << self.power;
    let length = |id| self.sections[&id].1;
    let whole = length(TAU_G1) == (2 * n - 1) * G1_BYTES && length(TAU_G2) == n * G2_BYTES;
    let points = length(TAU_G1).is_multiple_of(G1_BYTES) && length(TAU_G2).is_multiple_of(G2_BYTES);
    let enough = length(TAU_G1) >= 2 * G1_BYTES && length(TAU_G2) >= 2 * G2_BYTES;
    if if pruned { points && enough } else { whole } {
      return Ok(());
    }
    Err(bad(path, "a section's length does not fit the power"))
  }

  /// Powers on G1 that the file holds.
  pub fn g1_points(&self) -> u64 {
    self.sections[&TAU_G1].1 / G1_BYTES
  }

  /// Part of a section.
  pub fn read(&mut self, section: u32, offset: u64, length: u64, path: &Path) -> Result<Vec<u8>> {
    let (start, _) = self.sections[&section];
    let mut bytes = vec![0; length as usize];
    self
      .file
      .seek(SeekFrom::Start(start + offset))
      .map_err(|e| Error::io("read", path, e))?;
    self
      .file
      .read_exact(&mut bytes)
      .map_err(|e| Error::io("read", path, e))?;
    Ok(bytes)
  }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
  u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
