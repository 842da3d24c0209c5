//! Whole chains of random circuits, engine against the textbook: equal instances after every step, equal verdicts on honest
//! and on broken accumulators. Two of them always; twenty, folded up to twenty times, where WSC_SOAK is set.

use super::{
  forger::{Lies, advance_under},
  reference_chain::{Cycle, Natural, Running, Shown, Taken, decide, fold, io_hash},
  scene,
};
use crate::common::R1csFile;
use ff::Field;
use rand_core::{RngCore, SeedableRng};
use wsc_folding::line::{
  curve::ENDOMORPHISM,
  cyclefold::{self, instance::CycleRunning},
  prover::{ivc::Accumulator, parameters::Parameters},
  relation,
};
use wsc_folding::{
  curves::{Fq, Fr},
  ptau::Powers,
  r1cs::R1cs,
};

type Random = rand_chacha::ChaCha20Rng;

/// A step: each element of the state becomes a product of two sums of inputs, bits and numbers of full size.
struct Step {
  arity: usize,
  bits: usize,
  numbers: usize,
  /// Wires summed on both sides, for each output.
  sums: Vec<[Vec<u32>; 2]>,
}

impl Step {
  fn of(random: &mut Random, arity: usize) -> Self {
    let (bits, numbers) = (1 + random.next_u32() as usize % 40, 1 + random.next_u32() as usize % 10);
    let first = 1 + arity as u32;
    let wires = arity as u32 + (bits + numbers) as u32;
    let mut sum = || {
      let mut wires: Vec<u32> = (0..1 + random.next_u32() % 4)
        .map(|_| first + random.next_u32() % wires)
        .collect();
      wires.sort();
      wires.dedup();
      wires
    };
    let sums = (0..arity).map(|_| [sum(), sum()]).collect();
    Step {
      arity,
      bits,
      numbers,
      sums,
    }
  }

  fn circuit(&self) -> R1cs {
    let private = (self.bits + self.numbers) as u32;
    let arity = self.arity as u32;
    let outputs: Vec<u32> = (1..=arity).collect();
    let bits: Vec<u32> = (1 + 2 * arity..1 + 2 * arity + self.bits as u32).collect();
    let mut rows: Vec<[&[u32]; 3]> = Vec::new();
    for (at, [a, b]) in self.sums.iter().enumerate() {
      rows.push([a, b, &outputs[at..=at]]);
    }
    rows.extend(bits.iter().map(|bit| [std::slice::from_ref(bit); 3]));
    let file = R1csFile::of([1 + 2 * arity + private, arity, arity, private], &rows);
    R1cs::parse(&file.bytes()).unwrap()
  }

  fn witness(&self, state: &[Fr], random: &mut Random) -> Vec<Fr> {
    let mut wires = vec![Fr::ONE];
    wires.extend(vec![Fr::ZERO; self.arity]);
    wires.extend(state);
    wires.extend((0..self.bits).map(|_| Fr::from(u64::from(random.next_u32() & 1))));
    wires.extend((0..self.numbers).map(|_| Fr::random(&mut *random)));
    for (at, [a, b]) in self.sums.iter().enumerate() {
      let sum = |side: &[u32]| -> Fr { side.iter().map(|wire| wires[*wire as usize]).sum() };
      wires[1 + at] = sum(a) * sum(b);
    }
    wires
  }
}

fn running_of(running: &relation::Running) -> Running {
  let relation::Running { c, u, x, e, beta } = running.clone();
  Running { c, u, x, e, beta }
}

fn cycle_of(cycle: &CycleRunning) -> Cycle {
  Cycle {
    p: cycle.p,
    q: cycle.q,
    u: natural(&cycle.u),
    x: cycle.x.iter().map(natural).collect(),
  }
}

fn natural(value: &Fr) -> Natural {
  Natural::of(value).trimmed()
}

