//! Instances of CycleFold's relation over Grumpkin and their fold (folding-scheme §2, §6), natively.

use super::{PUBLIC, PublicValues, SHAPE, SIZE};
use crate::{
  curves::{Fq, Fr},
  error::Result,
  line::{
    curve::{G, H, LIMB_BITS, LIMBS, point_limbs},
    relation::{Running, matrices::multiply},
    sponge::{Sponge, challenge::Bits},
    words::{Reader, Writer},
  },
  msm::msm,
};
use ff::{Field, PrimeField};
use halo2curves::group::Curve;

/// Integer sums that stand for the public values: one for s, one for t′, three limbs for each of six coordinates.
pub const SUMS: usize = 2 + 6 * LIMBS;
/// Bits that an integer sum may have: s and t′ first, then the limbs; u's.
pub const WORD_SUM_BITS: usize = 232;
pub const LIMB_SUM_BITS: usize = 253;
pub const U_BITS: usize = 168;
/// Most steps of one chain: what keeps every sum below its bound.
pub const MAX_STEPS: u64 = 1 << 38;

/// V: P and Q commit to W′ and E′; u and X are integers, which the fields hold exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleRunning {
  pub p: H,
  pub q: H,
  pub u: Fr,
  pub x: [Fr; SUMS],
}

#[derive(Clone, Debug, PartialEq)]
pub struct CycleWitness {
  pub w: Vec<Fq>,
  pub e: Vec<Fq>,
}

/// What a step sends about CycleFold.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleMessages {
  /// Commitment to the incoming witness.
  pub p2: H,
  /// Commitment to the cross term.
  pub pt: H,
}

impl Default for CycleRunning {
  /// V⊥.
  fn default() -> Self {
    CycleRunning {
      p: H::default(),
      q: H::default(),
      u: Fr::ZERO,
      x: [Fr::ZERO; SUMS],
    }
  }
}

impl Default for CycleWitness {
  fn default() -> Self {
    CycleWitness {
      w: vec![Fq::ZERO; SIZE],
      e: vec![Fq::ZERO; SIZE],
    }
  }
}

impl CycleRunning {
  /// Words of an instance in a file or a proof.
  pub const WORDS: usize = 3 + SUMS;

  pub fn write(&self, out: &mut Writer) {
    out.point(&self.p);
    out.point(&self.q);
    out.scalars(&[self.u]);
    out.scalars(&self.x);
  }

  pub fn read(from: &mut Reader<'_>) -> Result<Self> {
    Ok(CycleRunning {
      p: from.point()?,
      q: from.point()?,
      u: from.scalar()?,
      x: from.array()?,
    })
  }

  /// P, Q, u, X: as the io hash takes it.
  pub fn elements(&self) -> Vec<Fr> {
    let mut out = vec![self.p.x, self.p.y, self.q.x, self.q.y, self.u];
    out.extend(&self.x);
    out
  }

  /// Whether every sum is within its bound.
  pub fn within_bounds(&self) -> bool {
    let fits = |value: &Fr, bits: usize| {
      let repr = value.to_repr();
      (bits..256).all(|at| repr.as_ref()[at / 8] >> (at % 8) & 1 == 0)
    };
    fits(&self.u, U_BITS)
      && self.x[..2].iter().all(|sum| fits(sum, WORD_SUM_BITS))
      && self.x[2..].iter().all(|sum| fits(sum, LIMB_SUM_BITS))
  }

  /// The public values that the sums stand for, mod q.
  pub fn public(&self) -> PublicValues {
    let limb = Fq::from(2).pow_vartime([LIMB_BITS as u64]);
    let mut out = [Fq::ZERO; PUBLIC];
    out[0] = into_k(&self.x[0]);
    out[1] = into_k(&self.x[1]);
    for (value, sums) in out[2..].iter_mut().zip(self.x[2..].chunks(LIMBS)) {
      *value = sums.iter().rev().fold(Fq::ZERO, |sum, part| sum * limb + into_k(part));
    }
    out
  }

