//! Attacks on the chain (folding-scheme §12, items 1, 3, 9, 13, 14, 16, 21, 22): accumulators that are lies, each
//! refused by the native decider and, compressed, by the product's verifier.

use super::{
  forged_proof::{LastFold, Order, compress_folded},
  forger::{Lies, OUTER, accepted, advance, judged, key, refused, rehashed, retabled, step},
  scene::{chain, compressed, parameters, powers},
};
use ff::{Field, PrimeField};
use halo2curves::group::Curve;
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  curve::{G, H},
  prover::ivc::{Accumulator, commit},
  verifier::verify::verify,
};

const HASH: &str = "the hash of the last step";
const ROW: &str = "a row of the last step";
const CLAIM: &str = "the running instance's claim";

/// A lie about what the last step hashed: as it is; with the hash made to fit; and with an honest step on top.
fn refused_three_ways(change: &dyn Fn(&mut Accumulator)) {
  let mut lie = chain(3);
  change(&mut lie);
  let lie = retabled(lie);
  refused(&lie, HASH, OUTER);
  let fitting = rehashed(lie);
  refused(&fitting, ROW, OUTER);
  refused(&step(&fitting, &Lies::NONE), CLAIM, OUTER);
}

#[test]
fn the_honest_twin() {
  for steps in 1..=3 {
    accepted(&chain(steps));
  }
  accepted(&step(&chain(3), &Lies::NONE));
}

/// Item 1. V is in the hash; U and V are of one step.
#[test]
fn instances_of_different_steps() {
  let older = chain(2);
  refused_three_ways(&|lie| {
    lie.cycle = older.cycle.clone();
    lie.cycle_witness = older.cycle_witness.clone();
  });
  refused_three_ways(&|lie| {
    lie.running = older.running.clone();
    lie.witness = older.witness.clone();
  });
}

/// Items 1, 3, 9, 13, 14, 21. Everything that the hash binds, in any field.
#[test]
fn what_the_hash_binds() {
  refused_three_ways(&|lie| lie.zn[1] += Fr::ONE);
  refused_three_ways(&|lie| lie.z0[0] += Fr::ONE);
  refused_three_ways(&|lie| lie.n = 5);
  refused_three_ways(&|lie| lie.running.u += Fr::ONE);
  refused_three_ways(&|lie| lie.running.e += Fr::ONE);
  refused_three_ways(&|lie| lie.running.beta[14] += Fr::ONE);
  refused_three_ways(&|lie| lie.cycle.u += Fr::ONE);
  // The same y by other sums: 2^85 from one limb to the next.
  refused_three_ways(&|lie| {
    lie.cycle.x[2] += Fr::from(2).pow_vartime([85]);
    lie.cycle.x[3] -= Fr::ONE;
  });
  // q more, as far as F can say it: the same y mod q if it were an integer.
  let most = (-Fq::ONE).to_repr();
  let bytes = most.as_ref().iter().rev();
  let modulus_of_k = bytes.fold(Fr::ZERO, |sum, byte| sum * Fr::from(256) + Fr::from(u64::from(*byte))) + Fr::ONE;
  refused_three_ways(&|lie| lie.cycle.x[2] += modulus_of_k);
}

/// Items 9, 13, 16 and 21: bounds, n, first steps.
#[test]
fn bounds() {
  let bounds = "the bounds of CycleFold's sums";
  for change in [-Fr::ONE, Fr::from(2).pow_vartime([253])] {
    let mut lie = chain(3);
    lie.cycle.x[2] = change;
    refused(&lie, bounds, bounds);
    refused(&rehashed(lie), bounds, bounds);
  }
  let mut lie = chain(3);
  lie.cycle.x[1] = Fr::from(2).pow_vartime([232]);
  refused(&lie, bounds, bounds);
  let mut lie = chain(3);
  lie.cycle.u = Fr::from(2).pow_vartime([168]);
  refused(&lie, bounds, bounds);
  for n in [0, (1 << 38) + 1] {
    let mut lie = chain(2);
    lie.n = n;
    refused(&lie, "the number of steps", "the number of steps");
  }
  let first = "the instances of a first step";
  let mut lie = chain(3);
  lie.n = 1;
  refused(&rehashed(lie), first, first);
  let mut lie = chain(1);
  lie.running.e = Fr::ONE;
  refused(&rehashed(lie), first, first);
  let mut lie = chain(1);
  lie.cycle.q = H::generator();
  refused(&rehashed(lie), first, first);
  // A first step as a second, a neutral commitment.
  let mut lie = chain(1);
  lie.n = 2;
  refused(&lie, HASH, OUTER);
  let honest = chain(3);
  let mut proof = compressed(&honest);
  proof.c2 = G::default();
  assert_eq!(
    judged(&proof, &honest),
    Err("the commitment of the last step is neutral".into())
  );
  let mut proof = compressed(&honest);
  proof.running.c = G::default();
  assert_eq!(judged(&proof, &honest), Err(OUTER.into()));
}

