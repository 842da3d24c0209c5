//! The two files of a setup: `verifier.key`, the compact verifying key, and `params.bin`, what a prover needs besides. That
//! one is sealed and begins with
//! ```text
//! key id, 32 bytes   kind of the setup, one byte   SHA-256 of the circuit's file
//! ```
//! The kind is what it was when the file was made, and nobody relies on it: whoever reads the file learns the kind from the
//! powers themselves.

use crate::{
  error::{Error, Result},
  sealed::{self, Kind},
  setup_kind::SetupKind,
};
use sha2::{Digest, Sha256};
use std::path::Path;

const HEAD: usize = 32 + 1 + 32;

/// Writes both files into `out`, each whole or not at all.
pub fn write(
  out: &Path,
  kind: &Kind,
  (key_id, setup): (&[u8; 32], SetupKind),
  circuit: &[u8],
  parameters: &[u8],
  compact: &[u8],
) -> Result<()> {
  let head = [&key_id[..], &[setup.as_byte()], &Sha256::digest(circuit)].concat();
  let body = [&head, parameters].concat();
  sealed::write_atomically(&out.join("params.bin"), &kind.seal(&body))?;
  sealed::write_atomically(&out.join("verifier.key"), compact)
}

/// Reads `params.bin` of at most `limit` bytes from `directory`; it must have been made for exactly this circuit file.
/// `parse` is given the key id and what follows the head.
pub fn read<T>(
  directory: &Path,
  kind: &Kind,
  limit: u64,
  circuit: &[u8],
  parse: impl FnOnce([u8; 32], &[u8]) -> Result<T>,
) -> Result<T> {
  let bad = |what: &str| Error::key(format!("parameter file: {what}"));
  let bytes = sealed::read_bounded(&directory.join("params.bin"), limit)?;
  let (head, parameters) = kind
    .open(&bytes)?
    .split_first_chunk::<HEAD>()
    .ok_or_else(|| bad("too short"))?;
  if head[33..] != *Sha256::digest(circuit) {
    return Err(bad("made for another circuit"));
  }
  let mut key_id = [0; 32];
  key_id.copy_from_slice(&head[..32]);
  parse(key_id, parameters)
}
