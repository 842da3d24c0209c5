//! One-shot proofs: one run of one circuit, by Spartan with Mercury. What verifying needs, in WebAssembly too; proving is
//! `oneshot_prover.rs`.
//!
//! A proof is the commitment to the private wires and nova-snark's direct Spartan over the instance (commitment, no
//! error, u = 1, public values), nothing blinded: it is succinct and not zero-knowledge. The key:
//! ```text
//! "WSC-ONE\1"  origin (nova-snark's version)  commitment scheme   each a length and its text (as in key.rs)
//! τ·G2 (x.c0 x.c1 y.c0 y.c1)   shape of the circuit, to the end   sparse/codec.rs
//! ```
//! Nothing in it is trusted: the transcript begins with the key id, so that no proof's challenges were drawn before all
//! of the key was fixed. (nova-snark's own digest hashes the expanded matrices instead; a fold's key carries it.)

use crate::{
  bytes::{Reader, put_text},
  commitment::Commitment,
  curves::{E1, Fr},
  engine::{COMMITMENT_SCHEME, EE1},
  error::{Code, Error, Result},
  field,
  key::{MAX_KEY, ORIGIN},
  kzg_key::KzgKey,
  layout::{Layout, POINT},
  ptau,
  quiet::quietly,
  setup_kind::SetupKind,
  sparse::{self, Shape},
  spartan::{CompactEngine, Spartan, SpartanKey},
};
use ff::PrimeField;
use halo2curves::bn256::G2Affine;
use nova_snark::{r1cs::RelaxedR1CSInstance, traits::snark::RelaxedR1CSSNARKTrait};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"WSC-ONE\x01";
const ID_DOMAIN: &[u8] = b"wsc-bitcoin one-shot verifying key v1\0";
/// Bytes of the key id that enter the transcript as an element, which has 254 bits.
const DIGEST_BYTES: usize = 31;

/// What a proof is, `S` being the prover's or the verifier's form of Spartan, which have the same bytes.
#[derive(Serialize, Deserialize)]
#[serde(bound = "S: Serialize + for<'a> Deserialize<'a>")]
pub struct Proof<S> {
  pub witness: Commitment<E1>,
  pub spartan: S,
}

/// The bytes of a proof for a circuit of so many constraints and variables, a power of two.
pub fn layout(size: usize) -> Layout {
  let mut layout = Layout::default();
  layout.bytes(POINT).primary_spartan((size, size));
  layout
}

/// The key id: it stands for the whole key and for this reading of it.
pub fn key_id(compact: &[u8]) -> [u8; 32] {
  Sha256::new()
    .chain_update(ID_DOMAIN)
    .chain_update(compact)
    .finalize()
    .into()
}

/// The key id as the element with which the transcript begins.
pub fn digest(key_id: &[u8; 32]) -> Fr {
  let mut repr = <Fr as PrimeField>::Repr::default();
  repr.as_mut()[..DIGEST_BYTES].copy_from_slice(&key_id[..DIGEST_BYTES]);
  Option::from(Fr::from_repr(repr)).unwrap_or_default() // 248 bits are always an element
}

/// The compact key of a circuit under these powers.
pub fn encode_key(tau_g2: &G2Affine, shape: &Shape<Fr>) -> Vec<u8> {
  let mut out = MAGIC.to_vec();
  put_text(&mut out, ORIGIN);
  put_text(&mut out, COMMITMENT_SCHEME);
  out.extend_from_slice(&ptau::encode_g2(tau_g2));
  sparse::encode(shape, &mut out);
  out
}

/// A key that is ready to verify.
pub struct Verifier {
  pub key_id: [u8; 32],
  pub setup: SetupKind,
  layout: Layout,
  key: SpartanKey<E1, EE1>,
}

impl Verifier {
  /// Decodes a compact key. `ceremony` replaces the pinned τ·G2 (`ptau::encode_g2`'s form), for tests.
  pub fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self> {
    if compact.len() > MAX_KEY {
      let length = compact.len();
      return Err(Error::key(format!(
        "verifying key has {length} bytes, at most {MAX_KEY} are looked at"
      )));
    }
    let mut reader = Reader::new(compact);
    if reader.left() < MAGIC.len() || reader.take(MAGIC.len())? != MAGIC {
      return Err(Error::key("not a verifying key of this kind"));
    }
    reader.expect_text("proofs of", ORIGIN)?;
    reader.expect_text("the commitment scheme", COMMITMENT_SCHEME)?;
    let point = reader.take(ptau::G2_BYTES)?;
    // Reading a G2 point checks its group, which prints (`quiet`).
    let (setup, engine) = quietly(|| {
      let tau_g2 = ptau::decode_g2(point)?;
      let engine = EE1::read_key(&KzgKey::new(tau_g2).encode()?)?;
      Ok((SetupKind::of(&tau_g2, ceremony)?, engine))
    })?;
    let shape: Shape<Fr> = sparse::decode(reader.take(reader.left())?)?;
    let size = shape.constraints;
    if shape.variables != size || size < MIN_SIZE || shape.matrices[0].ends.is_empty() {
      return Err(Error::key("verifying key of a circuit that is not padded as one"));
    }
    let key_id = key_id(compact);
    Ok(Verifier {
      key_id,
      setup,
      layout: layout(size),
      key: SpartanKey {
        digest: digest(&key_id),
        engine,
        shape,
      },
    })
  }

  /// Number of public values: outputs first, then public inputs.
  pub fn public(&self) -> usize {
    self.key.shape.io
  }

  /// Bytes of every proof under this key.
  pub fn proof_len(&self) -> usize {
    self.layout.proof_len()
  }

  /// Whether the proof proves that the circuit can be satisfied with these public values, 32 canonical bytes each.
  pub fn verify(&self, proof: &[u8], public: &[u8]) -> Result<()> {
    let public = match field::decode_vec(public) {
      // nova-snark would take missing ones for zeroes.
      Some(public) if public.len() == self.public() => public,
      _ => {
        return Err(Error::new(
          Code::Public,
          format!("public values are {} canonical elements of 32 bytes", self.public()),
        ));
      }
    };
    let proof: Proof<Spartan<E1, EE1>> = self.layout.decode(proof)?;
    let instance = RelaxedR1CSInstance::from_r1cs_instance_unchecked(&proof.witness, &public);
    let verified = proof.spartan.verify(&self.key, &instance);
    verified.map_err(|error| Error::new(Code::ProofInvalid, error.to_string()))
  }
}

/// Least number of constraints and variables after padding: Mercury's argument is about more than two values.
pub const MIN_SIZE: usize = 8;
