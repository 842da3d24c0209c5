//! Polynomials of one variable, by their coefficients from the constant on.

use crate::curves::Fr;
use ff::Field;
use rayon::prelude::*;

pub fn evaluate(coefficients: &[Fr], x: Fr) -> Fr {
  coefficients.iter().rev().fold(Fr::ZERO, |sum, c| sum * x + c)
}

/// f(X)/(X − a), without the remainder.
pub fn divide(coefficients: &[Fr], a: Fr) -> Vec<Fr> {
  let mut out = vec![Fr::ZERO; coefficients.len().saturating_sub(1)];
  let mut carried = Fr::ZERO;
  for at in (0..out.len()).rev() {
    carried = coefficients[at + 1] + carried * a;
    out[at] = carried;
  }
  out
}

/// f(X)·(X − a).
pub fn multiply(coefficients: &[Fr], a: Fr) -> Vec<Fr> {
  let mut out = vec![Fr::ZERO; coefficients.len() + 1];
  for (at, c) in coefficients.iter().enumerate() {
    out[at + 1] += c;
    out[at] -= *c * a;
  }
  out
}

pub fn add(to: &mut Vec<Fr>, from: &[Fr], factor: Fr) {
  to.resize(to.len().max(from.len()), Fr::ZERO);
  to.par_iter_mut()
    .zip(from)
    .with_min_len(4096)
    .for_each(|(to, from)| *to += factor * from);
}

/// The polynomial of least degree through one, two or three points.
pub fn interpolate(points: &[(Fr, Fr)]) -> Vec<Fr> {
  let mut out = vec![Fr::ZERO; points.len()];
  for (i, (x, y)) in points.iter().enumerate() {
    let others = || {
      points
        .iter()
        .enumerate()
        .filter(move |(j, _)| *j != i)
        .map(|(_, (x, _))| *x)
    };
    let mut basis = vec![Fr::ONE];
    let mut scale = Fr::ONE;
    for other in others() {
      basis = multiply(&basis, other);
      scale *= *x - other;
    }
    // Two equal points have probability 2^-250: the verifier then refuses.
    let factor = *y * scale.invert().unwrap_or(Fr::ZERO);
    for (to, from) in out.iter_mut().zip(&basis) {
      *to += factor * from;
    }
  }
  out
}
