//! Az, Bz and Cz of a step's witness. Most of its values are small, and so are most coefficients: their products are
//! summed as integers, which cannot overflow because no factor is beyond 2^31 and a row has fewer than 2^60 terms.
//! Whatever is larger takes the field's arithmetic; which way a term takes depends on its values alone.

use crate::{
  curves::Fr,
  sparse::{Matrix, ROWS_A_TASK, Shape, Term},
};
use ff::{Field, PrimeField};
use rayon::prelude::*;

/// Stands for what is not small.
const LARGE: i64 = i64::MIN;
/// Greatest absolute value of a small number.
const SMALL: u64 = 1 << 31;
/// Sums from −TABLE to TABLE are looked up.
const TABLE: i128 = 64;

/// A number as an integer, `LARGE` unless it or its negative is at most `SMALL`.
fn small(value: &Fr) -> i64 {
  if *value == Fr::ZERO {
    return 0;
  }
  if *value == Fr::ONE {
    return 1;
  }
  let positive = |value: &Fr| {
    let repr = value.to_repr();
    let (low, high) = repr.as_ref().split_at(8);
    let low = low.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    (high.iter().all(|byte| *byte == 0) && low <= SMALL).then_some(low as i64)
  };
  match (positive(value), positive(&-*value)) {
    (Some(value), _) => value,
    (_, Some(value)) => -value,
    _ => LARGE,
  }
}

/// What a sum of small numbers is in the field.
struct Values(Vec<Fr>);

impl Values {
  fn new() -> Self {
    Values((-TABLE..=TABLE).map(Self::computed).collect())
  }

  fn computed(value: i128) -> Fr {
    let size = value.unsigned_abs();
    let positive = Fr::from_raw([size as u64, (size >> 64) as u64, 0, 0]);
    if value < 0 { -positive } else { positive }
  }

  #[inline(always)]
  fn of(&self, value: i128) -> Fr {
    if value.abs() <= TABLE {
      self.0[(value + TABLE) as usize]
    } else {
      Self::computed(value)
    }
  }
}

struct Factors<'a> {
  shape: &'a Shape<Fr>,
  /// By number in the shape's table.
  coefficients: Vec<i64>,
  /// By column: variables, u, public values.
  z: Vec<i64>,
  variables: &'a [Fr],
  public: &'a [Fr],
  values: Values,
}

impl Factors<'_> {
  fn field(&self, column: u32) -> &Fr {
    match (column as usize).checked_sub(self.shape.variables) {
      None => &self.variables[column as usize],
      Some(at) => &self.public[at],
    }
  }

  fn sum(&self, terms: &[Term]) -> Fr {
    let mut sum = 0i128;
    let mut rest = Fr::ZERO;
    let mut large = false;
    for Term { column, coefficient } in terms {
      let value = self.z[*column as usize];
      if value == 0 {
        continue;
      }
      let factor = self.coefficients[*coefficient as usize];
      if value != LARGE && factor != LARGE {
        sum += i128::from(value * factor);
        continue;
      }
      large = true;
      match (value, factor) {
        (1, _) => rest += self.shape.table[*coefficient as usize],
        (-1, _) => rest -= self.shape.table[*coefficient as usize],
        (_, 1) => rest += self.field(*column),
        (_, -1) => rest -= self.field(*column),
        _ => rest += self.shape.table[*coefficient as usize] * self.field(*column),
      }
    }
    match (large, sum) {
      (false, _) => self.values.of(sum),
      (true, 0) => rest,
      (true, _) => rest + self.values.of(sum),
    }
  }

  fn product(&self, matrix: &Matrix) -> Vec<Fr> {
    let mut out = vec![Fr::ZERO; self.shape.constraints];
    let tasks = out[..matrix.ends.len()].par_chunks_mut(ROWS_A_TASK).enumerate();
    tasks.for_each(|(task, out)| {
      for (at, out) in out.iter_mut().enumerate() {
        *out = self.sum(matrix.row(ROWS_A_TASK * task + at));
      }
    });
    out
  }
}

/// Az, Bz and Cz for z = (variables, public), one value a row.
pub fn products(shape: &Shape<Fr>, variables: &[Fr], public: &[Fr]) -> [Vec<Fr>; 3] {
  let factors = Factors {
    shape,
    coefficients: shape.table.iter().map(small).collect(),
    z: variables
      .par_iter()
      .chain(public)
      .with_min_len(ROWS_A_TASK)
      .map(small)
      .collect(),
    variables,
    public,
    values: Values::new(),
  };
  shape.matrices.each_ref().map(|matrix| factors.product(matrix))
}

#[cfg(test)]
mod tests {
  use super::*;
  use crate::line::relation::matrices::multiply;
  use rand_core::{RngCore, SeedableRng};

  /// Values on both sides of every border: small and large ones, sums that leave 64 bits, rows without a term.
  #[test]
  fn equals_the_fields_arithmetic() {
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(3);
    let border = SMALL;
    let mut numbers = vec![Fr::ZERO, Fr::TWO_INV, -Fr::TWO_INV, Fr::random(&mut random)];
    for n in [1, 2, 63, 64, 65, border - 1, border, border + 1, u64::MAX] {
      numbers.extend([Fr::from(n), -Fr::from(n)]);
    }
    let mut table = vec![Fr::ONE, -Fr::ONE];
    table.extend(&numbers);
    let n = 1 << 10;
    let mut matrices: [Matrix; 3] = Default::default();
    for row in 0..n - 5 {
      for matrix in &mut matrices {
        let terms = if row % 50 == 7 { 70 } else { random.next_u32() % 5 };
        for _ in 0..terms {
          matrix.terms.push(Term {
            column: random.next_u32() % (n as u32 + 2),
            coefficient: random.next_u32() % table.len() as u32,
          });
        }
        matrix.ends.push(matrix.terms.len() as u32);
      }
    }
    let shape = Shape {
      constraints: n,
      variables: n,
      io: 1,
      table,
      matrices,
    };
    let mut pick = || numbers[random.next_u32() as usize % numbers.len()];
    for _ in 0..4 {
      let variables: Vec<Fr> = (0..n).map(|_| pick()).collect();
      let public = [pick(), pick()];
      assert_eq!(
        products(&shape, &variables, &public),
        multiply(&shape, &variables, &public)
      );
    }
    let most = vec![-Fr::from(border); n];
    assert_eq!(
      products(&shape, &most, &[Fr::ONE, Fr::ZERO]),
      multiply(&shape, &most, &[Fr::ONE, Fr::ZERO])
    );
  }
}
