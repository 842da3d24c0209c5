use super::*;
use crate::line::{
  argument::sumcheck::eq_table,
  relation::matrices::{combined_columns, multiply},
};
use ff::Field;
use halo2curves::bn256::Fr;

/// A shape with repeating and odd rows, public columns and an empty row in the middle.
fn sample() -> Shape<Fr> {
  let (constraints, variables) = (64usize, 32usize);
  let mut state = 7u64;
  let mut random = move |below: u64| {
    state = state
      .wrapping_mul(6364136223846793005)
      .wrapping_add(1442695040888963407);
    (state >> 33) % below
  };
  let coefficients = [Fr::ONE, -Fr::ONE, Fr::from(2), Fr::from(1 << 20), -Fr::from(3)];
  let matrices = [0, 1, 2].map(|matrix| {
    let mut entries = Vec::new();
    for row in (0..50).filter(|row| *row != 20) {
      if row % 3 == 0 {
        // The same pattern, shifted.
        entries.push((row, (row / 3) % 20, Fr::ONE));
        entries.push((row, (row / 3) % 20 + 5, Fr::from(4)));
        continue;
      }
      let mut columns: Vec<usize> = (0..random(4)).map(|_| random(variables as u64 + 3) as usize).collect();
      columns.sort_unstable();
      columns.dedup();
      for column in columns {
        entries.push((row, column, coefficients[(random(5) as usize + matrix) % 5]));
      }
    }
    entries
  });
  let rows = (0..constraints).map(|row| {
    let terms = |entries: &Vec<(usize, usize, Fr)>| -> Vec<(u32, Fr)> {
      let of_row = entries.iter().filter(|(at, ..)| *at == row);
      of_row.map(|(_, column, value)| (*column as u32, *value)).collect()
    };
    matrices.each_ref().map(terms)
  });
  Shape::of_rows(constraints, variables, 2, rows)
}

fn encoded(shape: &Shape<Fr>) -> Vec<u8> {
  let mut bytes = Vec::new();
  encode(shape, &mut bytes);
  bytes
}

#[test]
fn what_is_encoded_is_decoded() {
  let shape = sample();
  let decoded: Shape<Fr> = decode(&encoded(&shape)).unwrap();
  assert_eq!(decoded, shape);
  // The empty row in the middle is there, those at the end are not.
  assert_eq!(shape.matrices.each_ref().map(|matrix| matrix.ends.len()), [50; 3]);
}

#[test]
fn one_shape_has_one_encoding() {
  let good = encoded(&sample());
  for at in 0..good.len() {
    for bit in 0..8 {
      let mut bytes = good.clone();
      bytes[at] ^= 1 << bit;
      // Either refused, or another shape that is encoded just so.
      if let Ok(shape) = decode::<Fr>(&bytes) {
        assert_eq!(encoded(&shape), bytes, "bit {bit} of byte {at}");
      }
    }
  }
  for length in 0..good.len() {
    assert!(decode::<Fr>(&good[..length]).is_err(), "{length} bytes");
  }
  assert!(decode::<Fr>(&[&good[..], &[0]].concat()).is_err());
}

/// Two bytes of a key make a term, and a row that repeats them one more: both are bounded before there is memory for them.
#[test]
fn terms_are_bounded() {
  let of_terms = |terms: usize, rows: usize| {
    let mut bytes = Vec::new();
    // 4 constraints, 4 variables, 1 public value, the rows, no coefficient but 1 and −1, one pattern.
    for number in [4, 4, 1, rows, 0, 1, terms, 0, 0] {
      crate::bytes::put_number(&mut bytes, number as u64);
      if bytes.len() > 6 && number == terms {
        bytes.resize(bytes.len() + 2 * terms, 0);
      }
    }
    bytes.resize(bytes.len() + 2 * rows, 0);
    decode::<Fr>(&bytes).map(|_| ()).map_err(|error| error.to_string())
  };
  let refused = |terms, rows| of_terms(terms, rows).unwrap_err();
  assert!(refused((1 << 22) + 1, 1).contains("more terms"));
  assert!(refused((1 << 21) + 1, 2).contains("more terms"));
  assert_eq!(of_terms(1 << 21, 2), Ok(()));
}

/// The products of the verifier and the prover are those of the matrices' terms, taken one by one.
#[test]
fn products_are_those_of_the_matrices() {
  let shape = sample();
  let point = |from: u64, length: u64| (from..from + length).map(|i| Fr::from(i * i + 3)).collect::<Vec<_>>();
  let (r, x, z) = (Fr::from(77), point(5, 6), point(100, 32 + 3));
  let rows = eq_table(&x);
  let weights = [Fr::ONE, r, r * r];
  let mut columns = vec![Fr::ZERO; 32 + 3];
  let mut products = [(); 3].map(|()| vec![Fr::ZERO; 64]);
  for (at, matrix) in shape.matrices.iter().enumerate() {
    for row in 0..50 {
      for term in matrix.row(row) {
        let value = shape.table[term.coefficient as usize];
        columns[term.column as usize] += weights[at] * rows[row] * value;
        products[at][row] += value * z[term.column as usize];
      }
    }
  }
  assert_eq!(combined_columns(&shape, &rows, weights), columns);
  assert_eq!(multiply(&shape, &z[..32], &z[32..]), products);
}