  /// u in K.
  pub fn u_in_k(&self) -> Fq {
    into_k(&self.u)
  }

  /// What is wrong with the pair, None where it holds: the commitments, and A′z∘B′z = u·C′z + E′.
  pub fn broken(&self, witness: &CycleWitness, bases: &[H]) -> Option<&'static str> {
    if witness.w.len() != SIZE || witness.e.len() != SIZE {
      return Some("the length of CycleFold's witness");
    }
    let [az, bz, cz] = cycle_products(&witness.w, self.u_in_k(), &self.public());
    let holds = |i: usize| az[i] * bz[i] == self.u_in_k() * cz[i] + witness.e[i];
    if !(0..SIZE).all(holds) {
      return Some("a row of CycleFold's relation");
    }
    if commit(bases, &witness.w) != self.p {
      return Some("the commitment to CycleFold's witness");
    }
    (commit(bases, &witness.e) != self.q).then_some("the commitment to CycleFold's error")
  }
}

/// An integer below p < q, from one field to the other.
fn into_k(value: &Fr) -> Fq {
  Option::from(Fq::from_repr(value.to_repr())).unwrap_or(Fq::ZERO)
}

/// Σ vᵢ·basesᵢ on H.
pub fn commit(bases: &[H], values: &[Fq]) -> H {
  msm(values, &bases[..values.len()]).to_affine()
}

/// A′z, B′z and C′z for z = (w, u, y).
pub fn cycle_products(w: &[Fq], u: Fq, public: &PublicValues) -> [Vec<Fq>; 3] {
  let mut values = vec![u];
  values.extend(public);
  multiply(&SHAPE, w, &values)
}

/// The integers that an incoming instance adds, times r, to the sums: s, t′, limbs of C₁, C₂, C*.
pub fn incoming_sums(gamma: Bits, running: &Running, c2: &G, sum: &G) -> [Fr; SUMS] {
  let mut out = [Fr::ZERO; SUMS];
  out[0] = Fr::from(gamma.s());
  out[1] = Fr::from(gamma.t());
  for (to, from) in out[2..]
    .chunks_mut(2 * LIMBS)
    .zip([point_limbs(&running.c), point_limbs(c2), point_limbs(sum)])
  {
    to.copy_from_slice(&from);
  }
  out
}

/// r, after C*, P₂ and P_T.
pub fn challenge(sponge: &mut Sponge, sum: &G, messages: &CycleMessages) -> Bits {
  sponge.absorb(&point_limbs(sum));
  sponge.absorb(&[messages.p2.x, messages.p2.y, messages.pt.x, messages.pt.y]);
  Bits::of(&sponge.squeeze())
}

/// V* as the verifier computes it.
pub fn fold(running: &CycleRunning, sums: &[Fr; SUMS], messages: &CycleMessages, r: Bits) -> CycleRunning {
  let (weight, scalar) = (r.r(), r.r_in_k());
  CycleRunning {
    p: (running.p + messages.p2 * scalar).to_affine(),
    q: (running.q + messages.pt * scalar).to_affine(),
    u: running.u + weight,
    x: std::array::from_fn(|i| running.x[i] + weight * sums[i]),
  }
}

/// T′ = A′z₁∘B′z₂ + A′z₂∘B′z₁ − u₁·C′z₂ − C′z₁.
pub fn cross_term(running: &[Vec<Fq>; 3], incoming: &[Vec<Fq>; 3], u: Fq) -> Vec<Fq> {
  let ([a1, b1, c1], [a2, b2, c2]) = (running, incoming);
  (0..SIZE)
    .map(|i| a1[i] * b2[i] + a2[i] * b1[i] - u * c2[i] - c1[i])
    .collect()
}

/// Moves a vector along: to + r·from.
pub fn add(to: &mut [Fq], from: &[Fq], r: Fq) {
  for (to, from) in to.iter_mut().zip(from) {
    *to += r * from;
  }
}
