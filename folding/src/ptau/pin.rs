//! The public ceremony's τ·G2, and points of G2 as bytes.

use crate::error::{Error, Result};
use ff::PrimeField;
use halo2curves::{
  CurveAffine,
  bn256::{Fq, Fq2, G2Affine},
  group::cofactor::{CofactorCurveAffine, CofactorGroup},
};

/// Bytes of a point of G2: x.c0, x.c1, y.c0, y.c1, little-endian and canonical.
pub const G2_BYTES: usize = 128;

/// τ·G2 of `powersOfTau28_hez_final` (Perpetual Powers of Tau, 54 contributions and a beacon), the same in the file of
/// every power. Decimal, as snarkjs's PLONK and FFLONK verifiers name it (sources and cross-checks: docs/setup.md):
/// ```text
/// X2x1 21831381940315734285607113342023901060522397560371972897001948545212302161822
/// X2x2 17231025384763736816414546592865244497437017442647097510447326538965263639101
/// X2y1 2388026358213174446665280700919698872609886601280537296205114254867301080648
/// X2y2 11507326595632554467052522095592665270651932854513688777769618397986436103170
/// ```
pub const CEREMONY_TAU_G2: [u8; G2_BYTES] = [
  0x9e, 0xf7, 0xae, 0x8a, 0xee, 0x7f, 0x9f, 0xbc, 0x35, 0x25, 0x6c, 0x99, 0xa6, 0x89, 0x69, 0x71, 0x27, 0x90, 0x89,
  0xa8, 0x52, 0x21, 0xc4, 0x82, 0x04, 0x37, 0xd3, 0xb5, 0xd1, 0x1f, 0x44, 0x30, 0x3d, 0xe2, 0x38, 0x19, 0x3d, 0x44,
  0xd8, 0x35, 0xe9, 0xf7, 0xca, 0x20, 0xd1, 0x2c, 0x19, 0x5f, 0xd3, 0x97, 0x65, 0xf8, 0x91, 0x5b, 0x9a, 0x9c, 0x2f,
  0x4d, 0xee, 0x65, 0x2d, 0x6a, 0x18, 0x26, 0x48, 0x1e, 0x6b, 0x78, 0x89, 0xf6, 0x78, 0x97, 0x38, 0xb9, 0x9a, 0x35,
  0xde, 0x19, 0x63, 0x58, 0x77, 0xb2, 0x3c, 0x57, 0x40, 0xc3, 0x22, 0x56, 0xcf, 0xc0, 0x12, 0x8f, 0x34, 0x93, 0x47,
  0x05, 0x02, 0x3c, 0x5b, 0xd6, 0x22, 0x0e, 0xc4, 0xc6, 0x03, 0x84, 0x57, 0x7f, 0x85, 0x6a, 0xbb, 0xdb, 0x3a, 0x50,
  0x03, 0xfb, 0xef, 0x71, 0xc5, 0xfb, 0xad, 0x92, 0x69, 0xdd, 0x81, 0xea, 0x70, 0x19,
];

pub fn encode_g2(point: &G2Affine) -> [u8; G2_BYTES] {
  let mut out = [0; G2_BYTES];
  for (chunk, value) in out
    .chunks_mut(32)
    .zip([point.x.c0(), point.x.c1(), point.y.c0(), point.y.c1()])
  {
    chunk.copy_from_slice(value.to_repr().as_ref());
  }
  out
}

/// Reads a point other than the identity and checks that it lies in the group of prime order.
pub fn decode_g2(bytes: &[u8]) -> Result<G2Affine> {
  let mut values = [Fq::default(); 4];
  let chunks = bytes.chunks_exact(32);
  if bytes.len() != G2_BYTES {
    return Err(Error::key(format!("a point of G2 has {G2_BYTES} bytes")));
  }
  for (value, chunk) in values.iter_mut().zip(chunks) {
    let mut repr = <Fq as PrimeField>::Repr::default();
    repr.as_mut().copy_from_slice(chunk);
    let read = Option::from(Fq::from_repr(repr));
    *value = read.ok_or_else(|| Error::key("a coordinate is no field element"))?;
  }
  let [x0, x1, y0, y1] = values;
  // halo2curves counts (0, 0), its identity, as on the curve. For τ·G2 it means τ = 0: anybody could open a commitment
  // to anything.
  let point = Option::from(G2Affine::from_xy(Fq2::new(x0, x1), Fq2::new(y0, y1)));
  let point = point.filter(|point: &G2Affine| !bool::from(point.is_identity()));
  let point = point.ok_or_else(|| Error::key("τ·G2 is the identity or not on its curve"))?;
  if bool::from(point.to_curve().is_torsion_free()) {
    Ok(point)
  } else {
    Err(Error::key("τ·G2 is not in its group"))
  }
}

#[cfg(test)]
mod tests {
  use super::*;

  const DECIMAL: [&str; 4] = [
    "21831381940315734285607113342023901060522397560371972897001948545212302161822",
    "17231025384763736816414546592865244497437017442647097510447326538965263639101",
    "2388026358213174446665280700919698872609886601280537296205114254867301080648",
    "11507326595632554467052522095592665270651932854513688777769618397986436103170",
  ];

  #[test]
  fn the_pin_is_the_published_point() {
    for (bytes, decimal) in CEREMONY_TAU_G2.chunks(32).zip(DECIMAL) {
      assert_eq!(bytes, Fq::from_str_vartime(decimal).unwrap().to_repr().as_ref());
    }
    assert_eq!(encode_g2(&decode_g2(&CEREMONY_TAU_G2).unwrap()), CEREMONY_TAU_G2);
  }

  #[test]
  fn the_identity_is_refused() {
    let error = decode_g2(&encode_g2(&G2Affine::identity())).unwrap_err();
    assert!(error.message.contains("identity"), "{error}");
  }

  #[test]
  fn the_pin_is_no_small_multiple() {
    // Circuits set up for tests often have τ = 1 or 2, and verifiers with 2·G2 are published as well.
    let pin = decode_g2(&CEREMONY_TAU_G2).unwrap();
    let generator = G2Affine::generator();
    let mut multiple = generator.to_curve();
    for k in 1..1000 {
      assert!(
        G2Affine::from(multiple) != pin && G2Affine::from(-multiple) != pin,
        "{k}·G2"
      );
      multiple += generator;
    }
    assert_ne!(super::super::dev_tau_g2(), pin);
  }
}
