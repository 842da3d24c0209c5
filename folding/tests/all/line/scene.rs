//! A small chain that every test can do something to: parameters over a known τ, honest steps, what the next step is
//! told.

use super::forger::{Lies, advance};
use ff::Field;
use halo2curves::{
  bn256::{G1Affine, G2Affine},
  group::Curve,
};
use rayon::prelude::*;
use std::sync::{Mutex, OnceLock};
use wsc_folding::line::{
  augmented::{self, Inputs},
  circuit::builder::Builder,
  curve::point_limbs,
  cyclefold::instance::CycleMessages,
  fold::{hashes::start_hash, nifs::Messages},
  prover::{compress::compress, ivc::Accumulator, parameters::Parameters},
  relation::Running,
  sponge::poseidon,
  verifier::{key::Verifier, proof::Proof, verify::VerifierKey},
};
use wsc_folding::{curves::Fr, ptau::Powers, r1cs::R1cs, verifying::VerifyingKey};

pub fn parameters() -> &'static Parameters {
  static PARAMETERS: OnceLock<Parameters> = OnceLock::new();
  PARAMETERS.get_or_init(|| {
    let circuit = R1cs::parse(&crate::common::R1csFile::new().bytes()).unwrap();
    let powers = |n| {
      Ok(Powers {
        points: powers(n),
        tau_g2: (G2Affine::generator() * tau()).to_affine(),
      })
    };
    Parameters::new(&circuit, powers).unwrap()
  })
}

pub fn tau() -> Fr {
  Fr::from(0x7461_7521)
}

/// Powers of a known τ.
pub fn powers(n: usize) -> Vec<G1Affine> {
  let mut power = Fr::ONE;
  let scalars: Vec<Fr> = (0..n)
    .map(|_| {
      let this = power;
      power *= tau();
      this
    })
    .collect();
  scalars
    .par_iter()
    .map(|power| (G1Affine::generator() * power).to_affine())
    .collect()
}

/// As a verifier has it that was given the compact key.
pub fn verifier_key() -> VerifierKey {
  Verifier::load(&parameters().key().unwrap(), None).unwrap().into_key()
}

/// A compressed proof of all steps so far, whatever they are.
pub fn compressed(accumulator: &Accumulator) -> Proof {
  let parameters = parameters();
  crate::common::unwatched(|watch| compress(parameters, &parameters.id, accumulator, watch)).unwrap()
}

pub fn start() -> [Fr; 2] {
  [Fr::from(3), Fr::from(4)]
}

/// Wires of one step from a state.
pub fn wires(state: &[Fr], x: u64) -> Vec<Fr> {
  let (bytes, _) = crate::common::witness([state[0], state[1]], x);
  wsc_folding::field::decode_vec(&bytes).unwrap()
}

/// Honest steps. All tests share them.
pub fn chain(steps: u64) -> Accumulator {
  static CHAIN: Mutex<Vec<Accumulator>> = Mutex::new(Vec::new());
  let mut chain = CHAIN.lock().unwrap();
  while (chain.len() as u64) < steps {
    let number = chain.len() as u64;
    let next = match chain.last() {
      None => Accumulator::begin(parameters(), &wires(&start(), 5)).unwrap(),
      Some(last) => {
        let mut next = last.clone();
        next.fold(parameters(), &wires(&last.zn, 5 + number)).unwrap();
        next
      }
    };
    chain.push(next);
  }
  chain[steps as usize - 1].clone()
}

/// What a fold gives to the step that proves it: messages, C*, CycleFold's messages.
pub struct Fold {
  pub messages: Messages,
  pub sum: G1Affine,
  pub cycle_messages: CycleMessages,
}

/// What the step after an accumulator's last is told, `wires` being its step circuit's.
pub fn told<'a>(accumulator: &'a Accumulator, fold: &'a Fold, wires: &'a [Fr]) -> Inputs<'a> {
  let parameters = parameters();
  Inputs {
    pp: parameters.pp,
    start: start_hash(parameters.pp, &accumulator.z0),
    i: accumulator.n,
    before: &accumulator.zn,
    after: &wires[1..1 + parameters.layout.arity],
    running: &accumulator.running,
    cycle: &accumulator.cycle,
    c1: point_limbs(&accumulator.running.c),
    c2: point_limbs(&accumulator.incoming.c),
    messages: &fold.messages,
    sum: point_limbs(&fold.sum),
    cycle_messages: fold.cycle_messages.clone(),
  }
}

/// What the first step is told, given the hash of its start.
pub fn told_first<T>(parameters: &Parameters, start: Fr, wires: &[Fr], with: impl FnOnce(&Inputs<'_>) -> T) -> T {
  let (arity, log_rows) = (parameters.layout.arity, parameters.layout.log_rows);
  let (messages, cycle_messages) = Inputs::no_messages(log_rows);
  with(&Inputs {
    pp: parameters.pp,
    start,
    i: 0,
    before: &wires[1 + arity..1 + 2 * arity],
    after: &wires[1..1 + arity],
    running: &Running::default_of(log_rows),
    c1: Default::default(),
    cycle: &Default::default(),
    c2: Default::default(),
    messages: &messages,
    sum: Default::default(),
    cycle_messages,
  })
}

/// The augmentation of an honest step with all its names: step number `i`, counted from 0.
pub fn recorded_step(i: u64) -> (Builder<Fr>, Vec<Fr>) {
  let parameters = parameters();
  let mut cs = Builder::recording(parameters.layout.first());
  if i == 0 {
    let wires = wires(&start(), 5);
    let start = start_hash(parameters.pp, &start());
    told_first(parameters, start, &wires, |inputs| {
      augmented::write(&mut cs, &poseidon::PARAMETERS, &parameters.layout, inputs)
    });
    return (cs, wires);
  }
  let accumulator = chain(i);
  let advance = advance(&accumulator, &Lies::NONE);
  let fold = Fold {
    messages: advance.messages,
    sum: advance.running.c,
    cycle_messages: advance.cycle_messages,
  };
  let wires = wires(&accumulator.zn, 99);
  let inputs = told(&accumulator, &fold, &wires);
  augmented::write(&mut cs, &poseidon::PARAMETERS, &parameters.layout, &inputs);
  (cs, wires)
}