/// Item 22. Columns that no row uses say nothing: with anything in them a chain holds all the same.
#[test]
fn unused_columns() {
  let fill = |mut accumulator: Accumulator| {
    let last = accumulator.incoming_witness.len() - 1;
    accumulator.incoming_witness[last] = Fr::from(5);
    accumulator.incoming_witness[last - 9] = -Fr::ONE;
    accumulator.incoming.c = commit(&parameters().bases, &accumulator.incoming_witness);
    accumulator
  };
  let filled = fill(chain(2));
  accepted(&filled);
  accepted(&fill(step(&filled, &Lies::NONE)));
}

/// Item 22. A commitment to more coefficients than the circuit has variables: the powers for it are in every file of the
/// ceremony. The decider, which has no further powers, refuses it. A verifier cannot tell: the opening is that of the
/// polynomial's first coefficients, which are the witness, and all that is proved is proved of them.
#[test]
fn powers_beyond_the_variables() {
  let honest = chain(2);
  let variables = honest.incoming_witness.len();
  let all = powers(2 * variables);
  let high: Vec<Fr> = (1..=variables as u64).map(|n| Fr::from(n * n + 7)).collect();
  let committed = commit(&all[variables..], &high);
  let longer = |mut accumulator: Accumulator| {
    accumulator.incoming.c = (accumulator.incoming.c + committed).to_affine();
    accumulator
  };
  // A prover who opens all that it committed to; `factor` is what the running instance has of it already.
  let opened = |accumulator: &Accumulator, factor: Fr, last: bool| {
    let fold = advance(accumulator, &Lies::NONE);
    let gamma = fold.running.u - accumulator.running.u;
    let factor = if last { factor + gamma } else { factor };
    let folded = LastFold {
      running: fold.running,
      witness: fold.witness,
      messages: fold.messages,
      beyond: high.iter().map(|value| factor * value).collect(),
    };
    compress_folded(parameters(), accumulator, folded, &|claim| claim.begin(), Order::Right)
  };
  let opening = "the opening on BN254";
  let last = longer(honest.clone());
  refused(&last, "the commitment of the last step", opening);
  assert_eq!(judged(&opened(&last, Fr::ZERO, true), &last), Ok(honest.zn.clone()));
  // With honest steps on top it is in the running instance.
  let later = step(&last, &Lies::NONE);
  refused(&later, "the running instance's commitment", opening);
  let factor = later.running.u - last.running.u;
  assert_eq!(judged(&opened(&later, factor, false), &later), Ok(later.zn.clone()));
  // It hides nothing: a broken row is as broken as ever.
  let mut broken = last;
  broken.incoming_witness[2] += Fr::ONE;
  refused(&rehashed(broken.clone()), ROW, OUTER);
  assert_eq!(
    judged(&opened(&rehashed(broken.clone()), Fr::ZERO, true), &broken),
    Err(OUTER.into())
  );
}

/// Items 13 and 14: start and number of steps are the caller's.
#[test]
fn another_statement() {
  let honest = chain(3);
  let bytes = compressed(&honest).encode();
  let judged = |n: u64, z0: &[Fr]| verify(key(), &bytes, n, z0).map_err(|error| error.message);
  assert_eq!(judged(3, &honest.z0), Ok(honest.zn.clone()));
  for n in [2, 4, u64::MAX >> 27] {
    assert_eq!(judged(n, &honest.z0), Err(OUTER.into()));
  }
  for n in [0, (1 << 38) + 1, u64::MAX] {
    assert_eq!(judged(n, &honest.z0), Err("the number of steps".into()));
  }
  assert_eq!(judged(1, &honest.z0), Err("the instances of a first step".into()));
  assert_eq!(judged(3, &honest.zn), Err(OUTER.into()));
  assert_eq!(judged(3, &honest.z0[..1]), Err("the length of the start state".into()));
}
