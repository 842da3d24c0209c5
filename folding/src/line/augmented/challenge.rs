//! γ and r in the circuit: bits of a squeeze's canonical form (`sponge/challenge.rs`).

use crate::{
  curves::Fr,
  line::{
    circuit::{builder::Builder, num::Num},
    curve::ENDOMORPHISM,
    sponge::challenge,
  },
};
use ff::{Field, PrimeField};

/// γ from its bits, `challenge::Bits::gamma`: 64 products and a row for the sum.
pub(super) fn gamma_of(cs: &mut Builder<Fr>, bits: &[Num<Fr>]) -> Num<Fr> {
  let lambda = ENDOMORPHISM.lambda;
  let plus = Fr::ONE + lambda;
  let mut sum = cs.constant(Fr::from(2).pow_vartime([65]) * plus);
  let mut power = Fr::ONE;
  for j in 0..64 {
    let (s, t) = (&bits[j], &bits[64 + j]);
    // (2t − 1)(1 + λ − 2λs) = 2(1+λ)·t − (1+λ) − 4λ·st + 2λ·s
    let both = cs.product("st", s, t);
    sum.add_scaled(t, power * plus.double());
    sum.add_scaled(&cs.constant(Fr::ONE), -power * plus);
    sum.add_scaled(&both, -power * lambda.double().double());
    sum.add_scaled(s, power * lambda.double());
    power = power.double();
  }
  let gamma = cs.wire("gamma", sum.value);
  cs.equal("gamma", &sum, &gamma);
  gamma
}

/// The low 128 bits of the canonical form of a number: 354 rows. From the top, a one of p − 1 multiplies the bit into a
/// product that is 1 as long as all ones so far were ones; where p − 1 has a zero and the product is 1, so must the bit
/// be zero. So the number that the bits give is at most p − 1.
pub(super) fn canonical_low_bits(cs: &mut Builder<Fr>, number: &Num<Fr>) -> Vec<Num<Fr>> {
  let (value, most) = (number.value.to_repr(), (-Fr::ONE).to_repr());
  let bit_of = |repr: &<Fr as PrimeField>::Repr, at: usize| repr.as_ref()[at / 8] >> (at % 8) & 1 == 1;
  let size = Fr::NUM_BITS as usize;
  let mut bits = vec![Num::zero(); size];
  let mut product: Option<Num<Fr>> = None;
  let one = cs.constant(Fr::ONE);
  let zero = cs.constant(Fr::ZERO);
  for at in (0..size).rev() {
    let value = bit_of(&value, at);
    if bit_of(&most, at) {
      let bit = cs.bit("bit", value);
      product = Some(match product {
        None => bit.clone(),
        Some(product) => cs.product("prefix", &product, &bit),
      });
      bits[at] = bit;
    } else {
      let bit = cs.wire("bit", Fr::from(u64::from(value)));
      let mut other = one.minus(&bit);
      if let Some(product) = &product {
        other = other.minus(product);
      }
      cs.enforce("bit", &bit, &other, &zero);
      bits[at] = bit;
    }
  }
  let packed = cs.packed(&bits);
  cs.equal("packed", &packed, number);
  bits.truncate(challenge::BITS);
  bits
}
