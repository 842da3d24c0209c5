//! Compression (folding-scheme §9): the last fold, one Spartan proof for the running instance, one for CycleFold's.

use super::{
  cycle::{CycleRunning, CycleWitness, cycle_products},
  cyclefold, inner_product,
  ivc::Accumulator,
  mercury, nifs,
  parameters::Parameters,
  proof::{CycleProof, Proof},
  statement::{Claim, columns},
  sumcheck::{self, Scalar, ZeroWeight, eq_table},
  transcript::Transcript,
};
use crate::{
  engine::Fq,
  error::{Error, Result},
  scheme::Watch,
  sparse::Shape,
};
use ff::Field;

/// The last fold, the sum-checks, the opening on BN254, the proof over Grumpkin.
const STAGES: u32 = 4;

fn bad_luck(_: ZeroWeight) -> Error {
  Error::internal("a challenge of zero: compress again after one more step")
}

/// One proof of all steps so far. `key` is the key id that the verifier will use. The caller may stop it between its
/// stages.
pub fn compress(parameters: &Parameters, key: &[u8; 32], accumulator: &Accumulator, watch: Watch<'_>) -> Result<Proof> {
  let Parameters { shape, bases, .. } = parameters;
  watch.stage("compress", 0, STAGES)?;
  let mut folded_witness = accumulator.witness.clone();
  let (messages, folded) = nifs::prove(
    &accumulator.running,
    &mut folded_witness,
    &accumulator.incoming,
    &accumulator.incoming_witness,
    &accumulator.products,
  );
  let running = folded.running;
  let c2 = accumulator.incoming.c;
  let mut transcript = Claim {
    key,
    n: accumulator.n,
    z0: &accumulator.z0,
    zn: &accumulator.zn,
    running: &accumulator.running,
    c2: &c2,
    cycle: &accumulator.cycle,
    messages: &messages,
  }
  .begin();

  watch.stage("compress", 1, STAGES)?;
  let products = folded_witness.products;
  let mut tables = [products.az, products.bz, products.cz];
  let (outer, outer_end) =
    sumcheck::prove_rows(&mut transcript, running.e, &running.beta, running.u, &mut tables, None).map_err(bad_luck)?;
  let values = [tables[0][0], tables[1][0], tables[2][0]];
  let (inner, inner_point, witness) = prove_columns(
    &mut transcript,
    shape,
    &outer_end.point,
    values,
    &[running.u, running.x],
    folded_witness.w.clone(),
    |transcript, _| transcript.scalars(b"abc", &values),
  )?;
  transcript.scalars(b"w", &[witness]);
  watch.stage("compress", 2, STAGES)?;
  let mercury = mercury::prove(
    &mut transcript,
    bases,
    &running.c,
    &folded_witness.w,
    &inner_point,
    &witness,
  );
  watch.stage("compress", 3, STAGES)?;
  let cycle_proof = compress_cycle(
    parameters,
    &mut transcript,
    &accumulator.cycle,
    &accumulator.cycle_witness,
  )?;
  // Not a place to stop: the proof is made.
  (watch.report)("compress", STAGES, STAGES);
  Ok(Proof {
    zn: accumulator.zn.clone(),
    running: accumulator.running.clone(),
    c2,
    cycle: accumulator.cycle.clone(),
    messages,
    outer,
    products: values,
    inner,
    witness,
    mercury,
    cycle_proof,
  })
}

type Columns<F> = (Vec<sumcheck::Round<F>>, Vec<F>, F);

/// The inner sum-check: rounds, point, and the witness's value there. `absorb` puts the outer values into the transcript.
fn prove_columns<F: Scalar>(
  transcript: &mut Transcript,
  shape: &Shape<F>,
  row: &[F],
  values: [F; 3],
  public: &[F],
  witness: Vec<F>,
  absorb: impl FnOnce(&mut Transcript, &[F; 3]),
) -> Result<Columns<F>> {
  absorb(transcript, &values);
  let rho: F = transcript.challenge(b"rho");
  let (weights, public_weights) = columns(shape, rho, row);
  let [a, b, c] = values;
  let share: F = public_weights
    .iter()
    .zip(public)
    .map(|(weight, value)| *weight * value)
    .sum();
  let claim = a + rho * (b + rho * c) - share;
  let mut pairs = [[weights, witness]];
  let (rounds, end) = sumcheck::prove_products(transcript, claim, &mut pairs).map_err(bad_luck)?;
  Ok((rounds, end.point, pairs[0][1][0]))
}

fn compress_cycle(
  parameters: &Parameters,
  transcript: &mut Transcript,
  cycle: &CycleRunning,
  witness: &CycleWitness,
) -> Result<CycleProof> {
  let shape = &*cyclefold::SHAPE;
  let (u, public) = (cycle.u_in_k(), cycle.public());
  let rounds = cyclefold::SIZE.ilog2() as usize;
  let tau: Vec<Fq> = (0..rounds).map(|_| transcript.challenge(b"tau")).collect();
  let mut tables = cycle_products(&witness.w, u, &public);
  let mut error = witness.e.clone();
  let (outer, outer_end) =
    sumcheck::prove_rows(transcript, Fq::ZERO, &tau, u, &mut tables, Some(&mut error)).map_err(bad_luck)?;
  let values = [tables[0][0], tables[1][0], tables[2][0], error[0]];
  let mut known = vec![u];
  known.extend(public);
  let (inner, inner_point, value) = prove_columns(
    transcript,
    shape,
    &outer_end.point,
    [values[0], values[1], values[2]],
    &known,
    witness.w.clone(),
    |transcript, _| transcript.scalars(b"abcE", &values),
  )?;
  transcript.scalars(b"W", &[value]);
  let theta: Fq = transcript.challenge(b"theta");
  let mut pairs = [
    [eq_table(&inner_point), witness.w.clone()],
    [
      eq_table(&outer_end.point),
      witness.e.iter().map(|e| theta * e).collect(),
    ],
  ];
  let (joint, end) = sumcheck::prove_products(transcript, value + theta * values[3], &mut pairs).map_err(bad_luck)?;
  let at_end = |table: &[Fq]| super::relation::evaluate(table, &end.point);
  let joint_values = [at_end(&witness.w), at_end(&witness.e)];
  transcript.scalars(b"joint", &joint_values);
  let c: Fq = transcript.challenge(b"c");
  let vector: Vec<Fq> = witness.w.iter().zip(&witness.e).map(|(w, e)| *w + c * e).collect();
  let commitment = halo2curves::group::Curve::to_affine(&(cycle.p + cycle.q * c));
  let argument = inner_product::prove(
    transcript,
    &parameters.cycle_bases,
    &parameters.product,
    &commitment,
    &vector,
    &end.point,
    &(joint_values[0] + c * joint_values[1]),
  );
  Ok(CycleProof {
    outer,
    values,
    inner,
    witness: value,
    joint,
    joint_values,
    argument,
  })
}
