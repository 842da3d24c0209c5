//! A compressed proof and its bytes (folding-scheme §9): fixed lengths that follow from the key, every value in its one
//! form. Scalars are 32 bytes little-endian, canonical; points 32 bytes, x and in the top bit y's parity, the neutral one
//! all zeroes.

use super::{
  curve::{G, H},
  cycle::{CycleRunning, SUMS},
  cyclefold, inner_product,
  layout::Layout,
  mercury,
  nifs::Messages,
  relation::Running,
  sumcheck::Round,
  words::{Reader, WORD, Writer},
};
use crate::{
  engine::{Fq, Fr},
  error::{Code, Error, Result},
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
  pub outer: Vec<Round<Fr>>,
  /// Az, Bz, Cz at the outer point.
  pub products: [Fr; 3],
  pub inner: Vec<Round<Fr>>,
  /// W* at the inner point.
  pub witness: Fr,
  pub mercury: mercury::Argument,
  pub cycle_proof: CycleProof,
}

/// The Grumpkin side.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleProof {
  pub outer: Vec<Round<Fq>>,
  /// A′z, B′z, C′z and E′ at the outer point.
  pub values: [Fq; 4],
  pub inner: Vec<Round<Fq>>,
  /// W′ at the inner point.
  pub witness: Fq,
  /// Brings W′ and E′ to one point.
  pub joint: Vec<Round<Fq>>,
  /// W′ and E′ there.
  pub joint_values: [Fq; 2],
  pub argument: inner_product::Argument,
}

/// Bytes of a proof under a key.
pub fn length(layout: &Layout) -> usize {
  let rows = layout.log_rows;
  let running = 1 + 3 + rows;
  let cycle = 2 + 1 + SUMS;
  let fold = rows + 1;
  let outer = 2 * rows + 3;
  let inner = 2 * rows + 1;
  let mercury = 8 + 6;
  let cycle_proof = 3 * 2 * CYCLE_ROUNDS + 4 + 1 + 2 + 2 * CYCLE_ROUNDS + 1;
  WORD * (layout.arity + running + 1 + cycle + fold + outer + inner + mercury + cycle_proof)
}

impl Proof {
  pub fn encode(&self) -> Vec<u8> {
    let mut out = Writer::default();
    out.scalars(&self.zn);
    out.point(&self.running.c);
    out.scalars(&[self.running.u, self.running.x, self.running.e]);
    out.scalars(&self.running.beta);
    out.point(&self.c2);
    out.point(&self.cycle.p);
    out.point(&self.cycle.q);
    out.scalars(&[self.cycle.u]);
    out.scalars(&self.cycle.x);
    out.scalars(&self.messages.line);
    out.scalars(&[self.messages.cross]);
    out.rounds(&self.outer);
    out.scalars(&self.products);
    out.rounds(&self.inner);
    out.scalars(&[self.witness]);
    let mercury = &self.mercury;
    for point in [
      &mercury.h,
      &mercury.g,
      &mercury.q,
      &mercury.s,
      &mercury.d,
      &mercury.quotient,
      &mercury.w,
      &mercury.w_prime,
    ] {
      out.point(point);
    }
    out.scalars(&mercury.values);
    let cycle = &self.cycle_proof;
    out.rounds(&cycle.outer);
    out.scalars(&cycle.values);
    out.rounds(&cycle.inner);
    out.scalars(&[cycle.witness]);
    out.rounds(&cycle.joint);
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
    let running = Running {
      c: from.point()?,
      u: from.scalar()?,
      x: from.scalar()?,
      e: from.scalar()?,
      beta: from.scalars(rows)?,
    };
    let c2: G = from.point()?;
    if bool::from(c2.is_identity()) {
      return Err(Error::new(
        Code::ProofMalformed,
        "the commitment of the last step is neutral",
      ));
    }
    let cycle = CycleRunning {
      p: from.point()?,
      q: from.point()?,
      u: from.scalar()?,
      x: from.array()?,
    };
    let messages = Messages {
      line: from.scalars(rows)?,
      cross: from.scalar()?,
    };
    let outer = from.rounds(rows)?;
    let products = from.array()?;
    let inner = from.rounds(rows)?;
    let witness = from.scalar()?;
    let mercury = mercury::Argument {
      h: from.point()?,
      g: from.point()?,
      q: from.point()?,
      s: from.point()?,
      d: from.point()?,
      quotient: from.point()?,
      w: from.point()?,
      w_prime: from.point()?,
      values: from.array()?,
    };
    let cycle_proof = CycleProof {
      outer: from.rounds(CYCLE_ROUNDS)?,
      values: from.array()?,
      inner: from.rounds(CYCLE_ROUNDS)?,
      witness: from.scalar()?,
      joint: from.rounds(CYCLE_ROUNDS)?,
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
      outer,
      products,
      inner,
      witness,
      mercury,
      cycle_proof,
    })
  }
}
