//! circom's constraints as Spartan takes them: the private wires are the variables, the constant wire is u, the outputs
//! and public inputs are the public values. No constraint and, but for a spare, no variable is added.

use crate::{
  curves::{E1, Fr},
  error::{Code, Error, Result},
  oneshot::MIN_SIZE,
  r1cs::R1cs,
  sparse::{self, Shape},
};
use ff::Field;
use nova_snark::r1cs::{R1CSShape, SparseMatrix};

/// As many constraints as variables, a power of two: nova-snark's prover fails for sizes that differ by more than it has
/// threads, and its own `R1CSShape::pad` leaves the rows of a circuit with very many variables unpadded.
pub fn padded(circuit: &R1cs) -> Result<R1CSShape<E1>> {
  let bad = |what: String| Err(Error::new(Code::R1cs, what));
  if circuit.constraints() == 0 {
    return bad("a circuit without constraints proves nothing".into());
  }
  // A spare variable, see `variables`; and the public half of the columns, which u begins, is no longer than the other.
  let columns = 1 + circuit.public().max(circuit.wires() - 1 - circuit.public());
  let size = circuit.constraints().max(columns).max(MIN_SIZE).next_power_of_two();
  if size as u64 > sparse::MAX_SIZE {
    let limit = sparse::MAX_SIZE;
    return bad(format!(
      "{} constraints and {} wires exceed the limit of {limit} for one proof",
      circuit.constraints(),
      circuit.wires()
    ));
  }
  let column = |wire: usize| match wire {
    wire if wire <= circuit.public() => size + wire,
    wire => wire - 1 - circuit.public(),
  };
  let mut matrices: [SparseMatrix<Fr>; 3] = std::array::from_fn(|_| SparseMatrix {
    data: Vec::new(),
    indices: Vec::new(),
    indptr: vec![0],
    cols: size + 1 + circuit.public(),
  });
  for row in 0..circuit.constraints() {
    for (matrix, terms) in matrices.iter_mut().zip(circuit.row(row)) {
      for (wire, coefficient) in terms {
        matrix.data.push(coefficient);
        matrix.indices.push(column(wire));
      }
      matrix.indptr.push(matrix.data.len());
    }
  }
  for matrix in &mut matrices {
    matrix.indptr.resize(size + 1, matrix.data.len());
  }
  let [a, b, c] = matrices;
  R1CSShape::new(size, size, circuit.public(), a, b, c).map_err(|e| Error::internal(e.to_string()))
}

/// The same for a verifying key.
pub fn compact(shape: &R1CSShape<E1>) -> Result<Shape<Fr>> {
  Shape::new(
    shape.num_cons(),
    shape.num_vars(),
    shape.num_io(),
    [shape.A(), shape.B(), shape.C()],
  )
  .ok_or_else(|| Error::internal("matrices without rows"))
}

/// The values of all variables. The first spare one, which no constraint names, is one: Mercury's prover fails for
/// nothing but zeroes, which all private wires of a run may be.
pub fn variables(circuit: &R1cs, witness: &[Fr], length: usize) -> Vec<Fr> {
  let mut variables = witness[1 + circuit.public()..].to_vec();
  variables.push(Fr::ONE);
  variables.resize(length, Fr::ZERO);
  variables
}
