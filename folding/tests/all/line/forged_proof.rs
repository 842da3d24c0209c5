//! A dishonest compression: with messages of its own, a transcript that begins otherwise, in another order.

use super::{
  forger::{Advanced, Lies, advance},
  scene::{parameters, powers},
};
use ff::Field;
use halo2curves::group::Curve;
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  argument::{
    inner_product, proving, spartan,
    sumcheck::{self, Round, Scalar, eq_table},
    transcript::Transcript,
  },
  cyclefold::{self, instance::cycle_products},
  fold::nifs::Messages,
  prover::{ivc::Accumulator, parameters::Parameters},
  relation::{Running, RunningWitness, evaluate, matrices::combined_columns},
  verifier::{
    proof::{CycleProof, Proof},
    statement::Claim,
  },
};
use wsc_folding::sparse::Shape;

/// What a compression does otherwise than the protocol. Each takes a challenge from a copy of the transcript before the
/// absorption that ought to come first; the transcript itself goes on as it should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
  Right,
  /// ρ before a, b, c.
  RhoEarly,
  /// Mercury without w in the transcript.
  MercuryEarly,
  /// Grumpkin's point before V is committed to: from a transcript that has not seen it.
  TauEarly,
  /// θ before W.
  ThetaEarly,
  /// c before the joint values.
  CombinerEarly,
  /// Outer rounds for β* in reverse: its bits against the row's index.
  BetaReversed,
  /// The last fold left out: U_n itself is proved.
  NoFold,
}

