//! The compact verifying key: small enough to commit and to load in a page, and one encoding for one key.
//!
//! Layout (numbers are LEB128, field elements 32 bytes little-endian and canonical, points affine x ‖ y):
//! ```text
//! "WSC-KEY\1"  origin (nova-snark's version)  commitment scheme   each a length and its text
//! arity   constants of the random oracle over Grumpkin's scalars and over BN254's (key/constants.rs)
//! parameter digest  digest of the primary Spartan key  of the secondary
//! τ·G2 (x.c0 x.c1 y.c0 y.c1)  blinding generator on BN254  on Grumpkin
//! length and shape of the primary circuit   of the secondary      sparse/codec.rs
//! number of Grumpkin generators, the generators, the one for inner products
//! ```
//! The digests are carried so that loading need not hash 40 MB. They are trusted through the key id alone, which covers
//! every byte: whoever makes a key recomputes both Spartan digests, and of a stranger's key `check_digest` the primary one.
//! G1's and G2's generators are the curve's, not the key's (`kzg_key.rs`).
//!
//! The *circuit id* covers all of a key that does not depend on the powers of tau: everything but τ·G2 and the digests
//! of parameters and primary key, which hash it in. Keys of one circuit under any powers have the same circuit id, and
//! nobody can make a key of another circuit that has it. A key of a stranger is thus held against one constant.
//!
//! The digest of the parameters hashes all powers, which no verifier has, so it cannot be recomputed. It need not be:
//! Nova's hashes and challenges take it as a prefix, the same in every step and at the end. Whoever chooses it draws
//! other challenges, as by any other choice in a proof; circuit and commitment keys, which it exists to bind before the
//! challenges, are bound here by circuit id and τ·G2.

mod constants;
mod digest;
#[cfg(not(target_arch = "wasm32"))]
mod nova_key;
mod verifier;

pub use digest::check_digest;
#[cfg(not(target_arch = "wasm32"))]
pub use nova_key::encode;
pub use verifier::Verifier;

use crate::{
  bytes::{Reader, put_field, put_number, put_point, put_text, read_point},
  engine::{COMMITMENT_SCHEME, Fq, Fr},
  error::{Error, Result},
  ipa::IpaKey,
  ptau,
  sparse::{self, Shape},
};
use constants::Constants;
use halo2curves::{
  bn256::{G1Affine, G2Affine},
  grumpkin::G1Affine as GrumpkinAffine,
};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"WSC-KEY\x01";
/// Whose equations, transcript and digests the key belongs to.
pub const ORIGIN: &str = "nova-snark 0.76.0";
const ID_DOMAIN: &[u8] = b"wsc-bitcoin verifying key v1\0";
const CIRCUIT_DOMAIN: &[u8] = b"wsc-bitcoin circuit of a verifying key v1\0";
/// Largest key that is looked at.
pub const MAX_KEY: usize = 64 << 20;
const MAX_ARITY: u64 = 64;
/// Nova's circuits have two public values: the hashes.
const NOVA_IO: usize = 2;

/// A key's content. The shapes and the generators are still encoded in a key that is being read (`Encoded`).
pub(crate) struct Parts<P, S, G> {
  pub arity: usize,
  pub oracle_primary: Constants<Fq>,
  pub oracle_secondary: Constants<Fr>,
  pub parameter_digest: Fr,
  pub primary_digest: Fr,
  pub secondary_digest: Fq,
  pub tau_g2: G2Affine,
  pub blind_primary: G1Affine,
  pub blind_secondary: GrumpkinAffine,
  pub primary: P,
  pub secondary: S,
  pub ipa: G,
}

/// A key taken apart, with the stretches of it that the powers of tau have no part in.
pub(crate) struct Read<'a> {
  pub parts: Encoded<'a>,
  fixed: [&'a [u8]; 3],
}

impl Read<'_> {
  /// The circuit id.
  pub fn circuit_id(&self) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(CIRCUIT_DOMAIN);
    for stretch in self.fixed {
      hash.update((stretch.len() as u64).to_le_bytes());
      hash.update(stretch);
    }
    hash.finalize().into()
  }
}

pub(crate) type Encoded<'a> = Parts<&'a [u8], &'a [u8], &'a [u8]>;
pub(crate) type Decoded = Parts<Shape<Fr>, Shape<Fq>, IpaKey>;

/// The key id: it stands for the whole key and for this reading of it.
pub fn key_id(compact: &[u8]) -> [u8; 32] {
  Sha256::new()
    .chain_update(ID_DOMAIN)
    .chain_update(compact)
    .finalize()
    .into()
}

