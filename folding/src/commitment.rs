//! Pedersen-style vector commitments for nova-snark, with our multi-exponentiation: Σ vᵢ·Gᵢ + r·H, the same group
//! elements as nova-snark's engines compute, sooner.

use ff::{Field, PrimeField};
use nova_snark::{
  errors::NovaError,
  provider::{ptau::PtauFileError, traits::DlogGroup},
  traits::{
    AbsorbInRO2Trait, AbsorbInROTrait, Engine, ROTrait, TranscriptReprTrait,
    commitment::{CommitmentEngineTrait, CommitmentTrait, Len},
  },
};
use num_integer::Integer;
use num_traits::ToPrimitive;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
  fmt::Debug,
  io::{Read, Seek, Write},
  ops::{Add, Mul, MulAssign, Range},
};

pub type Affine<E> = <<E as Engine>::GE as DlogGroup>::AffineGroupElement;

/// A curve's engine with its own kind of key.
pub trait Committing: Engine<GE: DlogGroup> {
  type Key: Len + Clone + Debug + Send + Sync + Serialize + DeserializeOwned;

  /// The generators Gᵢ.
  fn points(key: &Self::Key) -> &[Affine<Self>];
  /// The blinding generator H.
  fn blind(key: &Self::Key) -> Affine<Self>;
  /// A key from nothing but a label, where the curve allows it.
  fn generate(label: &'static [u8], n: usize) -> Result<Self::Key, NovaError>;
  /// A key from a powers-of-tau file, where the curve needs it.
  fn load(reader: &mut (impl Read + Seek), label: &'static [u8], n: usize) -> Result<Self::Key, PtauFileError>;
  fn msm(scalars: &[Self::Scalar], points: &[Affine<Self>]) -> Self::GE;
}

/// A commitment; serialised as nova-snark's, 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Commitment<E: Committing>(pub E::GE);

/// The blinding generator alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct BlindKey<E: Committing>(Affine<E>);

impl<E: Committing> Default for Commitment<E> {
  fn default() -> Self {
    Commitment(E::GE::zero())
  }
}

impl<E: Committing> Add for Commitment<E> {
  type Output = Self;
  fn add(self, other: Self) -> Self {
    Commitment(self.0 + other.0)
  }
}

impl<E: Committing> Mul<E::Scalar> for Commitment<E> {
  type Output = Self;
  fn mul(self, scalar: E::Scalar) -> Self {
    Commitment(self.0 * scalar)
  }
}

impl<E: Committing> MulAssign<E::Scalar> for Commitment<E> {
  fn mul_assign(&mut self, scalar: E::Scalar) {
    self.0 *= scalar;
  }
}

impl<E: Committing> CommitmentTrait<E> for Commitment<E> {
  fn to_coordinates(&self) -> (E::Base, E::Base, bool) {
    self.0.to_coordinates()
  }
}

// The three encodings below are nova-snark's (provider/hyperkzg.rs, provider/pedersen.rs): x, y, and whether infinite.

impl<E: Committing> TranscriptReprTrait<E::GE> for Commitment<E> {
  fn to_transcript_bytes(&self) -> Vec<u8> {
    let (x, y, infinite) = self.0.to_coordinates();
    [x.to_transcript_bytes(), y.to_transcript_bytes(), vec![infinite.into()]].concat()
  }
}

impl<E: Committing> AbsorbInROTrait<E> for Commitment<E> {
  fn absorb_in_ro(&self, oracle: &mut E::RO) {
    let (x, y, infinite) = self.0.to_coordinates();
    oracle.absorb(x);
    oracle.absorb(y);
    oracle.absorb(E::Base::from(u64::from(infinite)));
  }
}

impl<E: Committing> AbsorbInRO2Trait<E> for Commitment<E> {
  fn absorb_in_ro2(&self, oracle: &mut E::RO2) {
    let (x, y, infinite) = self.0.to_coordinates();
    for coordinate in [x, y] {
      for limb in coordinate.to_repr().as_ref().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..limb.len()].copy_from_slice(limb);
        oracle.absorb(E::Scalar::from(u64::from_le_bytes(bytes)));
      }
    }
    oracle.absorb(E::Scalar::from(u64::from(infinite)));
  }
}

/// The commitment engine of every `Committing` curve.
#[derive(Clone, Copy, Debug)]
pub struct Commitments;

