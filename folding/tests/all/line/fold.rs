//! One fold after another of random small circuits, against the reference: equal instances, equal verdicts.

use super::textbook::{self, Circuit};
use ff::Field;
use halo2curves::{bn256::G1Affine, group::Curve};
use rand_core::{RngCore, SeedableRng};
use wsc_folding::line::{
  curve::{ENDOMORPHISM, point_limbs},
  fold::nifs,
  prover::ivc::commit,
  relation::{Incoming, Products, Running, RunningWitness, evaluate},
};
use wsc_folding::{
  curves::Fr,
  sparse::{Matrix, Shape, Term},
};

type Random = rand_chacha::ChaCha20Rng;

struct Case {
  log_rows: usize,
  shape: Shape<Fr>,
  circuit: Circuit,
  bases: Vec<G1Affine>,
}

/// Wires are bits, small numbers and full-size ones; every row defines a product of two combinations.
fn case(random: &mut Random) -> Case {
  let log_rows = 1 + random.next_u32() as usize % 5;
  let n = 1 << log_rows;
  let mut table = vec![Fr::ONE, -Fr::ONE];
  table.extend((0..4).map(|_| Fr::random(&mut *random)));
  table.push(Fr::from(2));
  let mut matrices: [Matrix; 3] = Default::default();
  let mut dense = vec![vec![vec![Fr::ZERO; n + 2]; n]; 3];
  let inputs = n / 2;
  for row in 0..n - inputs {
    for side in 0..2 {
      let terms = 1 + random.next_u32() as usize % 3;
      let mut columns: Vec<usize> = (0..terms)
        .map(|_| match random.next_u32() % 6 {
          0 => n,
          1 => n + 1,
          _ => random.next_u32() as usize % (inputs + row),
        })
        .collect();
      columns.sort();
      columns.dedup();
      for column in columns {
        let coefficient = random.next_u32() % table.len() as u32;
        matrices[side].terms.push(Term {
          column: column as u32,
          coefficient,
        });
        dense[side][row][column] = table[coefficient as usize];
      }
    }
    matrices[2].terms.push(Term {
      column: (inputs + row) as u32,
      coefficient: 0,
    });
    dense[2][row][inputs + row] = Fr::ONE;
    for matrix in &mut matrices {
      matrix.ends.push(matrix.terms.len() as u32);
    }
  }
  let [a, b, c]: [Vec<Vec<Fr>>; 3] = dense.try_into().unwrap();
  Case {
    log_rows,
    shape: Shape {
      constraints: n,
      variables: n,
      io: 1,
      table,
      matrices,
    },
    circuit: Circuit { a, b, c },
    bases: (0..n)
      .map(|_| (G1Affine::generator() * Fr::random(&mut *random)).to_affine())
      .collect(),
  }
}

impl Case {
  fn commit(&self, w: &[Fr]) -> G1Affine {
    let sum: halo2curves::bn256::G1 = w.iter().zip(&self.bases).map(|(w, g)| *g * *w).sum();
    sum.to_affine()
  }

  /// A satisfied witness for a random public value.
  fn witness(&self, random: &mut Random) -> (Vec<Fr>, Fr) {
    let n = self.shape.variables;
    let x = Fr::random(&mut *random);
    let mut w = vec![Fr::ZERO; n];
    for value in &mut w[..n / 2] {
      *value = match random.next_u32() % 3 {
        0 => Fr::from(u64::from(random.next_u32() % 2)),
        1 => Fr::from(u64::from(random.next_u32() % 256)),
        _ => Fr::random(&mut *random),
      };
    }
    for row in 0..n - n / 2 {
      let z = [&w[..], &[Fr::ONE, x]].concat();
      let side = |matrix: &Vec<Vec<Fr>>| -> Fr { matrix[row].iter().zip(&z).map(|(m, v)| *m * v).sum() };
      w[n / 2 + row] = side(&self.circuit.a) * side(&self.circuit.b);
    }
    (w, x)
  }

  /// By the definitions.
  fn holds(&self, running: &Running, w: &[Fr]) -> bool {
    let error = self.circuit.error(w, running.u, running.x);
    textbook::extension(&error, &running.beta) == running.e && self.commit(w) == running.c
  }

  /// By the engine: the tables are those of the witness, the commitment and the claim hold.
  fn holds_by_the_engine(&self, running: &Running, witness: &RunningWitness) -> bool {
    let fresh = RunningWitness::of(&self.shape, running, witness.w.clone());
    fresh == *witness
      && evaluate(&fresh.error, &running.beta) == running.e
      && commit(&self.bases, &witness.w) == running.c
  }
}

