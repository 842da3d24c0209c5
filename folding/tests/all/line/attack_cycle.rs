//! Attacks on CycleFold's part of a step (folding-scheme §12, items 2 to 4 and 11): folds in which its instance is a lie.

use super::{
  forger::{Lies, advance, on_top, refused, step},
  scene::{chain, parameters},
};
use ff::{Field, PrimeField};
use halo2curves::group::Curve;
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  curve::{ENDOMORPHISM, G, H},
  cyclefold::{self, PublicValues},
  prover::ivc::commit,
  relation::{RunningWitness, evaluate},
  sponge::challenge::Bits,
};

const CYCLE: &str = "a row of CycleFold's relation";
const CYCLE_OUTER: &str = "CycleFold's outer sum-check";

fn points_of(y: &PublicValues) -> (Bits, [G; 3]) {
  let word = |value: &Fq| u64::from_le_bytes(value.to_repr().as_ref()[..8].try_into().unwrap());
  let bits = Bits(u128::from(word(&y[0])) | u128::from(word(&y[1])) << 64);
  (bits, [2, 4, 6].map(|at| G { x: y[at], y: y[at + 1] }))
}

/// Item 2. CycleFold's public values are γ's words and the three points: a true sum of others is refused.
#[test]
fn cyclefold_of_other_values() {
  let honest = chain(3);
  let image = |p: G| G {
    x: p.x * ENDOMORPHISM.zeta,
    y: p.y,
  };
  type Other = fn(Bits, G, G, &dyn Fn(G) -> G) -> (Bits, G, G);
  let others: [Other; 6] = [
    |bits, c1, c2, _| (Bits(bits.0 ^ 1), c1, c2),
    |bits, c1, c2, _| (Bits(bits.0 ^ 1 << 64), c1, c2),
    |bits, c1, c2, image| (bits, image(c1), c2),
    |bits, c1, c2, _| (bits, -c1, c2),
    |bits, c1, c2, image| (bits, c1, image(c2)),
    |bits, c1, c2, _| (bits, c1, -c2),
  ];
  for other in others {
    let lie = |_, y: PublicValues| {
      let (bits, [c1, c2, _]) = points_of(&y);
      let (bits, c1, c2) = other(bits, c1, c2, &image);
      let sum = (c2 * bits.gamma() + c1).to_affine();
      let (wires, public) = cyclefold::witness(bits, &c1, &c2, &sum);
      (wires, Fq::ONE, public)
    };
    refused(
      &step(
        &honest,
        &Lies {
          cycle: &lie,
          ..Lies::NONE
        },
      ),
      CYCLE,
      CYCLE_OUTER,
    );
  }
}

/// Item 4. C* is a hint of the prover's: here one with a witness that satisfies everything but CycleFold.
#[test]
fn a_sum_that_is_none() {
  let honest = chain(3);
  let shape = &parameters().shape;
  let fold = advance(&honest, &Lies::NONE);
  let mut w = fold.witness.w.clone();
  w[1] += Fr::from(1000);
  // The wire `square` enters the errors linearly: one value of it makes the claim true again.
  let claim = |by: u64| {
    let mut w = w.clone();
    w[5] += Fr::from(by);
    evaluate(&RunningWitness::of(shape, &fold.running, w).error, &fold.running.beta)
  };
  let [zero, one, two] = [claim(0), claim(1), claim(2)];
  assert_eq!(two - one, one - zero);
  w[5] += (fold.running.e - zero) * (one - zero).invert().unwrap();
  let c = commit(&parameters().bases, &w);
  let mut lie = advance(
    &honest,
    &Lies {
      sum: &|_| c,
      ..Lies::NONE
    },
  );
  lie.witness = RunningWitness::of(shape, &lie.running, w);
  assert_ne!(c, fold.running.c);
  refused(
    &on_top(&honest, lie),
    "the commitment to CycleFold's error",
    "the opening on Grumpkin",
  );
  // Without such a witness it is just no commitment.
  let lie = Lies {
    sum: &|running| (running.c + running.c).to_affine(),
    ..Lies::NONE
  };
  refused(
    &step(&honest, &lie),
    "the running instance's commitment",
    "the opening on BN254",
  );
}

/// Items 3 and 11. CycleFold's incoming instance is strict: u = 1, no error; and P_T commits to the cross term.
#[test]
fn a_relaxed_instance_of_cyclefold() {
  let honest = chain(3);
  let doubled = |wires: Vec<Fq>, y: PublicValues| {
    let two = Fq::from(2);
    (wires.iter().map(|w| two * w).collect(), two, y.map(|y| two * y))
  };
  refused(
    &step(
      &honest,
      &Lies {
        cycle: &doubled,
        ..Lies::NONE
      },
    ),
    CYCLE,
    CYCLE_OUTER,
  );
  let (commitment, opening) = ("the commitment to CycleFold's error", "the opening on Grumpkin");
  let with_error = |mut wires: Vec<Fq>, y| {
    wires[200] += Fq::ONE;
    (wires, Fq::ONE, y)
  };
  refused(
    &step(
      &honest,
      &Lies {
        cycle: &with_error,
        ..Lies::NONE
      },
    ),
    commitment,
    opening,
  );
  for steps in [1, 3] {
    let lie = Lies {
      cycle_messages: &|mut messages| {
        messages.pt = if bool::from(halo2curves::group::prime::PrimeCurveAffine::is_identity(&messages.pt)) {
          H::generator()
        } else {
          H::default()
        };
        messages
      },
      ..Lies::NONE
    };
    refused(&step(&chain(steps), &lie), commitment, opening);
  }
  let lie = Lies {
    cycle_messages: &|mut messages| {
      messages.p2 = (messages.p2 + H::generator()).to_affine();
      messages
    },
    ..Lies::NONE
  };
  refused(&step(&honest, &lie), "the commitment to CycleFold's witness", opening);
}
