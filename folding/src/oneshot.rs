//! One-shot proofs: one run of one circuit, by Spartan with Mercury. What verifying needs, in WebAssembly too; proving is
//! `oneshot_prover.rs`, and both share sum-checks, opening and transcript with the compression of a fold (`line/`).
//!
//! The relation is strict: C commits to the private wires W, and Az∘Bz = Cz for z = (W, 1, public values). Nothing is
//! blinded: a proof is succinct and not zero-knowledge. Its words are C, the Spartan argument, the opening of C. The key:
//! ```text
//! "WSC-ONE"  version of this layout, one byte   protocol, a length and its text
//! τ·G2 (x.c0 x.c1 y.c0 y.c1)   shape of the circuit, to the end   sparse/codec.rs
//! ```
//! Nothing in it is trusted: the transcript begins with the key id, the public values and C, and only then draws the
//! point at which the rows are summed up.

use crate::{
  bytes::{self, put_text},
  curves::Fr,
  error::{Code, Error, Result},
  field,
  line::{
    argument::{
      mercury,
      spartan::{self, Half},
      transcript::Transcript,
    },
    curve::G,
    words::{Reader, WORD, Writer},
  },
  ptau,
  quiet::quietly,
  setup_kind::SetupKind,
  sparse::{self, Shape},
};
use ff::Field;
use halo2curves::bn256::G2Affine;
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 7] = b"WSC-ONE";
/// 1 was nova-snark's Spartan.
const VERSION: u8 = 2;
/// Names the protocol in keys and transcripts.
const PROTOCOL: &str = "wsc-spartan-1";
const ID_DOMAIN: &[u8] = b"wsc-bitcoin one-shot verifying key v2\0";

/// What a proof is.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
  /// To the private wires. Neutral where all of them are zero, or where there is none.
  pub witness: G,
  pub spartan: spartan::Argument<Fr, 3>,
  pub opening: mercury::Argument,
}

/// log2 of a shape's rows and of its variables.
fn logs(shape: &Shape<Fr>) -> [usize; 2] {
  [shape.constraints, shape.variables].map(|size| size.ilog2() as usize)
}

/// Bytes of every proof of a circuit.
fn length(shape: &Shape<Fr>) -> usize {
  let [rows, columns] = logs(shape);
  WORD * (1 + spartan::Argument::<Fr, 3>::words(rows, columns) + mercury::Argument::WORDS)
}

impl Proof {
  pub fn encode(&self) -> Vec<u8> {
    let mut out = Writer::default();
    out.point(&self.witness);
    self.spartan.write(&mut out);
    self.opening.write(&mut out);
    out.bytes()
  }

  /// Reads a proof of exactly the length that the circuit asks for.
  pub fn decode(bytes: &[u8], shape: &Shape<Fr>) -> Result<Self> {
    if bytes.len() != length(shape) {
      let message = format!("the proof has {} bytes, {} under this key", bytes.len(), length(shape));
      return Err(Error::new(Code::ProofMalformed, message));
    }
    let [rows, columns] = logs(shape);
    let mut from = Reader::new(bytes, Code::ProofMalformed, "the proof");
    Ok(Proof {
      witness: from.point()?,
      spartan: spartan::Argument::read(&mut from, rows, columns)?,
      opening: mercury::Argument::read(&mut from)?,
    })
  }
}

/// What a proof speaks of.
pub struct Statement {
  transcript: Transcript,
  /// Drawn once the rest is fixed: where the rows are summed up.
  weights: Vec<Fr>,
  /// u = 1, then the public values.
  public: Vec<Fr>,
}

impl Statement {
  /// `public` holds as many values as the shape has.
  pub fn new(key_id: &[u8; 32], shape: &Shape<Fr>, public: &[Fr], witness: &G) -> Self {
    let mut transcript = Transcript::new(PROTOCOL.as_bytes());
    transcript.absorb(b"key", key_id);
    transcript.scalars(b"public", public);
    transcript.g(b"W", witness);
    Statement {
      weights: (0..logs(shape)[0]).map(|_| transcript.challenge(b"tau")).collect(),
      transcript,
      public: [&[Fr::ONE], public].concat(),
    }
  }

