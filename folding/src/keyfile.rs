//! The two files of a setup: `verifier.key`, the compact verifying key, and `params.bin`, what a prover needs.

use crate::{
  engine::{ProvingKey, PublicParams},
  error::{Code, Error, Result},
  key,
  nova::{NovaParameters, proof_shape},
  quiet::quietly,
  r1cs::R1cs,
  sealed::{self, Kind},
  setup_kind::SetupKind,
};
use sha2::{Digest, Sha256};
use std::path::Path;

const PARAMETERS: Kind = Kind {
  magic: *b"WSC-PAR\0",
  version: 1,
  code: Code::Key,
  name: "parameter file",
};
/// Largest parameter file read, in bytes.
const MAX_PARAMETERS: u64 = 4 << 30;

/// What a setup is, for people and for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupInfo {
  pub key_id: [u8; 32],
  /// `ceremony` or `insecure-dev`.
  pub setup: &'static str,
  /// Of the primary circuit with Nova's augmentation, and of the secondary.
  pub constraints: [usize; 2],
  pub arity: usize,
  pub wires: usize,
}

fn config() -> impl bincode::config::Config {
  bincode::config::legacy()
}

fn bad(what: &str) -> Error {
  Error::key(format!("parameter file: {what}"))
}

/// Writes both files into `out`.
pub fn write(
  out: &Path,
  circuit: &R1cs,
  circuit_bytes: &[u8],
  parameters: &NovaParameters,
  compact: &[u8],
  ceremony: Option<&[u8]>,
) -> Result<SetupInfo> {
  let loaded = key::Verifier::load(compact, ceremony)?;
  let mut body = Vec::new();
  body.extend_from_slice(&loaded.key_id);
  body.push(loaded.setup.as_byte());
  body.extend_from_slice(&Sha256::digest(circuit_bytes));
  let write = |e: bincode::error::EncodeError| Error::internal(format!("encoding parameters: {e}"));
  let params = bincode::serde::encode_to_vec(&parameters.params, config()).map_err(write)?;
  body.extend_from_slice(&(params.len() as u64).to_le_bytes());
  body.extend_from_slice(&params);
  drop(params);
  body.extend_from_slice(&bincode::serde::encode_to_vec(&parameters.proving, config()).map_err(write)?);
  sealed::write_atomically(&out.join("params.bin"), &PARAMETERS.seal(&body))?;
  sealed::write_atomically(&out.join("verifier.key"), compact)?;
  Ok(info(loaded.key_id, loaded.setup.as_str(), circuit, parameters))
}

fn info(key_id: [u8; 32], setup: &'static str, circuit: &R1cs, parameters: &NovaParameters) -> SetupInfo {
  let (primary, secondary) = parameters.params.num_constraints();
  SetupInfo {
    key_id,
    setup,
    constraints: [primary, secondary],
    arity: circuit.arity(),
    wires: circuit.wires(),
  }
}

/// Reads `params.bin` from `directory`; it must have been made for exactly this circuit file.
pub fn read(directory: &Path, circuit: &R1cs, circuit_bytes: &[u8]) -> Result<(SetupInfo, NovaParameters)> {
  let bytes = sealed::read_bounded(&directory.join("params.bin"), MAX_PARAMETERS)?;
  let body = PARAMETERS.open(&bytes)?;
  let (head, rest) = body.split_at_checked(32 + 1 + 32 + 8).ok_or_else(|| bad("too short"))?;
  if head[33..65] != *Sha256::digest(circuit_bytes) {
    return Err(bad("made for another circuit"));
  }
  let length = u64::from_le_bytes(head[65..73].try_into().map_err(|_| bad("too short"))?);
  let (params, proving) = usize::try_from(length)
    .ok()
    .and_then(|length| rest.split_at_checked(length))
    .ok_or_else(|| bad("has an impossible length"))?;
  let decode = |_| bad("cannot be decoded");
  let (params, _): (PublicParams, usize) =
    quietly(|| bincode::serde::decode_from_slice(params, config())).map_err(decode)?;
  let (proving, _): (ProvingKey, usize) = bincode::serde::decode_from_slice(proving, config()).map_err(decode)?;
  let shape = proof_shape(&params, circuit.arity());
  let parameters = NovaParameters { params, proving, shape };
  let mut key_id = [0; 32];
  key_id.copy_from_slice(&head[..32]);
  let setup = SetupKind::from_byte(head[32]);
  Ok((info(key_id, setup.as_str(), circuit, &parameters), parameters))
}
