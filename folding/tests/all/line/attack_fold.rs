//! Attacks on the order and the sponge of a fold (folding-scheme §12, items 5, 6, 15 and 19): false folds that a verifier
//! would take if it drew one challenge earlier, or from less.

use super::{
  forged_proof::{Order, compress_with},
  forger::{OUTER, judged, refused, rehashed},
  scene::{chain, parameters},
};
use ff::Field;
use halo2curves::group::Curve;
use wsc_folding::curves::Fr;
use wsc_folding::line::{
  curve::point_limbs,
  fold::{
    hashes::start_hash,
    nifs::{self, Messages},
  },
  prover::ivc::Accumulator,
  relation::{Products, RunningWitness, evaluate},
  sponge::{RATE, Sponge, Tag, challenge::Bits, hash},
  verifier::statement::Claim,
};

/// A last step that is a lie: its state is another.
fn lie() -> Accumulator {
  let mut lie = chain(3);
  lie.zn[0] += Fr::ONE;
  rehashed(lie)
}

/// The challenges of the honest messages, as a verifier that knows them beforehand would use them.
struct Challenges {
  t: Vec<Fr>,
  alpha: Fr,
  gamma: Fr,
}

fn challenges(accumulator: &Accumulator, messages: &Messages) -> Challenges {
  let mut sponge = Sponge::new(Tag::Fold);
  sponge.absorb(&[accumulator.incoming.x]);
  sponge.absorb(&point_limbs(&accumulator.incoming.c));
  let t: [Fr; RATE] = sponge.squeeze_all();
  sponge.absorb(&messages.line);
  let alpha = sponge.squeeze();
  sponge.absorb(&[messages.cross]);
  let gamma = Bits::of(&sponge.squeeze()).gamma();
  Challenges {
    t: t[..messages.line.len()].to_vec(),
    alpha,
    gamma,
  }
}

/// What e* lacks, and the messages of the honest prover.
fn defect(accumulator: &Accumulator) -> (Fr, Messages) {
  let mut witness = accumulator.witness.clone();
  let (messages, folded) = nifs::prove(
    &accumulator.running,
    &mut witness,
    &accumulator.incoming,
    &accumulator.incoming_witness,
    &accumulator.products,
  );
  let tables = RunningWitness::of(&parameters().shape, &folded.running, witness.w);
  (
    evaluate(&tables.error, &folded.running.beta) - folded.running.e,
    messages,
  )
}

/// Item 6. Each coefficient of F, and k, set so that e* would be right under the challenges of the honest messages: every
/// one of them is in the sponge before the challenge that it meets.
#[test]
fn messages_after_their_challenge() {
  let lie = lie();
  let (defect, messages) = defect(&lie);
  assert_ne!(defect, Fr::ZERO);
  let known = challenges(&lie, &messages);
  let on_line = |line: &[Fr]| line.iter().rev().fold(Fr::ZERO, |sum, c| (sum + c) * known.alpha);
  let e = |messages: &Messages| on_line(&messages.line) + known.gamma * messages.cross;
  let mut power = Fr::ONE;
  let mut forged: Vec<Messages> = Vec::new();
  for at in 0..messages.line.len() {
    power *= known.alpha;
    let mut other = messages.clone();
    other.line[at] += defect * power.invert().unwrap();
    forged.push(other);
  }
  let mut other = messages.clone();
  other.cross += defect * known.gamma.invert().unwrap();
  forged.push(other);
  for forged in forged {
    assert_eq!(
      e(&forged),
      e(&messages) + defect,
      "a verifier without that absorption would take it"
    );
    let proof = compress_with(
      &lie,
      &|_| forged.clone(),
      &|claim: &Claim<'_>| claim.begin(),
      Order::Right,
    );
    assert_eq!(judged(&proof, &lie), Err(OUTER.into()));
  }
}

