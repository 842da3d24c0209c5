//! The signals of circomlib's `PoseidonEx` of any width, as `Hash` and `TwoHashes` of circuits/storage/hash.circom have it.
//!
//! circomlib computes the permutation in a form of its own (circuits/poseidon.circom), of which the compiler leaves signals
//! that the textbook's form does not have. Constants and matrices of that form follow from the textbook's.

use super::sink::Sink;
use crate::{
  curves::Fr,
  poseidon::wide::{FULL_ROUNDS, Permutation, dot, invert},
};
use ff::Field;

const HALF: usize = FULL_ROUNDS / 2;

/// The permutation of width T as circomlib has it.
pub struct Circomlib<const T: usize> {
  /// Added before each full round: to the state before the first, after the S-boxes of the round before to the others.
  ark: Vec<[Fr; T]>,
  mix: [[Fr; T]; T],
  /// In place of `mix` before the partial rounds.
  pre: [[Fr; T]; T],
  partial: Vec<Partial<T>>,
}

struct Partial<const T: usize> {
  /// Added to the first element after its S-box.
  after: Fr,
  /// First row of the sparse matrix.
  row: [Fr; T],
  /// Its first column; the corner is not used.
  column: [Fr; T],
}

impl<const T: usize> Circomlib<T> {
  pub fn of(textbook: &Permutation<T>) -> Self {
    let Permutation { round, mix, .. } = textbook;
    let partial_rounds = round.len() - FULL_ROUNDS;
    let inverse = invert(&mix.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    let before = |constants: &[Fr; T]| -> [Fr; T] { std::array::from_fn(|i| dot(&inverse[i], constants)) };

    // From the first full round after them back: what is not of element 0 goes to the round before.
    let mut moved = round[HALF + partial_rounds];
    let mut after = vec![Fr::ZERO; partial_rounds];
    for r in (0..partial_rounds).rev() {
      let seen = before(&moved);
      after[r] = seen[0];
      moved = round[HALF + r];
      for i in 1..T {
        moved[i] += seen[i];
      }
    }
    let mut ark = vec![round[0]];
    ark.extend(round[1..HALF].iter().map(before));
    ark.push(before(&moved));
    ark.extend(round[HALF + partial_rounds + 1..].iter().map(before));

    // mix = sparse·diag(1, M̂), and the latter goes before the S-box of element 0, into the matrix before.
    let mut current = *mix;
    let mut partial = Vec::with_capacity(partial_rounds);
    for r in (0..partial_rounds).rev() {
      let minor: Vec<Vec<Fr>> = current[1..].iter().map(|row| row[1..].to_vec()).collect();
      let solved = invert(&minor);
      let row = std::array::from_fn(|j| match j {
        0 => current[0][0],
        _ => (1..T).map(|k| current[0][k] * solved[k - 1][j - 1]).sum(),
      });
      let column = std::array::from_fn(|i| if i == 0 { Fr::ZERO } else { current[i][0] });
      partial.push(Partial {
        after: after[r],
        row,
        column,
      });
      current = std::array::from_fn(|i| match i {
        0 => mix[0],
        _ => std::array::from_fn(|j| (1..T).map(|k| minor[i - 1][k - 1] * mix[k][j]).sum()),
      });
    }
    partial.reverse();
    Circomlib {
      ark,
      mix: *mix,
      pre: current,
      partial,
    }
  }

  /// Gives the signals of one hash at `path`, and returns its first two outputs. `inputs` are T − 1.
  pub fn hash<S: Sink>(&self, sink: &mut S, path: &str, tag: u64, inputs: &[Fr]) -> [Fr; 2] {
    for (i, element) in inputs.iter().enumerate() {
      sink.element(format_args!("{path}.in[{i}]"), *element);
    }
    let mut state = [Fr::from(tag); T];
    state[1..].copy_from_slice(inputs);
    for (element, constant) in state.iter_mut().zip(&self.ark[0]) {
      *element += constant;
    }
    for round in 0..HALF {
      self.full(sink, path, round, &mut state);
    }
    for (round, partial) in self.partial.iter().enumerate() {
      let first = powers(sink, format_args!("{path}.poseidon.sigmaP[{round}]"), state[0]) + partial.after;
      state[0] = first;
      for (i, element) in state.iter().enumerate() {
        sink.element(format_args!("{path}.poseidon.mixS[{round}].in[{i}]"), *element);
      }
      let mixed = dot(&partial.row, &state);
      for (element, factor) in state[1..].iter_mut().zip(&partial.column[1..]) {
        *element += first * factor;
      }
      state[0] = mixed;
      for (i, element) in state.iter().enumerate() {
        sink.element(format_args!("{path}.poseidon.mixS[{round}].out[{i}]"), *element);
      }
    }
    for round in HALF..FULL_ROUNDS {
      self.full(sink, path, round, &mut state);
    }
    for i in 0..2 {
      for (j, element) in state.iter().enumerate() {
        sink.element(format_args!("{path}.poseidon.mixLast[{i}].in[{j}]"), *element);
      }
    }
    let out: [Fr; 2] = std::array::from_fn(|i| dot(&self.mix[i], &state));
    for (i, value) in out.iter().enumerate() {
      sink.element(format_args!("{path}.out[{i}]"), *value);
    }
    sink.element(format_args!("{path}.out"), out[0]);
    out
  }

  /// S-boxes, and but for the last round constants and matrix.
  fn full<S: Sink>(&self, sink: &mut S, path: &str, round: usize, state: &mut [Fr; T]) {
    for (i, element) in state.iter_mut().enumerate() {
      *element = powers(sink, format_args!("{path}.poseidon.sigmaF[{round}][{i}]"), *element);
    }
    let Some(constants) = self.ark.get(round + 1) else {
      return;
    };
    for (i, (element, constant)) in state.iter_mut().zip(constants).enumerate() {
      *element += constant;
      sink.element(format_args!("{path}.poseidon.ark[{}].out[{i}]", round + 1), *element);
    }
    let matrix = if round == HALF - 1 { &self.pre } else { &self.mix };
    *state = std::array::from_fn(|i| dot(&matrix[i], &state[..]));
    for (i, element) in state.iter().enumerate() {
      sink.element(format_args!("{path}.poseidon.mix[{round}].out[{i}]"), *element);
    }
  }
}

/// The S-box at `sigma`, of which the compiler keeps x² and x⁴; x⁵ is returned.
fn powers<S: Sink>(sink: &mut S, sigma: std::fmt::Arguments<'_>, value: Fr) -> Fr {
  let square = value.square();
  let fourth = square.square();
  sink.element(format_args!("{sigma}.in2"), square);
  sink.element(format_args!("{sigma}.in4"), fourth);
  fourth * value
}
