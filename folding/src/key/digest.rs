//! Digests of Spartan keys, as nova-snark computes them over keys of its own.

use super::read;
use crate::{
  curves::E1,
  error::{Error, Result},
  kzg_key::KzgKey,
  quiet::quietly,
  sparse::{self, Shape},
};
use ff::PrimeField;
use nova_snark::{
  digest::{DigestComputer, SimpleDigestible},
  r1cs::R1CSShape,
  traits::Engine,
};
use serde::{Deserialize, Serialize};

/// `spartan::snark::VerifierKey`.
#[derive(Serialize, Deserialize)]
#[serde(bound = "K: Serialize + for<'a> Deserialize<'a>")]
pub struct Direct<E: Engine, K> {
  pub engine: K,
  shape: R1CSShape<E>,
}

impl<E: Engine, K: Serialize + for<'a> Deserialize<'a>> SimpleDigestible for Direct<E, K> {}

impl<E: Engine, K: Serialize + for<'a> Deserialize<'a>> Direct<E, K> {
  /// What nova-snark's `digest()` of the same key is.
  pub fn digest(&self) -> Result<E::Scalar> {
    DigestComputer::new(self)
      .digest()
      .map_err(|e| Error::internal(format!("digest: {e}")))
  }

  pub fn shape(&self) -> Shape<E::Scalar> {
    let shape = &self.shape;
    Shape::new(
      shape.num_cons(),
      shape.num_vars(),
      shape.num_io(),
      [shape.A(), shape.B(), shape.C()],
    )
  }
}

/// Recomputes the digest of the primary Spartan key, over shape and τ·G2, from what a compact key holds: some 35 MB are
/// hashed. A key that carries another was made by no honest set-up. The secondary key's digest has no part in the powers:
/// the circuit id covers it with all that it follows from.
pub fn check_digest(compact: &[u8]) -> Result<()> {
  let (shape, key, carried) = quietly(|| {
    let parts = read(compact)?.parts;
    let shape = sparse::decode(parts.primary)?;
    Ok((shape, KzgKey::new(parts.tau_g2), parts.primary_digest))
  })?;
  same(expand::<E1, _>(&shape, key)?.digest()?, carried)
}

pub fn same<F: PrimeField>(computed: F, carried: F) -> Result<()> {
  if computed == carried {
    Ok(())
  } else {
    Err(Error::key("a digest in the verifying key does not follow from the key"))
  }
}

pub fn expand<E: Engine, K>(shape: &Shape<E::Scalar>, engine: K) -> Result<Direct<E, K>>
where
  E::Scalar: PrimeField,
{
  let [a, b, c] = shape.expand();
  let shape = R1CSShape::new(shape.constraints, shape.variables, shape.io, a, b, c);
  Ok(Direct {
    engine,
    shape: shape.map_err(|e| Error::internal(e.to_string()))?,
  })
}
