//! What a verifier needs of a circuit's matrices: their values at a point, as cheaply as their rows allow. A row costs
//! three multiplications; its terms cost additions where coefficients are ±1 or ±2 or double from term to term, as in the
//! sums that pack bits. What rows near each other have in common costs once: an S-box squares a sum, squares that, and
//! multiplies by the sum, so that a long sum stands there three times, in some places as its negative.

use crate::sparse::{MINUS_ONE, ONE, ROWS_A_TASK, Shape, Term};
use ff::PrimeField;
use rayon::prelude::*;
use std::collections::HashMap;

/// Number of a coefficient that has no double among the coefficients.
const NONE: u32 = u32::MAX;

/// The coefficients of a shape by kind.
pub struct Coefficients<'a, F> {
  table: &'a [F],
  /// For every one the number of its double, and that of its negative; NONE where there is none.
  doubles: Vec<u32>,
  negatives: Vec<u32>,
}

impl<'a, F: PrimeField> Coefficients<'a, F> {
  pub fn of(table: &'a [F]) -> Self {
    let key = |value: &F| {
      let mut bytes = [0; 32];
      bytes.copy_from_slice(value.to_repr().as_ref());
      bytes
    };
    let numbers: HashMap<[u8; 32], u32> = (0u32..)
      .zip(table)
      .map(|(number, value)| (key(value), number))
      .collect();
    let number = |value: F| numbers.get(&key(&value)).copied().unwrap_or(NONE);
    Coefficients {
      table,
      doubles: table.iter().map(|value| number(value.double())).collect(),
      negatives: table.iter().map(|value| number(-*value)).collect(),
    }
  }

  /// Whether one sum is the other's negative, term by term.
  fn are_opposite(&self, one: &[Term], other: &[Term]) -> bool {
    let opposite =
      |(a, b): (&Term, &Term)| a.column == b.column && self.negatives[a.coefficient as usize] == b.coefficient;
    one.len() == other.len() && one.iter().zip(other).all(opposite)
  }

  /// coefficient·value.
  #[inline(always)]
  fn times(&self, coefficient: u32, value: F) -> F {
    match coefficient {
      ONE => value,
      MINUS_ONE => -value,
      two if two == self.doubles[ONE as usize] => value.double(),
      two if two == self.doubles[MINUS_ONE as usize] => -value.double(),
      other => self.table[other as usize] * value,
    }
  }

  /// Σ coefficient·columns[column]; public columns count as zero.
  fn row(&self, terms: &[Term], columns: &[F]) -> F {
    let value = |at: usize| columns.get(terms[at].column as usize).copied().unwrap_or(F::ZERO);
    let doubled = |at: usize| self.doubles[terms[at].coefficient as usize];
    let mut sum = F::ZERO;
    let mut at = 0;
    while at < terms.len() {
      let first = at;
      // A stretch in which each coefficient is the double of the one before, or else each the half.
      at += 1;
      while at < terms.len() && doubled(at - 1) == terms[at].coefficient {
        at += 1;
      }
      if at - first > 1 {
        let total = (first..at).rev().fold(F::ZERO, |sum, at| sum.double() + value(at));
        sum += self.times(terms[first].coefficient, total);
        continue;
      }
      while at < terms.len() && doubled(at) == terms[at - 1].coefficient {
        at += 1;
      }
      let total = (first + 1..at).fold(value(first), |sum, at| sum.double() + value(at));
      sum += self.times(terms[at - 1].coefficient, total);
    }
    sum
  }
}

/// Sums that were computed last, by their terms: enough for the three rows of an S-box.
const KEPT: usize = 4;
/// A shorter sum costs less than looking for it.
const LEAST_KEPT: usize = 4;

