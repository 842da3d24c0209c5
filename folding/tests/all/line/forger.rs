//! A dishonest prover, made of the engine's pieces: it takes steps from instances that are lies and sends other messages.
//! Whatever it lies about, the rest of what it makes is consistent.

use super::scene::{Fold, compressed, parameters, told, verifier_key};
use ff::Field;
use std::sync::OnceLock;
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  argument::{spartan, sumcheck},
  augmented::{self, Inputs},
  circuit::builder::Builder,
  curve::G,
  cyclefold::{
    self,
    instance::{self, CycleMessages, CycleRunning, CycleWitness, cycle_products},
  },
  fold::{
    hashes::{io_hash, start_hash},
    nifs::{self, Messages},
  },
  prover::{
    ivc::{Accumulator, commit},
    parameters::Parameters,
  },
  relation::{Incoming, Products, Running, RunningWitness},
  sponge::poseidon::{PARAMETERS, Permutation, WIDTH},
  verifier::{
    proof::Proof,
    statement::Claim,
    verify::{VerifierKey, verify},
  },
};

pub const OUTER: &str = "the outer sum-check";

pub fn key() -> &'static VerifierKey {
  static KEY: OnceLock<VerifierKey> = OnceLock::new();
  KEY.get_or_init(verifier_key)
}

/// What the product's verifier says of a proof.
pub fn judged(proof: &Proof, accumulator: &Accumulator) -> Result<Vec<Fr>, String> {
  let judged = verify(key(), &proof.encode(), accumulator.n, &accumulator.z0);
  judged.map_err(|error| error.message)
}

/// The native decider and the verifier of a compressed proof both refuse, each by the check named.
pub fn refused(accumulator: &Accumulator, decider: &str, verifier: &str) {
  assert_eq!(accumulator.broken(parameters()), Some(decider));
  let proof = match verifier {
    OUTER => up_to_the_outer_sum_check(accumulator),
    _ => compressed(accumulator),
  };
  assert_eq!(judged(&proof, accumulator), Err(verifier.to_string()));
}

/// What follows the outer sum-check is another proof's: a verifier that gets so far names another check.
fn up_to_the_outer_sum_check(accumulator: &Accumulator) -> Proof {
  static OTHER: OnceLock<Proof> = OnceLock::new();
  let other = OTHER.get_or_init(|| compressed(&super::scene::chain(3)));
  let (claimed, outer, products) = outer(accumulator);
  Proof {
    zn: accumulator.zn.clone(),
    running: accumulator.running.clone(),
    c2: accumulator.incoming.c,
    cycle: accumulator.cycle.clone(),
    messages: claimed,
    spartan: spartan::Argument {
      outer,
      values: products,
      ..other.spartan.clone()
    },
    ..other.clone()
  }
}

fn outer(accumulator: &Accumulator) -> (Messages, Vec<sumcheck::Round<Fr>>, [Fr; 3]) {
  let fold = advance(accumulator, &Lies::NONE);
  let mut transcript = Claim {
    key: &parameters().id,
    n: accumulator.n,
    z0: &accumulator.z0,
    zn: &accumulator.zn,
    running: &accumulator.running,
    c2: &accumulator.incoming.c,
    cycle: &accumulator.cycle,
    messages: &fold.messages,
  }
  .begin();
  let (running, products) = (fold.running, fold.witness.products);
  let mut tables = [products.az, products.bz, products.cz];
  let rounds = sumcheck::prove_rows(&mut transcript, running.e, &running.beta, running.u, &mut tables, None);
  (
    fold.messages,
    rounds.unwrap().0,
    [tables[0][0], tables[1][0], tables[2][0]],
  )
}

pub fn accepted(accumulator: &Accumulator) {
  assert_eq!(accumulator.broken(parameters()), None);
  let proof = compressed(accumulator);
  assert_eq!(judged(&proof, accumulator), Ok(accumulator.zn.clone()));
}

/// The last step's hash and products as they would be if what the accumulator says were so.
pub fn rehashed(mut accumulator: Accumulator) -> Accumulator {
  let parameters = parameters();
  let start = start_hash(parameters.pp, &accumulator.z0);
  accumulator.incoming.x = io_hash(
    start,
    accumulator.n,
    &accumulator.zn,
    &accumulator.running,
    &accumulator.cycle,
  );
  accumulator.products = Products::of(
    &parameters.shape,
    &accumulator.incoming_witness,
    Fr::ONE,
    accumulator.incoming.x,
  );
  accumulator
}

/// The tables that belong to the running instance as it is.
pub fn retabled(mut accumulator: Accumulator) -> Accumulator {
  let w = accumulator.witness.w.clone();
  accumulator.witness = RunningWitness::of(&parameters().shape, &accumulator.running, w);
  accumulator
}

/// A step's fold made by lies: other messages, another C*, another incoming instance of CycleFold's.
pub struct Lies<'a> {
  pub messages: &'a dyn Fn(Messages) -> Messages,
  /// Another sum than C₁ + γC₂, given U* as the circuit has it but for C*.
  pub sum: &'a dyn Fn(&Running) -> G,
  /// CycleFold's witness, its u and public values, from the true ones; and the square term of its error.
  pub cycle: &'a dyn Fn(Vec<Fq>, cyclefold::PublicValues) -> (Vec<Fq>, Fq, cyclefold::PublicValues),
  pub cycle_messages: &'a dyn Fn(CycleMessages) -> CycleMessages,
}

