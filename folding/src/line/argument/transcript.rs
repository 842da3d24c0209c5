//! The transcript of compression, in the form of nova-snark 0.76's `Keccak256Transcript`: a state of 64 bytes, a label and
//! bytes for each absorption, and for a challenge two Keccak-256 (prefixes 0 and 1) over what was absorbed, a round
//! counter and the state. One transcript runs through all parts, over both fields.

use crate::line::curve::{G, H};
use ff::{FromUniformBytes, PrimeField};
use halo2curves::group::prime::PrimeCurveAffine;
use sha3::{Digest, Keccak256};

const PERSONA: &[u8] = b"NoTR";
const SEPARATOR: &[u8] = b"NoDS";

#[derive(Clone)]
pub struct Transcript {
  round: u64,
  state: [u8; 64],
  absorbed: Keccak256,
}

fn both(hash: Keccak256) -> [u8; 64] {
  let mut out = [0; 64];
  for (prefix, half) in out.chunks_mut(32).enumerate() {
    let mut hash = hash.clone();
    hash.update([prefix as u8]);
    half.copy_from_slice(&hash.finalize());
  }
  out
}

impl Transcript {
  pub fn new(label: &[u8]) -> Self {
    let mut hash = Keccak256::new();
    hash.update(PERSONA);
    hash.update(label);
    Transcript {
      round: 0,
      state: both(hash),
      absorbed: Keccak256::new(),
    }
  }

  pub fn absorb(&mut self, label: &[u8], bytes: &[u8]) {
    self.absorbed.update(label);
    self.absorbed.update(bytes);
  }

  /// 32 bytes little-endian each.
  pub fn scalars<F: PrimeField>(&mut self, label: &[u8], values: &[F]) {
    self.absorbed.update(label);
    for value in values {
      self.absorbed.update(value.to_repr().as_ref());
    }
  }

  /// x, y, and a byte that says whether it is neutral.
  pub fn g(&mut self, label: &[u8], point: &G) {
    self.absorbed.update(label);
    self.coordinates(&point.x, &point.y, bool::from(point.is_identity()));
  }

  pub fn h(&mut self, label: &[u8], point: &H) {
    self.absorbed.update(label);
    self.coordinates(&point.x, &point.y, bool::from(point.is_identity()));
  }

  fn coordinates<F: PrimeField>(&mut self, x: &F, y: &F, neutral: bool) {
    self.absorbed.update(x.to_repr().as_ref());
    self.absorbed.update(y.to_repr().as_ref());
    self.absorbed.update([u8::from(neutral)]);
  }

  /// 512 bits, reduced.
  pub fn challenge<F: FromUniformBytes<64>>(&mut self, label: &[u8]) -> F {
    let mut hash = std::mem::take(&mut self.absorbed);
    hash.update(SEPARATOR);
    hash.update(self.round.to_le_bytes());
    hash.update(self.state);
    hash.update(label);
    self.state = both(hash);
    self.round += 1;
    F::from_uniform_bytes(&self.state)
  }
}
