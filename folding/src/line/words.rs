//! Values as words of 32 bytes, each in its one form: scalars little-endian and canonical; points as x and in the top bit
//! y's parity, the neutral one all zeroes.

use crate::error::{Code, Error, Result};
use ff::{Field, PrimeField};
use halo2curves::CurveAffine;

pub const WORD: usize = 32;

#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
  pub fn bytes(self) -> Vec<u8> {
    self.0
  }

  pub fn scalars<F: PrimeField>(&mut self, values: &[F]) {
    for value in values {
      self.0.extend_from_slice(value.to_repr().as_ref());
    }
  }

  pub fn pairs<F: PrimeField>(&mut self, pairs: &[[F; 2]]) {
    for pair in pairs {
      self.scalars(pair);
    }
  }

  pub fn point<C: CurveAffine<Base: PrimeField>>(&mut self, point: &C) {
    let mut bytes = [0; WORD];
    if let Some(coordinates) = Option::<halo2curves::Coordinates<C>>::from(point.coordinates())
      && !bool::from(point.is_identity())
    {
      bytes.copy_from_slice(coordinates.x().to_repr().as_ref());
      bytes[WORD - 1] |= u8::from(bool::from(coordinates.y().is_odd())) << 7;
    }
    self.0.extend_from_slice(&bytes);
  }
}

/// Reads words; what is wrong with one is said of `of`, by an error of `code`.
pub struct Reader<'a> {
  bytes: &'a [u8],
  code: Code,
  of: &'static str,
}

impl<'a> Reader<'a> {
  pub fn new(bytes: &'a [u8], code: Code, of: &'static str) -> Self {
    Reader { bytes, code, of }
  }

  fn bad(&self, what: &str) -> Error {
    Error::new(self.code, what.replace("{}", self.of))
  }

  fn word(&mut self) -> Result<[u8; WORD]> {
    let (head, tail) = self
      .bytes
      .split_at_checked(WORD)
      .ok_or_else(|| self.bad("{} ends early"))?;
    self.bytes = tail;
    let mut word = [0; WORD];
    word.copy_from_slice(head);
    Ok(word)
  }

  pub fn scalar<F: PrimeField>(&mut self) -> Result<F> {
    let word = self.word()?;
    let mut repr = F::Repr::default();
    repr.as_mut().copy_from_slice(&word);
    Option::from(F::from_repr(repr)).ok_or_else(|| self.bad("a value of {} is not canonical"))
  }

  pub fn scalars<F: PrimeField>(&mut self, count: usize) -> Result<Vec<F>> {
    (0..count).map(|_| self.scalar()).collect()
  }

  pub fn array<F: PrimeField, const N: usize>(&mut self) -> Result<[F; N]> {
    let mut out = [F::ZERO; N];
    for value in &mut out {
      *value = self.scalar()?;
    }
    Ok(out)
  }

  pub fn pairs<F: PrimeField>(&mut self, count: usize) -> Result<Vec<[F; 2]>> {
    (0..count).map(|_| self.array()).collect()
  }

  /// A point, the neutral one among them.
  pub fn point<C: CurveAffine<Base: PrimeField>>(&mut self) -> Result<C> {
    let mut word = self.word()?;
    if word == [0; WORD] {
      return Ok(C::identity());
    }
    let odd = word[WORD - 1] >> 7 == 1;
    word[WORD - 1] &= 0x7f;
    let mut repr = <C::Base as PrimeField>::Repr::default();
    repr.as_mut().copy_from_slice(&word);
    let off = || self.bad("a point of {} is not on its curve");
    let x = Option::<C::Base>::from(C::Base::from_repr(repr)).ok_or_else(off)?;
    let y = Option::<C::Base>::from((x.square() * x + C::b()).sqrt()).ok_or_else(off)?;
    let y = if bool::from(y.is_odd()) == odd { y } else { -y };
    // No point of either curve has x = 0 or y = 0, so every other word has one meaning.
    Option::from(C::from_xy(x, y)).ok_or_else(off)
  }
}
