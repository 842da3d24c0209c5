//! Circuits of every size.

use super::scene::{Scene, powers};
use crate::common::{R1csFile, Row, Temporary, WeightedRow, unwatched, weighted};
use ff::Field;
use std::fs;
use wsc_folding::{curves::Fr, error::Code, oneshot_prover::set_up};

/// Two rows and two variables at least; rows and variables of different sizes; as many variables as the powers file has.
#[test]
fn every_size() {
  let one = |wire: u32| vec![(wire, Fr::ONE)];
  // A chain of squares from a public input, of so many private wires.
  let squares = |private: u32| -> (Vec<WeightedRow>, Vec<Fr>) {
    let rows = (1..=private).map(|i| [one(i), one(i), one(i + 1)]).collect();
    let mut wires = vec![Fr::ONE, Fr::from(3)];
    for i in 1..=private as usize {
      wires.push(wires[i].square());
    }
    (rows, wires)
  };
  for private in [1u32, 2, 3, 4, 5, 8, 9, 128, 256] {
    let (rows, wires) = squares(private);
    let scene = Scene::new(&format!("size-{private}"), [2 + private, 0, 1, 0], rows);
    let (proof, public) = scene.honest(&wires).unwrap();
    scene.verifier.verify(&proof, &public).unwrap();
    let mut other = public.clone();
    other[0] ^= 1;
    assert_eq!(
      scene.verifier.verify(&proof, &other).unwrap_err().code,
      Code::ProofInvalid
    );
  }
  // One private wire in many rows, and many of them in one.
  let many = vec![[one(1), one(1), one(2)]; 100];
  let tall = Scene::new("tall", [3, 0, 1, 0], many);
  let flat = Scene::new(
    "flat",
    [202, 1, 0, 200],
    vec![[(2..=201).map(|w| (w, Fr::ONE)).collect(), one(0), one(1)]],
  );
  assert_eq!([tall.shape.constraints, tall.shape.variables], [128, 2]);
  assert_eq!([flat.shape.constraints, flat.shape.variables], [2, 256]);
  let (proof, public) = tall.honest(&[1, 3, 9].map(Fr::from)).unwrap();
  tall.verifier.verify(&proof, &public).unwrap();
  let mut wires = vec![Fr::ONE; 202];
  wires[1] = Fr::from(200);
  let (proof, public) = flat.honest(&wires).unwrap();
  flat.verifier.verify(&proof, &public).unwrap();

  // 2^8 powers and the ones after them, but one: 512 variables are too many.
  let (rows, _) = squares(257);
  let directory = Temporary::new("size-too-large");
  let circuit = directory.0.join("circuit.r1cs");
  fs::write(&circuit, R1csFile::weighted([259, 0, 1, 0], &rows).bytes()).unwrap();
  let refused = unwatched(|watch| set_up(&circuit, powers(), &directory.0, None, watch)).unwrap_err();
  assert_eq!(refused.code, Code::Ptau);
}

/// Sizes at which padding could go wrong: exactly a power of two, more public values than private ones, no private
/// wire at all, all of them zero.
#[test]
fn circuits_of_odd_shapes() {
  let check = |name: &str, counts: [u32; 4], rows: &[Row<'_>], witness: &[u64]| {
    let witness: Vec<Fr> = witness.iter().copied().map(Fr::from).collect();
    let scene = Scene::new(name, counts, weighted(rows));
    let (proof, public) = scene.honest(&witness).expect(name);
    scene.verifier.verify(&proof, &public).unwrap();
    if !public.is_empty() {
      let mut other = public.clone();
      other[0] ^= 1;
      assert_eq!(
        scene.verifier.verify(&proof, &other).unwrap_err().code,
        Code::ProofInvalid,
        "{name}"
      );
    }
  };
  // Sixteen times the same square: constraints a power of two.
  let square: Row<'_> = [&[2], &[2], &[1]];
  check("rows", [3, 1, 0, 1], &[square; 16], &[1, 49, 7]);
  // Sixteen private wires, a power of two: 16 squares of wires 1..=16 into the next.
  let wires: Vec<u32> = (0..18).collect();
  let chain: Vec<Row<'_>> = (1..17)
    .map(|i| [&wires[i..=i], &wires[..1], &wires[i + 1..=i + 1]])
    .collect();
  check("wires", [18, 0, 1, 0], &chain, &[1; 18]);
  // Twenty public values and one private.
  check("public", [22, 10, 10, 1], &[[&[1], &[11], &[21]]], &[1; 22]);
  // No private wire; no public value; all private wires zero.
  check("no-private", [3, 1, 1, 0], &[[&[2], &[2], &[1]]], &[1, 9, 3]);
  check("no-public", [3, 0, 0, 2], &[[&[1], &[1], &[2]]], &[1, 3, 9]);
  check("zeroes", [4, 1, 1, 1], &[[&[2], &[3], &[1]]], &[1, 0, 5, 0]);
}