/// Compression with a claim, a fold and an order of the prover's own.
pub fn compress_with(
  accumulator: &Accumulator,
  messages: &dyn Fn(Messages) -> Messages,
  begin: &dyn Fn(&Claim<'_>) -> Transcript,
  order: Order,
) -> Proof {
  let Advanced {
    running,
    witness,
    messages,
    ..
  } = advance(accumulator, &Lies { messages, ..Lies::NONE });
  let (running, witness) = match order {
    Order::NoFold => (accumulator.running.clone(), accumulator.witness.clone()),
    _ => (running, witness),
  };
  let folded = LastFold {
    running,
    witness,
    messages,
    beyond: Vec::new(),
  };
  compress_folded(parameters(), accumulator, folded, begin, order)
}

/// What the last fold gave, whoever made it.
pub struct LastFold {
  pub running: Running,
  pub witness: RunningWitness,
  pub messages: Messages,
  /// Coefficients that the commitment has after the witness's.
  pub beyond: Vec<Fr>,
}

/// Compression of a fold.
pub fn compress_folded(
  parameters: &Parameters,
  accumulator: &Accumulator,
  folded: LastFold,
  begin: &dyn Fn(&Claim<'_>) -> Transcript,
  order: Order,
) -> Proof {
  let LastFold {
    running,
    witness: folded,
    messages,
    beyond,
  } = folded;
  let mut transcript = begin(&Claim {
    key: &parameters.id,
    n: accumulator.n,
    z0: &accumulator.z0,
    zn: &accumulator.zn,
    running: &accumulator.running,
    c2: &accumulator.incoming.c,
    cycle: &accumulator.cycle,
    messages: &messages,
  });
  let before = transcript.clone();
  let mut tables = [folded.products.az, folded.products.bz, folded.products.cz];
  let mut beta = running.beta.clone();
  if order == Order::BetaReversed {
    beta.reverse();
  }
  let (outer, end) = sumcheck::prove_rows(&mut transcript, running.e, &beta, running.u, &mut tables, None).unwrap();
  let products = [tables[0][0], tables[1][0], tables[2][0]];
  let early = transcript.clone();
  transcript.scalars(b"abc", &products);
  let early = (order == Order::RhoEarly).then_some(early);
  let known = [running.u, running.x];
  let (inner, point, witness) = inner(
    &mut transcript,
    early,
    &parameters.shape,
    &end.point,
    products,
    &known,
    folded.w.clone(),
  );
  if order != Order::MercuryEarly {
    transcript.scalars(b"w", &[witness]);
  }
  let longer;
  let (bases, committed) = match beyond[..] {
    [] => (&parameters.bases, folded.w.clone()),
    _ => {
      longer = powers(folded.w.len() + beyond.len());
      (&longer, [&folded.w[..], &beyond].concat())
    }
  };
  let mercury = proving::mercury::prove(&mut transcript, bases, &running.c, &committed, &point, &witness);
  let cycle_proof = compress_cycle(parameters, accumulator, &mut transcript, before, order);
  Proof {
    zn: accumulator.zn.clone(),
    running: accumulator.running.clone(),
    c2: accumulator.incoming.c,
    cycle: accumulator.cycle.clone(),
    messages,
    spartan: spartan::Argument {
      outer,
      values: products,
      inner,
      witness,
    },
    mercury,
    cycle_proof,
  }
}

fn inner<F: Scalar>(
  transcript: &mut Transcript,
  early: Option<Transcript>,
  shape: &Shape<F>,
  row: &[F],
  [a, b, c]: [F; 3],
  known: &[F],
  witness: Vec<F>,
) -> (Vec<Round<F>>, Vec<F>, F) {
  let right: F = transcript.challenge(b"rho");
  let rho = early.map_or(right, |mut early| early.challenge(b"rho"));
  let mut weights = combined_columns(shape, &eq_table(row), [F::ONE, rho, rho.square()]);
  let public = weights.split_off(shape.variables);
  let share: F = public.iter().zip(known).map(|(weight, value)| *weight * value).sum();
  let mut pairs = [[weights, witness]];
  let claim = a + rho * (b + rho * c) - share;
  let (rounds, end) = sumcheck::prove_products(transcript, claim, &mut pairs).unwrap();
  (rounds, end.point, pairs[0][1][0])
}

fn compress_cycle(
  parameters: &Parameters,
  accumulator: &Accumulator,
  transcript: &mut Transcript,
  before: Transcript,
  order: Order,
) -> CycleProof {
  let (cycle, witness) = (&accumulator.cycle, &accumulator.cycle_witness);
  let taken = |transcript: &mut Transcript, early: Option<Transcript>, label: &[u8]| -> Fq {
    let right = transcript.challenge(label);
    early.map_or(right, |mut early| early.challenge(label))
  };
  let mut early = before;
  let tau: Vec<Fq> = (0..10)
    .map(|_| {
      let right: Fq = transcript.challenge(b"tau");
      let wrong = early.challenge(b"tau");
      if order == Order::TauEarly { wrong } else { right }
    })
    .collect();
  let mut known = vec![cycle.u_in_k()];
  known.extend(cycle.public());
  let mut tables = cycle_products(&witness.w, known[0], &cycle.public());
  let mut error = witness.e.clone();
  let (outer, end) = sumcheck::prove_rows(transcript, Fq::ZERO, &tau, known[0], &mut tables, Some(&mut error)).unwrap();
  let values = [tables[0][0], tables[1][0], tables[2][0], error[0]];
  transcript.scalars(b"abcE", &values);
  let abc = [values[0], values[1], values[2]];
  let (inner, inner_point, value) = inner(
    transcript,
    None,
    &cyclefold::SHAPE,
    &end.point,
    abc,
    &known,
    witness.w.clone(),
  );
  let early = (order == Order::ThetaEarly).then(|| transcript.clone());
  transcript.scalars(b"W", &[value]);
  let theta = taken(transcript, early, b"theta");
  let weighted = witness.e.iter().map(|e| theta * e).collect();
  let mut pairs = [
    [eq_table(&inner_point), witness.w.clone()],
    [eq_table(&end.point), weighted],
  ];
  let (joint, end) = sumcheck::prove_products(transcript, value + theta * values[3], &mut pairs).unwrap();
  let joint_values = [evaluate(&witness.w, &end.point), evaluate(&witness.e, &end.point)];
  let early = (order == Order::CombinerEarly).then(|| transcript.clone());
  transcript.scalars(b"joint", &joint_values);
  let c = taken(transcript, early, b"c");
  let vector: Vec<Fq> = witness.w.iter().zip(&witness.e).map(|(w, e)| *w + c * e).collect();
  let argument = inner_product::prove(
    transcript,
    &parameters.cycle_bases,
    &parameters.product,
    &(cycle.p + cycle.q * c).to_affine(),
    &vector,
    &end.point,
    &(joint_values[0] + c * joint_values[1]),
  );
  CycleProof {
    spartan: spartan::Argument {
      outer,
      values,
      inner,
      witness: value,
    },
    joint,
    joint_values,
    argument,
  }
}