/// Sums of rows, of which those that lie near each other and are equal, or each other's negatives, are computed once.
struct Sums<'a, F> {
  coefficients: &'a Coefficients<'a, F>,
  columns: &'a [F],
  kept: [(&'a [Term], F); KEPT],
  next: usize,
}

impl<'a, F: PrimeField> Sums<'a, F> {
  fn new(coefficients: &'a Coefficients<'a, F>, columns: &'a [F]) -> Self {
    Sums {
      coefficients,
      columns,
      kept: [(&[], F::ZERO); KEPT],
      next: 0,
    }
  }

  fn of(&mut self, terms: &'a [Term]) -> F {
    if terms.len() < LEAST_KEPT {
      return self.coefficients.row(terms, self.columns);
    }
    for (kept, sum) in &self.kept {
      if *kept == terms {
        return *sum;
      }
      if self.coefficients.are_opposite(kept, terms) {
        return -*sum;
      }
    }
    let sum = self.coefficients.row(terms, self.columns);
    self.kept[self.next] = (terms, sum);
    self.next = (self.next + 1) % KEPT;
    sum
  }
}

/// Tasks of rows over all three matrices, summed up.
fn over_rows<F: PrimeField, const N: usize>(
  rows: usize,
  task: impl Fn(std::ops::Range<usize>) -> [F; N] + Sync,
) -> [F; N] {
  let tasks = (0..rows.div_ceil(ROWS_A_TASK)).into_par_iter();
  tasks
    .map(|at| task(at * ROWS_A_TASK..rows.min((at + 1) * ROWS_A_TASK)))
    .reduce(
      || [F::ZERO; N],
      |mut a, b| {
        a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
        a
      },
    )
}

/// Σ_row rows[row]·(A + ρB + ρ²C)[row][column] for u's column and the public ones'.
pub fn public_columns<F: PrimeField>(
  shape: &Shape<F>,
  coefficients: &Coefficients<'_, F>,
  rho: F,
  rows: &[F],
) -> Vec<F> {
  let mut out = vec![F::ZERO; 1 + shape.io];
  let stored = shape.matrices[0].ends.len();
  let weights = [F::ONE, rho, rho.square()];
  for (matrix, weight) in shape.matrices.iter().zip(weights) {
    let sums = (0..stored.div_ceil(ROWS_A_TASK)).into_par_iter().map(|task| {
      let mut sums = vec![F::ZERO; 1 + shape.io];
      let first = task * ROWS_A_TASK;
      for (row, weight) in (first..).zip(&rows[first..stored.min(first + ROWS_A_TASK)]) {
        for term in matrix.row(row) {
          if let Some(at) = (term.column as usize).checked_sub(shape.variables) {
            sums[at] += coefficients.times(term.coefficient, *weight);
          }
        }
      }
      sums
    });
    let total = sums.reduce_with(|mut a, b| {
      a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
      a
    });
    for (out, sum) in out.iter_mut().zip(total.unwrap_or_default()) {
      *out += weight * sum;
    }
  }
  out
}

/// Σ_row Σ_column rows[row]·(A + ρB + ρ²C)[row][column]·columns[column] over the variables' columns.
pub fn evaluate<F: PrimeField>(
  shape: &Shape<F>,
  coefficients: &Coefficients<'_, F>,
  rho: F,
  rows: &[F],
  columns: &[F],
) -> F {
  let columns = &columns[..shape.variables];
  let stored = shape.matrices[0].ends.len();
  let sums: [F; 3] = over_rows(stored, |range| {
    let mut sums = [F::ZERO; 3];
    let mut of = Sums::new(coefficients, columns);
    for row in range {
      for (sum, matrix) in sums.iter_mut().zip(&shape.matrices) {
        let terms = matrix.row(row);
        if !terms.is_empty() {
          *sum += rows[row] * of.of(terms);
        }
      }
    }
    sums
  });
  sums[0] + rho * (sums[1] + rho * sums[2])
}

#[cfg(test)]
mod tests {
  use super::*;
  use crate::{
    curves::Fr,
    line::{argument::sumcheck::eq_table, relation::matrices::combined_columns},
    sparse::Matrix,
  };
  use ff::Field;
  use rand_core::{RngCore, SeedableRng};

  /// Rows with stretches of powers of two, rising and falling, cut short, of other first coefficients; others at random.
  #[test]
  fn equals_the_sum_over_all_terms() {
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(5);
    let mut table = vec![Fr::ONE, -Fr::ONE, Fr::random(&mut random)];
    for at in [0, 1, 2] {
      let mut power = table[at];
      for _ in 0..40 {
        power = power.double();
        table.push(power);
      }
    }
    let n = 256u32;
    let mut matrices: [Matrix; 3] = Default::default();
    for row in 0..n - 9 {
      for at in 0..3 {
        // As in the rows of an S-box: what stood in a row before stands here again, whole or but for its last term.
        if row > 5 && row % 7 < 3 {
          let from = &matrices[(at + 1) % 3];
          let mut terms = from.row((row - 1 - row % 2) as usize).to_vec();
          if row % 7 == 2 {
            terms.pop();
          }
          matrices[at].terms.extend(terms);
          let end = matrices[at].terms.len() as u32;
          matrices[at].ends.push(end);
          continue;
        }
        let matrix = &mut matrices[at];
        let start = 3 + 40 * (random.next_u32() % 3);
        let length = random.next_u32() % 41;
        let mut run: Vec<u32> = (start..start + length).collect();
        match row % 5 {
          0 => run.reverse(),
          1 => run.extend([1, 0, 1, 1]),
          2 => {
            run = (0..random.next_u32() % 6)
              .map(|_| random.next_u32() % table.len() as u32)
              .collect()
          }
          _ => run.insert(0, start % 3),
        }
        for coefficient in run {
          let column = random.next_u32() % (n + 3);
          matrix.terms.push(Term { column, coefficient });
        }
        matrix.ends.push(matrix.terms.len() as u32);
      }
    }
    let shape = Shape {
      constraints: n as usize,
      variables: n as usize,
      io: 2,
      table,
      matrices,
    };
    let mut point = || (0..8).map(|_| Fr::random(&mut random)).collect::<Vec<_>>();
    let (rows, columns) = (eq_table(&point()), eq_table(&point()));
    let rho = point()[0];
    let mut all = combined_columns(&shape, &rows, [Fr::ONE, rho, rho.square()]);
    let public = all.split_off(shape.variables);
    let coefficients = Coefficients::of(&shape.table);
    assert_eq!(public_columns(&shape, &coefficients, rho, &rows), public);
    let expected: Fr = all.iter().zip(&columns).map(|(a, b)| *a * b).sum();
    assert_eq!(evaluate(&shape, &coefficients, rho, &rows, &columns), expected);
  }
}
