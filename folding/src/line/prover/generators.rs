//! Grumpkin's generators: hashed to the curve, so that nobody knows a relation between them.

use crate::line::{curve::H, cyclefold::SIZE, verifier::key::GENERATORS};
use halo2curves::{CurveExt, group::Curve, grumpkin::G1};
use sha3::{
  Shake256,
  digest::{ExtendableOutput, Update, XofReader},
};

/// What they are hashed from.
const LABEL: &[u8] = b"wsc-line-1 cyclefold";

/// 32 bytes of SHAKE256 over the label for each, hashed to the curve as halo2curves does (Shallue–van de Woestijne). One a
/// variable of CycleFold's circuit, and after them the one that commits to an inner product.
pub fn derive() -> Vec<H> {
  debug_assert_eq!(GENERATORS, SIZE + 1);
  let mut stream = Shake256::default().chain(LABEL).finalize_xof();
  let hash = G1::hash_to_curve("from_uniform_bytes");
  let points = (0..GENERATORS).map(|_| {
    let mut bytes = [0; 32];
    stream.read(&mut bytes);
    hash(&bytes).to_affine()
  });
  points.collect()
}
