//! Mercury (eprint 2025/385): that a polynomial committed to under the powers of tau has a value as a multilinear
//! extension. The messages, their order and the transcript are nova-snark's (`provider/mercury.rs`), whose verifier accepts
//! these arguments and whose arguments this one accepts (tests/line/mercury.rs).

use super::{
  sumcheck::eq_table,
  transcript::Transcript,
  words::{Reader, Writer},
};
use crate::{curves::Fr, error::Result, line::curve::G, msm::msm};
use ff::{Field, PrimeField};
use halo2curves::pairing::{MillerLoopResult, MultiMillerLoop};
use halo2curves::{
  bn256::{Bn256, G1, G2Affine},
  fft::best_fft,
  group::{Curve, Group},
};
use rayon::prelude::*;

/// Eight points and six values.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
  pub h: G,
  pub g: G,
  pub q: G,
  pub s: G,
  pub d: G,
  pub quotient: G,
  pub w: G,
  pub w_prime: G,
  /// g(ζ), g(ζ⁻¹), h(ζ), h(ζ⁻¹), s(ζ), s(ζ⁻¹).
  pub values: [Fr; 6],
}

impl Argument {
  pub const WORDS: usize = 8 + 6;

  pub fn write(&self, out: &mut Writer) {
    let points = [&self.h, &self.g, &self.q, &self.s, &self.d, &self.quotient, &self.w];
    for point in points.into_iter().chain([&self.w_prime]) {
      out.point(point);
    }
    out.scalars(&self.values);
  }

  pub fn read(from: &mut Reader<'_>) -> Result<Self> {
    Ok(Argument {
      h: from.point()?,
      g: from.point()?,
      q: from.point()?,
      s: from.point()?,
      d: from.point()?,
      quotient: from.point()?,
      w: from.point()?,
      w_prime: from.point()?,
      values: from.array()?,
    })
  }
}

/// The polynomial as a square of 2^side columns; where the number of coordinates is odd, half of its rows are zero.
struct Square {
  side: usize,
  /// By coordinate, coordinate 1 first: of a column's index, and of a row's.
  column: Vec<Fr>,
  row: Vec<Fr>,
}

impl Square {
  fn of(point: &[Fr]) -> Self {
    let side = point.len().div_ceil(2);
    let (column, row) = point.split_at(side);
    let mut row = row.to_vec();
    row.resize(side, Fr::ZERO);
    Square {
      side,
      column: column.to_vec(),
      row,
    }
  }

  fn columns(&self) -> usize {
    1 << self.side
  }
}

/// Π_j (u_j·x^(2^j) + 1 − u_j): the polynomial whose coefficients are eq's values, at x.
fn eq_polynomial(u: &[Fr], x: Fr) -> Fr {
  let mut power = x;
  let mut product = Fr::ONE;
  for u in u {
    product *= *u * power + Fr::ONE - u;
    power = power.square();
  }
  product
}

fn commit(powers: &[G], coefficients: &[Fr]) -> G {
  msm(coefficients, &powers[..coefficients.len()]).to_affine()
}

fn evaluate(coefficients: &[Fr], x: Fr) -> Fr {
  coefficients.iter().rev().fold(Fr::ZERO, |sum, c| sum * x + c)
}

/// f(X)/(X − a), without the remainder.
fn divide(coefficients: &[Fr], a: Fr) -> Vec<Fr> {
  let mut out = vec![Fr::ZERO; coefficients.len().saturating_sub(1)];
  let mut carried = Fr::ZERO;
  for at in (0..out.len()).rev() {
    carried = coefficients[at + 1] + carried * a;
    out[at] = carried;
  }
  out
}

/// f(X)·(X − a).
fn multiply(coefficients: &[Fr], a: Fr) -> Vec<Fr> {
  let mut out = vec![Fr::ZERO; coefficients.len() + 1];
  for (at, c) in coefficients.iter().enumerate() {
    out[at + 1] += c;
    out[at] -= *c * a;
  }
  out
}

fn add(to: &mut Vec<Fr>, from: &[Fr], factor: Fr) {
  to.resize(to.len().max(from.len()), Fr::ZERO);
  to.par_iter_mut()
    .zip(from)
    .with_min_len(4096)
    .for_each(|(to, from)| *to += factor * from);
}

