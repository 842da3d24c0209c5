//! The augmented circuit (folding-scheme §7): a step of the circom circuit, and beside it the verifier of the fold that
//! came before, so that one chain of hashes binds all of it. One public value: the io hash after the step.

pub mod sponge_gadget;

use self::sponge_gadget::SpongeGadget;
use crate::{
  curves::Fr,
  line::{
    circuit::{
      builder::{Builder, Num},
      points::{self, Point},
    },
    curve::{ENDOMORPHISM, G, H, H_MINUS_B, LIMB_BITS, LIMBS, point_limbs},
    cyclefold::instance::{CycleMessages, CycleRunning, LIMB_SUM_BITS, SUMS, U_BITS, WORD_SUM_BITS},
    fold::nifs::Messages,
    layout::Layout,
    relation::Running,
    sponge::{RATE, Tag, challenge},
  },
};
use ff::{Field, PrimeField};

/// Rows of one canonical decomposition: 254 bits, 99 products over the order's ones, one sum.
pub const CANONICAL_ROWS: usize = 354;

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
  pub cycle: &'a CycleRunning,
  /// Commitment of the incoming instance.
  pub c2: G,
  pub messages: &'a Messages,
  /// C₁ + γC₂, which CycleFold proves.
  pub sum: G,
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

/// A running instance in the circuit.
struct RunningNum {
  c: Vec<Num<Fr>>,
  u: Num<Fr>,
  x: Num<Fr>,
  e: Num<Fr>,
  beta: Vec<Num<Fr>>,
}

impl RunningNum {
  fn elements(&self) -> Vec<Num<Fr>> {
    let mut out = self.c.clone();
    out.extend([self.u.clone(), self.x.clone(), self.e.clone()]);
    out.extend(self.beta.iter().cloned());
    out
  }
}

struct CycleNum {
  p: Point<Fr>,
  q: Point<Fr>,
  u: Num<Fr>,
  x: Vec<Num<Fr>>,
}

impl CycleNum {
  fn elements(&self) -> Vec<Num<Fr>> {
    let mut out: Vec<_> = [&self.p.x, &self.p.y, &self.q.x, &self.q.y, &self.u]
      .map(Clone::clone)
      .to_vec();
    out.extend(self.x.iter().cloned());
    out
  }
}

/// Writes the augmentation; the builder's first wire comes after the step's. Returns the public value, the io hash.
pub fn write(cs: &mut Builder<Fr>, layout: &Layout, inputs: &Inputs<'_>) -> Fr {
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
  let running = running_wires(cs, inputs.running);
  let cycle = cycle_wires(cs, inputs.cycle);
  let c2 = cs.scoped("c2", |cs| point_wires(cs, &inputs.c2));
  let c_star = cs.scoped("sum", |cs| point_wires(cs, &inputs.sum));

  let x2 = cs.scoped("io-before", |cs| {
    io_hash(cs, &start, &i, &before, &running.elements(), &cycle.elements())
  });

  let first = cs.scoped("first", |cs| {
    let first = cs.is_zero("i", &i);
    let mut sponge = SpongeGadget::new(cs, Tag::Start);
    sponge.absorb(cs, &[pp]);
    sponge.absorb(cs, &before);
    let hash = sponge.squeeze(cs);
    let zero = cs.constant(Fr::ZERO);
    cs.enforce("start", &first, &start.minus(&hash), &zero);
    first
  });

  let folded = cs.scoped("fold", |cs| fold(cs, &running, &x2, &c2, c_star, inputs));
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
    io_hash(cs, &start, &next, &after, &running_after, &cycle_after)
  });
  let public = cs.public(out.value);
  cs.equal("out", &out, &public);
  out.value
}

fn running_wires(cs: &mut Builder<Fr>, running: &Running) -> RunningNum {
  cs.scoped("running-before", |cs| RunningNum {
    c: point_wires(cs, &running.c),
    u: cs.wire("u", running.u),
    x: cs.wire("x", running.x),
    e: cs.wire("e", running.e),
    beta: running.beta.iter().map(|beta| cs.wire("beta", *beta)).collect(),
  })
}

/// The six limbs of a point of G, 85 bits each: all the field's bits of a coordinate and more, so a limb is no wire.
fn point_wires(cs: &mut Builder<Fr>, point: &G) -> Vec<Num<Fr>> {
  point_limbs(point)
    .iter()
    .map(|limb| cs.ranged("limb", limb, LIMB_BITS))
    .collect()
}

fn cycle_wires(cs: &mut Builder<Fr>, cycle: &CycleRunning) -> CycleNum {
  cs.scoped("cycle-before", |cs| {
    let mut point = |p: &H| Point {
      x: cs.wire("x", p.x),
      y: cs.wire("y", p.y),
    };
    let (p, q) = (point(&cycle.p), point(&cycle.q));
    let u = cs.ranged("u", &cycle.u, U_BITS);
    let bits = |at: usize| if at < 2 { WORD_SUM_BITS } else { LIMB_SUM_BITS };
    let x = cycle.x.iter().enumerate();
    let x = x.map(|(at, sum)| cs.ranged("sum", sum, bits(at))).collect();
    CycleNum { p, q, u, x }
  })
}

