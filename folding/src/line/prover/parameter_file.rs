//! What a prover keeps of a set-up, as bytes: the compact key, whose shape and generators it shares, and the powers of tau
//! as they lie in memory. Nothing has to be computed when it is read.

use super::parameters::Parameters;
use crate::{
  error::{Error, Result},
  line::verifier::key::Verifier,
  r1cs::R1cs,
  raw,
  verifying::VerifyingKey,
};

/// Bytes of the compact key's length, which comes first.
const LENGTH: usize = 8;

fn bad(what: &str) -> Error {
  Error::key(format!("parameter file: {what}"))
}

pub fn encode(parameters: &Parameters) -> Result<Vec<u8>> {
  let key = parameters.key()?;
  let mut out = Vec::with_capacity(LENGTH + key.len() + parameters.bases.len() * raw::G1);
  out.extend_from_slice(&(key.len() as u64).to_le_bytes());
  out.extend_from_slice(&key);
  raw::put(&mut out, &parameters.bases);
  Ok(out)
}

/// Parameters that belong to this circuit and have this key id. Points are checked to be on their curve; that they are
/// powers was checked when the file was made.
pub fn decode(bytes: &[u8], circuit: &R1cs, key_id: &[u8; 32]) -> Result<Parameters> {
  let (length, rest) = bytes.split_first_chunk::<LENGTH>().ok_or_else(|| bad("too short"))?;
  let length = usize::try_from(u64::from_le_bytes(*length)).ok();
  let (key, points) = length
    .and_then(|length| rest.split_at_checked(length))
    .ok_or_else(|| bad("has an impossible length"))?;
  let verifier = Verifier::load(key, None)?;
  if verifier.info().key_id != *key_id {
    return Err(bad("holds another key than it says"));
  }
  let key = verifier.into_key();
  if (key.layout.arity, key.layout.step_wires) != (circuit.arity(), circuit.wires()) {
    return Err(bad("made for another circuit"));
  }
  let bases = raw::take(points, raw::G1).filter(|bases| bases.len() == key.shape.variables);
  Ok(Parameters::of_key(
    key,
    bases.ok_or_else(|| bad("does not hold the powers that its key needs"))?,
  ))
}
