//! The fold of CycleFold's instances in the circuit.

use super::{
  challenge::canonical_low_bits,
  fold::FoldedNum,
  instances::{CycleNum, RunningNum},
};
use crate::{
  curves::Fr,
  line::{
    circuit::{
      builder::Builder,
      num::Num,
      points::{self, Point},
    },
    curve::{H, H_MINUS_B, LIMBS},
    cyclefold::instance::{CycleMessages, SUMS},
  },
};
use ff::Field;

/// The fold of CycleFold's instances.
pub(super) fn fold_cycle(
  cs: &mut Builder<Fr>,
  running: &RunningNum,
  c2: &[Num<Fr>],
  cycle: &CycleNum,
  folded: &FoldedNum<'_>,
  messages: &CycleMessages,
) -> CycleNum {
  let b = -Fr::from(H_MINUS_B);
  let mut point = |name: &'static str, p: &H| {
    cs.scoped(name, |cs| Point {
      x: cs.wire("x", p.x),
      y: cs.wire("y", p.y),
    })
  };
  let (p2, pt) = (point("p2", &messages.p2), point("pt", &messages.pt));
  cs.scoped("p2", |cs| {
    let b = cs.constant(b);
    points::on_curve(cs, &p2, &b);
  });
  let none = cs.scoped("pt", |cs| points::neutral_or_on_curve(cs, &pt, b));

  let mut sponge = folded.sponge.clone();
  sponge.absorb(cs, &folded.running.c);
  sponge.absorb(cs, &[p2.x.clone(), p2.y.clone(), pt.x.clone(), pt.y.clone()]);
  let squeezed = sponge.squeeze(cs);
  let bits = cs.scoped("r", |cs| canonical_low_bits(cs, &squeezed));
  let sum = cs
    .packed(&bits)
    .scaled(Fr::from(2))
    .plus(&cs.constant(Fr::from(2).pow_vartime([128]) + Fr::ONE));
  let r = cs.wire("r", sum.value);
  cs.equal("r", &sum, &r);

  let p = cs.scoped("p", |cs| {
    let multiple = ladder(cs, &p2, &bits);
    points::add_to_checked(cs, &cycle.p, &multiple, b)
  });
  let q = cs.scoped("q", |cs| {
    // Where the cross term is zero a ladder needs a point all the same.
    let generator = H::generator();
    let base = Point {
      x: pt.x.with(&none, generator.x),
      y: pt.y.with(&none, generator.y),
    };
    let multiple = ladder(cs, &base, &bits);
    let sum = points::add_to_checked(cs, &cycle.q, &multiple, b);
    Point {
      x: cs.select("x", &none, &cycle.q.x, &sum.x),
      y: cs.select("y", &none, &cycle.q.y, &sum.y),
    }
  });

  let mut incoming = vec![cs.packed(&folded.gamma[..64]), cs.packed(&folded.gamma[64..])];
  for limbs in [&running.c[..], c2, &folded.running.c[..]] {
    incoming.extend(limbs.iter().cloned());
  }
  debug_assert_eq!((incoming.len(), LIMBS), (SUMS, 3));
  let x = cycle
    .x
    .iter()
    .zip(&incoming)
    .map(|(before, incoming)| {
      let after = cs.wire("sum", before.value + r.value * incoming.value);
      cs.enforce("sum", &r, incoming, &after.minus(before));
      after
    })
    .collect();
  CycleNum {
    p,
    q,
    u: cycle.u.plus(&r),
    x,
  }
}

/// r·P for r = 2^129 + Σ 2^j·(2b_j − 1): 4 + 128·6 rows.
pub(super) fn ladder(cs: &mut Builder<Fr>, p: &Point<Fr>, bits: &[Num<Fr>]) -> Point<Fr> {
  let mut multiple = cs.scoped("head", |cs| points::double(cs, p));
  for bit in bits.iter().rev() {
    multiple = cs.scoped("ladder", |cs| {
      let sign = bit.scaled(Fr::from(2)).minus(&cs.constant(Fr::ONE));
      let y = cs.product("signed-y", &sign, &p.y);
      let digit = Point { x: p.x.clone(), y };
      points::double_and_add(cs, &multiple, &digit)
    });
  }
  multiple
}
