//! A builder of rank-1 constraints for the two circuits that Line writes itself. The same code gives the shape, with a
//! name for every wire and every row, and the values of a witness.

use super::num::{Num, sum_up};
use crate::sparse::Shape;
use ff::PrimeField;

/// Columns of public values count down from the top while a circuit is written; `Builder::shape` puts them in place.
const ONE: u32 = u32::MAX;

/// One row, a·b = c, and what it is for.
#[derive(Clone, Debug)]
pub struct Row<F> {
  pub name: String,
  pub sides: [Vec<(u32, F)>; 3],
}

/// What is written down besides the values.
#[derive(Clone, Debug, Default)]
pub struct Record<F> {
  pub wires: Vec<String>,
  pub rows: Vec<Row<F>>,
}

#[derive(Clone, Debug)]
pub struct Builder<F> {
  values: Vec<F>,
  /// Wires before the builder's first: those of another circuit.
  first: usize,
  public: Vec<F>,
  record: Option<Record<F>>,
  scope: Vec<&'static str>,
}

impl<F: PrimeField> Builder<F> {
  /// Values alone: for a witness. `first` wires stand before the builder's own.
  pub fn values(first: usize) -> Self {
    Builder {
      values: Vec::new(),
      first,
      public: Vec::new(),
      record: None,
      scope: Vec::new(),
    }
  }

  /// Values, and the shape with its names.
  pub fn recording(first: usize) -> Self {
    Builder {
      record: Some(Record {
        wires: Vec::new(),
        rows: Vec::new(),
      }),
      ..Builder::values(first)
    }
  }

  /// Names what follows until the closure ends.
  pub fn scoped<T>(&mut self, name: &'static str, write: impl FnOnce(&mut Self) -> T) -> T {
    self.scope.push(name);
    let out = write(self);
    self.scope.pop();
    out
  }