fn io_hash(
  cs: &mut Builder<Fr>,
  start: &Num<Fr>,
  i: &Num<Fr>,
  state: &[Num<Fr>],
  running: &[Num<Fr>],
  cycle: &[Num<Fr>],
) -> Num<Fr> {
  let mut sponge = SpongeGadget::new(cs, Tag::Io);
  sponge.absorb(cs, &[start.clone(), i.clone()]);
  sponge.absorb(cs, state);
  sponge.absorb(cs, running);
  sponge.absorb(cs, cycle);
  sponge.squeeze(cs)
}

struct FoldedNum {
  running: RunningNum,
  /// γ's bits, low first.
  gamma: Vec<Num<Fr>>,
  sponge: SpongeGadget,
}

/// NIFS.V, with C* from the witness.
fn fold(
  cs: &mut Builder<Fr>,
  running: &RunningNum,
  x2: &Num<Fr>,
  c2: &[Num<Fr>],
  c_star: Vec<Num<Fr>>,
  inputs: &Inputs<'_>,
) -> FoldedNum {
  let mut sponge = SpongeGadget::new(cs, Tag::Fold);
  sponge.absorb(cs, std::slice::from_ref(x2));
  sponge.absorb(cs, c2);
  let t: [Num<Fr>; RATE] = sponge.squeeze_all(cs);
  let line: Vec<Num<Fr>> = inputs.messages.line.iter().map(|c| cs.wire("line", *c)).collect();
  sponge.absorb(cs, &line);
  let alpha = sponge.squeeze(cs);
  let beta = running
    .beta
    .iter()
    .zip(&t)
    .map(|(beta, t)| {
      let delta = t.minus(beta);
      let moved = cs.wire("beta", beta.value + alpha.value * delta.value);
      cs.enforce("beta", &alpha, &delta, &moved.minus(beta));
      moved
    })
    .collect();
  // F(α) = e₁ + α·(F₁ + α·(F₂ + …))
  let on_line = line
    .iter()
    .rev()
    .fold(Num::zero(), |sum, c| cs.product("on-line", &sum.plus(c), &alpha));
  let on_line = on_line.plus(&running.e);

  let cross = cs.wire("cross", inputs.messages.cross);
  sponge.absorb(cs, std::slice::from_ref(&cross));
  let squeezed = sponge.squeeze(cs);
  let gamma = cs.scoped("gamma", |cs| canonical_low_bits(cs, &squeezed));
  let weight = cs.scoped("gamma", |cs| gamma_of(cs, &gamma));

  let e = cs.wire("e", on_line.value + weight.value * cross.value);
  cs.enforce("e", &weight, &cross, &e.minus(&on_line));
  let x = cs.wire("x", running.x.value + weight.value * x2.value);
  cs.enforce("x", &weight, x2, &x.minus(&running.x));
  FoldedNum {
    running: RunningNum {
      c: c_star,
      u: running.u.plus(&weight),
      x,
      e,
      beta,
    },
    gamma,
    sponge,
  }
}

/// γ from its bits, `challenge::Bits::gamma`: 64 products and a row for the sum.
fn gamma_of(cs: &mut Builder<Fr>, bits: &[Num<Fr>]) -> Num<Fr> {
  let lambda = ENDOMORPHISM.lambda;
  let plus = Fr::ONE + lambda;
  let mut sum = cs.constant(Fr::from(2).pow_vartime([65]) * plus);
  let mut power = Fr::ONE;
  for j in 0..64 {
    let (s, t) = (&bits[j], &bits[64 + j]);
    // (2t − 1)(1 + λ − 2λs) = 2(1+λ)·t − (1+λ) − 4λ·st + 2λ·s
    let both = cs.product("st", s, t);
    sum.add_scaled(t, power * plus.double());
    sum.add_scaled(&cs.constant(Fr::ONE), -power * plus);
    sum.add_scaled(&both, -power * lambda.double().double());
    sum.add_scaled(s, power * lambda.double());
    power = power.double();
  }
  let gamma = cs.wire("gamma", sum.value);
  cs.equal("gamma", &sum, &gamma);
  gamma
}

