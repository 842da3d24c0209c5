//! The files of a one-shot circuit's setup (`setup_files.rs`): what a prover needs are the powers of tau that it commits with.

use crate::{
  error::{Code, Error, Result},
  line::curve::G,
  oneshot::Verifier,
  r1cs::R1cs,
  raw,
  sealed::Kind,
  setup_files,
  setup_kind::SetupKind,
};
use std::path::Path;

const PARAMETERS: Kind = Kind {
  magic: *b"WSC-ONP\0",
  version: 2,
  code: Code::Key,
  name: "parameter file",
};
/// Largest parameter file read, in bytes: 2^20 powers of 64 bytes, and some.
const MAX_PARAMETERS: u64 = 80 << 20;

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
  let Verifier { key_id, setup, .. } = Verifier::load(compact, ceremony)?;
  let mut written = Vec::with_capacity(powers.len() * raw::G1);
  raw::put(&mut written, powers);
  setup_files::write(out, &PARAMETERS, (&key_id, setup), circuit_bytes, &written, compact)?;
  Ok(info(key_id, setup, circuit))
}

/// Reads `params.bin` from `directory`; it must have been made for exactly this circuit file.
pub fn read(directory: &Path, circuit: &R1cs, circuit_bytes: &[u8]) -> Result<(SetupInfo, Vec<G>)> {
  let parse = |key_id: [u8; 32], bytes: &[u8]| {
    let powers: Vec<G> =
      raw::take(bytes, raw::G1).ok_or_else(|| Error::key("parameter file: a power is not on the curve"))?;
    // What is no whole set of powers is refused by the caller, who knows their number.
    let setup = powers.get(1).map_or(Ok(SetupKind::InsecureDev), SetupKind::of_power)?;
    Ok((info(key_id, setup, circuit), powers))
  };
  setup_files::read(directory, &PARAMETERS, MAX_PARAMETERS, circuit_bytes, parse)
}