impl Lies<'_> {
  pub const NONE: Lies<'static> = Lies {
    messages: &|messages| messages,
    sum: &|running| running.c,
    cycle: &|wires, public| (wires, Fq::ONE, public),
    cycle_messages: &|messages| messages,
  };
}

/// Both running instances after a fold, their witnesses, and what was sent.
pub struct Advanced {
  pub running: Running,
  pub witness: RunningWitness,
  pub cycle: CycleRunning,
  pub cycle_witness: CycleWitness,
  pub messages: Messages,
  pub cycle_messages: CycleMessages,
}

/// The fold of the accumulator's last instance as the circuit of the next step computes it, with lies; U's witness moved
/// along honestly, V's by what was lied.
pub fn advance(accumulator: &Accumulator, lies: &Lies<'_>) -> Advanced {
  advance_under(parameters(), accumulator, lies)
}

/// The same under other parameters.
pub fn advance_under(parameters: &Parameters, accumulator: &Accumulator, lies: &Lies<'_>) -> Advanced {
  let mut witness = accumulator.witness.clone();
  let (running, incoming) = (&accumulator.running, &accumulator.incoming);
  let (messages, _) = nifs::prove(
    running,
    &mut witness,
    incoming,
    &accumulator.incoming_witness,
    &accumulator.products,
  );
  let messages = (lies.messages)(messages);
  let folded = nifs::verify(running, incoming, &messages);
  let weight = folded.gamma.gamma();
  let mut after = folded.running;
  after.c = (lies.sum)(&after);
  let w: Vec<Fr> = accumulator
    .witness
    .w
    .iter()
    .zip(&accumulator.incoming_witness)
    .map(|(a, b)| *a + weight * b)
    .collect();
  let witness = RunningWitness::of(&parameters.shape, &after, w);

  let (wires, public) = cyclefold::witness(folded.gamma, &running.c, &incoming.c, &after.c);
  let (wires, u, public) = (lies.cycle)(wires, public);
  let incoming_products = cycle_products(&wires, u, &public);
  let (own_u, own_w) = (accumulator.cycle.u_in_k(), &accumulator.cycle_witness.w);
  let products = cycle_products(own_w, own_u, &accumulator.cycle.public());
  let ([a1, b1, c1], [a2, b2, c2]) = (&products, &incoming_products);
  let cross: Vec<Fq> = (0..cyclefold::SIZE)
    .map(|i| a1[i] * b2[i] + a2[i] * b1[i] - own_u * c2[i] - u * c1[i])
    .collect();
  let square = (0..cyclefold::SIZE).map(|i| a2[i] * b2[i] - u * c2[i]);
  let bases = &parameters.cycle_bases;
  let cycle_messages = (lies.cycle_messages)(CycleMessages {
    p2: instance::commit(bases, &wires),
    pt: instance::commit(bases, &cross),
  });
  let mut sponge = folded.sponge;
  let r = instance::challenge(&mut sponge, &after.c, &cycle_messages);
  let sums = instance::incoming_sums(folded.gamma, running, &incoming.c, &after.c);
  let mut cycle_witness = accumulator.cycle_witness.clone();
  let scalar = r.r_in_k();
  instance::add(&mut cycle_witness.w, &wires, scalar);
  instance::add(&mut cycle_witness.e, &cross, scalar);
  instance::add(&mut cycle_witness.e, &square.collect::<Vec<_>>(), scalar.square());
  Advanced {
    cycle: instance::fold(&accumulator.cycle, &sums, &cycle_messages, r),
    running: after,
    witness,
    cycle_witness,
    messages,
    cycle_messages,
  }
}

/// The next step on top of a fold with lies: the step itself keeps every row of its circuit, or this panics.
pub fn step(accumulator: &Accumulator, lies: &Lies<'_>) -> Accumulator {
  on_top(accumulator, advance(accumulator, lies))
}

pub fn on_top(accumulator: &Accumulator, advance: Advanced) -> Accumulator {
  let parameters = parameters();
  let wires = super::scene::wires(&accumulator.zn, 17);
  let fold = Fold {
    messages: advance.messages,
    sum: advance.running.c,
    cycle_messages: advance.cycle_messages,
  };
  let inputs = told(accumulator, &fold, &wires);
  let (incoming, incoming_witness, products) = last_step(parameters, &PARAMETERS, &wires, &inputs);
  Accumulator {
    n: accumulator.n + 1,
    z0: accumulator.z0.clone(),
    zn: wires[1..3].to_vec(),
    running: advance.running,
    witness: advance.witness,
    incoming,
    incoming_witness,
    products,
    cycle: advance.cycle,
    cycle_witness: advance.cycle_witness,
  }
}

/// The instance of a step, its witness and products; the step keeps every row of its circuit, or this panics.
pub fn last_step(
  parameters: &Parameters,
  hash: &Permutation<WIDTH>,
  wires: &[Fr],
  inputs: &Inputs<'_>,
) -> (Incoming, Vec<Fr>, Products) {
  let mut cs = Builder::values(parameters.layout.first());
  let x = augmented::write(&mut cs, hash, &parameters.layout, inputs);
  let mut witness = wires[1..].to_vec();
  witness.extend_from_slice(cs.witness());
  witness.resize(parameters.shape.variables, Fr::ZERO);
  let products = Products::of(&parameters.shape, &witness, Fr::ONE, x);
  assert_eq!(products.broken_row(), None);
  let c = commit(&parameters.bases, &witness);
  (Incoming { c, x }, witness, products)
}
