//! Mercury's arguments: the same bytes as nova-snark's prover makes of the same polynomials, and nothing in one may change.

use ff::Field;
use halo2curves::{
  bn256::{Fr, G1Affine, G2Affine},
  group::Curve,
};
use rand_core::SeedableRng;
use wsc_folding::line::{
  argument::{mercury, proving, transcript::Transcript},
  relation::evaluate,
  words::Writer,
};

/// By number of coordinates. When they were written, nova-snark 0.76 made the same arguments of the same inputs (compared
/// byte for byte in its serialisation), and its verifier accepted them.
const ARGUMENTS: &str = include_str!("mercury.txt");

fn hex(argument: &mercury::Argument) -> String {
  let mut out = Writer::default();
  argument.write(&mut out);
  out.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn powers(n: usize, tau: Fr) -> Vec<G1Affine> {
  let mut power = Fr::ONE;
  (0..n)
    .map(|_| {
      let point = (G1Affine::generator() * power).to_affine();
      power *= tau;
      point
    })
    .collect()
}

#[test]
fn the_same_argument_as_nova_snarks() {
  let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(4);
  let tau = Fr::random(&mut random);
  let tau_g2 = (G2Affine::generator() * tau).to_affine();
  let all = powers(1 << 9, tau);
  let mut arguments = String::new();
  for log in [2usize, 3, 4, 7, 8] {
    let n = 1 << log;
    let f: Vec<Fr> = (0..n).map(|_| Fr::random(&mut random)).collect();
    let point: Vec<Fr> = (0..log).map(|_| Fr::random(&mut random)).collect();
    let value = evaluate(&f, &point);
    let commitment = f
      .iter()
      .zip(&all)
      .map(|(f, g)| *g * *f)
      .sum::<halo2curves::bn256::G1>()
      .to_affine();
    let ours = proving::mercury::prove(&mut Transcript::new(b"test"), &all, &commitment, &f, &point, &value);
    assert!(mercury::verify(
      &mut Transcript::new(b"test"),
      &tau_g2,
      &commitment,
      &point,
      &value,
      &ours
    ));

    arguments += &format!("{log} {}\n", hex(&ours));

    // Nothing in it may change.
    let refused = |change: &dyn Fn(&mut mercury::Argument)| {
      let mut altered = ours.clone();
      change(&mut altered);
      !mercury::verify(
        &mut Transcript::new(b"test"),
        &tau_g2,
        &commitment,
        &point,
        &value,
        &altered,
      )
    };
    for i in 0..6 {
      assert!(refused(&|a| a.values[i] += Fr::ONE), "value {i}");
    }
    let twice = |p: G1Affine| (p + p).to_affine();
    assert!(refused(&|a| a.h = twice(a.h)));
    assert!(refused(&|a| a.g = twice(a.g)));
    assert!(refused(&|a| a.q = twice(a.q)));
    assert!(refused(&|a| a.s = twice(a.s)));
    assert!(refused(&|a| a.d = twice(a.d)));
    assert!(refused(&|a| a.quotient = twice(a.quotient)));
    assert!(refused(&|a| a.w = twice(a.w)));
    assert!(refused(&|a| a.w_prime = twice(a.w_prime)));
    let wrong = value + Fr::ONE;
    assert!(!mercury::verify(
      &mut Transcript::new(b"test"),
      &tau_g2,
      &commitment,
      &point,
      &wrong,
      &ours
    ));
  }
  assert_eq!(arguments, ARGUMENTS);
}
