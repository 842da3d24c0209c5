//! A multilinear extension along a line, as a polynomial of one variable.

use crate::curves::Fr;
use ff::Field;

/// Tables up to this size are one task.
const CHUNK: usize = 1 << 10;

/// Coefficients of Ẽ(β + X·δ), constant first: as many as β has elements, and one.
pub fn line_polynomial(table: &[Fr], beta: &[Fr], delta: &[Fr]) -> Vec<Fr> {
  let (Some((last_beta, betas)), Some((last_delta, deltas)), true) =
    (beta.split_last(), delta.split_last(), table.len() > CHUNK)
  else {
    return line_polynomial_of_chunk(table, beta, delta);
  };
  let (low, high) = table.split_at(table.len() / 2);
  let (low, high) = rayon::join(
    || line_polynomial(low, betas, deltas),
    || line_polynomial(high, betas, deltas),
  );
  // low + (high − low)·(β + X·δ)
  let mut out = low.clone();
  out.push(Fr::ZERO);
  for (i, (low, high)) in low.iter().zip(&high).enumerate() {
    let difference = *high - low;
    out[i] += difference * last_beta;
    out[i + 1] += difference * last_delta;
  }
  out
}

/// The same, bit after bit from the lowest: `polynomials[d][i]` is coefficient d of the i-th polynomial so far.
fn line_polynomial_of_chunk(table: &[Fr], beta: &[Fr], delta: &[Fr]) -> Vec<Fr> {
  let mut polynomials = vec![table.to_vec()];
  for (b, d) in beta.iter().zip(delta) {
    let half = polynomials[0].len() / 2;
    let mut carried = vec![Fr::ZERO; half];
    for coefficients in &mut polynomials {
      for i in 0..half {
        let (low, high) = (coefficients[2 * i], coefficients[2 * i + 1]);
        let difference = high - low;
        coefficients[i] = low + difference * b + carried[i];
        carried[i] = difference * d;
      }
      coefficients.truncate(half);
    }
    polynomials.push(carried);
  }
  polynomials.into_iter().map(|coefficients| coefficients[0]).collect()
}