fn decided(parameters: &Parameters, accumulator: &Accumulator) -> bool {
  decide(&Shown {
    shape: &parameters.shape,
    cycle_shape: &cyclefold::SHAPE,
    bases: &parameters.bases,
    cycle_bases: &parameters.cycle_bases,
    pp: parameters.pp,
    n: accumulator.n,
    z0: &accumulator.z0,
    zn: &accumulator.zn,
    running: &running_of(&accumulator.running),
    w: &accumulator.witness.w,
    c2: accumulator.incoming.c,
    x2: accumulator.incoming.x,
    w2: &accumulator.incoming_witness,
    cycle: &cycle_of(&accumulator.cycle),
    cycle_w: &accumulator.cycle_witness.w,
    cycle_e: &accumulator.cycle_witness.e,
  })
}

/// One change anywhere; some leave a lie that holds in all but one respect.
fn broken(accumulator: &Accumulator, random: &mut Random) -> Accumulator {
  let mut out = accumulator.clone();
  let any = random.next_u32() as usize;
  match random.next_u32() % 12 {
    0 => out.n += 1,
    1 => out.zn[any % accumulator.zn.len()] += Fr::ONE,
    2 => out.z0[any % accumulator.z0.len()] += Fr::ONE,
    3 => out.running.beta[any % 15] += Fr::ONE,
    4 => out.running.e += Fr::ONE,
    5 => out.running.u += Fr::ONE,
    6 => out.witness.w[any % 15_000] += Fr::ONE,
    7 => out.incoming_witness[any % 15_000] += Fr::ONE,
    8 => out.incoming.x += Fr::ONE,
    9 => out.cycle.x[any % 20] += Fr::from(2).pow_vartime([any as u64 % 253]),
    10 => out.cycle_witness.w[any % 600] += Fq::ONE,
    _ => out.cycle_witness.e[any % 600] += Fq::ONE,
  }
  out
}

/// One circuit, folded `folds` times.
fn chain(random: &mut Random, arity: usize, folds: u64) {
  let step = Step::of(random, arity);
  let scene = scene::parameters();
  let powers = |n: usize| {
    Ok(Powers {
      points: scene.bases[..n].to_vec(),
      tau_g2: scene.tau,
    })
  };
  let parameters = Parameters::new(&step.circuit(), powers).unwrap();
  let z0: Vec<Fr> = (0..arity).map(|_| Fr::random(&mut *random)).collect();
  let mut accumulator = Accumulator::begin(&parameters, &step.witness(&z0, random)).unwrap();
  let mut u = running_of(&relation::Running::default_of(parameters.layout.log_rows));
  let mut v = cycle_of(&CycleRunning::default());
  for n in 1..=folds {
    let x = io_hash(parameters.pp, &z0, n, &accumulator.zn, &u, &v);
    assert_eq!(accumulator.incoming.x, x);
    assert_eq!(
      (running_of(&accumulator.running), cycle_of(&accumulator.cycle)),
      (u.clone(), v.clone())
    );
    let messages = advance_under(&parameters, &accumulator, &Lies::NONE);
    let before = accumulator.clone();
    accumulator
      .fold(&parameters, &step.witness(&before.zn, random))
      .unwrap();
    let taken = Taken {
      shape: &parameters.shape,
      w1: &before.witness.w,
      w2: &before.incoming_witness,
      c2: before.incoming.c,
      x2: x,
      lambda: ENDOMORPHISM.lambda,
      p2: messages.cycle_messages.p2,
      pt: messages.cycle_messages.pt,
    };
    let (line, cross);
    (u, v, line, cross) = fold(&u, &v, &taken);
    assert_eq!((messages.messages.line, messages.messages.cross), (line, cross));
  }
  assert_eq!((running_of(&accumulator.running), cycle_of(&accumulator.cycle)), (u, v));
  assert!(accumulator.broken(&parameters).is_none() && decided(&parameters, &accumulator));
  for _ in 0..3 {
    let lie = broken(&accumulator, random);
    assert!(lie.broken(&parameters).is_some() && !decided(&parameters, &lie));
  }
}

#[test]
fn equal_the_textbooks() {
  let mut random = Random::seed_from_u64(20);
  if std::env::var_os("WSC_SOAK").is_none() {
    chain(&mut random, 2, 1);
    chain(&mut random, 15, 2);
    return;
  }
  for number in 0..20 {
    chain(&mut random, 1 + number % 15, 1 + number as u64);
  }
}
