//! The three matrices of a circuit as a verifier needs them: small to store, quick to evaluate.
//!
//! With 32 bytes for every coefficient and 8 for every index it would be some 40 MB for the bus's circuit. But a circuit
//! has few different coefficients, and its constraints repeat: the same few patterns (which coefficients, how far
//! apart the variables) shifted along the witness. So a *pattern* is stored once and a row is a pattern's number and a
//! base column (`sparse/codec.rs`).

mod codec;

pub use codec::{MAX_SIZE, decode, encode, read_sizes};

use ff::PrimeField;
use std::collections::HashMap;

/// Coefficients 1 and −1 have these numbers in every table: most terms need no multiplication.
pub const ONE: u32 = 0;
pub const MINUS_ONE: u32 = 1;
/// Rows that one task works on, of those that share a pass over a matrix.
pub const ROWS_A_TASK: usize = 1 << 12;

/// One term of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
  pub column: u32,
  /// Number of the coefficient in the shape's table.
  pub coefficient: u32,
}

/// One matrix by rows; rows after the last stored one are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
  /// Where each row ends in `terms`.
  pub ends: Vec<u32>,
  pub terms: Vec<Term>,
}

impl Matrix {
  /// Rows up to the last one that holds a term.
  fn used(&self) -> usize {
    let total = self.terms.len() as u32;
    let last = self.ends.partition_point(|end| *end < total);
    if total == 0 { 0 } else { last + 1 }
  }

  pub fn row(&self, row: usize) -> &[Term] {
    let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
    &self.terms[start..self.ends[row] as usize]
  }
}

/// A padded R1CS shape: `constraints` and `variables` are powers of two, columns from `variables` on are u and the
/// public values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape<F> {
  pub constraints: usize,
  pub variables: usize,
  pub io: usize,
  /// Distinct coefficients; the first two are 1 and −1.
  pub table: Vec<F>,
  pub matrices: [Matrix; 3],
}

impl<F: PrimeField> Shape<F> {
  /// From rows of (column, coefficient) for each matrix. Every term stays in its place; the last rows go as long as they
  /// are empty.
  pub fn of_rows<T: IntoIterator<Item = (u32, F)>>(
    constraints: usize,
    variables: usize,
    io: usize,
    rows: impl IntoIterator<Item = [T; 3]>,
  ) -> Self {
    let mut table = vec![F::ONE, -F::ONE];
    let key = |value: &F| {
      let mut key = [0u8; 32];
      key.copy_from_slice(value.to_repr().as_ref());
      key
    };
    let mut numbers = HashMap::from([(key(&table[0]), ONE), (key(&table[1]), MINUS_ONE)]);
    let mut matrices: [Matrix; 3] = Default::default();
    // Row by row and not matrix by matrix: the order in which the codec meets new coefficients.
    for row in rows {
      for (terms, out) in row.into_iter().zip(&mut matrices) {
        for (column, value) in terms {
          let coefficient = *numbers.entry(key(&value)).or_insert_with(|| {
            table.push(value);
            table.len() as u32 - 1
          });
          out.terms.push(Term { column, coefficient });
        }
        out.ends.push(out.terms.len() as u32);
      }
    }
    let used = matrices.iter().map(Matrix::used).max().unwrap_or(0);
    for matrix in &mut matrices {
      matrix.ends.truncate(used);
    }
    Shape {
      constraints,
      variables,
      io,
      table,
      matrices,
    }
  }
}

#[cfg(test)]
mod tests;
