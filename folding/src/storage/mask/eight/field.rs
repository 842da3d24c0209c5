//! Arithmetic on eight elements side by side, one of each of eight units: five limbs of 52 bits in a vector each, in
//! Montgomery form to 2^260.
//!
//! The processor multiplies the low 52 bits of each lane and leaves out what lies above, so that limbs need no mask where they
//! are factors: only where they are added to something is what lies above carried on and cleared. 2^260 is 83 times p, so
//! that a product of factors below 4p is below 1.2p, and never has to be compared with p.

use super::super::limbs::{self, Limbs};
use core::arch::x86_64::{
  __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_set1_epi64,
  _mm512_setzero_si512, _mm512_srli_epi64,
};

pub const LIMBS: usize = 5;
const BITS: u32 = 52;
pub const MASK: u64 = (1 << BITS) - 1;

/// An element of each of eight units.
pub type Eight = [__m512i; LIMBS];
/// An element in limbs of 52 bits.
pub type Narrow = [u64; LIMBS];

const P: Narrow = narrow(&limbs::P);
/// −p⁻¹ modulo 2^52.
const NEGATIVE_INVERSE: u64 = limbs::NEGATIVE_INVERSE & MASK;

/// The same number in limbs of 52 bits.
pub const fn narrow(limbs: &Limbs) -> Narrow {
  [
    limbs[0] & MASK,
    (limbs[0] >> 52 | limbs[1] << 12) & MASK,
    (limbs[1] >> 40 | limbs[2] << 24) & MASK,
    (limbs[2] >> 28 | limbs[3] << 36) & MASK,
    limbs[3] >> 16,
  ]
}

/// The same number, below 2^256, in limbs of 64 bits.
pub const fn wide(limbs: &Narrow) -> Limbs {
  [
    limbs[0] | limbs[1] << 52,
    limbs[1] >> 12 | limbs[2] << 40,
    limbs[2] >> 24 | limbs[3] << 28,
    limbs[3] >> 36 | limbs[4] << 16,
  ]
}

/// One number in all lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn all(number: &Narrow) -> Eight {
  number.map(|limb| _mm512_set1_epi64(limb.cast_signed()))
}

/// (sum + m·p)/2^52, for the m that makes it whole, five times; limbs of the sum may be below 2^63.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn step(sum: &mut Eight) {
  let p = all(&P);
  let m = _mm512_madd52lo_epu64(
    _mm512_setzero_si512(),
    sum[0],
    _mm512_set1_epi64(NEGATIVE_INVERSE.cast_signed()),
  );
  let carry = _mm512_srli_epi64::<BITS>(_mm512_madd52lo_epu64(sum[0], m, p[0]));
  sum[0] = _mm512_add_epi64(_mm512_madd52lo_epu64(sum[1], m, p[1]), carry);
  for k in 1..LIMBS - 1 {
    sum[k] = _mm512_madd52lo_epu64(sum[k + 1], m, p[k + 1]);
  }
  sum[LIMBS - 1] = _mm512_setzero_si512();
  for k in 0..LIMBS {
    sum[k] = _mm512_madd52hi_epu64(sum[k], m, p[k]);
  }
}

/// What lies above 52 bits, carried on: the low 52 bits of each limb are right then.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn carried(mut sum: Eight) -> Eight {
  for k in 1..LIMBS {
    sum[k] = _mm512_add_epi64(sum[k], _mm512_srli_epi64::<BITS>(sum[k - 1]));
  }
  sum
}

/// Σ aₖ·bₖ/2^260 modulo p, below that sum plus p. At most 16 products of factors below 2^256.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn dot<const N: usize>(a: [&Eight; N], b: [&Eight; N]) -> Eight {
  let mut sum = [_mm512_setzero_si512(); LIMBS];
  for i in 0..LIMBS {
    for (a, b) in a.iter().zip(b) {
      for k in 0..LIMBS {
        sum[k] = _mm512_madd52lo_epu64(sum[k], a[k], b[i]);
      }
    }
    // High halves belong one limb further on, which is where the step moves all to.
    step(&mut sum);
    for (a, b) in a.iter().zip(b) {
      for k in 0..LIMBS {
        sum[k] = _mm512_madd52hi_epu64(sum[k], a[k], b[i]);
      }
    }
  }
  carried(sum)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn mul(a: &Eight, b: &Eight) -> Eight {
  dot([a], [b])
}