/// The same fold by the reference: instance and witness.
fn reference(case: &Case, running: &Running, w1: &[Fr], incoming: &Incoming, w2: &[Fr]) -> (Running, Vec<Fr>) {
  let c2 = point_limbs(&incoming.c);
  let first: Vec<Fr> = [&[incoming.x], &c2[..]].concat();
  let t = textbook::sponge(3, &[&first])[0][..case.log_rows].to_vec();
  let error = case.circuit.error(w1, running.u, running.x);
  let on_line = |alpha: Fr| -> Vec<Fr> {
    running
      .beta
      .iter()
      .zip(&t)
      .map(|(b, t)| *b + alpha * (*t - b))
      .collect()
  };
  let values: Vec<Fr> = (0..=case.log_rows as u64)
    .map(|at| textbook::extension(&error, &on_line(Fr::from(at))))
    .collect();
  let line = textbook::interpolate(&values);
  let alpha = textbook::sponge(3, &[&first, &line[1..]])[1][0];
  let beta = on_line(alpha);
  let (z1, z2) = (
    [w1, &[running.u, running.x]].concat(),
    [w2, &[Fr::ONE, incoming.x]].concat(),
  );
  let product = |m: &[Vec<Fr>], z: &[Fr]| textbook::dense(m, z);
  let (a1, b1, c1) = (
    product(&case.circuit.a, &z1),
    product(&case.circuit.b, &z1),
    product(&case.circuit.c, &z1),
  );
  let (a2, b2, c2m) = (
    product(&case.circuit.a, &z2),
    product(&case.circuit.b, &z2),
    product(&case.circuit.c, &z2),
  );
  let cross: Vec<Fr> = (0..a1.len())
    .map(|i| a1[i] * b2[i] + a2[i] * b1[i] - running.u * c2m[i] - c1[i])
    .collect();
  let k = textbook::extension(&cross, &beta);
  let squeezed = textbook::sponge(3, &[&first, &line[1..], &[k]])[2][0];
  let gamma = textbook::gamma(&squeezed, ENDOMORPHISM.lambda);
  let w: Vec<Fr> = w1.iter().zip(w2).map(|(a, b)| *a + gamma * b).collect();
  let e = textbook::extension(&error, &beta) + gamma * k;
  let folded = Running {
    c: (running.c + incoming.c * gamma).to_affine(),
    u: running.u + gamma,
    x: running.x + gamma * incoming.x,
    e,
    beta,
  };
  (folded, w)
}

/// Folds `folds` times by both; with `broken`, spoils one wire of one incoming witness first.
fn chain(case: &Case, folds: usize, broken: bool, random: &mut Random) {
  let mut running = Running::default_of(case.log_rows);
  let mut witness = RunningWitness::default_of(&case.shape);
  let spoilt = broken.then(|| random.next_u32() as usize % folds);
  for at in 0..folds {
    let (mut w2, x) = case.witness(random);
    if spoilt == Some(at) {
      let wire = w2.len() / 2 + random.next_u32() as usize % (w2.len() / 2);
      w2[wire] += Fr::ONE;
    }
    let incoming = Incoming { c: case.commit(&w2), x };
    let products = Products::of(&case.shape, &w2, Fr::ONE, x);
    assert_eq!(products.broken_row().is_some(), spoilt == Some(at));
    let before = (running.clone(), witness.w.clone());
    let (messages, folded) = nifs::prove(&running, &mut witness, &incoming, &w2, &products);
    assert_eq!(nifs::verify(&before.0, &incoming, &messages).running, folded.running);
    // After a broken witness the engine's table of errors is not the one of its vectors, from which the reference starts.
    if spoilt.is_none_or(|spoilt| at <= spoilt) {
      let (expected, expected_witness) = reference(case, &before.0, &before.1, &incoming, &w2);
      assert_eq!(folded.running, expected);
      assert_eq!(witness.w, expected_witness);
    }
    running = folded.running;
  }
  let holds = case.holds_by_the_engine(&running, &witness);
  assert_eq!(holds, case.holds(&running, &witness.w) && spoilt.is_none());
  assert_eq!(holds, !broken);
}

#[test]
fn equals_the_textbook_and_refuses_what_is_broken() {
  let mut random = Random::seed_from_u64(9);
  // All thousand where WSC_SOAK is set.
  let cases = if std::env::var_os("WSC_SOAK").is_some() {
    1000
  } else {
    100
  };
  for number in 0..cases {
    let case = case(&mut random);
    let most = if cases == 1000 { 20 } else { 3 };
    chain(&case, 1 + number % most, false, &mut random);
    chain(&case, 1 + number % most, true, &mut random);
  }
}
