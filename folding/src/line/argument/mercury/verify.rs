//! The verifier of Mercury.

use super::{
  Argument,
  common::{Batch, LABELS, Square, absorb_claim, stars},
  polynomial::evaluate,
};
use crate::{
  curves::Fr,
  line::{argument::transcript::Transcript, curve::G},
  msm::msm,
};
use ff::{Field, PrimeField};
use halo2curves::pairing::{MillerLoopResult, MultiMillerLoop};
use halo2curves::{
  bn256::{Bn256, G1, G2Affine},
  group::{Curve, Group},
};

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
