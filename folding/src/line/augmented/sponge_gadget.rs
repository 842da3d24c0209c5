//! The sponge in a circuit: three rows an S-box, everything linear for free.

use crate::{
  curves::Fr,
  line::{
    circuit::{builder::Builder, num::Num},
    sponge::{
      RATE, Tag,
      poseidon::{FULL_ROUNDS, PARTIAL_ROUNDS, Permutation, State, WIDTH},
    },
  },
};
use ff::Field;

/// As `sponge::Sponge`.
#[derive(Clone)]
pub struct SpongeGadget<'a> {
  permutation: &'a Permutation<WIDTH>,
  state: Vec<Num<Fr>>,
  filled: usize,
}

impl<'a> SpongeGadget<'a> {
  pub fn new(cs: &Builder<Fr>, permutation: &'a Permutation<WIDTH>, tag: Tag) -> Self {
    let mut state = vec![Num::zero(); WIDTH];
    state[0] = cs.constant(Fr::from(tag as u64));
    SpongeGadget {
      permutation,
      state,
      filled: 0,
    }
  }

  pub fn absorb(&mut self, cs: &mut Builder<Fr>, elements: &[Num<Fr>]) {
    for element in elements {
      if self.filled == RATE {
        self.permute(cs);
      }
      self.filled += 1;
      self.state[self.filled].add_scaled(element, Fr::ONE);
    }
  }

  pub fn squeeze(&mut self, cs: &mut Builder<Fr>) -> Num<Fr> {
    self.permute(cs);
    self.state[1].clone()
  }

  pub fn squeeze_all(&mut self, cs: &mut Builder<Fr>) -> [Num<Fr>; RATE] {
    self.permute(cs);
    std::array::from_fn(|i| self.state[i + 1].clone())
  }

  fn permute(&mut self, cs: &mut Builder<Fr>) {
    self.filled = 0;
    let permutation = self.permutation;
    cs.scoped("poseidon", |cs| {
      if cs.record().is_some() {
        permute_recorded(cs, permutation, &mut self.state);
      } else {
        permute_values(cs, permutation, &mut self.state);
      }
    });
  }
}

/// The rows, by the textbook.
fn permute_recorded(cs: &mut Builder<Fr>, permutation: &Permutation<WIDTH>, state: &mut Vec<Num<Fr>>) {
  for (round, constants) in permutation.round.iter().enumerate() {
    let full = !(FULL_ROUNDS / 2..FULL_ROUNDS / 2 + PARTIAL_ROUNDS).contains(&round);
    for (at, constant) in constants.iter().enumerate() {
      state[at].add_scaled(&cs.constant(*constant), Fr::ONE);
      if full || at == 0 {
        let square = cs.product("x^2", &state[at], &state[at]);
        let fourth = cs.product("x^4", &square, &square);
        state[at] = cs.product("x^5", &fourth, &state[at]);
      }
    }
    *state = permutation
      .mix
      .iter()
      .map(|row| {
        let mut sum = Num::zero();
        for (factor, element) in row.iter().zip(state.iter()) {
          sum.add_scaled(element, *factor);
        }
        sum
      })
      .collect();
  }
}

/// The same wires from the fast permutation.
fn permute_values(cs: &mut Builder<Fr>, permutation: &Permutation<WIDTH>, state: &mut [Num<Fr>]) {
  let mut values: State = std::array::from_fn(|i| state[i].value);
  permutation.permute_observed(&mut values, |[_, square, fourth, fifth]| {
    cs.wire("x^2", square);
    cs.wire("x^4", fourth);
    cs.wire("x^5", fifth);
  });
  for (number, value) in state.iter_mut().zip(values) {
    *number = Num::zero();
    number.value = value;
  }
}