impl Decoded {
  pub fn write(&self) -> Result<Vec<u8>> {
    let mut out = MAGIC.to_vec();
    put_text(&mut out, ORIGIN);
    put_text(&mut out, COMMITMENT_SCHEME);
    put_number(&mut out, self.arity as u64);
    self.oracle_primary.encode(&mut out);
    self.oracle_secondary.encode(&mut out);
    put_field(&mut out, &self.parameter_digest);
    put_field(&mut out, &self.primary_digest);
    put_field(&mut out, &self.secondary_digest);
    out.extend_from_slice(&ptau::encode_g2(&self.tau_g2));
    put_point(&mut out, &self.blind_primary)?;
    put_point(&mut out, &self.blind_secondary)?;
    for shape in [encoded(&self.primary), encoded(&self.secondary)] {
      put_number(&mut out, shape.len() as u64);
      out.extend_from_slice(&shape);
    }
    self.ipa.encode(&mut out)?;
    Ok(out)
  }
}

fn encoded<F: ff::PrimeField>(shape: &Shape<F>) -> Vec<u8> {
  let mut out = Vec::new();
  sparse::encode(shape, &mut out);
  out
}

/// Takes a key apart. What is left encoded has been checked for its place and length only.
pub(crate) fn read(compact: &[u8]) -> Result<Read<'_>> {
  if compact.len() > MAX_KEY {
    return Err(Error::key(format!(
      "verifying key has {} bytes, at most {MAX_KEY} are looked at",
      compact.len()
    )));
  }
  if !compact.starts_with(MAGIC) {
    return Err(Error::key("not a verifying key of this kind"));
  }
  let mut reader = Reader::new(compact);
  reader.take(MAGIC.len())?;
  reader.expect_text("proofs of", ORIGIN)?;
  reader.expect_text("the commitment scheme", COMMITMENT_SCHEME)?;
  let arity = reader.number(MAX_ARITY)? as usize;
  let (oracle_primary, oracle_secondary) = (Constants::decode(&mut reader)?, Constants::decode(&mut reader)?);
  let head = reader.since(0);
  let (parameter_digest, primary_digest) = (reader.field()?, reader.field()?);
  let start = reader.position();
  let secondary_digest = reader.field()?;
  let middle = reader.since(start);
  let tau_g2 = ptau::decode_g2(reader.take(ptau::G2_BYTES)?)?;
  let start = reader.position();
  let parts = Parts {
    arity,
    oracle_primary,
    oracle_secondary,
    parameter_digest,
    primary_digest,
    secondary_digest,
    tau_g2,
    blind_primary: read_point(&mut reader)?,
    blind_secondary: read_point(&mut reader)?,
    primary: read_block(&mut reader)?,
    secondary: read_block(&mut reader)?,
    ipa: reader.take(reader.left())?,
  };
  if parts.arity == 0 {
    return Err(Error::key("verifying key of no folded circuit"));
  }
  let fixed = [head, middle, reader.since(start)];
  Ok(Read { parts, fixed })
}

fn read_block<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
  let length = reader.count(1)?;
  reader.take(length)
}

impl Encoded<'_> {
  pub fn decode(self) -> Result<Decoded> {
    Ok(Parts {
      arity: self.arity,
      oracle_primary: self.oracle_primary,
      oracle_secondary: self.oracle_secondary,
      parameter_digest: self.parameter_digest,
      primary_digest: self.primary_digest,
      secondary_digest: self.secondary_digest,
      tau_g2: self.tau_g2,
      blind_primary: self.blind_primary,
      blind_secondary: self.blind_secondary,
      primary: sparse::decode(self.primary)?,
      secondary: sparse::decode(self.secondary)?,
      ipa: IpaKey::decode(self.ipa)?,
    })
  }

  /// Constraints and variables, padded, of the primary and the secondary circuit.
  pub fn sizes(&self) -> Result<[(usize, usize); 2]> {
    let size = |block| {
      let (constraints, variables, io) = sparse::read_sizes(&mut Reader::new(block))?;
      // nova-snark's public half of the columns, u and the public values, is as long as the variables at most.
      if io == NOVA_IO && io < variables {
        Ok((constraints, variables))
      } else {
        Err(Error::key("verifying key of no folded circuit"))
      }
    };
    let secondary = size(self.secondary)?;
    if IpaKey::generators(self.ipa)? != secondary.0.max(secondary.1) {
      return Err(Error::key("number of generators differs from the circuit's size"));
    }
    Ok([size(self.primary)?, secondary])
  }
}
