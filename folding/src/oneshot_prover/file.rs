//! The two files of a setup: `verifier.key`, the compact verifying key, and `params.bin`, the powers of tau that a prover
//! commits with.

use crate::{
  error::{Code, Error, Result},
  line::curve::G,
  oneshot::Verifier,
  r1cs::R1cs,
  raw,
  sealed::{self, Kind},
  setup_kind::SetupKind,
};
use sha2::{Digest, Sha256};
use std::path::Path;

const PARAMETERS: Kind = Kind {
  magic: *b"WSC-ONP\0",
  version: 2,
  code: Code::Key,
  name: "parameter file",
};
/// Largest parameter file read, in bytes: 2^20 powers of 64 bytes, and some.
const MAX_PARAMETERS: u64 = 80 << 20;
/// Key id, setup kind, hash of the circuit file.
const HEAD: usize = 32 + 1 + 32;

/// What a setup is, for people and for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupInfo {
  pub key_id: [u8; 32],
  /// `ceremony` or `insecure-dev`.
  pub setup: &'static str,
  pub constraints: usize,
  pub wires: usize,
  /// Public values: outputs, then public inputs.
  pub public: usize,
}

fn info(key_id: [u8; 32], setup: SetupKind, circuit: &R1cs) -> SetupInfo {
  SetupInfo {
    key_id,
    setup: setup.as_str(),
    constraints: circuit.constraints(),
    wires: circuit.wires(),
    public: circuit.public(),
  }
}

/// Writes both files into `out`.
pub fn write(
  out: &Path,
  circuit: &R1cs,
  circuit_bytes: &[u8],
  powers: &[G],
  compact: &[u8],
  ceremony: Option<&[u8]>,
) -> Result<SetupInfo> {
  let loaded = Verifier::load(compact, ceremony)?;
  let mut body = Vec::new();
  body.extend_from_slice(&loaded.key_id);
  body.push(loaded.setup.as_byte());
  body.extend_from_slice(&Sha256::digest(circuit_bytes));
  raw::put(&mut body, powers);
  sealed::write_atomically(&out.join("params.bin"), &PARAMETERS.seal(&body))?;
  sealed::write_atomically(&out.join("verifier.key"), compact)?;
  Ok(info(loaded.key_id, loaded.setup, circuit))
}

/// Reads `params.bin` from `directory`; it must have been made for exactly this circuit file.
pub fn read(directory: &Path, circuit: &R1cs, circuit_bytes: &[u8]) -> Result<(SetupInfo, Vec<G>)> {
  let bad = |what: &str| Error::key(format!("parameter file: {what}"));
  let bytes = sealed::read_bounded(&directory.join("params.bin"), MAX_PARAMETERS)?;
  let body = PARAMETERS.open(&bytes)?;
  let (head, powers) = body.split_at_checked(HEAD).ok_or_else(|| bad("too short"))?;
  if head[33..] != *Sha256::digest(circuit_bytes) {
    return Err(bad("made for another circuit"));
  }
  let powers = raw::take(powers, raw::G1).ok_or_else(|| bad("a power is not on the curve"))?;
  let mut key_id = [0; 32];
  key_id.copy_from_slice(&head[..32]);
  Ok((info(key_id, SetupKind::from_byte(head[32]), circuit), powers))
}
