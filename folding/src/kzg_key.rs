//! The verifying key of BN254's evaluation argument: three points, of which a compact key holds τ·G2 alone. G1's and G2's
//! generators are the curve's, not the key's: with a generator of its choice a key could show the ceremony's τ·G2 and
//! know its discrete logarithm.

use crate::{
  curves::E1,
  engine::EE1,
  error::{Error, Result},
  spartan::CompactEngine,
};
use halo2curves::bn256::{G1Affine, G2Affine};
use nova_snark::traits::evaluation::EvaluationEngineTrait;
use serde::{Deserialize, Serialize};

/// `hyperkzg::VerifierKey`, which Mercury uses too.
#[derive(Serialize, Deserialize)]
pub struct KzgKey {
  g: G1Affine,
  h: G2Affine,
  tau_h: G2Affine,
}

impl KzgKey {
  pub fn new(tau_g2: G2Affine) -> Self {
    KzgKey {
      g: G1Affine::generator(),
      h: G2Affine::generator(),
      tau_h: tau_g2,
    }
  }

  /// τ·G2, if the other two are the generators.
  pub fn tau_g2(&self) -> Result<G2Affine> {
    if self.g == G1Affine::generator() && self.h == G2Affine::generator() {
      Ok(self.tau_h)
    } else {
      Err(Error::internal("verifying key: generators are not the curve's"))
    }
  }

  /// In nova-snark's serialised form.
  pub fn encode(&self) -> Result<Vec<u8>> {
    bincode::serde::encode_to_vec(self, bincode::config::legacy()).map_err(|e| Error::internal(e.to_string()))
  }
}

impl CompactEngine<E1> for EE1 {
  fn read_key(bytes: &[u8]) -> Result<<EE1 as EvaluationEngineTrait<E1>>::VerifierKey> {
    let decoded = bincode::serde::decode_from_slice(bytes, bincode::config::legacy());
    Ok(decoded.map_err(|_| Error::key("τ·G2 is not in its group"))?.0)
  }
}
