//! Points of a commitment key as they lie in memory, two coordinates in Montgomery form: quick to read, for files of
//! this crate only.

use halo2curves::{CurveAffine, serde::SerdeObject};
use rayon::prelude::*;

/// Bytes of a point of BN254's first group or of Grumpkin.
pub const G1: usize = 64;
/// Bytes of a point of BN254's second group.
pub const G2: usize = 128;

pub fn put<C: SerdeObject>(out: &mut Vec<u8>, points: &[C]) {
  for point in points {
    out.extend_from_slice(&point.to_raw_bytes());
  }
}

/// Points of `size` bytes each; `None` if a coordinate is not below its prime, a point is not on its curve or is the
/// identity, which is no generator, or bytes are left.
pub fn take<C: CurveAffine + SerdeObject>(bytes: &[u8], size: usize) -> Option<Vec<C>> {
  if !bytes.len().is_multiple_of(size) {
    return None;
  }
  let read = |bytes: &[u8]| C::from_raw_bytes(bytes).filter(|point| !bool::from(point.is_identity()));
  bytes.par_chunks_exact(size).with_min_len(1024).map(read).collect()
}

#[cfg(test)]
mod tests {
  use super::*;
  use halo2curves::{bn256, grumpkin};

  fn taken<C: CurveAffine + SerdeObject>(points: &[C], size: usize) -> bool {
    let mut bytes = Vec::new();
    put(&mut bytes, points);
    take::<C>(&bytes, size).is_some_and(|read| read == points)
  }

  #[test]
  fn the_identity_is_no_generator() {
    fn check<C: CurveAffine + SerdeObject>(size: usize) {
      assert!(taken(&[C::generator(), C::generator()], size));
      assert!(!taken(&[C::generator(), C::identity()], size));
    }
    check::<bn256::G1Affine>(G1);
    check::<bn256::G2Affine>(G2);
    check::<grumpkin::G1Affine>(G1);
  }
}
