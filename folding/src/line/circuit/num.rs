//! Linear combinations of wires, which cost no row.

use ff::PrimeField;

/// A linear combination with its value. While only values are wanted it has no terms.
#[derive(Clone, Debug)]
pub struct Num<F> {
  pub value: F,
  pub(super) terms: Vec<(u32, F)>,
}

impl<F: PrimeField> Num<F> {
  pub fn zero() -> Self {
    Num {
      value: F::ZERO,
      terms: Vec::new(),
    }
  }

  pub fn plus(&self, other: &Self) -> Self {
    self.with(other, F::ONE)
  }

  pub fn minus(&self, other: &Self) -> Self {
    self.with(other, -F::ONE)
  }

  pub fn scaled(&self, factor: F) -> Self {
    Num {
      value: self.value * factor,
      terms: self
        .terms
        .iter()
        .map(|(column, value)| (*column, *value * factor))
        .collect(),
    }
  }

  /// self + factor·other.
  pub fn with(&self, other: &Self, factor: F) -> Self {
    let mut sum = self.clone();
    sum.add_scaled(other, factor);
    sum
  }

  pub fn add_scaled(&mut self, other: &Self, factor: F) {
    self.value += other.value * factor;
    self
      .terms
      .extend(other.terms.iter().map(|(column, value)| (*column, *value * factor)));
    // Sums of sums (Poseidon's linear layers) would grow without end.
    if self.terms.len() > 64 {
      sum_up(&mut self.terms);
    }
  }
}

/// Puts terms into the order of their columns, each column once.
pub(super) fn sum_up<F: PrimeField>(terms: &mut Vec<(u32, F)>) {
  terms.sort_by_key(|(column, _)| *column);
  terms.dedup_by(|later, first| {
    let same = later.0 == first.0;
    if same {
      first.1 += later.1;
    }
    same
  });
}
