//! The prover's side of `mercury/`.

use crate::{
  curves::Fr,
  line::{
    argument::{
      mercury::{
        Argument,
        common::{Batch, LABELS, Square, absorb_claim, stars},
        polynomial::{add, divide, evaluate, multiply},
      },
      sumcheck::eq_table,
      transcript::Transcript,
    },
    curve::G,
  },
  msm::msm,
};
use ff::{Field, PrimeField};
use halo2curves::{fft::best_fft, group::Curve};
use rayon::prelude::*;

fn commit(powers: &[G], coefficients: &[Fr]) -> G {
  msm(coefficients, &powers[..coefficients.len()]).to_affine()
}

/// `point` by coordinate, coordinate 1 the lowest bit of an index.
pub fn prove(
  transcript: &mut Transcript,
  powers: &[G],
  commitment: &G,
  f: &[Fr],
  point: &[Fr],
  value: &Fr,
) -> Argument {
  absorb_claim(transcript, commitment, point, value);
  let square = Square::of(point);
  let columns = square.columns();
  let rows = f.len() / columns;
  let (eq_column, eq_row) = (eq_table(&square.column), eq_table(&square.row));

  // h: the polynomial of the rows' values.
  let mut h: Vec<Fr> = f
    .par_chunks(columns)
    .map(|row| row.iter().zip(&eq_column).map(|(f, eq)| *f * eq).sum())
    .collect();
  h.resize(columns, Fr::ZERO);
  let commitment_h = commit(powers, &h);
  transcript.g(b"h", &commitment_h);
  let alpha: Fr = transcript.challenge(b"a");

  // f(X) = (X^columns − α)·q(X) + g(X), column by column.
  let mut q = vec![Fr::ZERO; f.len() - columns];
  let mut g = f[f.len() - columns..].to_vec();
  for row in (0..rows - 1).rev() {
    q[row * columns..(row + 1) * columns].copy_from_slice(&g);
    for (g, f) in g.iter_mut().zip(&f[row * columns..]) {
      *g = *g * alpha + f;
    }
  }
  let (commitment_q, commitment_g) = rayon::join(|| commit(powers, &q), || commit(powers, &g));
  transcript.g(b"q", &commitment_q);
  transcript.g(b"g", &commitment_g);
  let gamma: Fr = transcript.challenge(b"gm");

  let s = inner_product_polynomial(&eq_column, &g, &eq_row, &h, gamma, square.side);
  let d: Vec<Fr> = g.iter().rev().copied().collect();
  let (commitment_s, commitment_d) = (commit(powers, &s), commit(powers, &d));
  transcript.g(b"s", &commitment_s);
  transcript.g(b"d", &commitment_d);
  let zeta: Fr = transcript.challenge(b"zt");
  let zeta_inverse = zeta.invert().unwrap_or(Fr::ZERO);

  let values = [
    evaluate(&g, zeta),
    evaluate(&g, zeta_inverse),
    evaluate(&h, zeta),
    evaluate(&h, zeta_inverse),
    evaluate(&s, zeta),
    evaluate(&s, zeta_inverse),
  ];
  for (label, value) in LABELS.iter().zip(&values) {
    transcript.scalars(label, std::slice::from_ref(value));
  }
  // (f(X) − (ζ^columns − α)·q(X) − g(ζ))/(X − ζ)
  let quotient = {
    let mut rest = f.to_vec();
    add(&mut rest, &q, alpha - zeta.pow_vartime([columns as u64]));
    divide(&rest, zeta)
  };
  let commitment_quotient = commit(powers, &quotient);
  transcript.g(b"t", &commitment_quotient);

  let batch = Batch {
    alpha,
    zeta,
    zeta_inverse,
    beta: transcript.challenge(b"b"),
    stars: stars(
      alpha,
      zeta,
      zeta_inverse,
      &values,
      evaluate(&h, alpha),
      evaluate(&d, zeta),
    ),
  };
  let polynomials = [&g, &h, &s, &d];
  let missing = [vec![alpha], vec![], vec![alpha], vec![alpha, zeta_inverse]];
  let mut m = Vec::new();
  for (((polynomial, star), missing), weight) in polynomials.iter().zip(&batch.stars).zip(&missing).zip(batch.weights())
  {
    let mut rest = polynomial.to_vec();
    add(&mut rest, star, -Fr::ONE);
    let rest = missing.iter().fold(rest, |rest, a| multiply(&rest, *a));
    add(&mut m, &rest, weight);
  }
  let w = [alpha, zeta, zeta_inverse].iter().fold(m, |m, a| divide(&m, *a));
  let commitment_w = commit(powers, &w);
  transcript.g(b"w", &commitment_w);
  let z: Fr = transcript.challenge(b"z");
  let (each, all) = batch.vanishing(z);
  let mut rest = Vec::new();
  for ((polynomial, weight), vanishing) in polynomials.iter().zip(batch.weights()).zip(each) {
    add(&mut rest, polynomial, weight * vanishing);
  }
  add(&mut rest, &w, -all);
  // Division drops the constant: the values at z need no taking away.
  let commitment_w_prime = commit(powers, &divide(&rest, z));
  transcript.g(b"wp", &commitment_w_prime);
  let _: Fr = transcript.challenge(b"pd");
  Argument {
    h: commitment_h,
    g: commitment_g,
    q: commitment_q,
    s: commitment_s,
    d: commitment_d,
    quotient: commitment_quotient,
    w: commitment_w,
    w_prime: commitment_w_prime,
    values,
  }
}

/// S with a₁(X)·b₁(1/X) + a₁(1/X)·b₁(X) + γ·(a₂ …) = constant + X·S(X) + S(1/X)/X.
fn inner_product_polynomial(a1: &[Fr], b1: &[Fr], a2: &[Fr], b2: &[Fr], gamma: Fr, log: usize) -> Vec<Fr> {
  let size = 2 * a1.len();
  let omega = Fr::ROOT_OF_UNITY.pow_vartime([1u64 << (Fr::S as usize - log - 1)]);
  let transform = |values: &[Fr]| {
    let mut out = values.to_vec();
    out.resize(size, Fr::ZERO);
    best_fft(&mut out, omega, log as u32 + 1);
    out
  };
  let [a1, b1, a2, b2] = [a1, b1, a2, b2].map(transform);
  let mut product: Vec<Fr> = (0..size)
    .map(|i| {
      let mirrored = (size - i) % size;
      let first = a1[i] * b1[mirrored] + a1[mirrored] * b1[i];
      first + gamma * (a2[i] * b2[mirrored] + a2[mirrored] * b2[i])
    })
    .collect();
  // Coefficients of X^k stand at k, those of X^-k at size − k.
  best_fft(
    &mut product,
    Fr::ROOT_OF_UNITY_INV.pow_vartime([1u64 << (Fr::S as usize - log - 1)]),
    log as u32 + 1,
  );
  let scale = Fr::from(size as u64).invert().unwrap_or(Fr::ZERO);
  let mut out: Vec<Fr> = product[1..size / 2].iter().map(|c| *c * scale).collect();
  while out.last() == Some(&Fr::ZERO) {
    out.pop();
  }
  out
}
