//! Poseidon (eprint 2019/458) over BN254's scalar field in any width: x⁵, 8 full rounds, a number of partial rounds that
//! goes with the width.
//!
//! Its constants are not stored: the generator of the reference implementation (`generate_parameters_grain.sage`) gives
//! them from the parameters alone, in some ten milliseconds, once a process. The permutation is computed with sparse
//! matrices in the partial rounds (appendix B of the paper): the same function for a fifth of the multiplications.

use super::{fifth_power, grain::Grain};
use crate::curves::Fr;
use ff::Field;

pub const FULL_ROUNDS: usize = 8;
const FIRST_ROUNDS: usize = FULL_ROUNDS / 2;

/// A partial round, rewritten: element 0 goes through its S-box and gets `after`; then it mixes sparsely.
struct Partial<const T: usize> {
  /// Added to the first element after its S-box.
  after: Fr,
  /// First row of the sparse matrix.
  row: [Fr; T],
  /// Its first column; the corner is not used, the rest of the matrix is the identity.
  column: [Fr; T],
}

/// The permutation of width `T` with its constants.
pub struct Permutation<const T: usize> {
  /// Added at the start of each round.
  pub round: Vec<[Fr; T]>,
  /// state′[a] = Σ_b mix[a][b]·state[b] at the end of each round.
  pub mix: [[Fr; T]; T],
  /// Added before the first partial round, in place of that round's constants.
  before: [Fr; T],
  partial: Vec<Partial<T>>,
  /// What is left of the matrices, on elements 1…T−1.
  last: Vec<Vec<Fr>>,
}

impl<const T: usize> Permutation<T> {
  pub fn new(partial_rounds: usize) -> Self {
    let mut grain = Grain::new(254, T as u32, FULL_ROUNDS as u32, partial_rounds as u32);
    let round: Vec<[Fr; T]> = (0..FULL_ROUNDS + partial_rounds)
      .map(|_| std::array::from_fn(|_| grain.constant()))
      .collect();
    let mix = cauchy(&mut grain);
    Permutation::of(round, mix)
  }

  /// Of constants and a matrix: a row of constants a round, the partial rounds in the midst of the full ones.
  pub fn of(round: Vec<[Fr; T]>, mix: [[Fr; T]; T]) -> Self {
    let partial_rounds = round.len() - FULL_ROUNDS;
    let inverse = invert(&mix.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    // A round's constants but the first, seen from before the matrix of the round before, may be added before its
    // S-box instead, which touches element 0 alone.
    let mut after = vec![Fr::ZERO; partial_rounds];
    let mut before = round[FIRST_ROUNDS + partial_rounds - 1];
    for r in (0..partial_rounds - 1).rev() {
      let seen: Vec<Fr> = inverse.iter().map(|row| dot(row, &before)).collect();
      after[r] = seen[0];
      before = round[FIRST_ROUNDS + r];
      for i in 1..T {
        before[i] += seen[i];
      }
    }
    let (partial, last) = sparse(&mix, &after);
    Permutation {
      round,
      mix,
      before,
      partial,
      last,
    }
  }

  pub fn permute(&self, state: &mut [Fr; T]) {
    self.permute_observed(state, |_| ());
  }

  /// One permutation; `see` is told x, x², x⁴, x⁵ of every S-box, in the order in which the textbook meets them: in a
  /// full round element after element.
  pub fn permute_observed(&self, state: &mut [Fr; T], mut see: impl FnMut([Fr; 4])) {
    self.but_last_mix(state, &mut see);
    self.mix(state);
  }

  /// The first element of the permuted state.
  pub fn first(&self, mut state: [Fr; T]) -> Fr {
    self.but_last_mix(&mut state, &mut |_| ());
    dot(&self.mix[0], &state)
  }

  fn but_last_mix(&self, state: &mut [Fr; T], see: &mut impl FnMut([Fr; 4])) {
    for constants in &self.round[..FIRST_ROUNDS] {
      full_boxes(state, constants, see);
      self.mix(state);
    }
    for (element, constant) in state.iter_mut().zip(&self.before) {
      *element += constant;
    }
    for Partial { after, row, column } in &self.partial {
      let powers = fifth_power(state[0]);
      see(powers);
      let first = powers[3] + after;
      state[0] = first;
      let mixed = dot(row, &state[..]);
      for (element, factor) in state[1..].iter_mut().zip(&column[1..]) {
        *element += first * factor;
      }
      state[0] = mixed;
    }
    let before = *state;
    for (element, row) in state[1..].iter_mut().zip(&self.last) {
      *element = dot(row, &before[1..]);
    }
    let last = &self.round[FIRST_ROUNDS + self.partial.len()..];
    for (done, constants) in last.iter().enumerate() {
      if done > 0 {
        self.mix(state);
      }
      full_boxes(state, constants, see);
    }
  }

  fn mix(&self, state: &mut [Fr; T]) {
    *state = std::array::from_fn(|a| dot(&self.mix[a], &state[..]));
  }
}

fn full_boxes<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T], see: &mut impl FnMut([Fr; 4])) {
  for (element, constant) in state.iter_mut().zip(constants) {
    let powers = fifth_power(*element + constant);
    see(powers);
    *element = powers[3];
  }
}

