//! Verification of a compressed proof (folding-scheme §9), in the order of the specification. The start and the number of
//! steps are the caller's; of the proof's own claims only z_n comes out, and only once everything holds.

use super::{
  proof::{CycleProof, Proof},
  statement::Claim,
};
use crate::{
  curves::{Fq, Fr},
  error::{Code, Error, Result},
  line::{
    argument::{
      inner_product, mercury,
      spartan::{self, Half},
      sumcheck::{self, eq},
      transcript::Transcript,
    },
    curve::H,
    cyclefold::{
      self,
      instance::{CycleRunning, MAX_STEPS},
    },
    fold::{
      hashes::{io_hash, start_hash},
      nifs,
    },
    layout::Layout,
    relation::{Incoming, Running},
  },
  sparse::Shape,
};
use ff::Field;
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

  let claim = spartan::Claim {
    shape: &key.shape,
    weights: &running.beta,
    sum: running.e,
    public: &[running.u, running.x],
  };
  let points = spartan::verify(&mut transcript, &claim, &proof.spartan).map_err(|half| match half {
    Half::Outer => invalid("the outer sum-check"),
    Half::Inner => invalid("the inner sum-check"),
  })?;
  check(
    mercury::verify(
      &mut transcript,
      &key.tau,
      &running.c,
      &points.column,
      &proof.spartan.witness,
      &proof.mercury,
    ),
    "the opening on BN254",
  )?;
  verify_cycle(key, &mut transcript, &proof.cycle, &proof.cycle_proof)?;
  Ok(proof.zn)
}

fn verify_cycle(
  key: &VerifierKey,
  transcript: &mut Transcript,
  cycle: &CycleRunning,
  proof: &CycleProof,
) -> Result<()> {
  let rows = cyclefold::SHAPE.constraints.ilog2();
  let tau: Vec<Fq> = (0..rows).map(|_| transcript.challenge(b"tau")).collect();
  let mut public = vec![cycle.u_in_k()];
  public.extend(cycle.public());
  let claim = spartan::Claim {
    shape: &cyclefold::SHAPE,
    weights: &tau,
    sum: Fq::ZERO,
    public: &public,
  };
  let points = spartan::verify(transcript, &claim, &proof.spartan).map_err(|half| match half {
    Half::Outer => invalid("CycleFold's outer sum-check"),
    Half::Inner => invalid("CycleFold's inner sum-check"),
  })?;
  let (witness, e) = (proof.spartan.witness, proof.spartan.values[3]);
  let theta: Fq = transcript.challenge(b"theta");
  let joint = sumcheck::verify(transcript, witness + theta * e, &proof.joint, None)
    .map_err(|_| invalid("CycleFold's joint sum-check"))?;
  let [w, error] = proof.joint_values;
  let expected = eq(&points.column, &joint.point) * w + theta * eq(&points.row, &joint.point) * error;
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
