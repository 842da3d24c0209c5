//! Reader of circom's `.r1cs` files (iden3 binary format, version 1): strict, bounded, and never a panic.
//!
//! Format: <https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md>. Anything that this crate does not
//! prove (another prime, custom gates, unknown sections) is refused and not skipped.

use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  field::{self, FIELD_BYTES, MODULUS},
};
use ff::Field;
use rayon::prelude::*;
use std::collections::HashMap;

/// Most wires and most constraints a circuit may have: 2^22, forty times the bus.
const MAX_COUNT: u32 = 1 << 22;
/// Most public values a circuit may have, outputs and public inputs together.
pub const MAX_PUBLIC: u32 = 1 << 16;
/// Largest file read, in bytes.
pub const MAX_FILE: u64 = 1 << 30;
/// Most state elements a step may carry.
const MAX_ARITY: usize = 64;

const SECTION_HEADER: u32 = 1;
const SECTION_CONSTRAINTS: u32 = 2;
const SECTION_LABELS: u32 = 3;

/// Rows of one of the three matrices; coefficients are numbers into the circuit's pool.
#[derive(Clone, Debug, Default)]
struct Matrix {
  starts: Vec<u32>,
  wires: Vec<u32>,
  coefficients: Vec<u32>,
}

/// A rank-1 constraint system. Its wires are in circom's order: the constant one, the outputs, the public inputs, the
/// private wires.
#[derive(Clone, Debug)]
pub struct R1cs {
  wires: usize,
  outputs: usize,
  inputs: usize,
  constraints: usize,
  matrices: [Matrix; 3],
  pool: Vec<Fr>,
}

fn bad(message: impl Into<String>) -> Error {
  Error::new(Code::R1cs, message)
}

/// A cursor that can only run out, never over.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
  fn take(&mut self, n: usize) -> Result<&'a [u8]> {
    let (head, tail) = self.0.split_at_checked(n).ok_or_else(|| bad("file ends early"))?;
    self.0 = tail;
    Ok(head)
  }

  fn u32(&mut self) -> Result<u32> {
    let bytes = self.take(4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
  }

  fn u64(&mut self) -> Result<u64> {
    Ok(u64::from(self.u32()?) | u64::from(self.u32()?) << 32)
  }

  fn finish(&self, what: &str) -> Result<()> {
    if self.0.is_empty() {
      Ok(())
    } else {
      Err(bad(format!("{what} has {} bytes too many", self.0.len())))
    }
  }
}

impl R1cs {
  /// Parses a whole file.
  pub fn parse(bytes: &[u8]) -> Result<R1cs> {
    if bytes.len() as u64 > MAX_FILE {
      return Err(bad("file is larger than 1 GiB"));
    }
    let mut file = Reader(bytes);
    if file.take(4)? != b"r1cs" {
      return Err(bad("not an .r1cs file"));
    }
    if file.u32()? != 1 {
      return Err(bad("unsupported version"));
    }
    let (mut header, mut body, mut labels) = (None, None, None);
    for _ in 0..file.u32()? {
      let kind = file.u32()?;
      let length = usize::try_from(file.u64()?).map_err(|_| bad("section too long"))?;
      let content = file.take(length)?;
      let slot = match kind {
        SECTION_HEADER => &mut header,
        SECTION_CONSTRAINTS => &mut body,
        SECTION_LABELS => &mut labels,
        other => return Err(bad(format!("section of unknown type {other}"))),
      };
      if slot.replace(content).is_some() {
        return Err(bad(format!("section {kind} appears twice")));
      }
    }
    file.finish("file")?;
    let mut header = Reader(header.ok_or_else(|| bad("no header section"))?);
    let body = body.ok_or_else(|| bad("no constraint section"))?;

    if header.u32()? as usize != FIELD_BYTES || header.take(FIELD_BYTES)? != MODULUS {
      return Err(bad("the prime is not BN254's (compile with circom's default prime)"));
    }
    let (wires, outputs, inputs, private) = (header.u32()?, header.u32()?, header.u32()?, header.u32()?);
    let label_count = header.u64()?;
    let constraints = header.u32()?;
    header.finish("header")?;
    if wires > MAX_COUNT || constraints > MAX_COUNT {
      return Err(bad(format!(
        "{wires} wires and {constraints} constraints exceed the limit of {MAX_COUNT}"
      )));
    }
    if u64::from(outputs) + u64::from(inputs) > u64::from(MAX_PUBLIC) {
      return Err(bad(format!(
        "{outputs} outputs and {inputs} public inputs exceed the limit of {MAX_PUBLIC} public values"
      )));
    }
    if 1 + u64::from(outputs) + u64::from(inputs) + u64::from(private) > u64::from(wires) {
      return Err(bad("more signals than wires"));
    }
    if label_count < u64::from(wires) {
      return Err(bad("fewer labels than wires"));
    }
    if labels.is_some_and(|l| l.len() as u64 != 8 * u64::from(wires)) {
      return Err(bad("label section has a wrong length"));
    }
    let mut circuit = R1cs {
      wires: wires as usize,
      outputs: outputs as usize,
      inputs: inputs as usize,
      constraints: constraints as usize,
      matrices: Default::default(),
      pool: Vec::new(),
    };
    circuit.read_constraints(body)?;
    Ok(circuit)
  }

