//! Verification of a compressed proof (folding-scheme §9), in the order of the specification. The start and the number of
//! steps are the caller's; of the proof's own claims only z_n comes out, and only once everything holds.

use super::{
  curve::H,
  cycle::{CycleRunning, MAX_STEPS},
  cyclefold,
  evaluation::{evaluate, public_columns},
  hashes::{io_hash, start_hash},
  inner_product,
  layout::Layout,
  mercury, nifs,
  proof::{CycleProof, Proof},
  relation::{Incoming, Running},
  statement::Claim,
  sumcheck::{self, Scalar, eq, eq_table},
  transcript::Transcript,
};
use crate::{
  engine::{Fq, Fr},
  error::{Code, Error, Result},
  sparse::Shape,
};
use halo2curves::{bn256::G2Affine, group::Curve};

/// All that verifying needs.
pub struct VerifierKey {
  pub id: [u8; 32],
  pub layout: Layout,
  pub shape: Shape<Fr>,
  pub pp: Fr,
  pub tau: G2Affine,
  pub cycle_bases: Vec<H>,
  pub product: H,
}

fn invalid(what: &'static str) -> Error {
  Error::new(Code::ProofInvalid, what)
}

fn check(holds: bool, what: &'static str) -> Result<()> {
  if holds { Ok(()) } else { Err(invalid(what)) }
}

/// The state after `n` steps from `z0`, which the proof proves.
pub fn verify(key: &VerifierKey, bytes: &[u8], n: u64, z0: &[Fr]) -> Result<Vec<Fr>> {
  let proof = Proof::decode(bytes, &key.layout)?;
  check((1..=MAX_STEPS).contains(&n), "the number of steps")?;
  check(z0.len() == key.layout.arity, "the length of the start state")?;
  check(proof.cycle.within_bounds(), "the bounds of CycleFold's sums")?;
  if n == 1 {
    let first = proof.running == Running::default_of(key.layout.log_rows) && proof.cycle == CycleRunning::default();
    check(first, "the instances of a first step")?;
  }
  let x = io_hash(start_hash(key.pp, z0), n, &proof.zn, &proof.running, &proof.cycle);
  let incoming = Incoming { c: proof.c2, x };
  let running = nifs::verify(&proof.running, &incoming, &proof.messages).running;
  let mut transcript = Claim {
    key: &key.id,
    n,
    z0,
    zn: &proof.zn,
    running: &proof.running,
    c2: &proof.c2,
    cycle: &proof.cycle,
    messages: &proof.messages,
  }
  .begin();

  let outer = sumcheck::verify(&mut transcript, running.e, &proof.outer, Some(&running.beta))
    .map_err(|_| invalid("the outer sum-check"))?;
  let [a, b, c] = proof.products;
  check(a * b - running.u * c == outer.claim, "the outer sum-check")?;
  transcript.scalars(b"abc", &proof.products);
  let point = verify_columns(
    &mut transcript,
    &key.shape,
    &outer.point,
    proof.products,
    &[running.u, running.x],
    &proof.inner,
    proof.witness,
  )
  .ok_or_else(|| invalid("the inner sum-check"))?;
  transcript.scalars(b"w", &[proof.witness]);
  check(
    mercury::verify(
      &mut transcript,
      &key.tau,
      &running.c,
      &point,
      &proof.witness,
      &proof.mercury,
    ),
    "the opening on BN254",
  )?;
  verify_cycle(key, &mut transcript, &proof.cycle, &proof.cycle_proof)?;
  Ok(proof.zn)
}

/// The point where the witness must have the value `witness`; None where the rounds do not lead there.
fn verify_columns<F: Scalar>(
  transcript: &mut Transcript,
  shape: &Shape<F>,
  row: &[F],
  values: [F; 3],
  public: &[F],
  rounds: &[sumcheck::Round<F>],
  witness: F,
) -> Option<Vec<F>> {
  let rho: F = transcript.challenge(b"rho");
  let rows = eq_table(row);
  let [a, b, c] = values;
  let share: F = public_columns(shape, rho, &rows)
    .iter()
    .zip(public)
    .map(|(weight, value)| *weight * value)
    .sum();
  let end = sumcheck::verify(transcript, a + rho * (b + rho * c) - share, rounds, None).ok()?;
  let matrix = evaluate(shape, rho, &rows, &eq_table(&end.point));
  (matrix * witness == end.claim).then_some(end.point)
}

fn verify_cycle(
  key: &VerifierKey,
  transcript: &mut Transcript,
  cycle: &CycleRunning,
  proof: &CycleProof,
) -> Result<()> {
  let tau: Vec<Fq> = (0..proof.outer.len()).map(|_| transcript.challenge(b"tau")).collect();
  let (u, public) = (cycle.u_in_k(), cycle.public());
  let outer = sumcheck::verify(transcript, ff::Field::ZERO, &proof.outer, Some(&tau))
    .map_err(|_| invalid("CycleFold's outer sum-check"))?;
  let [a, b, c, e] = proof.values;
  check(a * b - u * c - e == outer.claim, "CycleFold's outer sum-check")?;
  transcript.scalars(b"abcE", &proof.values);
  let mut known = vec![u];
  known.extend(public);
  let inner = verify_columns(
    transcript,
    &cyclefold::SHAPE,
    &outer.point,
    [a, b, c],
    &known,
    &proof.inner,
    proof.witness,
  )
  .ok_or_else(|| invalid("CycleFold's inner sum-check"))?;
  transcript.scalars(b"W", &[proof.witness]);
  let theta: Fq = transcript.challenge(b"theta");
  let joint = sumcheck::verify(transcript, proof.witness + theta * e, &proof.joint, None)
    .map_err(|_| invalid("CycleFold's joint sum-check"))?;
  let [w, error] = proof.joint_values;
  let expected = eq(&inner, &joint.point) * w + theta * eq(&outer.point, &joint.point) * error;
  check(expected == joint.claim, "CycleFold's joint sum-check")?;
  transcript.scalars(b"joint", &proof.joint_values);
  let c: Fq = transcript.challenge(b"c");
  let commitment = (cycle.p + cycle.q * c).to_affine();
  let opened = inner_product::verify(
    transcript,
    &key.cycle_bases,
    &key.product,
    &commitment,
    &joint.point,
    &(w + c * error),
    &proof.argument,
  );
  check(opened, "the opening on Grumpkin")
}
