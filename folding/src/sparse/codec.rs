//! The bytes of a shape. One shape has exactly one encoding, and decoding refuses every other: numbers are shortest
//! LEB128, coefficients and patterns are numbered in the order of their first use, none occurs twice or goes unused,
//! and a row's base is its least variable column.

use super::{Matrix, Shape, Term};
use crate::{
  bytes::{Reader, put_number},
  error::{Error, Result},
};
use ff::PrimeField;
use std::collections::{HashMap, HashSet};

/// Greatest padded circuit that is read: 2^20 constraints or variables.
pub const MAX_SIZE: u64 = 1 << 20;
/// Most terms of all rows together, and of all row patterns together. A term is two bytes of a key and up to 24 of
/// memory, so it is judged before memory is taken.
const MAX_TERMS: usize = 1 << 22;
/// Most public values.
const MAX_IO: u64 = 1 << 16;

/// Column codes of a pattern: even ones count from the row's base, odd ones from the first public column.
fn column_code(column: u32, base: u32, variables: u32) -> u64 {
  if column >= variables {
    u64::from(column - variables) * 2 + 1
  } else {
    u64::from(column - base) * 2
  }
}

pub fn encode<F: PrimeField>(shape: &Shape<F>, out: &mut Vec<u8>) {
  let variables = shape.variables as u32;
  let rows = shape.matrices[0].ends.len();
  for number in [
    shape.constraints,
    shape.variables,
    shape.io,
    rows,
    shape.table.len() - 2,
  ] {
    put_number(out, number as u64);
  }
  for coefficient in &shape.table[2..] {
    out.extend_from_slice(coefficient.to_repr().as_ref());
  }
  let mut patterns = Vec::new();
  let mut numbers: HashMap<Vec<u8>, u64> = HashMap::new();
  let mut stream = Vec::new();
  let mut last_base = 0;
  for row in 0..rows {
    let terms = shape.matrices.each_ref().map(|matrix| matrix.row(row));
    let columns = terms.iter().flat_map(|terms| terms.iter().map(|term| term.column));
    let base = columns.filter(|column| *column < variables).min();
    let mut pattern = Vec::new();
    for terms in terms {
      put_number(&mut pattern, terms.len() as u64);
      for term in terms {
        put_number(&mut pattern, column_code(term.column, base.unwrap_or(0), variables));
        put_number(&mut pattern, u64::from(term.coefficient));
      }
    }
    let next = numbers.len() as u64;
    let number = *numbers.entry(pattern).or_insert_with_key(|pattern| {
      patterns.extend_from_slice(pattern);
      next
    });
    put_number(&mut stream, number);
    if let Some(base) = base {
      put_number(&mut stream, zigzag(i64::from(base) - last_base));
      last_base = i64::from(base);
    }
  }
  put_number(out, numbers.len() as u64);
  out.extend_from_slice(&patterns);
  out.extend_from_slice(&stream);
}

/// A row's shape without its place.
struct Pattern {
  /// Terms of A, B and C; columns hold codes.
  terms: [Vec<(u64, u32)>; 3],
  /// Whether any column counts from the base.
  based: bool,
  /// Greatest column code that counts from the base.
  reach: u64,
}

/// Constraints, variables and public values: the beginning of a shape.
pub fn read_sizes(reader: &mut Reader<'_>) -> Result<(usize, usize, usize)> {
  let (constraints, variables) = (size(reader)?, size(reader)?);
  Ok((constraints, variables, reader.number(MAX_IO)? as usize))
}

