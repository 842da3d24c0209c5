//! The fold of a running instance with an incoming one (folding-scheme §3; Mova, eprint 2024/1220): no cross term is
//! committed to. The running instance's claim is taken to a fresh point on a line, where the incoming instance's error
//! must vanish too, and both are added with a random weight.

use super::line::line_polynomial;
use crate::{
  curves::Fr,
  line::{
    argument::sumcheck::eq_table,
    curve::point_limbs,
    relation::{
      Incoming, Products, Running, RunningWitness,
      small::{Multiples, Small},
    },
    sponge::{RATE, Sponge, Tag, challenge::Bits},
  },
};
use ff::Field;
use halo2curves::group::Curve;
use rayon::prelude::*;

/// What the prover sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Messages {
  /// F₁…: coefficients of Ẽ₁ on the line; the constant one is e₁ and is not sent.
  pub line: Vec<Fr>,
  /// k = Σ_i eq_i(β*)·T_i.
  pub cross: Fr,
}

/// A fold's outcome as both sides compute it.
#[derive(Clone, Debug)]
pub struct Folded {
  pub running: Running,
  pub gamma: Bits,
  /// Goes on with C*, P₂, P_T for CycleFold's challenge.
  pub sponge: Sponge,
}

/// The fold as the verifier sees it. `c` is C₁ + γC₂ where the caller computes it.
pub fn verify(running: &Running, incoming: &Incoming, messages: &Messages) -> Folded {
  let (mut sponge, delta) = begin(running, incoming);
  sponge.absorb(&messages.line);
  let alpha = sponge.squeeze();
  let beta: Vec<Fr> = moved(&running.beta, &delta, alpha);
  let on_line = horner(running.e, &messages.line, alpha);
  sponge.absorb(&[messages.cross]);
  let gamma = Bits::of(&sponge.squeeze());
  let weight = gamma.gamma();
  Folded {
    running: Running {
      c: (running.c + incoming.c * weight).to_affine(),
      u: running.u + weight,
      x: running.x + weight * incoming.x,
      e: on_line + weight * messages.cross,
      beta,
    },
    gamma,
    sponge,
  }
}

/// A fold before the witness has been moved along: what can still be given up.
pub struct Prepared {
  pub messages: Messages,
  pub folded: Folded,
  /// T, one value a row.
  cross_terms: Vec<Fr>,
}

/// Folds the instances. `witness` belongs to `running`, `products` to `incoming`.
pub fn prepare(running: &Running, witness: &RunningWitness, incoming: &Incoming, products: &Products) -> Prepared {
  let (mut sponge, delta) = begin(running, incoming);
  let line = line_polynomial(&witness.error, &running.beta, &delta)[1..].to_vec();
  sponge.absorb(&line);
  let beta = moved(&running.beta, &delta, sponge.squeeze());
  let (cross_terms, cross) = cross_terms(&witness.products, products, running.u, &beta);
  let messages = Messages { line, cross };
  // The verifier's own code: both sides cannot come apart.
  let folded = verify(running, incoming, &messages);
  Prepared {
    messages,
    folded,
    cross_terms,
  }
}

impl Prepared {
  /// Moves the witness along: it belongs to the folded instance then.
  pub fn apply(&self, witness: &mut RunningWitness, incoming_witness: &[Fr], products: &Products) {
    let weight = Multiples::of(self.folded.gamma.gamma());
    add(&mut witness.w, incoming_witness, &weight);
    add(&mut witness.products.az, &products.az, &weight);
    add(&mut witness.products.bz, &products.bz, &weight);
    add(&mut witness.products.cz, &products.cz, &weight);
    add(&mut witness.error, &self.cross_terms, &weight);
  }
}

/// Folds, and moves the witness along. `incoming_witness` and `products` belong to `incoming`.
pub fn prove(
  running: &Running,
  witness: &mut RunningWitness,
  incoming: &Incoming,
  incoming_witness: &[Fr],
  products: &Products,
) -> (Messages, Folded) {
  let prepared = prepare(running, witness, incoming, products);
  prepared.apply(witness, incoming_witness, products);
  (prepared.messages, prepared.folded)
}

/// Absorbs what is to be folded; δ = t − β for the challenge t.
fn begin(running: &Running, incoming: &Incoming) -> (Sponge, Vec<Fr>) {
  let mut sponge = Sponge::new(Tag::Fold);
  sponge.absorb(&[incoming.x]);
  sponge.absorb(&point_limbs(&incoming.c));
  let t: [Fr; RATE] = sponge.squeeze_all();
  let delta = running.beta.iter().zip(t).map(|(beta, t)| t - beta).collect();
  (sponge, delta)
}

fn moved(beta: &[Fr], delta: &[Fr], alpha: Fr) -> Vec<Fr> {
  beta.iter().zip(delta).map(|(b, d)| *b + alpha * d).collect()
}

/// constant + c₁·α + c₂·α² + …
fn horner(constant: Fr, coefficients: &[Fr], alpha: Fr) -> Fr {
  coefficients.iter().rev().fold(Fr::ZERO, |sum, c| (sum + c) * alpha) + constant
}

fn add(to: &mut [Fr], from: &[Fr], weight: &Multiples) {
  let small = Small::new();
  to.par_iter_mut()
    .zip(from)
    .with_min_len(4096)
    .for_each(|(to, from)| small.add(to, weight, from));
}

/// T = Az₁∘Bz₂ + Az₂∘Bz₁ − u₁·Cz₂ − Cz₁ and k = Σ_i eq_i(β*)·T_i, in one pass: eq is a product of a table for the low
/// coordinates and one for the high ones.
fn cross_terms(running: &Products, incoming: &Products, u: Fr, beta: &[Fr]) -> (Vec<Fr>, Fr) {
  let small = Small::new();
  let minus_u = Multiples::of(-u);
  let (low, high) = beta.split_at(beta.len().div_ceil(2));
  let (low, high) = (eq_table(low), eq_table(high));
  let mut terms = vec![Fr::ZERO; running.az.len()];
  let k = terms
    .par_chunks_mut(low.len())
    .zip(&high)
    .enumerate()
    .map(|(chunk, (terms, high))| {
      let first = chunk * low.len();
      let mut sum = Fr::ZERO;
      for (at, (term, low)) in terms.iter_mut().zip(&low).enumerate() {
        let i = first + at;
        let mut value = small.times(&incoming.bz[i], &running.az[i]);
        value += small.times(&incoming.az[i], &running.bz[i]);
        small.add(&mut value, &minus_u, &incoming.cz[i]);
        value -= running.cz[i];
        *term = value;
        if value != Fr::ZERO {
          sum += value * low;
        }
      }
      sum * high
    })
    .sum();
  (terms, k)
}