/// Item 17. The coefficients in reverse.
#[test]
fn coefficients_in_reverse() {
  let honest = chain(3);
  let reversed = |mut messages: Messages| {
    messages.line.reverse();
    messages
  };
  let proof = compress_with(&honest, &reversed, &|claim: &Claim<'_>| claim.begin(), Order::Right);
  assert_eq!(judged(&proof, &honest), Err(OUTER.into()));
}

/// Item 15. The last instance: relaxed, of another commitment, not folded.
#[test]
fn the_last_instance() {
  let honest = chain(3);
  let mut relaxed = honest.clone();
  relaxed.incoming_witness.iter_mut().for_each(|w| *w = w.double());
  relaxed.incoming.c = (relaxed.incoming.c + relaxed.incoming.c).to_affine();
  relaxed.products = Products::of(
    &parameters().shape,
    &relaxed.incoming_witness,
    Fr::ONE,
    relaxed.incoming.x,
  );
  refused(&relaxed, "a row of the last step", OUTER);

  let unfolded = compress_with(
    &lie(),
    &|messages| messages,
    &|claim: &Claim<'_>| claim.begin(),
    Order::NoFold,
  );
  assert_eq!(judged(&unfolded, &lie()), Err(OUTER.into()));

  // C₂ of one instance, everything else of another: what is folded natively is what the hash and the transcript have.
  let mut proof = compress_with(
    &honest,
    &|messages| messages,
    &|claim: &Claim<'_>| claim.begin(),
    Order::Right,
  );
  assert_eq!(judged(&proof, &honest), Ok(honest.zn.clone()));
  proof.c2 = chain(2).incoming.c;
  assert_eq!(judged(&proof, &honest), Err(OUTER.into()));
}

/// Item 19. Tags and blocks.
#[test]
fn the_sponge_separates() {
  let honest = chain(3);
  let elements = [
    &[start_hash(parameters().pp, &honest.z0), Fr::from(3)],
    &honest.zn[..],
    &honest.running.elements(),
    &honest.cycle.elements(),
  ]
  .concat();
  assert_eq!(hash(Tag::Io, &elements), honest.incoming.x);
  for tag in [Tag::Start, Tag::Fold] {
    let mut lie = honest.clone();
    lie.incoming.x = hash(tag, &elements);
    lie.products = Products::of(&parameters().shape, &lie.incoming_witness, Fr::ONE, lie.incoming.x);
    refused(&lie, "the hash of the last step", OUTER);
  }
  // F's last coefficient moved into k's block gives other challenges, even the last one.
  let (_, messages) = defect(&honest);
  let known = challenges(&honest, &messages);
  let mut sponge = Sponge::new(Tag::Fold);
  sponge.absorb(&[honest.incoming.x]);
  sponge.absorb(&point_limbs(&honest.incoming.c));
  assert_eq!(sponge.squeeze_all()[..known.t.len()], known.t);
  let (last, others) = messages.line.split_last().unwrap();
  sponge.absorb(others);
  assert_ne!(sponge.squeeze(), known.alpha);
  sponge.absorb(&[*last, messages.cross]);
  assert_ne!(Bits::of(&sponge.squeeze()).gamma(), known.gamma);
}

/// Coefficients of eq_row(β + X·δ).
fn eq_on_line(row: usize, beta: &[Fr], delta: &[Fr]) -> Vec<Fr> {
  let mut out = vec![Fr::ONE];
  for (j, (b, d)) in beta.iter().zip(delta).enumerate() {
    let (constant, slope) = if row >> j & 1 == 1 {
      (*b, *d)
    } else {
      (Fr::ONE - b, -*d)
    };
    let mut next = vec![Fr::ZERO; out.len() + 1];
    for (at, c) in out.iter().enumerate() {
      next[at] += *c * constant;
      next[at + 1] += *c * slope;
    }
    out = next;
  }
  out
}

/// A combination of the vectors, not all factors zero, that is zero: there are more vectors than each has elements.
fn dependency(vectors: &[Vec<Fr>]) -> Vec<Fr> {
  let (n, size) = (vectors.len(), vectors[0].len());
  assert!(n > size);
  // Each row: a vector, and how it is made of the given ones.
  let mut rows: Vec<(Vec<Fr>, Vec<Fr>)> = vectors
    .iter()
    .enumerate()
    .map(|(i, vector)| {
      let mut unit = vec![Fr::ZERO; n];
      unit[i] = Fr::ONE;
      (vector.clone(), unit)
    })
    .collect();
  let mut done = 0;
  for at in 0..size {
    let Some(pivot) = (done..n).find(|row| rows[*row].0[at] != Fr::ZERO) else {
      continue;
    };
    rows.swap(done, pivot);
    let (vector, made) = rows[done].clone();
    let inverse = vector[at].invert().unwrap();
    for row in &mut rows[done + 1..] {
      let factor = row.0[at] * inverse;
      row.0.iter_mut().zip(&vector).for_each(|(a, b)| *a -= factor * b);
      row.1.iter_mut().zip(&made).for_each(|(a, b)| *a -= factor * b);
    }
    done += 1;
  }
  assert!(rows[n - 1].0.iter().all(|value| *value == Fr::ZERO));
  rows[n - 1].1.clone()
}

/// Item 5. A prover who knows t before it commits breaks rows so that the error vanishes on the whole line from β to t: the
/// fold's claim stays true. Only that t comes after C₂ stops it.
#[test]
fn t_before_the_commitment() {
  let honest = chain(3);
  let shape = &parameters().shape;
  let products = |w: &[Fr]| Products::of(shape, w, Fr::ONE, honest.incoming.x);
  let errors = |products: &Products| -> Vec<(usize, Fr)> {
    let error = |i: usize| products.az[i] * products.bz[i] - products.cz[i];
    (0..products.az.len())
      .map(|i| (i, error(i)))
      .filter(|(_, error)| *error != Fr::ZERO)
      .collect()
  };
  // Any t that the prover likes, and wires that enter the errors linearly: the products s·t′ of γ.
  let known = challenges(&honest, &defect(&honest).1);
  let t: Vec<Fr> = known.t.iter().map(|t| t.square()).collect();
  let beta = &honest.running.beta;
  let delta: Vec<Fr> = t.iter().zip(beta).map(|(t, beta)| *t - beta).collect();
  let circuit = super::written::augmentation(2);
  let columns: Vec<usize> = (0..beta.len() + 2)
    .map(|n| (circuit.nth("fold.gamma.st", n) - super::solver::variable(0)) as usize)
    .collect();
  let vectors: Vec<Vec<Fr>> = columns
    .iter()
    .map(|column| {
      let mut w = honest.incoming_witness.clone();
      w[*column] += Fr::ONE;
      let mut sum = vec![Fr::ZERO; beta.len() + 1];
      for (row, error) in errors(&products(&w)) {
        let weights = eq_on_line(row, beta, &delta);
        sum
          .iter_mut()
          .zip(&weights)
          .for_each(|(sum, weight)| *sum += error * weight);
      }
      sum
    })
    .collect();
  let mut lie = honest.clone();
  for (column, factor) in columns.iter().zip(dependency(&vectors)) {
    lie.incoming_witness[*column] += factor;
  }
  lie.products = products(&lie.incoming_witness);
  lie.incoming.c = wsc_folding::line::prover::ivc::commit(&parameters().bases, &lie.incoming_witness);
  let broken = errors(&lie.products);
  assert!(broken.len() > 1);
  // On the line of the prover's t nothing is to be seen of it, at any α.
  for alpha in [known.alpha, Fr::ONE, -Fr::from(5)] {
    let mut table = vec![Fr::ZERO; shape.constraints];
    broken.iter().for_each(|(row, error)| table[*row] = *error);
    let point: Vec<Fr> = beta
      .iter()
      .zip(&delta)
      .map(|(beta, delta)| *beta + alpha * delta)
      .collect();
    assert_eq!(evaluate(&table, &point), Fr::ZERO);
  }
  refused(&lie, "a row of the last step", OUTER);
}
