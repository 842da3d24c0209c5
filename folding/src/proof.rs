//! The bytes of a compressed proof of a fold.

use crate::{
  engine::Compressed,
  error::Result,
  layout::{Layout, POINT, SCALAR},
};
use serde::{Serialize, de::DeserializeOwned};

/// What decides the shape of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofShape {
  /// State elements.
  pub arity: usize,
  /// Constraints and variables of the primary circuit: as the prover has them or padded as a key has them, which gives
  /// the same shape.
  pub primary: (usize, usize),
  /// The same of the secondary circuit.
  pub secondary: (usize, usize),
}

impl ProofShape {
  fn layout(&self) -> Layout {
    let mut l = Layout::default();
    relaxed_instance(&mut l).bytes(SCALAR); // r_U_secondary, ri_secondary
    l.bytes(POINT).vector(2, SCALAR).bytes(POINT); // l_u_secondary, nifs_Uf_secondary
    relaxed_instance(&mut l).bytes(POINT); // l_ur_secondary, nifs_Un_secondary
    relaxed_instance(&mut l).bytes(SCALAR); // r_U_primary, ri_primary
    relaxed_instance(&mut l).bytes(POINT); // l_ur_primary, nifs_Un_primary
    l.bytes(4 * SCALAR); // blinding factors
    l.primary_spartan(self.primary);
    l.secondary_spartan(self.secondary);
    l.vector(self.arity, SCALAR);
    l
  }

  /// Bytes of every proof of this shape.
  pub fn proof_len(&self) -> usize {
    self.layout().proof_len()
  }

  /// Writes a proof.
  pub fn encode(&self, proof: &Compressed) -> Result<Vec<u8>> {
    self.layout().encode(proof)
  }

  /// Reads a proof, as any type of nova-snark's serialised form.
  pub fn decode<P: Serialize + DeserializeOwned>(&self, bytes: &[u8]) -> Result<P> {
    self.layout().decode(bytes)
  }
}

/// `RelaxedR1CSInstance`: two commitments, two public values, u.
fn relaxed_instance(layout: &mut Layout) -> &mut Layout {
  layout.bytes(2 * POINT).vector(2, SCALAR).bytes(SCALAR)
}
