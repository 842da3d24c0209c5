//! Our Mercury against nova-snark's: each accepts the other's arguments, which are the same.

use ff::Field;
use halo2curves::{
  bn256::{Fr, G1Affine, G2Affine},
  group::Curve,
};
use nova_snark::{
  provider::{Bn256EngineKZG, hyperkzg, keccak::Keccak256Transcript, mercury as stock},
  traits::{TranscriptEngineTrait, evaluation::EvaluationEngineTrait},
};
use rand_core::SeedableRng;
use wsc_folding::line::{mercury, relation::evaluate, transcript::Transcript};

type Stock = Bn256EngineKZG;
type StockMercury = stock::EvaluationEngine<Stock>;

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
    let ours = mercury::prove(&mut Transcript::new(b"test"), &all, &commitment, &f, &point, &value);
    assert!(mercury::verify(
      &mut Transcript::new(b"test"),
      &tau_g2,
      &commitment,
      &point,
      &value,
      &ours
    ));

    let key = hyperkzg::CommitmentKey::<Stock>::new(all.clone(), G1Affine::generator(), tau_g2).unwrap();
    let (prover, verifier) = StockMercury::setup(&key).unwrap();
    let reversed: Vec<Fr> = point.iter().rev().copied().collect();
    let stock_commitment = hyperkzg::Commitment::new(commitment.into());
    let theirs = StockMercury::prove(
      &key,
      &prover,
      &mut Keccak256Transcript::new(b"test"),
      &stock_commitment,
      &f,
      &reversed,
      &value,
    )
    .unwrap();
    let bytes = bincode::serde::encode_to_vec(&theirs, bincode::config::legacy()).unwrap();
    // nova-snark's own verifier takes ours, in its order of points.
    let mine = stock::EvaluationArgument::<Stock>::new(
      wrap(ours.h),
      wrap(ours.g),
      wrap(ours.q),
      wrap(ours.s),
      wrap(ours.d),
      wrap(ours.quotient),
      wrap(ours.w),
      wrap(ours.w_prime),
      ours.values[0],
      ours.values[1],
      ours.values[2],
      ours.values[3],
      ours.values[4],
      ours.values[5],
    );
    assert_eq!(
      bincode::serde::encode_to_vec(&mine, bincode::config::legacy()).unwrap(),
      bytes
    );
    StockMercury::verify(
      &verifier,
      &mut Keccak256Transcript::new(b"test"),
      &stock_commitment,
      &reversed,
      &value,
      &mine,
    )
    .unwrap();

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
}

fn wrap(point: G1Affine) -> hyperkzg::Commitment<Stock> {
  hyperkzg::Commitment::new(point.into())
}
