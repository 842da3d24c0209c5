//! Line's sponge and the three hashes made of it (folding-scheme §5): rate 17, capacity in `state[0]`, which starts as a
//! tag that fixes all lengths, so that there is no padding.

pub mod challenge;
pub mod poseidon;

use self::poseidon::{State, WIDTH};
use crate::curves::Fr;
use ff::Field;

pub const RATE: usize = WIDTH - 1;

/// What a sponge is for; the capacity starts as this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
  Start = 1,
  Io = 2,
  Fold = 3,
}

/// Absorbs into `state[1…17]` in order and permutes when a further element comes; a squeeze permutes, and the next
/// absorption begins at `state[1]` again.
#[derive(Clone, Debug)]
pub struct Sponge {
  state: State,
  /// Elements absorbed since the last permutation.
  filled: usize,
}

impl Sponge {
  pub fn new(tag: Tag) -> Self {
    let mut state = [Fr::ZERO; WIDTH];
    state[0] = Fr::from(tag as u64);
    Sponge { state, filled: 0 }
  }

  pub fn absorb(&mut self, elements: &[Fr]) {
    for element in elements {
      if self.filled == RATE {
        self.permute();
      }
      self.filled += 1;
      self.state[self.filled] += element;
    }
  }

  /// One element.
  pub fn squeeze(&mut self) -> Fr {
    self.squeeze_all()[0]
  }

  /// All seventeen elements of the rate.
  pub fn squeeze_all(&mut self) -> [Fr; RATE] {
    self.permute();
    std::array::from_fn(|i| self.state[i + 1])
  }

  fn permute(&mut self) {
    poseidon::permute(&mut self.state);
    self.filled = 0;
  }
}

/// Hash of elements whose number the tag fixes.
pub fn hash(tag: Tag, elements: &[Fr]) -> Fr {
  let mut sponge = Sponge::new(tag);
  sponge.absorb(elements);
  sponge.squeeze()
}
