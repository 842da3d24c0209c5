//! From nova-snark's verifying key to ours, and back as far as its digests need. nova-snark keeps the fields to itself;
//! its serialisation is read with structures of the same form.

use super::{
  Parts,
  constants::Constants,
  digest::{Direct, check_digest, expand, same},
  read,
};
use crate::{
  commitment::Committing,
  engine::{E1, E2, VerifyingKey},
  error::{Error, Result},
  ipa::IpaKey,
  ipa_prover::{Generators, VerifierKey as InnerProduct},
  kzg_key::KzgKey,
  quiet::quietly,
};
use halo2curves::{bn256::G1Affine, grumpkin::G1Affine as GrumpkinAffine};
use nova_snark::traits::{Engine, ROConstants};
use serde::{Deserialize, Serialize};

/// `nova::VerifierKey`.
#[derive(Deserialize)]
struct NovaKey {
  arity: usize,
  oracle_primary: ROConstants<E1>,
  oracle_secondary: ROConstants<E2>,
  parameter_digest: <E1 as Engine>::Scalar,
  primary: Direct<E1, KzgKey>,
  secondary: Direct<E2, InnerProduct>,
  blind_primary: G1Affine,
  blind_secondary: GrumpkinAffine,
}

/// The compact form of nova-snark's key.
pub fn encode(key: &VerifyingKey) -> Result<Vec<u8>> {
  let internal = |what: String| Error::internal(format!("verifying key: {what}"));
  let bytes = serialise(key)?;
  let decode = || bincode::serde::decode_from_slice::<NovaKey, _>(&bytes, bincode::config::legacy());
  let (nova, length) = quietly(decode).map_err(|e| internal(e.to_string()))?;
  if length != bytes.len() {
    return Err(internal("nova-snark's key has more parts than expected".into()));
  }
  let InnerProduct { vector, product } = &nova.secondary.engine;
  if vector.blind != nova.blind_secondary || product.points.len() != 1 {
    return Err(internal("generators are not where they were expected".into()));
  }
  let parts = Parts {
    arity: nova.arity,
    oracle_primary: Constants::reduce(&serialise(&nova.oracle_primary)?)?,
    oracle_secondary: Constants::reduce(&serialise(&nova.oracle_secondary)?)?,
    parameter_digest: nova.parameter_digest,
    primary_digest: nova.primary.digest()?,
    secondary_digest: nova.secondary.digest()?,
    tau_g2: nova.primary.engine.tau_g2()?,
    blind_primary: nova.blind_primary,
    blind_secondary: nova.blind_secondary,
    primary: nova.primary.shape(),
    secondary: nova.secondary.shape(),
    ipa: IpaKey {
      generators: vector.points.clone(),
      product: product.points[0],
    },
  };
  let compact = parts.write()?;
  check_digests(&compact)?;
  Ok(compact)
}

fn serialise<T: Serialize>(value: &T) -> Result<Vec<u8>> {
  bincode::serde::encode_to_vec(value, bincode::config::legacy()).map_err(|e| Error::internal(e.to_string()))
}

/// Both Spartan digests, as whoever makes a key checks them.
fn check_digests(compact: &[u8]) -> Result<()> {
  check_digest(compact)?;
  // The blinding generator of the inner product's key enters a digest without being used: it is derived again.
  let product = E2::generate(b"ipa", 1).map_err(|e| Error::internal(e.to_string()))?;
  let parts = quietly(|| read(compact)?.parts.decode())?;
  let vector = Generators {
    points: parts.ipa.generators.clone(),
    blind: parts.blind_secondary,
  };
  let product = Generators {
    points: vec![parts.ipa.product],
    blind: product.blind,
  };
  let secondary = expand::<E2, _>(&parts.secondary, InnerProduct { vector, product })?;
  same(secondary.digest()?, parts.secondary_digest)
}
