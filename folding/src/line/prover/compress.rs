//! Compression (folding-scheme §9): the last fold, one Spartan proof for the running instance, one for CycleFold's.

use super::{ivc::Accumulator, parameters::Parameters};
use crate::{
  curves::Fq,
  error::Result,
  line::{
    argument::{
      inner_product,
      proving::{self, spartan::bad_luck},
      spartan,
      sumcheck::{self, eq_table},
      transcript::Transcript,
    },
    cyclefold::{
      self,
      instance::{CycleRunning, CycleWitness, cycle_products},
    },
    fold::nifs,
    verifier::{
      proof::{CycleProof, Proof},
      statement::Claim,
    },
  },
  scheme::Watch,
};
use ff::Field;

/// The last fold, the sum-checks, the opening on BN254, the proof over Grumpkin.
const STAGES: u32 = 4;

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
  let claim = spartan::Claim {
    shape,
    weights: &running.beta,
    sum: running.e,
    public: &[running.u, running.x],
  };
  let tables = [products.az, products.bz, products.cz];
  let (spartan, points) = proving::spartan::prove(&mut transcript, &claim, tables, None, folded_witness.w.clone())?;
  watch.stage("compress", 2, STAGES)?;
  let mercury = proving::mercury::prove(
    &mut transcript,
    bases,
    &running.c,
    &folded_witness.w,
    &points.column,
    &spartan.witness,
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
    spartan,
    mercury,
    cycle_proof,
  })
}

fn compress_cycle(
  parameters: &Parameters,
  transcript: &mut Transcript,
  cycle: &CycleRunning,
  witness: &CycleWitness,
) -> Result<CycleProof> {
  let shape = &*cyclefold::SHAPE;
  let rounds = shape.constraints.ilog2() as usize;
  let tau: Vec<Fq> = (0..rounds).map(|_| transcript.challenge(b"tau")).collect();
  let tables = cycle_products(&witness.w, cycle.u_in_k(), &cycle.public());
  let mut public = vec![cycle.u_in_k()];
  public.extend(cycle.public());
  let claim = spartan::Claim {
    shape,
    weights: &tau,
    sum: Fq::ZERO,
    public: &public,
  };
  let error = Some(witness.e.clone());
  let (spartan, points) = proving::spartan::prove(transcript, &claim, tables, error, witness.w.clone())?;
  let (value, error_value) = (spartan.witness, spartan.values[3]);
  let theta: Fq = transcript.challenge(b"theta");
  let mut pairs = [
    [eq_table(&points.column), witness.w.clone()],
    [eq_table(&points.row), witness.e.iter().map(|e| theta * e).collect()],
  ];
  let (joint, end) = sumcheck::prove_products(transcript, value + theta * error_value, &mut pairs).map_err(bad_luck)?;
  let at_end = |table: &[Fq]| crate::line::relation::evaluate(table, &end.point);
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
    spartan,
    joint,
    joint_values,
    argument,
  })
}
