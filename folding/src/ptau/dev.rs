//! Development powers of tau: INSECURE by design.
//!
//! The secrets are derived from published strings, so every machine makes the same file (and the same verifying key),
//! and anybody can forge proofs under it. Whatever rests on it is marked `insecure-dev` through τ·G2 in the key.
//!
//! The file is a *prepared* one as snarkjs's `powersoftau prepare phase2` writes it (its `powersoftau_utils.js` and
//! `powersoftau_preparephase2.js` are the format's only specification): sections 1–7 and the Lagrange sections 12–15.
//! Who knows τ need not transform points: the Lagrange polynomials are evaluated as numbers first.

use super::msm::{Affine, FixedBase};
use crate::error::{Error, Result};
use ff::{BatchInvert, Field, FromUniformBytes, PrimeField};
use halo2curves::bn256::{Fr, G1Affine, G2Affine};
use halo2curves::serde::SerdeObject;
use sha2::{Digest, Sha512};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// The published origin of the development secrets.
pub const DEV_DOMAIN: &str = "wsc-bitcoin insecure development powers of tau v1";
/// Greatest power written: 2^20 takes about a gigabyte.
pub const MAX_DEV_POWER: u32 = 20;
/// The base field's modulus, little-endian, as a ptau header names the curve.
pub const BN254_Q: [u8; 32] = [
  0x47, 0xfd, 0x7c, 0xd8, 0x16, 0x8c, 0x20, 0x3c, 0x8d, 0xca, 0x71, 0x68, 0x91, 0x6a, 0x81, 0x97, 0x5d, 0x58, 0x81,
  0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30,
];
/// Points computed between two progress reports and written together.
const BATCH: usize = 1 << 15;

/// One of the three development secrets: `tau`, `alpha` or `beta`.
pub fn dev_secret(name: &str) -> Fr {
  secret(DEV_DOMAIN, name)
}

fn secret(domain: &str, name: &str) -> Fr {
  let digest: [u8; 64] = Sha512::digest(format!("{domain}: {name}")).into();
  Fr::from_uniform_bytes(&digest)
}

/// τ·G2 of the development powers.
pub fn dev_tau_g2() -> G2Affine {
  (G2Affine::generator() * dev_secret("tau")).into()
}

/// Writes the development file of 2^power to `path` (atomically: a temporary file beside it, synced and renamed).
/// `progress` is told points done and points in all; it returns false to stop.
pub fn write_dev_ptau(path: &Path, power: u32, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<()> {
  write_ptau_of(DEV_DOMAIN, path, power, progress)
}

/// The same for secrets of another published origin: tests make a ceremony of their own with it.
pub fn write_ptau_of(domain: &str, path: &Path, power: u32, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<()> {
  if !(1..=MAX_DEV_POWER).contains(&power) {
    return Err(Error::ptau(format!("power {power} is outside 1..={MAX_DEV_POWER}")));
  }
  let temporary = path.with_extension(format!("ptau.{}.part", std::process::id()));
  let result = Writer::create(&temporary, power, progress).and_then(|mut w| w.write_all(domain));
  match result {
    Ok(()) => std::fs::rename(&temporary, path).map_err(|e| Error::io("rename the powers of tau", path, e)),
    Err(error) => {
      let _ = std::fs::remove_file(&temporary);
      Err(error)
    }
  }
}

struct Writer<'a> {
  out: BufWriter<File>,
  path: &'a Path,
  power: u32,
  done: u64,
  progress: &'a mut dyn FnMut(u64, u64) -> bool,
}

impl<'a> Writer<'a> {
  fn create(path: &'a Path, power: u32, progress: &'a mut dyn FnMut(u64, u64) -> bool) -> Result<Self> {
    let file = File::create(path).map_err(|e| Error::io("create the powers of tau", path, e))?;
    Ok(Writer {
      out: BufWriter::with_capacity(1 << 20, file),
      path,
      power,
      done: 0,
      progress,
    })
  }

  fn write_all(&mut self, domain: &str) -> Result<()> {
    let [tau, alpha, beta] = ["tau", "alpha", "beta"].map(|name| secret(domain, name));
    let n = 1usize << self.power;
    let powers = powers_of(tau, 2 * n - 1);
    let scaled = |by: Fr, values: &[Fr]| -> Vec<Fr> { values.iter().map(|v| by * v).collect() };
    let lagrange: Vec<Fr> = (0..=self.power).flat_map(|p| lagrange_at(tau, p)).collect();
    let mut lagrange_g1 = lagrange.clone();
    lagrange_g1.extend(truncated_lagrange_at(tau, self.power + 1));
    let g1 = FixedBase::new(G1Affine::generator());
    let g2 = FixedBase::new(G2Affine::generator());

    self.bytes(b"ptau")?;
    self.u32(1)?; // version
    self.u32(11)?; // sections
    self.section(1, |w| {
      w.u32(32)?;
      w.bytes(&BN254_Q)?;
      w.u32(w.power)?;
      w.u32(w.power) // power of the ceremony: this one
    })?;
    self.section(2, |w| w.points(&g1, &powers))?;
    self.section(3, |w| w.points(&g2, &powers[..n]))?;
    self.section(4, |w| w.points(&g1, &scaled(alpha, &powers[..n])))?;
    self.section(5, |w| w.points(&g1, &scaled(beta, &powers[..n])))?;
    self.section(6, |w| w.points(&g2, &[beta]))?;
    self.section(7, |w| w.u32(0))?; // no contributions: nobody is pretended to have taken part
    self.section(12, |w| w.points(&g1, &lagrange_g1))?;
    self.section(13, |w| w.points(&g2, &lagrange))?;
    self.section(14, |w| w.points(&g1, &scaled(alpha, &lagrange)))?;
    self.section(15, |w| w.points(&g1, &scaled(beta, &lagrange)))?;
    let path = self.path;
    self
      .out
      .flush()
      .map_err(|e| Error::io("write the powers of tau", path, e))?;
    self
      .out
      .get_ref()
      .sync_all()
      .map_err(|e| Error::io("sync the powers of tau", path, e))
  }

  fn section(&mut self, id: u32, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
    let path = self.path;
    let io = |e| Error::io("write the powers of tau", path, e);
    self.u32(id)?;
    let length_at = self.out.stream_position().map_err(io)?;
    self.bytes(&[0; 8])?;
    body(self)?;
    let end = self.out.stream_position().map_err(io)?;
    self.out.seek(SeekFrom::Start(length_at)).map_err(io)?;
    self.bytes(&(end - length_at - 8).to_le_bytes())?;
    self.out.seek(SeekFrom::Start(end)).map_err(io)?;
    Ok(())
  }

  fn points<C>(&mut self, base: &FixedBase<C>, scalars: &[Fr]) -> Result<()>
  where
    C: Affine + SerdeObject,
  {
    for batch in scalars.chunks(BATCH) {
      let mut raw = Vec::new();
      for point in base.multiples(batch) {
        // Montgomery form, little-endian: the format's own, and halo2curves' memory.
        point
          .write_raw(&mut raw)
          .map_err(|e| Error::io("write the powers of tau", self.path, e))?;
      }
      self.bytes(&raw)?;
      self.done += batch.len() as u64;
      let total = total_points(self.power);
      if !(self.progress)(self.done, total) {
        return Err(Error::aborted());
      }
    }
    Ok(())
  }

  fn u32(&mut self, value: u32) -> Result<()> {
    self.bytes(&value.to_le_bytes())
  }

  fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
    self
      .out
      .write_all(bytes)
      .map_err(|e| Error::io("write the powers of tau", self.path, e))
  }
}

