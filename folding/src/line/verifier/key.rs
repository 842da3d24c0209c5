//! The compact verifying key: one encoding for one key, and nothing in it that has to be trusted.
//!
//! Layout (numbers are LEB128, field elements 32 bytes little-endian and canonical, points affine x ‖ y):
//! ```text
//! "WSC-LINE"  version of this layout   protocol, a length and its text
//! elements of the state   log2 of rows and of variables   wires of the step circuit
//! SHA-256 of the sponge's constants   of CycleFold's circuit, encoded as the last part is
//! τ·G2 (x.c0 x.c1 y.c0 y.c1)   Grumpkin's 1,024 generators and the one for inner products
//! the step circuit with its augmentation, to the end      sparse/codec.rs
//! ```
//! The two digests and the generators are this code's own: a key with others is refused, so that a key differs from
//! another in circuit and τ·G2 alone. G1's and G2's generators are the curve's. `pp`, with which every hash of a chain
//! begins, is the low 248 bits of the key id, which covers every byte.
//!
//! The *circuit id* covers all of a key but τ·G2. Keys of one circuit under any powers have the same circuit id, and
//! nobody can make a key of another circuit that has it. A key of a stranger is thus held against one constant.

use super::{
  proof::length,
  statement::PROTOCOL,
  verify::{VerifierKey, verify},
};
use crate::{
  bytes::{Reader, put_number, put_point, put_text, read_point},
  curves::Fr,
  error::{Code, Error, Result},
  field,
  line::{
    curve::H,
    cyclefold,
    layout::{LOG_ROWS, Layout, MAX_ARITY},
    sponge::poseidon,
  },
  ptau,
  quiet::quietly,
  setup_kind::SetupKind,
  sparse::{self, Shape},
  verifying::{KeyInfo, VerifyingKey},
};
use ff::PrimeField;
use halo2curves::bn256::G2Affine;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const MAGIC: &[u8; 8] = b"WSC-LINE";
const VERSION: u64 = 1;
const ID_DOMAIN: &[u8] = b"wsc-line verifying key v1\0";
const CIRCUIT_DOMAIN: &[u8] = b"wsc-line circuit of a verifying key v1\0";
/// One a variable of CycleFold's circuit, and one for inner products.
pub const GENERATORS: usize = cyclefold::SIZE + 1;
const POINT_BYTES: usize = 64;
/// Bytes of the key id that make `pp`: an element has 254 bits.
const PP_BYTES: usize = 31;

/// SHA-256 of the generators as a key has them; `generators.rs` derives them.
const GENERATORS_DIGEST: [u8; 32] = [
  0x72, 0x38, 0x3f, 0x23, 0xf7, 0x63, 0xd4, 0x3a, 0xe2, 0xda, 0x7e, 0x1a, 0x70, 0x32, 0xec, 0xa8, 0x49, 0x90, 0x22,
  0x51, 0x33, 0x90, 0xf3, 0xf3, 0x50, 0x61, 0x04, 0x5a, 0x6c, 0x31, 0xcc, 0x3c,
];

/// What a key says. Grumpkin's generators are `generators::derive`'s.
pub struct Content<'a> {
  pub layout: Layout,
  pub tau: G2Affine,
  pub generators: &'a [H],
  pub shape: &'a Shape<Fr>,
}

/// The key id: it stands for the whole key and for this reading of it.
pub fn key_id(compact: &[u8]) -> [u8; 32] {
  Sha256::new()
    .chain_update(ID_DOMAIN)
    .chain_update(compact)
    .finalize()
    .into()
}

/// What every hash of a chain begins with.
pub fn pp(key_id: &[u8; 32]) -> Fr {
  let mut repr = <Fr as PrimeField>::Repr::default();
  repr.as_mut()[..PP_BYTES].copy_from_slice(&key_id[..PP_BYTES]);
  Option::from(Fr::from_repr(repr)).unwrap_or_default() // 248 bits are always an element
}

/// The digests that a key names what it does not hold by: the sponge's constants, CycleFold's circuit.
static DIGESTS: LazyLock<[[u8; 32]; 2]> = LazyLock::new(|| {
  let mut constants = Sha256::new();
  for row in poseidon::PARAMETERS.round.iter().chain(&poseidon::PARAMETERS.mix) {
    constants.update(field::encode_vec(row));
  }
  let mut circuit = Vec::new();
  sparse::encode(&*cyclefold::SHAPE, &mut circuit);
  [constants.finalize().into(), Sha256::digest(circuit).into()]
});

