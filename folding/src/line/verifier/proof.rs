//! A compressed proof and its bytes (folding-scheme §9): fixed lengths that follow from the key.

use crate::{
  curves::{Fq, Fr},
  error::{Code, Error, Result},
  line::{
    argument::{inner_product, mercury, spartan, sumcheck::Round},
    curve::{G, H},
    cyclefold::{self, instance::CycleRunning},
    fold::nifs::Messages,
    layout::Layout,
    relation::Running,
    words::{Reader, WORD, Writer},
  },
};
use halo2curves::group::prime::PrimeCurveAffine;

const CYCLE_ROUNDS: usize = cyclefold::SIZE.ilog2() as usize;

#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
  /// The state after the last step.
  pub zn: Vec<Fr>,
  pub running: Running,
  pub c2: G,
  pub cycle: CycleRunning,
  pub messages: Messages,
  /// Of the folded instance.
  pub spartan: spartan::Argument<Fr, 3>,
  pub mercury: mercury::Argument,
  pub cycle_proof: CycleProof,
}

/// The Grumpkin side.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleProof {
  pub spartan: spartan::Argument<Fq, 4>,
  /// Brings W′ and E′ to one point.
  pub joint: Vec<Round<Fq>>,
  /// W′ and E′ there.
  pub joint_values: [Fq; 2],
  pub argument: inner_product::Argument,
}

/// Bytes of a proof under a key.
pub fn length(layout: &Layout) -> usize {
  let rows = layout.log_rows;
  let instances = Running::words(rows) + 1 + CycleRunning::WORDS;
  let fold = rows + 1;
  let folded = spartan::Argument::<Fr, 3>::words(rows, rows) + mercury::Argument::WORDS;
  let cycle_proof = spartan::Argument::<Fq, 4>::words(CYCLE_ROUNDS, CYCLE_ROUNDS);
  let joint = 2 * CYCLE_ROUNDS + 2;
  let inner_product = 2 * CYCLE_ROUNDS + 1;
  WORD * (layout.arity + instances + fold + folded + cycle_proof + joint + inner_product)
}

impl Proof {
  pub fn encode(&self) -> Vec<u8> {
    let mut out = Writer::default();
    out.scalars(&self.zn);
    self.running.write(&mut out);
    out.point(&self.c2);
    self.cycle.write(&mut out);
    out.scalars(&self.messages.line);
    out.scalars(&[self.messages.cross]);
    self.spartan.write(&mut out);
    self.mercury.write(&mut out);
    let cycle = &self.cycle_proof;
    cycle.spartan.write(&mut out);
    out.pairs(&cycle.joint);
    out.scalars(&cycle.joint_values);
    for [left, right] in &cycle.argument.sides {
      out.point(left);
      out.point(right);
    }
    out.scalars(&[cycle.argument.last]);
    out.bytes()
  }

  /// Reads a proof of exactly the length that the key's layout asks for.
  pub fn decode(bytes: &[u8], layout: &Layout) -> Result<Self> {
    if bytes.len() != length(layout) {
      let message = format!("the proof has {} bytes, {} under this key", bytes.len(), length(layout));
      return Err(Error::new(Code::ProofMalformed, message));
    }
    let rows = layout.log_rows;
    let mut from = Reader::new(bytes, Code::ProofMalformed, "the proof");
    let zn = from.scalars(layout.arity)?;
    let running = Running::read(&mut from, rows)?;
    let c2: G = from.point()?;
    if bool::from(c2.is_identity()) {
      return Err(Error::new(
        Code::ProofMalformed,
        "the commitment of the last step is neutral",
      ));
    }
    let cycle = CycleRunning::read(&mut from)?;
    let messages = Messages {
      line: from.scalars(rows)?,
      cross: from.scalar()?,
    };
    let spartan = spartan::Argument::read(&mut from, rows, rows)?;
    let mercury = mercury::Argument::read(&mut from)?;
    let cycle_proof = CycleProof {
      spartan: spartan::Argument::read(&mut from, CYCLE_ROUNDS, CYCLE_ROUNDS)?,
      joint: from.pairs(CYCLE_ROUNDS)?,
      joint_values: from.array()?,
      argument: inner_product::Argument {
        sides: (0..CYCLE_ROUNDS)
          .map(|_| Ok([from.point::<H>()?, from.point::<H>()?]))
          .collect::<Result<_>>()?,
        last: from.scalar()?,
      },
    };
    Ok(Proof {
      zn,
      running,
      c2,
      cycle,
      messages,
      spartan,
      mercury,
      cycle_proof,
    })
  }
}
