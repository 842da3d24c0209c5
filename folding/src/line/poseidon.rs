//! Poseidon (eprint 2019/458) over BN254's scalar field for Line: x⁵, width 18, 8 full and 59 partial rounds.
//!
//! Its constants are not stored: the generator of the reference implementation (`generate_parameters_grain.sage`) gives
//! them from the parameters alone, in some ten milliseconds, once a process. The permutation is computed with sparse
//! matrices in the partial rounds (appendix B of the paper): the same function for a fifth of the multiplications.

use super::grain::Grain;
use crate::curves::Fr;
use ff::Field;
use std::sync::LazyLock;

pub const WIDTH: usize = 18;
pub const FULL_ROUNDS: usize = 8;
pub const PARTIAL_ROUNDS: usize = 59;
/// S-boxes of one permutation, in the order of computation: three rows each in a circuit.
pub const SBOXES: usize = FULL_ROUNDS * WIDTH + PARTIAL_ROUNDS;

pub type State = [Fr; WIDTH];
type Matrix = [State; WIDTH];

/// The parameters as the reference script gives them.
pub struct Parameters {
  /// Added at the start of each round.
  pub round: Vec<State>,
  /// state′[a] = Σ_b mix[a][b]·state[b] at the end of each round.
  pub mix: Matrix,
}

pub static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
  let mut grain = Grain::new(254, WIDTH as u32, FULL_ROUNDS as u32, PARTIAL_ROUNDS as u32);
  let round = (0..FULL_ROUNDS + PARTIAL_ROUNDS)
    .map(|_| std::array::from_fn(|_| grain.constant()))
    .collect();
  // A Cauchy matrix: 1/(xᵢ + yⱼ) over 36 distinct values.
  let mix = loop {
    let values: Vec<Fr> = (0..2 * WIDTH).map(|_| grain.reduced()).collect();
    if (1..values.len()).any(|i| values[..i].contains(&values[i])) {
      continue;
    }
    let (xs, ys) = values.split_at(WIDTH);
    if xs.iter().any(|x| ys.contains(&-*x)) {
      continue;
    }
    break std::array::from_fn(|i| std::array::from_fn(|j| inverse(xs[i] + ys[j])));
  };
  Parameters { round, mix }
});

/// Of an element that is not zero.
fn inverse(value: Fr) -> Fr {
  value.invert().unwrap_or(Fr::ZERO)
}

/// The partial rounds, rewritten: element 0 goes through its S-box and gets `after`; then it mixes sparsely.
struct Partial {
  /// Added to the first element after its S-box.
  after: Fr,
  /// First row of the sparse matrix.
  row: State,
  /// Its first column without the corner; the rest is the identity.
  column: [Fr; WIDTH - 1],
}

struct Fast {
  /// Added before the first partial round, in place of that round's constants.
  before: State,
  partial: Vec<Partial>,
  /// What is left of the matrices, on elements 1…17.
  last: [[Fr; WIDTH - 1]; WIDTH - 1],
}

static FAST: LazyLock<Fast> = LazyLock::new(|| {
  let Parameters { round, mix } = &*PARAMETERS;
  let first = FULL_ROUNDS / 2;
  let unmix = invert(&rows(mix));
  // A round's constants but the first, seen from before the matrix of the round before, may be added before its
  // S-box instead, which touches element 0 alone.
  let mut after = [Fr::ZERO; PARTIAL_ROUNDS];
  let mut before = round[first + PARTIAL_ROUNDS - 1];
  for r in (0..PARTIAL_ROUNDS - 1).rev() {
    let seen: Vec<Fr> = unmix.iter().map(|row| dot(row, &before)).collect();
    after[r] = seen[0];
    before = round[first + r];
    for i in 1..WIDTH {
      before[i] += seen[i];
    }
  }
  // mix = diag(1, M̂)·sparse, and diag(1, M̂) commutes with the S-box of element 0: it goes on to the next round.
  let mut current = *mix;
  let mut partial = Vec::with_capacity(PARTIAL_ROUNDS);
  let mut last = [[Fr::ZERO; WIDTH - 1]; WIDTH - 1];
  for after in after {
    last = std::array::from_fn(|i| std::array::from_fn(|j| current[i + 1][j + 1]));
    let inner: Vec<Vec<Fr>> = last.iter().map(|row| row.to_vec()).collect();
    let column: [Fr; WIDTH - 1] = std::array::from_fn(|i| current[i + 1][0]);
    let solved = invert(&inner);
    partial.push(Partial {
      after,
      row: current[0],
      column: std::array::from_fn(|i| dot(&solved[i], &column)),
    });
    current = std::array::from_fn(|i| {
      std::array::from_fn(|j| match j {
        0 => mix[i][0],
        _ => (1..WIDTH).map(|k| mix[i][k] * last[k - 1][j - 1]).sum(),
      })
    });
  }
  Fast { before, partial, last }
});

fn rows(matrix: &Matrix) -> Vec<Vec<Fr>> {
  matrix.iter().map(|row| row.to_vec()).collect()
}

fn dot(a: &[Fr], b: &[Fr]) -> Fr {
  a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

/// Gauss and Jordan; the matrices here are regular (every minor of a Cauchy matrix is).
fn invert(matrix: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
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

/// One permutation.
pub fn permute(state: &mut State) {
  permute_observed(state, |_| ());
}

/// One permutation; `see` is told x, x², x⁴, x⁵ of every S-box, in the order in which the textbook meets them: in a full
/// round element after element.
pub fn permute_observed(state: &mut State, mut see: impl FnMut([Fr; 4])) {
  let Parameters { round, mix } = &*PARAMETERS;
  let fast = &*FAST;
  let half = FULL_ROUNDS / 2;
  let mut full = |state: &mut State, constants: &State| {
    for (element, constant) in state.iter_mut().zip(constants) {
      let powers = fifth_power(*element + constant);
      see(powers);
      *element = powers[3];
    }
    *state = std::array::from_fn(|a| dot(&mix[a], state));
  };
  for constants in &round[..half] {
    full(state, constants);
  }
  for (element, constant) in state.iter_mut().zip(&fast.before) {
    *element += constant;
  }
  for Partial { after, row, column } in &fast.partial {
    let powers = fifth_power(state[0]);
    see(powers);
    let first = powers[3] + after;
    state[0] = first;
    let mixed = dot(row, &state[..]);
    for (element, factor) in state[1..].iter_mut().zip(column) {
      *element += first * factor;
    }
    state[0] = mixed;
  }
  let before = *state;
  for (element, row) in state[1..].iter_mut().zip(&fast.last) {
    *element = dot(row, &before[1..]);
  }
  let mut full = |state: &mut State, constants: &State| {
    for (element, constant) in state.iter_mut().zip(constants) {
      let powers = fifth_power(*element + constant);
      see(powers);
      *element = powers[3];
    }
    *state = std::array::from_fn(|a| dot(&mix[a], state));
  };
  for constants in &round[half + PARTIAL_ROUNDS..] {
    full(state, constants);
  }
}

/// x, x², x⁴, x⁵.
fn fifth_power(x: Fr) -> [Fr; 4] {
  let square = x.square();
  let fourth = square.square();
  [x, square, fourth, fourth * x]
}