impl Content<'_> {
  pub fn encode(&self) -> Result<Vec<u8>> {
    let mut out = MAGIC.to_vec();
    put_number(&mut out, VERSION);
    put_text(&mut out, PROTOCOL);
    for number in [self.layout.arity, self.layout.log_rows, self.layout.step_wires] {
      put_number(&mut out, number as u64);
    }
    for digest in &*DIGESTS {
      out.extend_from_slice(digest);
    }
    out.extend_from_slice(&ptau::encode_g2(&self.tau));
    for point in self.generators {
      put_point(&mut out, point)?;
    }
    sparse::encode(self.shape, &mut out);
    Ok(out)
  }
}

/// A key that is ready to verify.
pub struct Verifier {
  info: KeyInfo,
  key: VerifierKey,
}

impl Verifier {
  /// What the prover shares with the verifier.
  pub fn into_key(self) -> VerifierKey {
    self.key
  }
}

impl VerifyingKey for Verifier {
  fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self> {
    let mut reader = Reader::of_key(compact, MAGIC)?;
    if reader.number(u64::from(u32::MAX))? != VERSION {
      return Err(Error::key("verifying key of another version"));
    }
    reader.expect_text("proofs of", PROTOCOL)?;
    let layout = read_layout(&mut reader)?;
    let own = DIGESTS.iter().try_fold(true, |own, digest| -> Result<bool> {
      Ok(reader.take(digest.len())? == digest && own)
    })?;
    if !own {
      return Err(Error::key(
        "verifying key for another hash or another circuit of the curve operation",
      ));
    }
    let head = reader.since(0);
    let tau = reader.take(ptau::G2_BYTES)?;
    let start = reader.position();
    let (cycle_bases, product) = read_generators(&mut reader)?;
    let shape = read_shape(reader.take(reader.left())?, &layout)?;
    // Reading a G2 point checks its group, which prints (`quiet`).
    let tau = quietly(|| ptau::decode_g2(tau))?;
    let id = key_id(compact);
    Ok(Verifier {
      info: KeyInfo {
        key_id: id,
        circuit_id: circuit_id([head, reader.since(start)]),
        setup: SetupKind::of(&tau, ceremony)?,
        arity: layout.arity,
      },
      key: VerifierKey {
        id,
        layout,
        shape,
        pp: pp(&id),
        tau,
        cycle_bases,
        product,
      },
    })
  }

  fn info(&self) -> KeyInfo {
    self.info
  }

  fn proof_len(&self) -> usize {
    length(&self.key.layout)
  }

  fn verify(&self, proof: &[u8], steps: u64, z0: &[u8]) -> Result<Vec<u8>> {
    let arity = self.info.arity;
    let z0 = field::decode_vec(z0).filter(|z0| z0.len() == arity);
    let z0 = z0.ok_or_else(|| {
      let what = format!("a start state is {arity} canonical elements of 32 bytes");
      Error::new(Code::ProofInvalid, what)
    })?;
    verify(&self.key, proof, steps, &z0).map(|state| field::encode_vec(&state))
  }
}

fn circuit_id(stretches: [&[u8]; 2]) -> [u8; 32] {
  let mut hash = Sha256::new().chain_update(CIRCUIT_DOMAIN);
  for stretch in stretches {
    hash.update((stretch.len() as u64).to_le_bytes());
    hash.update(stretch);
  }
  hash.finalize().into()
}

fn read_layout(reader: &mut Reader<'_>) -> Result<Layout> {
  let layout = Layout {
    arity: reader.number(MAX_ARITY as u64)? as usize,
    log_rows: reader.number(*LOG_ROWS.end() as u64)? as usize,
    step_wires: reader.number(1 << LOG_ROWS.end())? as usize,
  };
  let wires = 1 + 2 * layout.arity..=1 << layout.log_rows;
  if layout.arity == 0 || !LOG_ROWS.contains(&layout.log_rows) || !wires.contains(&layout.step_wires) {
    return Err(Error::key("verifying key of no folded circuit"));
  }
  Ok(layout)
}

fn read_generators(reader: &mut Reader<'_>) -> Result<(Vec<H>, H)> {
  let bytes = reader.take(GENERATORS * POINT_BYTES)?;
  if Sha256::digest(bytes)[..] != GENERATORS_DIGEST {
    return Err(Error::key("verifying key of other generators"));
  }
  let mut reader = Reader::new(bytes);
  let points = (1..GENERATORS)
    .map(|_| read_point(&mut reader))
    .collect::<Result<_>>()?;
  Ok((points, read_point(&mut reader)?))
}

fn read_shape(bytes: &[u8], layout: &Layout) -> Result<Shape<Fr>> {
  let shape: Shape<Fr> = sparse::decode(bytes)?;
  let size = 1 << layout.log_rows;
  if (shape.constraints, shape.variables, shape.io) != (size, size, 1) {
    return Err(Error::key("verifying key of no folded circuit"));
  }
  Ok(shape)
}
