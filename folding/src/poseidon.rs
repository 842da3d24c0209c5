//! Poseidon as circomlib's `PoseidonEx(3, 1)` computes it: width 4, 8 full and 56 partial rounds, x^5, with the capacity
//! element starting as a tag. The accumulator of the bus is made of it.

mod constants;
mod grain;
pub mod wide;

use crate::{curves::Fr, field};
use constants::{MIX, PRE, ROUND, SPARSE};
use std::sync::LazyLock;

pub const WIDTH: usize = 4;
const FULL_ROUNDS: usize = 8;
const PARTIAL_ROUNDS: usize = 56;
/// Entries of a sparse matrix: its first row, then its first column without the corner.
const SPARSE_ENTRIES: usize = 2 * WIDTH - 1;

type State = [Fr; WIDTH];

struct Constants {
  round: Vec<Fr>,
  mix: Vec<Fr>,
  pre: Vec<Fr>,
  sparse: Vec<Fr>,
}

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| {
  let elements = |raw: &[[u64; 4]]| raw.iter().map(|limbs| Fr::from_raw(*limbs)).collect();
  Constants {
    round: elements(&ROUND),
    mix: elements(&MIX),
    pre: elements(&PRE),
    sparse: elements(&SPARSE),
  }
});

/// What circomlib's template has signals for, in the order of computation. Rounds and positions count as there.
pub enum Event {
  /// `ark[round]`, element `at`.
  Ark {
    round: usize,
    at: usize,
    before: Fr,
    after: Fr,
  },
  /// `sigmaF[round][at]`: x, x², x⁴, x⁵.
  Full { round: usize, at: usize, powers: [Fr; 4] },
  /// `sigmaP[round]`.
  Partial { round: usize, powers: [Fr; 4] },
  /// `mix[round].out[at]`.
  Mix { round: usize, at: usize, after: Fr },
  /// `mixS[round]`, element `at`.
  Sparse {
    round: usize,
    at: usize,
    before: Fr,
    after: Fr,
  },
}

/// P_tag(input).
pub fn hash(tag: u64, input: [Fr; 3]) -> Fr {
  observed(tag, input, |_| ())
}

/// P_tag(input), telling `see` each step: the witness generator writes the circuit's signals from them.
pub fn observed(tag: u64, input: [Fr; 3], mut see: impl FnMut(Event)) -> Fr {
  let c = &*CONSTANTS;
  let half = FULL_ROUNDS / 2;
  let mut state = [Fr::from(tag), input[0], input[1], input[2]];
  add_constants(&mut state, &c.round[..WIDTH], 0, &mut see);
  for round in 0..half {
    full_powers(&mut state, round, &mut see);
    add_constants(&mut state, &c.round[(round + 1) * WIDTH..], round + 1, &mut see);
    mix(
      &mut state,
      if round == half - 1 { &c.pre } else { &c.mix },
      round,
      &mut see,
    );
  }
  let partial = (half + 1) * WIDTH;
  for round in 0..PARTIAL_ROUNDS {
    let powers = fifth_power(state[0]);
    see(Event::Partial { round, powers });
    state[0] = powers[3] + c.round[partial + round];
    let s = &c.sparse[SPARSE_ENTRIES * round..][..SPARSE_ENTRIES];
    let before = state;
    state[0] = (0..WIDTH).map(|j| s[j] * before[j]).sum();
    for j in 1..WIDTH {
      state[j] = before[j] + before[0] * s[WIDTH + j - 1];
    }
    for at in 0..WIDTH {
      see(Event::Sparse {
        round,
        at,
        before: before[at],
        after: state[at],
      });
    }
  }
  let last = partial + PARTIAL_ROUNDS;
  for round in half..FULL_ROUNDS - 1 {
    full_powers(&mut state, round, &mut see);
    add_constants(
      &mut state,
      &c.round[last + (round - half) * WIDTH..],
      round + 1,
      &mut see,
    );
    mix(&mut state, &c.mix, round, &mut see);
  }
  full_powers(&mut state, FULL_ROUNDS - 1, &mut see);
  (0..WIDTH).map(|j| c.mix[WIDTH * j] * state[j]).sum()
}

/// P_tag of each triple of canonical elements: k·96 bytes in, k·32 out. `None` for other bytes.
pub fn hash_batch(tag: u64, inputs: &[u8]) -> Option<Vec<u8>> {
  let triple = 3 * field::FIELD_BYTES;
  if !inputs.len().is_multiple_of(triple) {
    return None;
  }
  let mut out = Vec::with_capacity(inputs.len() / 3);
  for chunk in inputs.chunks_exact(triple) {
    let elements = field::decode_vec(chunk)?;
    out.extend_from_slice(&field::encode(&hash(tag, [elements[0], elements[1], elements[2]])));
  }
  Some(out)
}

/// x, x², x⁴, x⁵.
fn fifth_power(x: Fr) -> [Fr; 4] {
  let square = x.square();
  let fourth = square.square();
  [x, square, fourth, fourth * x]
}

fn full_powers(state: &mut State, round: usize, see: &mut impl FnMut(Event)) {
  for (at, element) in state.iter_mut().enumerate() {
    let powers = fifth_power(*element);
    see(Event::Full { round, at, powers });
    *element = powers[3];
  }
}

fn add_constants(state: &mut State, constants: &[Fr], round: usize, see: &mut impl FnMut(Event)) {
  for (at, (element, constant)) in state.iter_mut().zip(constants).enumerate() {
    let before = *element;
    *element += constant;
    see(Event::Ark {
      round,
      at,
      before,
      after: *element,
    });
  }
}

/// outᵢ = Σⱼ matrixⱼᵢ·inⱼ, as circomlib has it.
fn mix(state: &mut State, matrix: &[Fr], round: usize, see: &mut impl FnMut(Event)) {
  let before = *state;
  for at in 0..WIDTH {
    state[at] = (0..WIDTH).map(|j| matrix[WIDTH * j + at] * before[j]).sum();
    see(Event::Mix {
      round,
      at,
      after: state[at],
    });
  }
}
