//! Instances as the circuit has them: told by the prover, held to their ranges.

use crate::{
  curves::Fr,
  line::{
    circuit::{builder::Builder, num::Num, points::Point},
    curve::{H, LIMB_BITS, PointLimbs},
    cyclefold::instance::{CycleRunning, LIMB_SUM_BITS, U_BITS, WORD_SUM_BITS},
    relation::Running,
  },
};

/// A running instance in the circuit.
pub(super) struct RunningNum {
  pub(super) c: Vec<Num<Fr>>,
  pub(super) u: Num<Fr>,
  pub(super) x: Num<Fr>,
  pub(super) e: Num<Fr>,
  pub(super) beta: Vec<Num<Fr>>,
}

impl RunningNum {
  pub(super) fn elements(&self) -> Vec<Num<Fr>> {
    let mut out = self.c.clone();
    out.extend([self.u.clone(), self.x.clone(), self.e.clone()]);
    out.extend(self.beta.iter().cloned());
    out
  }
}

pub(super) struct CycleNum {
  pub(super) p: Point<Fr>,
  pub(super) q: Point<Fr>,
  pub(super) u: Num<Fr>,
  pub(super) x: Vec<Num<Fr>>,
}

impl CycleNum {
  pub(super) fn elements(&self) -> Vec<Num<Fr>> {
    let mut out: Vec<_> = [&self.p.x, &self.p.y, &self.q.x, &self.q.y, &self.u]
      .map(Clone::clone)
      .to_vec();
    out.extend(self.x.iter().cloned());
    out
  }
}

pub(super) fn running_wires(cs: &mut Builder<Fr>, running: &Running, c1: &PointLimbs) -> RunningNum {
  cs.scoped("running-before", |cs| RunningNum {
    c: point_wires(cs, c1),
    u: cs.wire("u", running.u),
    x: cs.wire("x", running.x),
    e: cs.wire("e", running.e),
    beta: running.beta.iter().map(|beta| cs.wire("beta", *beta)).collect(),
  })
}

/// The six limbs of a point of G, 85 bits each: all the field's bits of a coordinate and more, so a limb is no wire.
pub(super) fn point_wires(cs: &mut Builder<Fr>, limbs: &PointLimbs) -> Vec<Num<Fr>> {
  limbs.iter().map(|limb| cs.ranged("limb", limb, LIMB_BITS)).collect()
}

pub(super) fn cycle_wires(cs: &mut Builder<Fr>, cycle: &CycleRunning) -> CycleNum {
  cs.scoped("cycle-before", |cs| {
    let mut point = |p: &H| Point {
      x: cs.wire("x", p.x),
      y: cs.wire("y", p.y),
    };
    let (p, q) = (point(&cycle.p), point(&cycle.q));
    let u = cs.ranged("u", &cycle.u, U_BITS);
    let bits = |at: usize| if at < 2 { WORD_SUM_BITS } else { LIMB_SUM_BITS };
    let x = cycle.x.iter().enumerate();
    let x = x.map(|(at, sum)| cs.ranged("sum", sum, bits(at))).collect();
    CycleNum { p, q, u, x }
  })
}
