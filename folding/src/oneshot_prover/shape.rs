//! circom's constraints as Spartan takes them: the private wires are the variables, the constant wire is u, the outputs
//! and public inputs are the public values. Nothing is added but padding: rows and variables are a power of two each.

use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  r1cs::R1cs,
  sparse::{self, Shape},
};

/// Least number of rows and of variables: one coordinate of each.
const LEAST: usize = 2;

pub fn of(circuit: &R1cs) -> Result<Shape<Fr>> {
  let bad = |what: String| Err(Error::new(Code::R1cs, what));
  let (rows, public) = (circuit.constraints(), circuit.public());
  let [constraints, variables] = [rows, circuit.wires() - 1 - public].map(|count| count.max(LEAST).next_power_of_two());
  if constraints.max(variables) as u64 > sparse::MAX_SIZE {
    let (wires, limit) = (circuit.wires(), sparse::MAX_SIZE);
    return bad(format!(
      "{rows} constraints and {wires} wires exceed the limit of {limit} for one proof"
    ));
  }
  let column = |wire: usize| match wire.checked_sub(1 + public) {
    Some(private) => private as u32,
    None => (variables + wire) as u32,
  };
  let sides = |row| {
    circuit
      .row(row)
      .map(|terms| terms.map(move |(wire, value)| (column(wire), value)))
  };
  let shape = Shape::of_rows(constraints, variables, public, (0..rows).map(sides));
  if shape.matrices[0].ends.is_empty() {
    return bad("a circuit without constraints proves nothing".into());
  }
  Ok(shape)
}
