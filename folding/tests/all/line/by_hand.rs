//! The engine's steps by hand, hash by hash: by the textbook's sponge, whose constants may be others, and with points that go
//! by names of the prover's choice.

use super::{
  forged_proof::LastFold,
  forger::last_step,
  scene::{told_first, wires},
  textbook::{Constants, sponge_over},
};
use ff::Field;
use halo2curves::group::Curve;
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  augmented::Inputs,
  curve::{G, PointLimbs, point_limbs},
  cyclefold::{
    self,
    instance::{self, CycleMessages, cycle_products},
  },
  fold::{line::line_polynomial, nifs::Messages},
  prover::{ivc::Accumulator, parameters::Parameters},
  relation::{Running, RunningWitness, evaluate},
  sponge::{
    challenge::Bits,
    poseidon::{Permutation, WIDTH},
  },
};

const START: u64 = 1;
const FOLD: u64 = 3;

/// A name of a point: its limbs.
pub type Name = fn(&G) -> PointLimbs;

/// An engine over constants of its own; `permutation` has the same as `constants`.
pub struct Engine<'a> {
  pub parameters: &'a Parameters,
  pub constants: &'a Constants,
  pub permutation: &'a Permutation<WIDTH>,
}

/// A chain, and the name by which its last step hashed the commitment of U.
#[derive(Clone)]
pub struct Named {
  pub accumulator: Accumulator,
  pub name: PointLimbs,
}

/// What a fold gives, before C* has a name.
pub struct Folded {
  pub last: LastFold,
  gamma: Bits,
  /// What the sponge of the fold absorbed, block after block.
  blocks: [Vec<Fr>; 3],
}

impl Engine<'_> {
  fn start(&self, z0: &[Fr]) -> Fr {
    sponge_over(self.constants, START, &[&[&[self.parameters.pp], z0].concat()])[0][0]
  }

  /// A chain of one step.
  pub fn begin(&self, z0: &[Fr]) -> Named {
    let Engine {
      parameters,
      permutation,
      ..
    } = self;
    let wires = wires(z0, 5);
    let (incoming, incoming_witness, products) = told_first(parameters, self.start(z0), &wires, |inputs| {
      last_step(parameters, permutation, &wires, inputs)
    });
    Named {
      name: Default::default(),
      accumulator: Accumulator {
        n: 1,
        z0: z0.to_vec(),
        zn: wires[1..1 + z0.len()].to_vec(),
        running: Running::default_of(parameters.layout.log_rows),
        witness: RunningWitness::default_of(&parameters.shape),
        incoming,
        incoming_witness,
        products,
        cycle: Default::default(),
        cycle_witness: Default::default(),
      },
    }
  }

  /// Folds a chain's last instance; its commitment goes by the name `c2`.
  pub fn fold(&self, chain: &Accumulator, c2: Name) -> Folded {
    let sponge = |blocks: &[&[Fr]]| sponge_over(self.constants, FOLD, blocks).pop().unwrap();
    let Accumulator { running, incoming, .. } = chain;
    let first = [&[incoming.x], &c2(&incoming.c)[..]].concat();
    let t = sponge(&[&first]);
    let delta: Vec<Fr> = t.iter().zip(&running.beta).map(|(t, beta)| *t - beta).collect();
    let line = line_polynomial(&chain.witness.error, &running.beta, &delta)[1..].to_vec();
    let alpha = sponge(&[&first, &line])[0];
    let beta: Vec<Fr> = running.beta.iter().zip(&delta).map(|(b, d)| *b + alpha * d).collect();
    let on_line = line.iter().rev().fold(Fr::ZERO, |sum, c| (sum + c) * alpha) + running.e;
    let (own, new) = (&chain.witness.products, &chain.products);
    let cross: Vec<Fr> = (0..own.az.len())
      .map(|i| own.az[i] * new.bz[i] + new.az[i] * own.bz[i] - running.u * new.cz[i] - own.cz[i])
      .collect();
    let cross = evaluate(&cross, &beta);
    let gamma = Bits::of(&sponge(&[&first, &line, &[cross]])[0]);
    let weight = gamma.gamma();
    let after = Running {
      c: (running.c + incoming.c * weight).to_affine(),
      u: running.u + weight,
      x: running.x + weight * incoming.x,
      e: on_line + weight * cross,
      beta,
    };
    let pairs = chain.witness.w.iter().zip(&chain.incoming_witness);
    let w = pairs.map(|(a, b)| *a + weight * b).collect();
    Folded {
      gamma,
      blocks: [first, line.clone(), vec![cross]],
      last: LastFold {
        witness: RunningWitness::of(&self.parameters.shape, &after, w),
        running: after,
        messages: Messages { line, cross },
        beyond: Vec::new(),
      },
    }
  }

  /// The next step: C₂ of the fold before it, and C*, go by these names.
  pub fn step(&self, chain: &Named, c2: Name, sum: Name) -> Named {
    let Engine {
      parameters,
      permutation,
      ..
    } = self;
    let before = &chain.accumulator;
    let Folded { last, gamma, blocks } = self.fold(before, c2);
    let (c2, sum) = (c2(&before.incoming.c), sum(&last.running.c));

    let (cycle_wires, public) = cyclefold::witness(gamma, &before.running.c, &before.incoming.c, &last.running.c);
    let incoming = cycle_products(&cycle_wires, Fq::ONE, &public);
    let u = before.cycle.u_in_k();
    let own = cycle_products(&before.cycle_witness.w, u, &before.cycle.public());
    let cross = instance::cross_term(&own, &incoming, u);
    let bases = &parameters.cycle_bases;
    let cycle_messages = CycleMessages {
      p2: instance::commit(bases, &cycle_wires),
      pt: instance::commit(bases, &cross),
    };
    let CycleMessages { p2, pt } = &cycle_messages;
    let block = [&sum[..], &[p2.x, p2.y, pt.x, pt.y]].concat();
    let [first, line, k] = &blocks;
    let squeezed = sponge_over(self.constants, FOLD, &[first, line, k, &block])
      .pop()
      .unwrap();
    let r = Bits::of(&squeezed[0]);
    let words = [Fr::from(gamma.s()), Fr::from(gamma.t())];
    let sums = [&words[..], &chain.name, &c2, &sum].concat().try_into().unwrap();
    let mut cycle_witness = before.cycle_witness.clone();
    instance::add(&mut cycle_witness.w, &cycle_wires, r.r_in_k());
    instance::add(&mut cycle_witness.e, &cross, r.r_in_k());

    let wires = wires(&before.zn, 5 + before.n);
    let after = &wires[1..1 + before.zn.len()];
    let inputs = Inputs {
      pp: parameters.pp,
      start: self.start(&before.z0),
      i: before.n,
      before: &before.zn,
      after,
      running: &before.running,
      c1: chain.name,
      cycle: &before.cycle,
      c2,
      messages: &last.messages,
      sum,
      cycle_messages: cycle_messages.clone(),
    };
    let (incoming, incoming_witness, products) = last_step(parameters, permutation, &wires, &inputs);
    Named {
      name: sum,
      accumulator: Accumulator {
        n: before.n + 1,
        z0: before.z0.clone(),
        zn: after.to_vec(),
        cycle: instance::fold(&before.cycle, &sums, &cycle_messages, r),
        running: last.running,
        witness: last.witness,
        incoming,
        incoming_witness,
        products,
        cycle_witness,
      },
    }
  }

  /// A chain of honest names.
  pub fn chain(&self, z0: &[Fr], steps: u64) -> Named {
    (1..steps).fold(self.begin(z0), |chain, _| self.step(&chain, point_limbs, point_limbs))
  }
}