/// A curve's engine as nova-snark has it (`$stock`), but with our commitments.
macro_rules! committing_engine {
  ($(#[$about:meta])* $name:ident, from $stock:ty, transcript $transcript:ty) => {
    $(#[$about])*
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct $name;

    impl Engine for $name {
      type Base = <$stock as Engine>::Base;
      type Scalar = <$stock as Engine>::Scalar;
      type GE = <$stock as Engine>::GE;
      type RO = <$stock as Engine>::RO;
      type ROCircuit = <$stock as Engine>::ROCircuit;
      type RO2 = <$stock as Engine>::RO2;
      type RO2Circuit = <$stock as Engine>::RO2Circuit;
      type TE = $transcript;
      type CE = $crate::commitment::Commitments;
    }
  };
}
pub(crate) use committing_engine;

fn blinded<E: Committing>(sum: E::GE, key: &E::Key, r: &E::Scalar) -> Commitment<E> {
  if bool::from(r.is_zero()) {
    Commitment(sum)
  } else {
    Commitment(sum + E::GE::group(&E::blind(key)) * *r)
  }
}

fn small<E: Committing, T: Into<u64> + Copy>(values: &[T]) -> Vec<E::Scalar> {
  values.iter().map(|value| E::Scalar::from((*value).into())).collect()
}

impl<E: Committing> CommitmentEngineTrait<E> for Commitments {
  type CommitmentKey = E::Key;
  type DerandKey = BlindKey<E>;
  type Commitment = Commitment<E>;

  fn load_setup(reader: &mut (impl Read + Seek), label: &'static [u8], n: usize) -> Result<E::Key, PtauFileError> {
    E::load(reader, label, n)
  }

  /// Keys are kept in this crate's own files.
  fn save_setup(_: &E::Key, _: &mut (impl Write + Seek)) -> Result<(), PtauFileError> {
    Err(PtauFileError::IoError(std::io::ErrorKind::Unsupported.into()))
  }

  fn setup(label: &'static [u8], n: usize) -> Result<E::Key, NovaError> {
    E::generate(label, n)
  }

  fn derand_key(key: &E::Key) -> BlindKey<E> {
    BlindKey(E::blind(key))
  }

  fn commit(key: &E::Key, v: &[E::Scalar], r: &E::Scalar) -> Commitment<E> {
    blinded(E::msm(v, &E::points(key)[..v.len()]), key, r)
  }

  fn commit_sparse_binary(key: &E::Key, indices: &[usize], r: &E::Scalar) -> Commitment<E> {
    Self::commit_sparse(key, indices, &vec![E::Scalar::ONE; indices.len()], r)
  }

  fn commit_sparse(key: &E::Key, indices: &[usize], scalars: &[E::Scalar], r: &E::Scalar) -> Commitment<E> {
    let points: Vec<_> = indices.iter().map(|index| E::points(key)[*index]).collect();
    blinded(E::msm(scalars, &points), key, r)
  }

  fn commit_small<T: Integer + Into<u64> + Copy + Sync + ToPrimitive>(
    key: &E::Key,
    v: &[T],
    r: &E::Scalar,
  ) -> Commitment<E> {
    Self::commit(key, &small::<E, T>(v), r)
  }

  fn commit_small_range<T: Integer + Into<u64> + Copy + Sync + ToPrimitive>(
    key: &E::Key,
    v: &[T],
    r: &E::Scalar,
    range: Range<usize>,
    _bits: usize,
  ) -> Commitment<E> {
    blinded(
      E::msm(&small::<E, T>(&v[range.clone()]), &E::points(key)[range]),
      key,
      r,
    )
  }

  fn derandomize(key: &BlindKey<E>, commitment: &Commitment<E>, r: &E::Scalar) -> Commitment<E> {
    Commitment(commitment.0 - E::GE::group(&key.0) * *r)
  }

  fn ck_to_coordinates(key: &E::Key) -> Vec<(E::Base, E::Base)> {
    let coordinates = |point: &Affine<E>| {
      let (x, y, _) = E::GE::group(point).to_coordinates();
      (x, y)
    };
    E::points(key).iter().map(coordinates).collect()
  }

  fn ck_to_group_elements(key: &E::Key) -> Vec<E::GE> {
    E::points(key).iter().map(E::GE::group).collect()
  }

  /// For lookups, which nothing here has.
  fn ck_derive_by_address(_: &E::Key, _: &[usize], _: usize) -> Result<E::Key, NovaError> {
    Err(NovaError::InternalError)
  }
}

#[cfg(test)]
mod tests {
  use super::*;
  use crate::curves::{E1, E2};

  /// Unlike a key's points, a commitment may be the identity: that of zeroes without blinding is, as the error vector of
  /// a first step.
  #[test]
  fn a_commitment_to_zeroes_is_read() {
    fn check<E: Committing>() {
      let bytes = bincode::serde::encode_to_vec(Commitment::<E>::default(), bincode::config::legacy()).unwrap();
      let read = bincode::serde::decode_from_slice::<Commitment<E>, _>(&bytes, bincode::config::legacy());
      assert_eq!(read.unwrap(), (Commitment::default(), bytes.len()));
    }
    check::<E1>();
    check::<E2>();
    let key = E2::generate(b"ck", 4).unwrap();
    let (zeroes, no_blind) = ([<E2 as Engine>::Scalar::ZERO; 4], <E2 as Engine>::Scalar::ZERO);
    assert_eq!(
      <Commitments as CommitmentEngineTrait<E2>>::commit(&key, &zeroes, &no_blind),
      Commitment::default()
    );
  }
}
