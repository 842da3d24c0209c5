//! The files of a folding scheme's setup (`setup_files.rs`).

use crate::{
  error::{Code, Result},
  r1cs::R1cs,
  scheme::FoldingScheme,
  sealed::Kind,
  setup_files,
  setup_kind::SetupKind,
  verifying::{KeyInfo, VerifyingKey},
};
use std::path::Path;

/// Largest parameter file read, in bytes.
const MAX_PARAMETERS: u64 = 4 << 30;

/// What a setup is, for people and for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupInfo {
  pub key_id: [u8; 32],
  /// `ceremony` or `insecure-dev`.
  pub setup: &'static str,
  /// Of the step circuit with what folding adds to it, and of the circuit on the other curve.
  pub constraints: [usize; 2],
  pub arity: usize,
  pub wires: usize,
}

const fn parameters_of<S: FoldingScheme>() -> Kind {
  Kind {
    magic: *b"WSC-PAR\0",
    version: S::PARAMETERS,
    code: Code::Key,
    name: "parameter file",
  }
}

fn info<S: FoldingScheme>(key_id: [u8; 32], setup: SetupKind, circuit: &R1cs, parameters: &S::Parameters) -> SetupInfo {
  SetupInfo {
    key_id,
    setup: setup.as_str(),
    constraints: S::constraints(parameters),
    arity: circuit.arity(),
    wires: circuit.wires(),
  }
}

/// Writes both files into `out`.
pub fn write<S: FoldingScheme>(
  out: &Path,
  circuit: &R1cs,
  circuit_bytes: &[u8],
  parameters: &S::Parameters,
  compact: &[u8],
  ceremony: Option<&[u8]>,
) -> Result<SetupInfo> {
  let KeyInfo { key_id, setup, .. } = S::VerifyingKey::load(compact, ceremony)?.info();
  let written = S::write_parameters(parameters)?;
  let identity = (&key_id, setup);
  setup_files::write(out, &parameters_of::<S>(), identity, circuit_bytes, &written, compact)?;
  Ok(info::<S>(key_id, setup, circuit, parameters))
}

/// Reads `params.bin` from `directory`; it must have been made for exactly this circuit file.
pub fn read<S: FoldingScheme>(
  directory: &Path,
  circuit: &R1cs,
  circuit_bytes: &[u8],
) -> Result<(SetupInfo, S::Parameters)> {
  let parse = |key_id: [u8; 32], bytes: &[u8]| {
    let parameters = S::read_parameters(bytes, circuit, &key_id)?;
    let setup = SetupKind::of(S::tau_g2(&parameters), None)?;
    Ok((info::<S>(key_id, setup, circuit, &parameters), parameters))
  };
  setup_files::read(directory, &parameters_of::<S>(), MAX_PARAMETERS, circuit_bytes, parse)
}