  fn named(scope: &[&'static str], name: &str) -> String {
    scope.iter().copied().chain([name]).collect::<Vec<_>>().join(".")
  }

  /// A new wire.
  pub fn wire(&mut self, name: &str, value: F) -> Num<F> {
    let column = (self.first + self.values.len()) as u32;
    self.values.push(value);
    if let Some(record) = &mut self.record {
      record.wires.push(Self::named(&self.scope, name));
    }
    self.reference(column, value)
  }

  /// A wire that is there already: of another circuit.
  pub fn reference(&self, column: u32, value: F) -> Num<F> {
    let terms = if self.record.is_some() {
      vec![(column, F::ONE)]
    } else {
      Vec::new()
    };
    Num { value, terms }
  }

  /// The next public value.
  pub fn public(&mut self, value: F) -> Num<F> {
    self.public.push(value);
    self.reference(ONE - self.public.len() as u32, value)
  }

  pub fn constant(&self, value: F) -> Num<F> {
    let terms = if self.record.is_some() && value != F::ZERO {
      vec![(ONE, value)]
    } else {
      Vec::new()
    };
    Num { value, terms }
  }

  /// a·b = c.
  pub fn enforce(&mut self, name: &str, a: &Num<F>, b: &Num<F>, c: &Num<F>) {
    if let Some(record) = &mut self.record {
      record.rows.push(Row {
        name: Self::named(&self.scope, name),
        sides: [a.terms.clone(), b.terms.clone(), c.terms.clone()],
      });
    }
  }

  /// A new wire that is a·b: one row.
  pub fn product(&mut self, name: &str, a: &Num<F>, b: &Num<F>) -> Num<F> {
    let c = self.wire(name, a.value * b.value);
    self.enforce(name, a, b, &c);
    c
  }

  /// a = b: one row.
  pub fn equal(&mut self, name: &str, a: &Num<F>, b: &Num<F>) {
    let one = self.constant(F::ONE);
    self.enforce(name, a, &one, b);
  }

  /// A new wire that is 0 or 1: one row.
  pub fn bit(&mut self, name: &str, value: bool) -> Num<F> {
    let bit = self.wire(name, F::from(u64::from(value)));
    let other = self.constant(F::ONE).minus(&bit);
    let zero = self.constant(F::ZERO);
    self.enforce(name, &bit, &other, &zero);
    bit
  }

  /// Σ 2^j·bits_j, without a wire.
  pub fn packed(&self, bits: &[Num<F>]) -> Num<F> {
    let mut weight = F::ONE;
    let mut sum = Num::zero();
    for bit in bits {
      sum.add_scaled(bit, weight);
      weight = weight.double();
    }
    sum
  }

  /// `count` bits of a number below 2^count, as a combination of them: `count` rows.
  pub fn ranged(&mut self, name: &str, value: &F, count: usize) -> Num<F> {
    let bits = self.bits(name, value, count);
    self.packed(&bits)
  }

  /// The low `count` bits of a number, low first: a row each.
  pub fn bits(&mut self, name: &str, value: &F, count: usize) -> Vec<Num<F>> {
    let repr = value.to_repr();
    let bytes = repr.as_ref();
    (0..count)
      .map(|at| self.bit(name, bytes[at / 8] >> (at % 8) & 1 == 1))
      .collect()
  }

  /// `bit` ? a : b, for a bit: one row.
  pub fn select(&mut self, name: &str, bit: &Num<F>, a: &Num<F>, b: &Num<F>) -> Num<F> {
    let value = if bit.value == F::ZERO { b.value } else { a.value };
    let chosen = self.wire(name, value);
    self.enforce(name, bit, &a.minus(b), &chosen.minus(b));
    chosen
  }

  /// 1 where the number is 0, else 0: two rows.
  pub fn is_zero(&mut self, name: &str, number: &Num<F>) -> Num<F> {
    let zero = number.value == F::ZERO;
    let inverse = self.wire(name, number.value.invert().unwrap_or(F::ZERO));
    let flag = self.wire(name, F::from(u64::from(zero)));
    let not = self.constant(F::ONE).minus(&flag);
    self.enforce(name, number, &inverse, &not);
    let nothing = self.constant(F::ZERO);
    self.enforce(name, number, &flag, &nothing);
    flag
  }

  /// A number that must not be 0: one row.
  pub fn not_zero(&mut self, name: &str, number: &Num<F>) {
    let inverse = self.wire(name, number.value.invert().unwrap_or(F::ZERO));
    let one = self.constant(F::ONE);
    self.enforce(name, number, &inverse, &one);
  }

  /// A new wire that is a/b: one row. Free where both are 0.
  pub fn quotient(&mut self, name: &str, a: &Num<F>, b: &Num<F>) -> Num<F> {
    let value = a.value * b.value.invert().unwrap_or(F::ZERO);
    let quotient = self.wire(name, value);
    self.enforce(name, &quotient, b, a);
    quotient
  }

  /// The builder's own wires.
  pub fn witness(&self) -> &[F] {
    &self.values
  }

  pub fn public_values(&self) -> &[F] {
    &self.public
  }

  pub fn record(&self) -> Option<&Record<F>> {
    self.record.as_ref()
  }

  /// Puts rows of another circuit in front: its columns are this one's, 1 is `column_of_one()`.
  pub fn prepend(&mut self, rows: Vec<Row<F>>) {
    if let Some(record) = &mut self.record {
      let own = std::mem::replace(&mut record.rows, rows);
      record.rows.extend(own);
    }
  }

  /// The column that stands for the constant 1.
  pub const fn column_of_one() -> u32 {
    ONE
  }

  /// The padded shape: `constraints` rows and `variables` columns, then u and the public values. None unless recorded,
  /// or where it does not fit.
  pub fn shape(&self, constraints: usize, variables: usize) -> Option<Shape<F>> {
    let record = self.record.as_ref()?;
    if record.rows.len() > constraints || self.first + self.values.len() > variables {
      return None;
    }
    let sides = |row: &Row<F>| row.sides.each_ref().map(|side| merged(side, variables as u32));
    let rows = record.rows.iter().map(sides);
    Some(Shape::of_rows(constraints, variables, self.public.len(), rows))
  }
}

/// Terms in the order of their columns, each column once, none with 0; the constant and public ones after the variables.
fn merged<F: PrimeField>(terms: &[(u32, F)], variables: u32) -> Vec<(u32, F)> {
  let place = |column: u32| {
    // Nobody has 2^31 variables.
    if column > u32::MAX / 2 {
      variables + (ONE - column)
    } else {
      column
    }
  };
  let mut out: Vec<(u32, F)> = terms.iter().map(|(column, value)| (place(*column), *value)).collect();
  sum_up(&mut out);
  out.retain(|(_, value)| *value != F::ZERO);
  out
}
