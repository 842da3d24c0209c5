//! The three matrices of a circuit as a verifier needs them: small to store, quick to evaluate.
//!
//! nova-snark stores 32 bytes for every coefficient and 8 for every index, some 40 MB for this circuit. But a circuit
//! has few different coefficients, and its constraints repeat: the same few patterns (which coefficients, how far
//! apart the variables) shifted along the witness. So a *pattern* is stored once and a row is a pattern's number and a
//! base column (`sparse/codec.rs`).

mod codec;

pub use codec::{MAX_SIZE, decode, encode, read_sizes};

use ff::PrimeField;
use nova_snark::{r1cs::SparseMatrix, spartan::polys::eq::EqPolynomial};
use rayon::prelude::*;
use std::collections::HashMap;

/// Coefficients 1 and −1 have these numbers in every table: most terms need no multiplication.
const ONE: u32 = 0;
const MINUS_ONE: u32 = 1;
/// Rows that one task sums up.
const ROWS_A_TASK: usize = 1 << 12;

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

  /// From nova-snark's matrices.
  pub fn new(constraints: usize, variables: usize, io: usize, matrices: [&SparseMatrix<F>; 3]) -> Self {
    let row = |row: usize| {
      matrices.map(|matrix| {
        let terms = matrix.indptr[row]..matrix.indptr[row + 1];
        let columns = matrix.indices[terms.clone()].iter().map(|column| *column as u32);
        columns.zip(matrix.data[terms].iter().copied())
      })
    };
    Self::of_rows(constraints, variables, io, (0..constraints).map(row))
  }

  /// The matrices as nova-snark has them, for checking the digests that a key carries.
  pub fn expand(&self) -> [SparseMatrix<F>; 3] {
    self.matrices.each_ref().map(|matrix| {
      let mut indptr = vec![0];
      indptr.extend(matrix.ends.iter().map(|end| *end as usize));
      indptr.resize(self.constraints + 1, matrix.terms.len());
      SparseMatrix {
        data: matrix
          .terms
          .iter()
          .map(|term| self.table[term.coefficient as usize])
          .collect(),
        indices: matrix.terms.iter().map(|term| term.column as usize).collect(),
        indptr,
        cols: self.variables + 1 + self.io,
      }
    })
  }

  /// (A + r·B + r²·C)(x, y) for the matrices' multilinear extensions; `y`'s first element chooses between the
  /// variables and the public half.
  pub fn evaluate(&self, r: F, x: &[F], y: &[F]) -> F {
    let rows = self.matrices[0].ends.len();
    let row_weights = EqPolynomial::evals_from_points(x);
    let columns = self.column_weights(y);
    let r2 = r * r;
    let [a, b, c] = &self.matrices;
    (0..rows.div_ceil(ROWS_A_TASK))
      .into_par_iter()
      .map(|task| {
        let first = task * ROWS_A_TASK;
        let weighted = |row: usize| {
          let mut combined = self.row_sum(a.row(row), &columns);
          combined += r * self.row_sum(b.row(row), &columns);
          combined += r2 * self.row_sum(c.row(row), &columns);
          row_weights[row] * combined
        };
        (first..rows.min(first + ROWS_A_TASK)).map(weighted).sum::<F>()
      })
      .sum()
  }

  fn row_sum(&self, terms: &[Term], columns: &[F]) -> F {
    let mut sum = F::ZERO;
    for term in terms {
      let weight = columns[term.column as usize];
      match term.coefficient {
        ONE => sum += weight,
        MINUS_ONE => sum -= weight,
        other => sum += self.table[other as usize] * weight,
      }
    }
    sum
  }

  /// eq(y, column) for every column in use: all variables, and of the other half just u and the public values.
  fn column_weights(&self, y: &[F]) -> Vec<F> {
    let (Some((&half, rest)), used) = (y.split_first(), self.io + 1) else {
      return Vec::new();
    };
    let mut weights = EqPolynomial::evals_from_points(rest);
    let public: Vec<F> = weights.iter().take(used).map(|weight| half * weight).collect();
    weights.par_iter_mut().for_each(|weight| *weight *= F::ONE - half);
    weights.extend(public);
    weights
  }
}

#[cfg(test)]
mod tests;
