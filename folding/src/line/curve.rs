//! The two curves as Line names them: G is BN254's G1 (y² = x³ + 3 over K), H is Grumpkin (y² = x³ − 17 over F). Both have
//! prime order and no point with x = 0 or y = 0, so (0, 0) stands for the neutral element.

use crate::curves::{Fq, Fr};
use ff::{Field, PrimeField};
use halo2curves::{
  CurveAffine, bn256,
  group::{Curve, prime::PrimeCurveAffine},
  grumpkin,
};
use std::sync::LazyLock;

pub type G = bn256::G1Affine;
pub type H = grumpkin::G1Affine;

/// y² = x³ + 3 on G, y² = x³ − 17 on H.
pub const G_B: u64 = 3;
pub const H_MINUS_B: u64 = 17;

/// Bits of one limb of a coordinate of G, and limbs of a coordinate.
pub const LIMB_BITS: usize = 85;
pub const LIMBS: usize = 3;

/// The endomorphism of G: λ·(x, y) = (ζx, y), λ ∈ F and ζ ∈ K cube roots of unity.
pub struct Endomorphism {
  pub lambda: Fr,
  pub zeta: Fq,
}

pub static ENDOMORPHISM: LazyLock<Endomorphism> = LazyLock::new(|| {
  let lambda = cube_root::<Fr>();
  let zeta = cube_root::<Fq>();
  let g = G::generator();
  let image = (g * lambda).to_affine();
  // The two roots of K but one are each other's squares.
  let zeta = if g.x * zeta == image.x { zeta } else { zeta.square() };
  Endomorphism { lambda, zeta }
});

/// (−1 + √−3)/2: the square root that `ff` gives fixes which of the two.
fn cube_root<T: PrimeField>() -> T {
  let root = Option::<T>::from((-T::from(3)).sqrt()).unwrap_or(T::ZERO);
  (root - T::ONE) * T::TWO_INV
}

/// A coordinate of G as three limbs of 85 bits, low first.
pub fn limbs_of(coordinate: &Fq) -> [Fr; LIMBS] {
  let repr = coordinate.to_repr();
  let bytes = repr.as_ref();
  std::array::from_fn(|limb| {
    let mut out = [0u8; 32];
    for bit in 0..LIMB_BITS {
      let at = LIMB_BITS * limb + bit;
      if at < 256 && bytes[at / 8] >> (at % 8) & 1 == 1 {
        out[bit / 8] |= 1 << (bit % 8);
      }
    }
    Option::from(Fr::from_repr(out.into())).unwrap_or(Fr::ZERO)
  })
}

/// A point of G as six limbs: x₀ x₁ x₂ y₀ y₁ y₂; the neutral one as zeroes.
pub type PointLimbs = [Fr; 2 * LIMBS];

/// The limbs of canonical coordinates.
pub fn point_limbs(point: &G) -> PointLimbs {
  let (x, y) = (limbs_of(&point.x), limbs_of(&point.y));
  [x[0], x[1], x[2], y[0], y[1], y[2]]
}

/// Whether the coordinates are those of a point of G, the neutral one as (0, 0) among them.
pub fn is_on_g(point: &G) -> bool {
  bool::from(point.is_identity()) || bool::from(point.is_on_curve())
}

/// Whether the coordinates are those of a point of H, the neutral one as (0, 0) among them.
pub fn is_on_h(point: &H) -> bool {
  bool::from(point.is_identity()) || bool::from(point.is_on_curve())
}
