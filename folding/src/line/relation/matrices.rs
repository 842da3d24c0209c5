//! Products of a circuit's three matrices with vectors, over the verifier's compact form of them.

use crate::sparse::{MINUS_ONE, ONE, ROWS_A_TASK, Shape, Term};
use ff::PrimeField;
use rayon::prelude::*;

fn add_term<F: PrimeField>(table: &[F], sum: &mut F, term: &Term, value: F) {
  match term.coefficient {
    ONE => *sum += value,
    MINUS_ONE => *sum -= value,
    other => *sum += table[other as usize] * value,
  }
}

/// Az, Bz and Cz for z = (variables, public), one value a row, rows without a term included.
pub fn multiply<F: PrimeField>(shape: &Shape<F>, variables: &[F], public: &[F]) -> [Vec<F>; 3] {
  let value = |term: &Term| match (term.column as usize).checked_sub(shape.variables) {
    None => variables[term.column as usize],
    Some(at) => public[at],
  };
  shape.matrices.each_ref().map(|matrix| {
    (0..shape.constraints)
      .into_par_iter()
      .with_min_len(ROWS_A_TASK)
      .map(|row| {
        let mut sum = F::ZERO;
        if row < matrix.ends.len() {
          for term in matrix.row(row) {
            add_term(&shape.table, &mut sum, term, value(term));
          }
        }
        sum
      })
      .collect()
  })
}

/// Σ_row rows[row]·(w₀·A + w₁·B + w₂·C)[row], one value a column: the variables, u, the public values.
pub fn combined_columns<F: PrimeField>(shape: &Shape<F>, rows: &[F], weights: [F; 3]) -> Vec<F> {
  let stored = shape.matrices[0].ends.len();
  let columns = shape.variables + 1 + shape.io;
  let chunks = rows[..stored].par_chunks(8 * ROWS_A_TASK).enumerate();
  chunks
    .map(|(task, rows)| {
      let mut out = vec![F::ZERO; columns];
      for (at, row_weight) in rows.iter().enumerate() {
        let row = 8 * ROWS_A_TASK * task + at;
        for (matrix, weight) in shape.matrices.iter().zip(weights) {
          let terms = matrix.row(row);
          let weight = weight * row_weight;
          for term in terms {
            add_term(&shape.table, &mut out[term.column as usize], term, weight);
          }
        }
      }
      out
    })
    .reduce_with(|mut a, b| {
      a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
      a
    })
    .unwrap_or_else(|| vec![F::ZERO; columns])
}
