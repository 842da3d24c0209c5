//! The bytes of a proof: nova-snark's serialisation without its length prefixes.
//!
//! Every length in a proof follows from the key, yet nova-snark reads them from the proof and asserts on some of them
//! (`batch_eval_verify`). Here a proof is a fixed number of bytes: the lengths are cut out when writing and put back,
//! as the key has them, when reading. Reading ends with writing again: two byte strings never mean the same proof.

use crate::error::{Code, Error, Result};
use serde::{Serialize, de::DeserializeOwned};

pub const POINT: usize = 32;
pub const SCALAR: usize = 32;

/// One stretch of the serialisation.
enum Part {
  /// A `u64` length with the only value it may have.
  Length(usize),
  Bytes(usize),
}

/// The stretches of one kind of proof under one key.
#[derive(Default)]
pub struct Layout(Vec<Part>);

impl Layout {
  pub fn bytes(&mut self, n: usize) -> &mut Self {
    self.0.push(Part::Bytes(n));
    self
  }

  fn length(&mut self, n: usize) -> &mut Self {
    self.0.push(Part::Length(n));
    self
  }

  pub fn vector(&mut self, n: usize, element: usize) -> &mut Self {
    self.length(n).bytes(n * element)
  }

  /// A sum-check: one polynomial a round, without its linear term.
  fn sum_check(&mut self, rounds: usize, degree: usize) -> &mut Self {
    self.length(rounds);
    for _ in 0..rounds {
      self.vector(degree, SCALAR);
    }
    self
  }

  /// `spartan::snark::RelaxedR1CSSNARK` over BN254.
  pub fn primary_spartan(&mut self, (constraints, variables): (usize, usize)) -> &mut Self {
    let rounds = self.spartan(constraints, variables);
    if cfg!(feature = "hyperkzg") {
      self
        .vector(rounds - 1, POINT)
        .bytes(3 * POINT)
        .vector(rounds, 3 * SCALAR)
    } else {
      self.bytes(8 * POINT + 6 * SCALAR)
    }
  }

  /// The same over Grumpkin, whose evaluation argument is the two sides of each folding and the last scalar.
  pub fn secondary_spartan(&mut self, (constraints, variables): (usize, usize)) -> &mut Self {
    let rounds = self.spartan(constraints, variables);
    self.vector(rounds, POINT).vector(rounds, POINT).bytes(SCALAR)
  }

  /// Spartan up to its evaluation argument; returns log2 of the committed vectors' length.
  fn spartan(&mut self, constraints: usize, variables: usize) -> usize {
    let (x, y) = padded_logs(constraints, variables);
    self.sum_check(x, 3).bytes(4 * SCALAR).sum_check(y + 1, 2).bytes(SCALAR);
    let rounds = x.max(y);
    self.sum_check(rounds, 2).vector(2, SCALAR);
    rounds
  }

  /// Bytes of every proof of this layout.
  pub fn proof_len(&self) -> usize {
    let length = |part: &Part| if let Part::Bytes(n) = part { *n } else { 0 };
    self.0.iter().map(length).sum()
  }

  /// Writes a proof.
  pub fn encode<P: Serialize>(&self, proof: &P) -> Result<Vec<u8>> {
    let odd = || Error::new(Code::Internal, "a proof has not the shape that its key demands");
    let prefixed = bincode::serde::encode_to_vec(proof, config()).map_err(|_| odd())?;
    let mut rest = &prefixed[..];
    let mut out = Vec::with_capacity(self.proof_len());
    for part in &self.0 {
      let n = if let Part::Bytes(n) = part { *n } else { 8 };
      let (head, tail) = rest.split_at_checked(n).ok_or_else(odd)?;
      rest = tail;
      match part {
        Part::Bytes(_) => out.extend_from_slice(head),
        Part::Length(n) if head == (*n as u64).to_le_bytes() => {}
        Part::Length(_) => return Err(odd()),
      }
    }
    if rest.is_empty() { Ok(out) } else { Err(odd()) }
  }

  /// Reads a proof; refuses every byte string that `encode` would not have written.
  pub fn decode<P: Serialize + DeserializeOwned>(&self, bytes: &[u8]) -> Result<P> {
    if bytes.len() != self.proof_len() {
      return Err(malformed(format!(
        "proof has {} bytes, its key demands {}",
        bytes.len(),
        self.proof_len()
      )));
    }
    let mut rest = bytes;
    let mut prefixed = Vec::with_capacity(bytes.len() + 2048);
    for part in &self.0 {
      match part {
        Part::Length(n) => prefixed.extend_from_slice(&(*n as u64).to_le_bytes()),
        Part::Bytes(n) => {
          let (head, tail) = rest.split_at(*n);
          prefixed.extend_from_slice(head);
          rest = tail;
        }
      }
    }
    let (proof, read): (P, usize) = bincode::serde::decode_from_slice(&prefixed, config())
      .map_err(|_| malformed("proof holds a value that is no field element or no curve point"))?;
    if read != prefixed.len() || bincode::serde::encode_to_vec(&proof, config()).ok().as_ref() != Some(&prefixed) {
      return Err(malformed("proof is not in canonical form"));
    }
    Ok(proof)
  }
}

/// log2 of the sizes to which Spartan pads a circuit (`R1CSShape::pad`).
fn padded_logs(constraints: usize, variables: usize) -> (usize, usize) {
  let log = |n: usize| n.ilog2() as usize;
  if constraints.is_power_of_two() && variables.is_power_of_two() {
    return (log(constraints), log(variables));
  }
  let both = log(constraints.max(variables).max(2).next_power_of_two());
  (both, both)
}

fn config() -> impl bincode::config::Config {
  bincode::config::legacy()
}

fn malformed(message: impl Into<String>) -> Error {
  Error::new(Code::ProofMalformed, message)
}