/// 1/(xᵢ + yⱼ) over 2·T distinct values.
fn cauchy<const T: usize>(grain: &mut Grain) -> [[Fr; T]; T] {
  loop {
    let values: Vec<Fr> = (0..2 * T).map(|_| grain.reduced()).collect();
    if (1..values.len()).any(|i| values[..i].contains(&values[i])) {
      continue;
    }
    let (xs, ys) = values.split_at(T);
    if xs.iter().any(|x| ys.contains(&-*x)) {
      continue;
    }
    return std::array::from_fn(|i| std::array::from_fn(|j| inverse(xs[i] + ys[j])));
  }
}

/// mix = diag(1, M̂)·sparse, and diag(1, M̂) commutes with the S-box of element 0: it goes on to the next round. The
/// sparse matrices, one a partial round, and what is left after the last.
fn sparse<const T: usize>(mix: &[[Fr; T]; T], after: &[Fr]) -> (Vec<Partial<T>>, Vec<Vec<Fr>>) {
  let mut current = *mix;
  let mut partial = Vec::with_capacity(after.len());
  let mut last = Vec::new();
  for after in after {
    last = current[1..].iter().map(|row| row[1..].to_vec()).collect();
    let solved = invert(&last);
    let column: Vec<Fr> = current[1..].iter().map(|row| row[0]).collect();
    partial.push(Partial {
      after: *after,
      row: current[0],
      column: std::array::from_fn(|i| if i == 0 { Fr::ZERO } else { dot(&solved[i - 1], &column) }),
    });
    current = std::array::from_fn(|i| {
      std::array::from_fn(|j| match j {
        0 => mix[i][0],
        _ => (1..T).map(|k| mix[i][k] * last[k - 1][j - 1]).sum(),
      })
    });
  }
  (partial, last)
}

/// Of an element that is not zero.
fn inverse(value: Fr) -> Fr {
  value.invert().unwrap_or(Fr::ZERO)
}

pub fn dot(a: &[Fr], b: &[Fr]) -> Fr {
  a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

/// Gauss and Jordan; the matrices here are regular (every minor of a Cauchy matrix is).
pub fn invert(matrix: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
  let n = matrix.len();
  let mut left = matrix.to_vec();
  let mut right: Vec<Vec<Fr>> = (0..n)
    .map(|i| (0..n).map(|j| if i == j { Fr::ONE } else { Fr::ZERO }).collect())
    .collect();
  for i in 0..n {
    let pivot = (i..n).find(|row| left[*row][i] != Fr::ZERO).unwrap_or(i);
    left.swap(i, pivot);
    right.swap(i, pivot);
    let scale = inverse(left[i][i]);
    for j in 0..n {
      left[i][j] *= scale;
      right[i][j] *= scale;
    }
    for row in (0..n).filter(|row| *row != i) {
      let factor = left[row][i];
      for j in 0..n {
        let (l, r) = (factor * left[i][j], factor * right[i][j]);
        left[row][j] -= l;
        right[row][j] -= r;
      }
    }
  }
  right
}
