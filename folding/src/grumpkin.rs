//! Grumpkin for nova-snark: its own engine with our commitments.

use crate::{
  commitment::{Committing, committing_engine},
  msm::msm,
  raw,
};
use halo2curves::grumpkin::G1Affine;
use nova_snark::{
  errors::NovaError,
  provider::{GrumpkinEngine, keccak::Keccak256Transcript, ptau::PtauFileError, traits::DlogGroup},
  traits::{Engine, commitment::Len},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::io::{Read, Seek};

/// nova-snark's engine for the curve.
type Stock = GrumpkinEngine;

committing_engine!(
  /// Grumpkin with our commitments.
  Grumpkin, from Stock, transcript Keccak256Transcript<Self>
);

/// Generators hashed to the curve: nobody knows a relation between them.
#[derive(Clone, Debug, PartialEq)]
pub struct HashedKey {
  pub points: Vec<G1Affine>,
  pub blind: G1Affine,
}

impl Len for HashedKey {
  fn length(&self) -> usize {
    self.points.len()
  }
}

/// As one byte string, like BN254's key: H and the generators in their form in memory.
impl Serialize for HashedKey {
  fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity((1 + self.points.len()) * raw::G1);
    raw::put(&mut bytes, &[self.blind]);
    raw::put(&mut bytes, &self.points);
    serializer.serialize_bytes(&bytes)
  }
}

impl<'de> Deserialize<'de> for HashedKey {
  fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
    let bytes = raw::bytes(deserializer)?;
    let read = || -> Option<HashedKey> {
      let points: Vec<G1Affine> = raw::take(&bytes, raw::G1)?;
      let (blind, points) = points.split_first()?;
      Some(HashedKey {
        points: points.to_vec(),
        blind: *blind,
      })
    };
    read().ok_or_else(|| D::Error::custom("a point of the commitment key is no generator"))
  }
}

impl Committing for Grumpkin {
  type Key = HashedKey;

  fn points(key: &HashedKey) -> &[G1Affine] {
    &key.points
  }

  fn blind(key: &HashedKey) -> G1Affine {
    key.blind
  }

  /// nova-snark's generators (provider/pedersen.rs).
  fn generate(label: &'static [u8], n: usize) -> Result<HashedKey, NovaError> {
    let points = <Self as Engine>::GE::from_label(label, n.next_power_of_two() + 1);
    Ok(HashedKey {
      blind: points[0],
      points: points[1..].to_vec(),
    })
  }

  fn load(_: &mut (impl Read + Seek), _: &'static [u8], _: usize) -> Result<HashedKey, PtauFileError> {
    Err(PtauFileError::IoError(std::io::ErrorKind::Unsupported.into()))
  }

  fn msm(scalars: &[Self::Scalar], points: &[G1Affine]) -> Self::GE {
    msm(scalars, points)
  }
}