/// The polynomial of least degree through one, two or three points.
fn interpolate(points: &[(Fr, Fr)]) -> Vec<Fr> {
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

fn absorb_claim(transcript: &mut Transcript, commitment: &G, point: &[Fr], value: &Fr) {
  transcript.g(b"f", commitment);
  // nova-snark orders coordinates from the highest.
  let reversed: Vec<Fr> = point.iter().rev().copied().collect();
  transcript.scalars(b"u", &reversed);
  transcript.scalars(b"e", std::slice::from_ref(value));
}

/// Challenges of the second half, for the four polynomials g, h, s, d opened at ζ, ζ⁻¹ and α.
struct Batch {
  alpha: Fr,
  zeta: Fr,
  zeta_inverse: Fr,
  beta: Fr,
  /// The interpolated values of g, h, s and d.
  stars: [Vec<Fr>; 4],
}

impl Batch {
  fn weights(&self) -> [Fr; 4] {
    let beta = self.beta;
    [Fr::ONE, beta, beta.square(), beta.square() * beta]
  }

  /// At z: the polynomials that vanish where each of the four is not opened, and the one that vanishes everywhere.
  fn vanishing(&self, z: Fr) -> ([Fr; 4], Fr) {
    let (alpha, inverse, zeta) = (z - self.alpha, z - self.zeta_inverse, z - self.zeta);
    ([alpha, Fr::ONE, alpha, alpha * inverse], alpha * inverse * zeta)
  }
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

const LABELS: [&[u8]; 6] = [b"gz", b"gzi", b"hz", b"hzi", b"sz", b"szi"];

fn stars(alpha: Fr, zeta: Fr, inverse: Fr, values: &[Fr; 6], h_alpha: Fr, d_zeta: Fr) -> [Vec<Fr>; 4] {
  let [g, g_inverse, h, h_inverse, s, s_inverse] = *values;
  [
    interpolate(&[(zeta, g), (inverse, g_inverse)]),
    interpolate(&[(zeta, h), (inverse, h_inverse), (alpha, h_alpha)]),
    interpolate(&[(zeta, s), (inverse, s_inverse)]),
    interpolate(&[(zeta, d_zeta)]),
  ]
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

/// Whether the committed polynomial has the value at the point; `tau` is τ·G2.
pub fn verify(
  transcript: &mut Transcript,
  tau: &G2Affine,
  commitment: &G,
  point: &[Fr],
  value: &Fr,
  argument: &Argument,
) -> bool {
  absorb_claim(transcript, commitment, point, value);
  transcript.g(b"h", &argument.h);
  let alpha: Fr = transcript.challenge(b"a");
  transcript.g(b"q", &argument.q);
  transcript.g(b"g", &argument.g);
  let gamma: Fr = transcript.challenge(b"gm");
  transcript.g(b"s", &argument.s);
  transcript.g(b"d", &argument.d);
  let zeta: Fr = transcript.challenge(b"zt");
  for (label, value) in LABELS.iter().zip(&argument.values) {
    transcript.scalars(label, std::slice::from_ref(value));
  }
  transcript.g(b"t", &argument.quotient);
  let beta: Fr = transcript.challenge(b"b");
  transcript.g(b"w", &argument.w);
  let z: Fr = transcript.challenge(b"z");
  transcript.g(b"wp", &argument.w_prime);
  let joint: Fr = transcript.challenge(b"pd");

  let Some(zeta_inverse) = Option::<Fr>::from(zeta.invert()) else {
    return false;
  };
  // Else the three points are not three, and an interpolation is free.
  if zeta == zeta_inverse || zeta == alpha || zeta_inverse == alpha {
    return false;
  }
  let square = Square::of(point);
  let columns = square.columns() as u64;
  let [g, g_inverse, h, h_inverse, s, s_inverse] = argument.values;
  let column = [
    eq_polynomial(&square.column, zeta),
    eq_polynomial(&square.column, zeta_inverse),
  ];
  let row = [
    eq_polynomial(&square.row, zeta),
    eq_polynomial(&square.row, zeta_inverse),
  ];
  // Both inner products at once give h(α), and g's degree gives d(ζ).
  let h_alpha = (g * column[1] + g_inverse * column[0] + gamma * (h * row[1] + h_inverse * row[0] - value.double())
    - zeta * s
    - zeta_inverse * s_inverse)
    * Fr::TWO_INV;
  let d_zeta = zeta.pow_vartime([columns - 1]) * g_inverse;

  let batch = Batch {
    alpha,
    zeta,
    zeta_inverse,
    beta,
    stars: stars(alpha, zeta, zeta_inverse, &argument.values, h_alpha, d_zeta),
  };
  let (each, all) = batch.vanishing(z);
  let weights: Vec<Fr> = batch
    .weights()
    .iter()
    .zip(each)
    .map(|(weight, each)| *weight * each)
    .collect();
  let constant: Fr = weights
    .iter()
    .zip(&batch.stars)
    .map(|(weight, star)| *weight * evaluate(star, z))
    .sum();
  // e(f − (ζ^columns − α)·q − g(ζ) + ζ·t + joint·(…), 1) = e(t + joint·w′, τ)
  let left = G1::from(*commitment)
    + argument.q * (alpha - zeta.pow_vartime([columns]))
    + argument.quotient * zeta
    + msm(
      &[
        joint * weights[0],
        joint * weights[1],
        joint * weights[2],
        joint * weights[3],
        -(joint * constant) - g,
        -(joint * all),
        joint * z,
      ],
      &[
        argument.g,
        argument.h,
        argument.s,
        argument.d,
        G::generator(),
        argument.w,
        argument.w_prime,
      ],
    );
  let right = G1::from(argument.quotient) + argument.w_prime * joint;
  let one = G2Affine::generator();
  let pairs = [(left.to_affine(), one), ((-right).to_affine(), *tau)];
  // The product of both pairings, in one loop.
  let product = Bn256::multi_miller_loop(&[(&pairs[0].0, &pairs[0].1), (&pairs[1].0, &pairs[1].1)]);
  bool::from(product.final_exponentiation().is_identity())
}
