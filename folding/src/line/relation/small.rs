//! Arithmetic with field elements that are mostly 0, ±1 or ±2, as the values of a step's rows are: those cost no
//! multiplication, all others the ordinary one. Every result is the exact one.

use crate::curves::Fr;
use ff::Field;
use std::ops::Neg;

/// A factor times 1, −1, 2 and −2.
#[derive(Clone, Copy)]
pub struct Multiples {
  once: Fr,
  minus: Fr,
  twice: Fr,
  minus_twice: Fr,
}

impl Multiples {
  pub fn of(factor: Fr) -> Self {
    let twice = factor.double();
    Multiples {
      once: factor,
      minus: factor.neg(),
      twice,
      minus_twice: twice.neg(),
    }
  }
}

/// The small numbers.
pub struct Small(Multiples);

impl Small {
  pub fn new() -> Self {
    Small(Multiples::of(Fr::ONE))
  }

  /// small·value.
  #[inline(always)]
  pub fn times(&self, small: &Fr, value: &Fr) -> Fr {
    if *small == Fr::ZERO {
      Fr::ZERO
    } else if *small == self.0.once {
      *value
    } else if *small == self.0.minus {
      -*value
    } else if *small == self.0.twice {
      value.double()
    } else {
      *small * value
    }
  }

  /// to + factor·small.
  #[inline(always)]
  pub fn add(&self, to: &mut Fr, factor: &Multiples, small: &Fr) {
    if *small == Fr::ZERO {
      return;
    }
    if *small == self.0.once {
      *to += factor.once;
    } else if *small == self.0.minus {
      *to += factor.minus;
    } else if *small == self.0.twice {
      *to += factor.twice;
    } else if *small == self.0.minus_twice {
      *to += factor.minus_twice;
    } else {
      *to += factor.once * small;
    }
  }
}

impl Default for Small {
  fn default() -> Self {
    Small::new()
  }
}

#[cfg(test)]
mod tests {
  use super::*;
  use ff::PrimeField;

  #[test]
  fn equals_the_ordinary_products() {
    let small = Small::new();
    let mut values = vec![Fr::ZERO, Fr::TWO_INV, Fr::ROOT_OF_UNITY];
    values.extend((1..5).flat_map(|n| [Fr::from(n), -Fr::from(n)]));
    for a in &values {
      let multiples = Multiples::of(*a);
      for b in &values {
        assert_eq!(small.times(b, a), *a * b);
        let mut sum = Fr::DELTA;
        small.add(&mut sum, &multiples, b);
        assert_eq!(sum, Fr::DELTA + *a * b);
      }
    }
  }
}
