//! A chain's statement by the textbook: what the augmented circuit says of one step, and what the decider asks, written from
//! folding-scheme §2, §3, §6 and §8 over definitions and integers. Sums over rows go through the stored terms one by one.

use super::textbook;
use ff::{Field, PrimeField};
use halo2curves::{
  CurveAffine,
  bn256::G1Affine as G,
  group::{Curve, prime::PrimeCurveAffine},
  grumpkin::G1Affine as H,
  msm::msm_best,
};
use wsc_folding::{
  curves::{Fq, Fr},
  sparse::Shape,
};

/// A natural number, low digits of 32 bits first.
#[derive(Clone, Debug, PartialEq)]
pub struct Natural(Vec<u64>);

impl Natural {
  pub fn of<F: PrimeField>(value: &F) -> Self {
    let repr = value.to_repr();
    let digits = repr
      .as_ref()
      .chunks(4)
      .map(|four| four.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    Natural(digits.collect())
  }

  fn low(bits: u128) -> Self {
    Natural((0..4).map(|at| (bits >> (32 * at)) as u64 & 0xffff_ffff).collect())
  }

  /// Without leading zeroes: one number has one form.
  pub fn trimmed(self) -> Self {
    self.carried()
  }

  fn carried(mut self) -> Self {
    let mut carry = 0;
    for digit in &mut self.0 {
      carry += *digit;
      *digit = carry & 0xffff_ffff;
      carry >>= 32;
    }
    if carry > 0 {
      self.0.push(carry);
    }
    while self.0.last() == Some(&0) {
      self.0.pop();
    }
    self
  }

  fn plus(&self, other: &Self) -> Self {
    let digit = |of: &Self, at: usize| of.0.get(at).copied().unwrap_or(0);
    let size = self.0.len().max(other.0.len());
    Natural((0..size).map(|at| digit(self, at) + digit(other, at)).collect()).carried()
  }

  fn times(&self, other: &Self) -> Self {
    let mut sum = Natural(Vec::new());
    for (at, a) in self.0.iter().enumerate() {
      let mut row = vec![0; at];
      row.extend(other.0.iter().map(|b| a * b));
      // A product of two digits fills a place of 64 bits: the carry is split off at once.
      let (mut low, mut high) = (row.clone(), vec![0]);
      low.iter_mut().for_each(|digit| *digit &= 0xffff_ffff);
      high.extend(row.iter().map(|digit| digit >> 32));
      sum = sum.plus(&Natural(low)).plus(&Natural(high));
    }
    sum.carried()
  }

  pub fn bits(&self) -> u64 {
    let digits = self.clone().carried().0;
    digits.last().map_or(0, |top| {
      32 * (digits.len() as u64 - 1) + 64 - u64::from(top.leading_zeros())
    })
  }

  fn modulo<F: PrimeField>(&self) -> F {
    self
      .0
      .iter()
      .rev()
      .fold(F::ZERO, |sum, digit| sum * F::from(1 << 32) + F::from(*digit))
  }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Running {
  pub c: G,
  pub u: Fr,
  pub x: Fr,
  pub e: Fr,
  pub beta: Vec<Fr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
  pub p: H,
  pub q: H,
  pub u: Natural,
  pub x: Vec<Natural>,
}

fn limbs(point: &G) -> Vec<Natural> {
  let mut out = Vec::new();
  for coordinate in [point.x, point.y] {
    let bits: Vec<bool> = (0..255)
      .map(|at| coordinate.to_repr().as_ref()[at / 8] >> (at % 8) & 1 == 1)
      .collect();
    for limb in bits.chunks(85) {
      out.push(Natural::low(
        limb.iter().rev().fold(0, |sum, bit| sum << 1 | u128::from(*bit)),
      ));
    }
  }
  out
}

fn limbs_in_f(point: &G) -> Vec<Fr> {
  limbs(point).iter().map(Natural::modulo).collect()
}

/// Az∘Bz, Az and Bz, Cz: row by row over the terms.
pub fn sides<F: PrimeField>(shape: &Shape<F>, z: &[F]) -> [Vec<F>; 3] {
  shape.matrices.each_ref().map(|matrix| {
    let mut start = 0;
    let mut out = Vec::new();
    for end in &matrix.ends {
      let terms = &matrix.terms[start as usize..*end as usize];
      out.push(
        terms
          .iter()
          .map(|term| shape.table[term.coefficient as usize] * z[term.column as usize])
          .sum(),
      );
      start = *end;
    }
    out.resize(shape.constraints, F::ZERO);
    out
  })
}

fn error<F: PrimeField>([a, b, c]: &[Vec<F>; 3], u: F) -> Vec<F> {
  (0..a.len()).map(|i| a[i] * b[i] - u * c[i]).collect()
}

/// Ẽ at a point, over the rows that are not zero.
fn extension(table: &[Fr], point: &[Fr]) -> Fr {
  let mut sum = Fr::ZERO;
  for (i, value) in table.iter().enumerate().filter(|(_, value)| **value != Fr::ZERO) {
    let weight = |(j, b): (usize, &Fr)| if i >> j & 1 == 1 { *b } else { Fr::ONE - b };
    sum += *value * point.iter().enumerate().map(weight).product::<Fr>();
  }
  sum
}

pub fn io_hash(pp: Fr, z0: &[Fr], n: u64, z: &[Fr], u: &Running, v: &Cycle) -> Fr {
  let start = textbook::sponge(1, &[&[&[pp], z0].concat()])[0][0];
  let mut all = vec![start, Fr::from(n)];
  all.extend(z);
  all.extend(limbs_in_f(&u.c));
  all.extend([u.u, u.x, u.e]);
  all.extend(&u.beta);
  all.extend([v.p.x, v.p.y, v.q.x, v.q.y, v.u.modulo()]);
  all.extend(v.x.iter().map(Natural::modulo::<Fr>));
  textbook::sponge(2, &[&all])[0][0]
}

/// What one fold takes, both witnesses included.
pub struct Taken<'a> {
  pub shape: &'a Shape<Fr>,
  pub w1: &'a [Fr],
  pub w2: &'a [Fr],
  pub c2: G,
  pub x2: Fr,
  pub lambda: Fr,
  pub p2: H,
  pub pt: H,
}

/// U* and V*, F and k computed anew.
pub fn fold(u: &Running, v: &Cycle, taken: &Taken<'_>) -> (Running, Cycle, Vec<Fr>, Fr) {
  let first: Vec<Fr> = [vec![taken.x2], limbs_in_f(&taken.c2)].concat();
  let t = textbook::sponge(3, &[&first])[0][..u.beta.len()].to_vec();
  let one = sides(taken.shape, &[taken.w1, &[u.u, u.x]].concat());
  let two = sides(taken.shape, &[taken.w2, &[Fr::ONE, taken.x2]].concat());
  let own = error(&one, u.u);
  let on_line = |at: Fr| -> Vec<Fr> { u.beta.iter().zip(&t).map(|(b, t)| *b + at * (*t - b)).collect() };
  let values: Vec<Fr> = (0..=u.beta.len() as u64)
    .map(|at| extension(&own, &on_line(Fr::from(at))))
    .collect();
  let line = textbook::interpolate(&values)[1..].to_vec();
  let alpha = textbook::sponge(3, &[&first, &line])[1][0];
  let beta = on_line(alpha);
  let ([a1, b1, c1], [a2, b2, c2]) = (&one, &two);
  let cross: Vec<Fr> = (0..a1.len())
    .map(|i| a1[i] * b2[i] + a2[i] * b1[i] - u.u * c2[i] - c1[i])
    .collect();
  let k = extension(&cross, &beta);
  let squeezed = textbook::sponge(3, &[&first, &line, &[k]])[2][0];
  let gamma = textbook::gamma(&squeezed, taken.lambda);
  let folded = Running {
    c: (taken.c2 * gamma + u.c).to_affine(),
    u: u.u + gamma,
    x: u.x + gamma * taken.x2,
    e: extension(&own, &beta) + gamma * k,
    beta,
  };
  let last = [
    &limbs_in_f(&folded.c)[..],
    &[taken.p2.x, taken.p2.y, taken.pt.x, taken.pt.y],
  ]
  .concat();
  let low = |value: Fr| u128::from_le_bytes(value.to_repr().as_ref()[..16].try_into().unwrap());
  let b = low(textbook::sponge(3, &[&first, &line, &[k], &last])[3][0]);
  // r = 2^128 + 1 + 2b
  let r = Natural(vec![1, 0, 0, 0, 1])
    .plus(&Natural::low(b))
    .plus(&Natural::low(b));
  let word = |at: u32| Natural::low(low(squeezed) >> at & u128::from(u64::MAX));
  let incoming = [vec![word(0), word(64)], limbs(&u.c), limbs(&taken.c2), limbs(&folded.c)].concat();
  let scalar: Fq = r.modulo();
  let cycle = Cycle {
    p: (taken.p2 * scalar + v.p).to_affine(),
    q: (taken.pt * scalar + v.q).to_affine(),
    u: v.u.plus(&r),
    x: v
      .x
      .iter()
      .zip(&incoming)
      .map(|(x, limb)| x.plus(&r.times(limb)))
      .collect(),
  };
  (folded, cycle, line, k)
}

/// All that a decider is shown.
pub struct Shown<'a> {
  pub shape: &'a Shape<Fr>,
  pub cycle_shape: &'a Shape<Fq>,
  pub bases: &'a [G],
  pub cycle_bases: &'a [H],
  pub pp: Fr,
  pub n: u64,
  pub z0: &'a [Fr],
  pub zn: &'a [Fr],
  pub running: &'a Running,
  pub w: &'a [Fr],
  pub c2: G,
  pub x2: Fr,
  pub w2: &'a [Fr],
  pub cycle: &'a Cycle,
  pub cycle_w: &'a [Fq],
  pub cycle_e: &'a [Fq],
}

