//! The verifier of a fold (`fold/nifs.rs`) in the circuit.

use super::{
  Inputs,
  challenge::{canonical_low_bits, gamma_of},
  instances::RunningNum,
  sponge_gadget::SpongeGadget,
};
use crate::{
  curves::Fr,
  line::{
    circuit::{builder::Builder, num::Num},
    sponge::{
      RATE, Tag,
      poseidon::{Permutation, WIDTH},
    },
  },
};

pub(super) struct FoldedNum<'a> {
  pub(super) running: RunningNum,
  /// γ's bits, low first.
  pub(super) gamma: Vec<Num<Fr>>,
  pub(super) sponge: SpongeGadget<'a>,
}

/// NIFS.V, with C* from the witness.
pub(super) fn fold<'a>(
  cs: &mut Builder<Fr>,
  hash: &'a Permutation<WIDTH>,
  running: &RunningNum,
  x2: &Num<Fr>,
  c2: &[Num<Fr>],
  c_star: Vec<Num<Fr>>,
  inputs: &Inputs<'_>,
) -> FoldedNum<'a> {
  let mut sponge = SpongeGadget::new(cs, hash, Tag::Fold);
  sponge.absorb(cs, std::slice::from_ref(x2));
  sponge.absorb(cs, c2);
  let t: [Num<Fr>; RATE] = sponge.squeeze_all(cs);
  let line: Vec<Num<Fr>> = inputs.messages.line.iter().map(|c| cs.wire("line", *c)).collect();
  sponge.absorb(cs, &line);
  let alpha = sponge.squeeze(cs);
  let beta = running
    .beta
    .iter()
    .zip(&t)
    .map(|(beta, t)| {
      let delta = t.minus(beta);
      let moved = cs.wire("beta", beta.value + alpha.value * delta.value);
      cs.enforce("beta", &alpha, &delta, &moved.minus(beta));
      moved
    })
    .collect();
  // F(α) = e₁ + α·(F₁ + α·(F₂ + …))
  let on_line = line
    .iter()
    .rev()
    .fold(Num::zero(), |sum, c| cs.product("on-line", &sum.plus(c), &alpha));
  let on_line = on_line.plus(&running.e);

  let cross = cs.wire("cross", inputs.messages.cross);
  sponge.absorb(cs, std::slice::from_ref(&cross));
  let squeezed = sponge.squeeze(cs);
  let gamma = cs.scoped("gamma", |cs| canonical_low_bits(cs, &squeezed));
  let weight = cs.scoped("gamma", |cs| gamma_of(cs, &gamma));

  let e = cs.wire("e", on_line.value + weight.value * cross.value);
  cs.enforce("e", &weight, &cross, &e.minus(&on_line));
  let x = cs.wire("x", running.x.value + weight.value * x2.value);
  cs.enforce("x", &weight, x2, &x.minus(&running.x));
  FoldedNum {
    running: RunningNum {
      c: c_star,
      u: running.u.plus(&weight),
      x,
      e,
      beta,
    },
    gamma,
    sponge,
  }
}
