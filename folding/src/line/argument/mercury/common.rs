//! What prover and verifier of Mercury compute alike.

use super::polynomial::interpolate;
use crate::{
  curves::Fr,
  line::{argument::transcript::Transcript, curve::G},
};
use ff::Field;

/// The polynomial as a square of 2^side columns; where the number of coordinates is odd, half of its rows are zero.
pub struct Square {
  pub side: usize,
  /// By coordinate, coordinate 1 first: of a column's index, and of a row's.
  pub column: Vec<Fr>,
  pub row: Vec<Fr>,
}

impl Square {
  pub fn of(point: &[Fr]) -> Self {
    let side = point.len().div_ceil(2);
    let (column, row) = point.split_at(side);
    let mut row = row.to_vec();
    row.resize(side, Fr::ZERO);
    Square {
      side,
      column: column.to_vec(),
      row,
    }
  }

  pub fn columns(&self) -> usize {
    1 << self.side
  }
}

pub fn absorb_claim(transcript: &mut Transcript, commitment: &G, point: &[Fr], value: &Fr) {
  transcript.g(b"f", commitment);
  // nova-snark orders coordinates from the highest.
  let reversed: Vec<Fr> = point.iter().rev().copied().collect();
  transcript.scalars(b"u", &reversed);
  transcript.scalars(b"e", std::slice::from_ref(value));
}

/// Of the six values, in the transcript.
pub const LABELS: [&[u8]; 6] = [b"gz", b"gzi", b"hz", b"hzi", b"sz", b"szi"];

/// Challenges of the second half, for the four polynomials g, h, s, d opened at ζ, ζ⁻¹ and α.
pub struct Batch {
  pub alpha: Fr,
  pub zeta: Fr,
  pub zeta_inverse: Fr,
  pub beta: Fr,
  /// The interpolated values of g, h, s and d.
  pub stars: [Vec<Fr>; 4],
}

impl Batch {
  pub fn weights(&self) -> [Fr; 4] {
    let beta = self.beta;
    [Fr::ONE, beta, beta.square(), beta.square() * beta]
  }

  /// At z: the polynomials that vanish where each of the four is not opened, and the one that vanishes everywhere.
  pub fn vanishing(&self, z: Fr) -> ([Fr; 4], Fr) {
    let (alpha, inverse, zeta) = (z - self.alpha, z - self.zeta_inverse, z - self.zeta);
    ([alpha, Fr::ONE, alpha, alpha * inverse], alpha * inverse * zeta)
  }
}

/// The four polynomials as far as their values are known: each of least degree.
pub fn stars(alpha: Fr, zeta: Fr, inverse: Fr, values: &[Fr; 6], h_alpha: Fr, d_zeta: Fr) -> [Vec<Fr>; 4] {
  let [g, g_inverse, h, h_inverse, s, s_inverse] = *values;
  [
    interpolate(&[(zeta, g), (inverse, g_inverse)]),
    interpolate(&[(zeta, h), (inverse, h_inverse), (alpha, h_alpha)]),
    interpolate(&[(zeta, s), (inverse, s_inverse)]),
    interpolate(&[(zeta, d_zeta)]),
  ]
}