  /// Parses a step circuit, which leads from a state to the next: as many outputs as public inputs.
  pub fn parse_step(bytes: &[u8]) -> Result<R1cs> {
    let circuit = R1cs::parse(bytes)?;
    let R1cs { outputs, inputs, .. } = circuit;
    if outputs == inputs && (1..=MAX_ARITY).contains(&inputs) {
      return Ok(circuit);
    }
    Err(bad(format!(
      "a step needs as many outputs as public inputs, 1 to {MAX_ARITY}; here {outputs} and {inputs}"
    )))
  }

  fn read_constraints(&mut self, body: &[u8]) -> Result<()> {
    let mut body = Reader(body);
    let mut numbers: HashMap<[u8; 32], u32> = HashMap::new();
    for matrix in &mut self.matrices {
      matrix.starts.push(0);
    }
    for _ in 0..self.constraints {
      for matrix in &mut self.matrices {
        for _ in 0..body.u32()? {
          let wire = body.u32()?;
          if wire as usize >= self.wires {
            return Err(bad(format!("a constraint names wire {wire} of {}", self.wires)));
          }
          let mut bytes = [0; FIELD_BYTES];
          bytes.copy_from_slice(body.take(FIELD_BYTES)?);
          let number = match numbers.get(&bytes) {
            Some(number) => *number,
            None => {
              let value = field::decode(&bytes).ok_or_else(|| bad("a coefficient is not below the prime"))?;
              let number = self.pool.len() as u32;
              self.pool.push(value);
              numbers.insert(bytes, number);
              number
            }
          };
          matrix.wires.push(wire);
          matrix.coefficients.push(number);
        }
        matrix.starts.push(matrix.wires.len() as u32);
      }
    }
    body.finish("constraint section")
  }

  /// Number of wires, the constant one included: the length of a witness.
  pub fn wires(&self) -> usize {
    self.wires
  }

  /// Number of state elements of a step circuit: of public inputs and of outputs.
  pub fn arity(&self) -> usize {
    self.inputs
  }

  /// Number of public values: outputs first, then public inputs.
  pub fn public(&self) -> usize {
    self.outputs + self.inputs
  }

  pub fn constraints(&self) -> usize {
    self.constraints
  }

  /// The three linear combinations of one constraint as (wire, coefficient).
  pub fn row(&self, row: usize) -> [impl Iterator<Item = (usize, Fr)> + '_; 3] {
    self.matrices.each_ref().map(|m| {
      let range = m.starts[row] as usize..m.starts[row + 1] as usize;
      m.wires[range.clone()]
        .iter()
        .zip(&m.coefficients[range])
        .map(|(wire, number)| (*wire as usize, self.pool[*number as usize]))
    })
  }

  /// Reads a witness: one canonical element a wire, the first of them one.
  pub fn read_witness(&self, bytes: &[u8]) -> Result<Vec<Fr>> {
    let bad = |message: String| Error::new(Code::Witness, message);
    if bytes.len() != self.wires * FIELD_BYTES {
      return Err(bad(format!(
        "witness has {} bytes, {} expected",
        bytes.len(),
        self.wires * FIELD_BYTES
      )));
    }
    let witness = field::decode_vec(bytes).ok_or_else(|| bad("witness holds a value not below the prime".into()))?;
    if witness[0] != Fr::ONE {
      return Err(bad("wire 0 of the witness is not one".into()));
    }
    Ok(witness)
  }

  /// The public values in a witness, outputs first.
  pub fn public_values<'a>(&self, witness: &'a [Fr]) -> &'a [Fr] {
    &witness[1..1 + self.public()]
  }

  /// The public inputs in a witness: the state before the step.
  pub fn state_before<'a>(&self, witness: &'a [Fr]) -> &'a [Fr] {
    &self.public_values(witness)[self.outputs..]
  }

  /// The outputs in a witness: the state after the step.
  pub fn state_after<'a>(&self, witness: &'a [Fr]) -> &'a [Fr] {
    &self.public_values(witness)[..self.outputs]
  }

  /// Number of a constraint that the witness breaks, the first one found. A broken witness would fold without a
  /// murmur and spoil the accumulator for good, so it is looked at before.
  pub fn broken_constraint(&self, witness: &[Fr]) -> Option<usize> {
    (0..self.constraints)
      .into_par_iter()
      .with_min_len(1024)
      .find_first(|row| {
        let [a, b, c] = self.row(*row);
        let value = |terms: &mut dyn Iterator<Item = (usize, Fr)>| terms.map(|(w, k)| k * witness[w]).sum::<Fr>();
        value(&mut { a }) * value(&mut { b }) != value(&mut { c })
      })
  }
}
