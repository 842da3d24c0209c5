//! The augmented circuit (folding-scheme §7): a step of the circom circuit, and beside it the verifier of the fold that
//! came before, so that one chain of hashes binds all of it. One public value: the io hash after the step.

mod challenge;
mod cycle;
mod fold;
mod instances;
pub mod sponge_gadget;

use self::{
  cycle::fold_cycle,
  fold::fold,
  instances::{cycle_wires, point_wires, running_wires},
  sponge_gadget::SpongeGadget,
};
use crate::{
  curves::Fr,
  line::{
    circuit::{builder::Builder, num::Num},
    curve::{H, PointLimbs},
    cyclefold::instance::{CycleMessages, CycleRunning},
    fold::nifs::Messages,
    layout::Layout,
    relation::Running,
    sponge::{
      Tag,
      poseidon::{Permutation, WIDTH},
    },
  },
};
use ff::Field;

/// Everything that the augmentation is told besides the step's own wires.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
  /// Digest of the parameters.
  pub pp: Fr,
  /// Hash of parameters and first state; recomputed at i = 0.
  pub start: Fr,
  /// Steps before this one.
  pub i: u64,
  /// The state before the step, and after it.
  pub before: &'a [Fr],
  pub after: &'a [Fr],
  pub running: &'a Running,
  /// C₁, which is `running`'s. Rows hold limbs to 85 bits, not a point to one name: x + q is another one of it.
  pub c1: PointLimbs,
  pub cycle: &'a CycleRunning,
  /// Commitment of the incoming instance.
  pub c2: PointLimbs,
  pub messages: &'a Messages,
  /// C₁ + γC₂, which CycleFold proves.
  pub sum: PointLimbs,
  pub cycle_messages: CycleMessages,
}

impl Inputs<'_> {
  /// What stands in for a fold at i = 0, where there is none.
  pub fn no_messages(log_rows: usize) -> (Messages, CycleMessages) {
    let messages = Messages {
      line: vec![Fr::ZERO; log_rows],
      cross: Fr::ZERO,
    };
    let cycle = CycleMessages {
      p2: H::generator(),
      pt: H::default(),
    };
    (messages, cycle)
  }
}

/// Writes the augmentation, which hashes by `hash`; the builder's first wire comes after the step's. Returns the public
/// value, the io hash.
pub fn write(cs: &mut Builder<Fr>, hash: &Permutation<WIDTH>, layout: &Layout, inputs: &Inputs<'_>) -> Fr {
  let arity = layout.arity;
  // circom orders its wires: the constant one, the outputs, the public inputs; the constant has no column of its own.
  let state = |cs: &Builder<Fr>, values: &[Fr], first: usize| -> Vec<Num<Fr>> {
    let referred = values.iter().enumerate();
    referred
      .map(|(at, value)| cs.reference((first + at) as u32, *value))
      .collect()
  };
  let after = state(cs, inputs.after, 0);
  let before = state(cs, inputs.before, arity);

  let i = cs.wire("i", Fr::from(inputs.i));
  let start = cs.wire("start", inputs.start);
  let pp = cs.wire("pp", inputs.pp);
  let running = running_wires(cs, inputs.running, &inputs.c1);
  let cycle = cycle_wires(cs, inputs.cycle);
  let c2 = cs.scoped("c2", |cs| point_wires(cs, &inputs.c2));
  let c_star = cs.scoped("sum", |cs| point_wires(cs, &inputs.sum));

  let x2 = cs.scoped("io-before", |cs| {
    io_hash(cs, hash, &start, &i, &before, &running.elements(), &cycle.elements())
  });

  let first = cs.scoped("first", |cs| {
    let first = cs.is_zero("i", &i);
    let mut sponge = SpongeGadget::new(cs, hash, Tag::Start);
    sponge.absorb(cs, &[pp]);
    sponge.absorb(cs, &before);
    let squeezed = sponge.squeeze(cs);
    let zero = cs.constant(Fr::ZERO);
    cs.enforce("start", &first, &start.minus(&squeezed), &zero);
    first
  });

  let folded = cs.scoped("fold", |cs| fold(cs, hash, &running, &x2, &c2, c_star, inputs));
  let new_cycle = cs.scoped("cycle", |cs| {
    fold_cycle(cs, &running, &c2, &cycle, &folded, &inputs.cycle_messages)
  });

  // At i = 0 the defaults, which are all zero.
  let later = cs.constant(Fr::ONE).minus(&first);
  let chosen = |cs: &mut Builder<Fr>, elements: Vec<Num<Fr>>| -> Vec<Num<Fr>> {
    elements
      .iter()
      .map(|element| cs.product("chosen", &later, element))
      .collect()
  };
  let running_after = cs.scoped("running", |cs| chosen(cs, folded.running.elements()));
  let cycle_after = cs.scoped("cycle-running", |cs| chosen(cs, new_cycle.elements()));
  let next = i.plus(&cs.constant(Fr::ONE));
  let out = cs.scoped("io-after", |cs| {
    io_hash(cs, hash, &start, &next, &after, &running_after, &cycle_after)
  });
  let public = cs.public(out.value);
  cs.equal("out", &out, &public);
  out.value
}

fn io_hash(
  cs: &mut Builder<Fr>,
  hash: &Permutation<WIDTH>,
  start: &Num<Fr>,
  i: &Num<Fr>,
  state: &[Num<Fr>],
  running: &[Num<Fr>],
  cycle: &[Num<Fr>],
) -> Num<Fr> {
  let mut sponge = SpongeGadget::new(cs, hash, Tag::Io);
  sponge.absorb(cs, &[start.clone(), i.clone()]);
  sponge.absorb(cs, state);
  sponge.absorb(cs, running);
  sponge.absorb(cs, cycle);
  sponge.squeeze(cs)
}