  /// The claim about the rows, and the transcript to go on with.
  pub fn claim<'a>(&'a mut self, shape: &'a Shape<Fr>) -> (&'a mut Transcript, spartan::Claim<'a, Fr>) {
    let claim = spartan::Claim {
      shape,
      weights: &self.weights,
      sum: Fr::ZERO,
      public: &self.public,
    };
    (&mut self.transcript, claim)
  }
}

/// The key id: it stands for the whole key and for this reading of it.
pub fn key_id(compact: &[u8]) -> [u8; 32] {
  Sha256::new()
    .chain_update(ID_DOMAIN)
    .chain_update(compact)
    .finalize()
    .into()
}

/// The compact key of a circuit under these powers.
pub fn encode_key(tau_g2: &G2Affine, shape: &Shape<Fr>) -> Vec<u8> {
  let mut out = MAGIC.to_vec();
  out.push(VERSION);
  put_text(&mut out, PROTOCOL);
  out.extend_from_slice(&ptau::encode_g2(tau_g2));
  sparse::encode(shape, &mut out);
  out
}

/// A key that is ready to verify.
pub struct Verifier {
  pub key_id: [u8; 32],
  pub setup: SetupKind,
  tau: G2Affine,
  shape: Shape<Fr>,
}

impl Verifier {
  /// Decodes a compact key. `ceremony` replaces the pinned τ·G2 (`ptau::encode_g2`'s form), for tests.
  pub fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self> {
    let mut reader = bytes::Reader::of_key(compact, MAGIC)?;
    match reader.take(1)?[0] {
      VERSION => {}
      other => {
        let what = format!("verifying key of version {other}, this verifier reads version {VERSION}");
        return Err(Error::key(what));
      }
    }
    reader.expect_text("proofs of", PROTOCOL)?;
    let point = reader.take(ptau::G2_BYTES)?;
    let shape: Shape<Fr> = sparse::decode(reader.take(reader.left())?)?;
    if shape.matrices[0].ends.is_empty() {
      return Err(Error::key("verifying key of a circuit without constraints"));
    }
    // Reading a G2 point checks its group, which prints (`quiet`).
    let tau = quietly(|| ptau::decode_g2(point))?;
    Ok(Verifier {
      key_id: key_id(compact),
      setup: SetupKind::of(&tau, ceremony)?,
      tau,
      shape,
    })
  }

  /// Number of public values: outputs first, then public inputs.
  pub fn public(&self) -> usize {
    self.shape.io
  }

  /// Bytes of every proof under this key.
  pub fn proof_len(&self) -> usize {
    length(&self.shape)
  }

  /// Whether the proof proves that the circuit can be satisfied with these public values, 32 canonical bytes each.
  pub fn verify(&self, proof: &[u8], public: &[u8]) -> Result<()> {
    let public = field::decode_vec(public).filter(|public| public.len() == self.public());
    let public = public.ok_or_else(|| {
      let what = format!("public values are {} canonical elements of 32 bytes", self.public());
      Error::new(Code::Public, what)
    })?;
    let proof = Proof::decode(proof, &self.shape)?;
    let invalid = |what: &str| Error::new(Code::ProofInvalid, what);
    let mut statement = Statement::new(&self.key_id, &self.shape, &public, &proof.witness);
    let (transcript, claim) = statement.claim(&self.shape);
    let points = spartan::verify(transcript, &claim, &proof.spartan).map_err(|half| match half {
      Half::Outer => invalid("the outer sum-check"),
      Half::Inner => invalid("the inner sum-check"),
    })?;
    let value = &proof.spartan.witness;
    let opened = mercury::verify(
      transcript,
      &self.tau,
      &proof.witness,
      &points.column,
      value,
      &proof.opening,
    );
    if opened {
      Ok(())
    } else {
      Err(invalid("the opening of the witness"))
    }
  }
}