/// The low 128 bits of the canonical form of a number: 354 rows. From the top, a one of p − 1 multiplies the bit into a
/// product that is 1 as long as all ones so far were ones; where p − 1 has a zero and the product is 1, so must the bit
/// be zero. So the number that the bits give is at most p − 1.
fn canonical_low_bits(cs: &mut Builder<Fr>, number: &Num<Fr>) -> Vec<Num<Fr>> {
  let (value, most) = (number.value.to_repr(), (-Fr::ONE).to_repr());
  let bit_of = |repr: &<Fr as PrimeField>::Repr, at: usize| repr.as_ref()[at / 8] >> (at % 8) & 1 == 1;
  let size = Fr::NUM_BITS as usize;
  let mut bits = vec![Num::zero(); size];
  let mut product: Option<Num<Fr>> = None;
  let one = cs.constant(Fr::ONE);
  let zero = cs.constant(Fr::ZERO);
  for at in (0..size).rev() {
    let value = bit_of(&value, at);
    if bit_of(&most, at) {
      let bit = cs.bit("bit", value);
      product = Some(match product {
        None => bit.clone(),
        Some(product) => cs.product("prefix", &product, &bit),
      });
      bits[at] = bit;
    } else {
      let bit = cs.wire("bit", Fr::from(u64::from(value)));
      let mut other = one.minus(&bit);
      if let Some(product) = &product {
        other = other.minus(product);
      }
      cs.enforce("bit", &bit, &other, &zero);
      bits[at] = bit;
    }
  }
  let packed = cs.packed(&bits);
  cs.equal("packed", &packed, number);
  bits.truncate(challenge::BITS);
  bits
}

/// The fold of CycleFold's instances.
fn fold_cycle(
  cs: &mut Builder<Fr>,
  running: &RunningNum,
  c2: &[Num<Fr>],
  cycle: &CycleNum,
  folded: &FoldedNum,
  messages: &CycleMessages,
) -> CycleNum {
  let b = -Fr::from(H_MINUS_B);
  let mut point = |name: &'static str, p: &H| {
    cs.scoped(name, |cs| Point {
      x: cs.wire("x", p.x),
      y: cs.wire("y", p.y),
    })
  };
  let (p2, pt) = (point("p2", &messages.p2), point("pt", &messages.pt));
  cs.scoped("p2", |cs| {
    let b = cs.constant(b);
    points::on_curve(cs, &p2, &b);
  });
  let none = cs.scoped("pt", |cs| points::neutral_or_on_curve(cs, &pt, b));

  let mut sponge = folded.sponge.clone();
  sponge.absorb(cs, &folded.running.c);
  sponge.absorb(cs, &[p2.x.clone(), p2.y.clone(), pt.x.clone(), pt.y.clone()]);
  let squeezed = sponge.squeeze(cs);
  let bits = cs.scoped("r", |cs| canonical_low_bits(cs, &squeezed));
  let sum = cs
    .packed(&bits)
    .scaled(Fr::from(2))
    .plus(&cs.constant(Fr::from(2).pow_vartime([128]) + Fr::ONE));
  let r = cs.wire("r", sum.value);
  cs.equal("r", &sum, &r);

  let p = cs.scoped("p", |cs| {
    let multiple = ladder(cs, &p2, &bits);
    points::add_to_checked(cs, &cycle.p, &multiple, b)
  });
  let q = cs.scoped("q", |cs| {
    // Where the cross term is zero a ladder needs a point all the same.
    let generator = H::generator();
    let base = Point {
      x: pt.x.with(&none, generator.x),
      y: pt.y.with(&none, generator.y),
    };
    let multiple = ladder(cs, &base, &bits);
    let sum = points::add_to_checked(cs, &cycle.q, &multiple, b);
    Point {
      x: cs.select("x", &none, &cycle.q.x, &sum.x),
      y: cs.select("y", &none, &cycle.q.y, &sum.y),
    }
  });

  let mut incoming = vec![cs.packed(&folded.gamma[..64]), cs.packed(&folded.gamma[64..])];
  for limbs in [&running.c[..], c2, &folded.running.c[..]] {
    incoming.extend(limbs.iter().cloned());
  }
  debug_assert_eq!((incoming.len(), LIMBS), (SUMS, 3));
  let x = cycle
    .x
    .iter()
    .zip(&incoming)
    .map(|(before, incoming)| {
      let after = cs.wire("sum", before.value + r.value * incoming.value);
      cs.enforce("sum", &r, incoming, &after.minus(before));
      after
    })
    .collect();
  CycleNum {
    p,
    q,
    u: cycle.u.plus(&r),
    x,
  }
}

/// r·P for r = 2^129 + Σ 2^j·(2b_j − 1): 4 + 128·6 rows.
fn ladder(cs: &mut Builder<Fr>, p: &Point<Fr>, bits: &[Num<Fr>]) -> Point<Fr> {
  let mut multiple = cs.scoped("head", |cs| points::double(cs, p));
  for bit in bits.iter().rev() {
    multiple = cs.scoped("ladder", |cs| {
      let sign = bit.scaled(Fr::from(2)).minus(&cs.constant(Fr::ONE));
      let y = cs.product("signed-y", &sign, &p.y);
      let digit = Point { x: p.x.clone(), y };
      points::double_and_add(cs, &multiple, &digit)
    });
  }
  multiple
}