/// Decodes a shape, which must fill `bytes`.
pub fn decode<F: PrimeField>(bytes: &[u8]) -> Result<Shape<F>> {
  let reader = &mut Reader::new(bytes);
  let (constraints, variables, io) = read_sizes(reader)?;
  let rows = reader.number(constraints as u64)? as usize;
  let table = read_table(reader)?;
  let patterns = read_patterns(reader, table.len(), io)?;
  let mut matrices: [Matrix; 3] = Default::default();
  for matrix in &mut matrices {
    matrix.ends.reserve_exact(rows);
  }
  let (mut seen, mut last_base, mut total) = (0, 0i64, 0usize);
  for _ in 0..rows {
    let number = reader.number(patterns.len() as u64)? as usize;
    if number > seen || number == patterns.len() {
      return Err(Error::key("row patterns are not numbered by first use"));
    }
    seen = seen.max(number + 1);
    let pattern = &patterns[number];
    let base = if pattern.based {
      last_base + unzigzag(reader.number(2 * MAX_SIZE)?)
    } else {
      0
    };
    if base < 0 || base as u64 + pattern.reach / 2 >= variables as u64 {
      return Err(Error::key("column outside the circuit"));
    }
    if pattern.based {
      last_base = base;
    }
    total += pattern.terms.iter().map(Vec::len).sum::<usize>();
    if total > MAX_TERMS {
      return Err(too_many_terms());
    }
    for (matrix, terms) in matrices.iter_mut().zip(&pattern.terms) {
      matrix.terms.extend(terms.iter().map(|(code, coefficient)| Term {
        column: if code & 1 == 1 {
          variables as u32 + (code >> 1) as u32
        } else {
          base as u32 + (code >> 1) as u32
        },
        coefficient: *coefficient,
      }));
      matrix.ends.push(matrix.terms.len() as u32);
    }
  }
  let last_is_empty = rows > 0 && matrices.iter().all(|matrix| matrix.row(rows - 1).is_empty());
  if seen != patterns.len() || last_is_empty || reader.left() != 0 {
    return Err(Error::key("unused row pattern, empty last row or bytes after the last"));
  }
  Ok(Shape {
    constraints,
    variables,
    io,
    table,
    matrices,
  })
}

fn size(reader: &mut Reader<'_>) -> Result<usize> {
  let size = reader.number(MAX_SIZE)?;
  if size < 2 || !size.is_power_of_two() {
    return Err(Error::key("circuit sizes are not padded to powers of two"));
  }
  Ok(size as usize)
}

fn read_table<F: PrimeField>(reader: &mut Reader<'_>) -> Result<Vec<F>> {
  let count = reader.count(32)?;
  let mut table = vec![F::ONE, -F::ONE];
  let mut distinct: HashSet<Vec<u8>> = table.iter().map(|one| one.to_repr().as_ref().to_vec()).collect();
  for _ in 0..count {
    let coefficient: F = reader.field()?;
    if !distinct.insert(coefficient.to_repr().as_ref().to_vec()) {
      return Err(Error::key("a coefficient occurs twice"));
    }
    table.push(coefficient);
  }
  Ok(table)
}

fn too_many_terms() -> Error {
  Error::key("more terms than any circuit has that is proved here")
}

fn read_patterns(reader: &mut Reader<'_>, coefficients: usize, io: usize) -> Result<Vec<Pattern>> {
  let count = reader.count(3)?;
  let mut patterns = Vec::with_capacity(count);
  let mut distinct = HashSet::with_capacity(count);
  let (mut seen, mut total) = (2, 0); // 1 and −1 are always there
  for _ in 0..count {
    let start = reader.position();
    let mut pattern = Pattern {
      terms: Default::default(),
      based: false,
      reach: 0,
    };
    let mut least = u64::MAX;
    for terms in &mut pattern.terms {
      let length = reader.count(2)?;
      total += length;
      if total > MAX_TERMS {
        return Err(too_many_terms());
      }
      terms.reserve_exact(length);
      for _ in 0..length {
        let code = reader.number(2 * MAX_SIZE + 1)?;
        let coefficient = reader.number(coefficients as u64)? as u32;
        if coefficient > seen || coefficient as usize == coefficients {
          return Err(Error::key("coefficients are not numbered by first use"));
        }
        seen = seen.max(coefficient + 1);
        if code & 1 == 0 {
          pattern.based = true;
          pattern.reach = pattern.reach.max(code);
          least = least.min(code);
        } else if code >> 1 > io as u64 {
          return Err(Error::key("column outside the circuit"));
        }
        terms.push((code, coefficient));
      }
    }
    if pattern.based && least != 0 {
      return Err(Error::key("a row's base is not its least column"));
    }
    if !distinct.insert(reader.since(start)) {
      return Err(Error::key("a row pattern occurs twice"));
    }
    patterns.push(pattern);
  }
  if seen as usize != coefficients {
    return Err(Error::key("unused coefficient"));
  }
  Ok(patterns)
}

fn zigzag(value: i64) -> u64 {
  ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(code: u64) -> i64 {
  (code >> 1) as i64 ^ -((code & 1) as i64)
}