/// Points of all sections: 12·2^p on G1 and 3·2^p on G2, but for the few that fall away at the ends.
fn total_points(power: u32) -> u64 {
  let n = 1u64 << power;
  (2 * n - 1) + 3 * n + 1 + (4 * n - 1) + 3 * (2 * n - 1)
}

fn powers_of(tau: Fr, count: usize) -> Vec<Fr> {
  std::iter::successors(Some(Fr::ONE), |power| Some(*power * tau))
    .take(count)
    .collect()
}

/// ffjavascript's root of unity of order 2^bits: a power of 5^t, its smallest non-residue (halo2curves takes 7).
fn root_of_unity(bits: u32) -> Fr {
  let mut root = Fr::from(5).pow_vartime(odd_part());
  for _ in bits..Fr::S {
    root = root.square();
  }
  root
}

/// t of r − 1 = 2^S · t, as limbs.
fn odd_part() -> [u64; 4] {
  let repr: [u8; 32] = (-Fr::ONE).to_repr().into();
  let mut limbs = [0u64; 4];
  for (limb, bytes) in limbs.iter_mut().zip(repr.chunks(8)) {
    *limb = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
  }
  for _ in 0..Fr::S {
    for i in 0..4 {
      limbs[i] = limbs[i] >> 1 | limbs.get(i + 1).map_or(0, |next| next << 63);
    }
  }
  limbs
}

/// Lᵢ(τ) over the domain of 2^bits: (τ^n − 1)/n · ωⁱ/(τ − ωⁱ).
fn lagrange_at(tau: Fr, bits: u32) -> Vec<Fr> {
  let n = 1usize << bits;
  let omega = root_of_unity(bits);
  let roots = powers_of(omega, n);
  let mut differences: Vec<Fr> = roots.iter().map(|root| tau - root).collect();
  differences.iter_mut().batch_invert();
  let factor = (tau.pow_vartime([n as u64]) - Fr::ONE) * Fr::from(n as u64).invert().expect("n is not zero");
  roots
    .iter()
    .zip(differences)
    .map(|(root, inverse)| factor * root * inverse)
    .collect()
}

/// The same over one domain more than there are powers for: snarkjs transforms 2^bits − 1 powers and a zero, so the
/// greatest power's share, ωⁱ·τ^(n−1)/n, is missing from every value.
fn truncated_lagrange_at(tau: Fr, bits: u32) -> Vec<Fr> {
  let n = 1usize << bits;
  let missing = tau.pow_vartime([n as u64 - 1]) * Fr::from(n as u64).invert().expect("n is not zero");
  let roots = powers_of(root_of_unity(bits), n);
  lagrange_at(tau, bits)
    .iter()
    .zip(roots)
    .map(|(value, root)| *value - missing * root)
    .collect()
}

#[cfg(test)]
mod tests {
  use super::*;

  #[test]
  fn roots_have_their_order() {
    let root = root_of_unity(5);
    assert_eq!(root.pow_vartime([32]), Fr::ONE);
    assert_ne!(root.pow_vartime([16]), Fr::ONE);
  }

  #[test]
  fn lagrange_values_interpolate() {
    // Σ Lᵢ(τ)·f(ωⁱ) = f(τ) for f(x) = x³ + 2.
    let (tau, f) = (dev_secret("tau"), |x: Fr| x * x * x + Fr::from(2));
    let roots = powers_of(root_of_unity(3), 8);
    let sum: Fr = lagrange_at(tau, 3)
      .iter()
      .zip(roots)
      .map(|(l, root)| *l * f(root))
      .sum();
    assert_eq!(sum, f(tau));
  }
}