/// Products of two different limbs are made once and counted twice.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square(a: &Eight) -> Eight {
  let mut whole = [_mm512_setzero_si512(); 2 * LIMBS];
  for i in 0..LIMBS {
    for k in i + 1..LIMBS {
      whole[i + k] = _mm512_madd52lo_epu64(whole[i + k], a[i], a[k]);
      whole[i + k + 1] = _mm512_madd52hi_epu64(whole[i + k + 1], a[i], a[k]);
    }
  }
  for k in 0..LIMBS {
    let [low, high] = [whole[2 * k], whole[2 * k + 1]];
    whole[2 * k] = _mm512_madd52lo_epu64(_mm512_add_epi64(low, low), a[k], a[k]);
    whole[2 * k + 1] = _mm512_madd52hi_epu64(_mm512_add_epi64(high, high), a[k], a[k]);
  }
  let mut sum = [whole[0], whole[1], whole[2], whole[3], whole[4]];
  for limb in &whole[LIMBS..] {
    step(&mut sum);
    sum[LIMBS - 1] = _mm512_add_epi64(sum[LIMBS - 1], *limb);
  }
  carried(sum)
}

/// The sum of numbers that are below 2^258 together.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add<const N: usize>(numbers: [&Eight; N]) -> Eight {
  let mask = _mm512_set1_epi64(MASK.cast_signed());
  let mut sum = [_mm512_setzero_si512(); LIMBS];
  for number in numbers {
    for k in 0..LIMBS {
      sum[k] = _mm512_add_epi64(sum[k], _mm512_and_si512(number[k], mask));
    }
  }
  carried(sum)
}

#[cfg(test)]
mod tests {
  use super::{
    super::{is_there, packed, unpacked},
    *,
  };
  use crate::curves::Fr;
  use ff::{Field, PrimeField};
  use limbs::{canonical, scaled};

  /// Numbers below 4p: around the multiples of p, of powers of two, and some between.
  fn numbers() -> Vec<Limbs> {
    let multiples = (1..4).scan([0; 4], |sum, _| {
      *sum = limbs::add(sum, &P_WIDE);
      Some(*sum)
    });
    let around = multiples.flat_map(|all| {
      [
        limbs::add(&all, &[1, 0, 0, 0]),
        all,
        [all[0] - 1, all[1], all[2], all[3]],
      ]
    });
    let powers = (0..254)
      .step_by(13)
      .map(|bit| std::array::from_fn(|k| if bit / 64 == k { 1 << (bit % 64) } else { 0 }));
    let some = (0..40).map(|power| scaled(&Fr::from(3), 7 * power));
    around
      .chain(powers)
      .chain(some)
      .chain([[0; 4], [u64::MAX, u64::MAX, u64::MAX, u64::MAX >> 2]])
      .collect()
  }

  const P_WIDE: Limbs = limbs::P;

  fn element(number: &Limbs) -> Fr {
    let bytes = limbs::to_bytes(&canonical(number));
    Fr::from_repr(bytes.into()).unwrap()
  }

  /// Calls with eight pairs at a time, each number with every other; what comes back is compared with `expected`.
  #[target_feature(enable = "avx512f,avx512ifma")]
  fn compare(work: impl Fn(&Eight, &Eight) -> Eight, expected: impl Fn(Fr, Fr) -> Fr) {
    let all = numbers();
    let pairs: Vec<_> = all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))).collect();
    for eight in pairs.as_chunks::<8>().0 {
      let [a, b] = [packed(|n| narrow(&eight[n].0)), packed(|n| narrow(&eight[n].1))];
      for ((a, b), made) in eight.iter().zip(unpacked(&work(&a, &b))) {
        assert_eq!(element(&wide(&made)), expected(element(a), element(b)), "{a:?} {b:?}");
      }
    }
  }

  #[target_feature(enable = "avx512f,avx512ifma")]
  fn all_agree() {
    let out = Fr::from(2).pow_vartime([260]).invert().unwrap();
    compare(|a, b| mul(a, b), |a, b| a * b * out);
    compare(|a, _| square(a), |a, _| a * a * out);
    compare(|a, b| dot([a; 16], [b; 16]), |a, b| a * b * out * Fr::from(16));
    compare(|a, b| mul(&add([a, b, a]), b), |a, b| (a + b + a) * b * out);
  }

  #[test]
  fn it_is_the_field_s() {
    if !is_there() {
      eprintln!("this processor has no AVX-512 IFMA: nothing was compared");
      return;
    }
    // SAFETY: the processor has what the function uses.
    unsafe { all_agree() }
  }
}
