//! The two files of a setup: `verifier.key`, the compact verifying key, and `params.bin`, what a prover needs.

use crate::{
  error::{Code, Error, Result},
  r1cs::R1cs,
  scheme::FoldingScheme,
  sealed::{self, Kind},
  setup_kind::SetupKind,
  verifying::VerifyingKey,
};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Largest parameter file read, in bytes.
const MAX_PARAMETERS: u64 = 4 << 30;
/// Key id, setup kind, hash of the circuit file.
const HEAD: usize = 32 + 1 + 32;

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
  let loaded = S::VerifyingKey::load(compact, ceremony)?.info();
  let mut body = Vec::new();
  body.extend_from_slice(&loaded.key_id);
  body.push(loaded.setup.as_byte());
  body.extend_from_slice(&Sha256::digest(circuit_bytes));
  body.extend_from_slice(&S::write_parameters(parameters)?);
  sealed::write_atomically(&out.join("params.bin"), &parameters_of::<S>().seal(&body))?;
  sealed::write_atomically(&out.join("verifier.key"), compact)?;
  Ok(info::<S>(loaded.key_id, loaded.setup, circuit, parameters))
}

/// Reads `params.bin` from `directory`; it must have been made for exactly this circuit file.
pub fn read<S: FoldingScheme>(
  directory: &Path,
  circuit: &R1cs,
  circuit_bytes: &[u8],
) -> Result<(SetupInfo, S::Parameters)> {
  let bad = |what: &str| Error::key(format!("parameter file: {what}"));
  let bytes = sealed::read_bounded(&directory.join("params.bin"), MAX_PARAMETERS)?;
  let kind = parameters_of::<S>();
  let (head, parameters) = kind
    .open(&bytes)?
    .split_first_chunk::<HEAD>()
    .ok_or_else(|| bad("too short"))?;
  if head[33..] != *Sha256::digest(circuit_bytes) {
    return Err(bad("made for another circuit"));
  }
  let mut key_id = [0; 32];
  key_id.copy_from_slice(&head[..32]);
  let parameters = S::read_parameters(parameters, circuit, &key_id)?;
  let setup = SetupKind::from_byte(head[32]);
  Ok((info::<S>(key_id, setup, circuit, &parameters), parameters))
}