fn commits<C: CurveAffine>(bases: &[C], values: &[C::Scalar], to: &C) -> bool {
  msm_best(values, &bases[..values.len()]).to_affine() == *to
}

/// §8: whether everything holds.
pub fn decide(shown: &Shown<'_>) -> bool {
  let (u, v) = (shown.running, shown.cycle);
  let limits = |at: usize| if at < 2 { 232 } else { 253 };
  let bounds = v.u.bits() <= 168 && v.x.iter().enumerate().all(|(at, x)| x.bits() <= limits(at));
  let neutral = bool::from(u.c.is_identity()) && bool::from(v.p.is_identity()) && bool::from(v.q.is_identity());
  let zero = [u.u, u.x, u.e].iter().chain(&u.beta).all(|value| *value == Fr::ZERO);
  let first = shown.n != 1 || neutral && zero && v.u.bits() == 0 && v.x.iter().all(|x| x.bits() == 0);
  let hash = io_hash(shown.pp, shown.z0, shown.n, shown.zn, u, v) == shown.x2;
  let strict = error(&sides(shown.shape, &[shown.w2, &[Fr::ONE, shown.x2]].concat()), Fr::ONE);
  let own = error(&sides(shown.shape, &[shown.w, &[u.u, u.x]].concat()), u.u);
  // y from its limbs, each mod q.
  let limb = Fq::from(2).pow_vartime([85]);
  let mut z = shown.cycle_w.to_vec();
  z.push(v.u.modulo());
  z.extend(v.x[..2].iter().map(Natural::modulo::<Fq>));
  z.extend(
    v.x[2..]
      .chunks(3)
      .map(|x| x.iter().rev().fold(Fq::ZERO, |sum, x| sum * limb + x.modulo::<Fq>())),
  );
  let relaxed = error(&sides(shown.cycle_shape, &z), v.u.modulo());
  (1..=1 << 38).contains(&shown.n)
    && bounds
    && first
    && hash
    && strict.iter().all(|value| *value == Fr::ZERO)
    && commits(shown.bases, shown.w2, &shown.c2)
    && extension(&own, &u.beta) == u.e
    && commits(shown.bases, shown.w, &u.c)
    && relaxed == shown.cycle_e
    && commits(shown.cycle_bases, shown.cycle_w, &v.p)
    && commits(shown.cycle_bases, shown.cycle_e, &v.q)
}
