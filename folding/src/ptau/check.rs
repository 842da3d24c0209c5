//! Whether a given file holds powers of tau at all. Besides lying on the curve and in its group the points must *be*
//! powers: with any other points commitments would not bind, whoever's τ·G2 the file shows.

use super::file::{G1_BYTES, G2_BYTES, PtauFile, TAU_G1, TAU_G2};
use crate::{
  error::{Error, Result},
  msm::msm,
};
use halo2curves::{
  CurveAffine,
  bn256::{Bn256, Fr, G1Affine, G2Affine},
  group::{
    Curve,
    cofactor::{CofactorCurveAffine, CofactorGroup},
  },
  pairing::Engine,
  serde::SerdeObject,
};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What a file was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtauInfo {
  pub power: u32,
  pub tau_g2: G2Affine,
}

/// Opens a file that must hold `points` powers: form and size only.
pub fn open_ptau(path: &Path, points: usize) -> Result<PtauFile> {
  let file = PtauFile::open(path)?;
  if points >= 2 && points as u64 <= file.g1_points() {
    return Ok(file);
  }
  let cure = format!(
    "a file of power {} or more is needed",
    points.max(2).next_power_of_two().ilog2()
  );
  let (held, power) = (file.g1_points(), file.power);
  Err(Error::ptau(format!(
    "{}: holds {held} powers (power {power}): {cure}",
    path.display()
  )))
}

/// Powers that have been checked.
pub struct Powers {
  /// τ^0·G1, τ^1·G1, …
  pub points: Vec<G1Affine>,
  pub tau_g2: G2Affine,
}

/// Checks a file and its first `points` powers on G1, as `read_powers` does.
pub fn check_ptau(path: &Path, points: usize) -> Result<PtauInfo> {
  let power = open_ptau(path, points)?.power;
  let Powers { tau_g2, .. } = read_powers(path, points)?;
  Ok(PtauInfo { power, tau_g2 })
}

/// Reads a file's first `points` powers on G1 once they have been checked: complete, on the curve, in the group, and
/// powers of the τ of the file's τ·G2. Prints, as halo2curves does when it checks a subgroup: to be called quietly
/// (`quiet`).
pub fn read_powers(path: &Path, points: usize) -> Result<Powers> {
  let mut file = open_ptau(path, points)?;
  let raw_g1 = file.read(TAU_G1, 0, points as u64 * G1_BYTES, path)?;
  let raw_g2 = file.read(TAU_G2, 0, 2 * G2_BYTES, path)?;
  check_points(&raw_g1, &raw_g2)
    .map(|(points, tau_g2)| Powers { points, tau_g2 })
    .map_err(|what| {
      Error::ptau(format!(
        "{}: {what}: not the ceremony's file, or damaged",
        path.display()
      ))
    })
}

fn check_points(raw_g1: &[u8], raw_g2: &[u8]) -> std::result::Result<(Vec<G1Affine>, G2Affine), &'static str> {
  let powers = read_points::<G1Affine>(raw_g1, G1_BYTES as usize)?;
  let [one, tau]: [G2Affine; 2] = read_points(raw_g2, G2_BYTES as usize)?
    .try_into()
    .map_err(|_| "not two points of G2")?;
  if powers[0] != G1Affine::generator() || one != G2Affine::generator() {
    return Err("the first powers are not the generators");
  }
  if !bool::from(tau.to_curve().is_torsion_free()) {
    return Err("τ·G2 is not in its group");
  }
  // e(Σ ρᵢ·Pᵢ, τ·G2) = e(Σ ρᵢ·Pᵢ₊₁, G2) for ρ that follow from all points: but for a chance of 2^-128, Pᵢ₊₁ = τ·Pᵢ for
  // every i, and P₀ is the generator.
  let seed = Sha256::new()
    .chain_update(b"wsc-bitcoin powers of tau\0")
    .chain_update(raw_g1)
    .chain_update(raw_g2);
  let seed: [u8; 32] = seed.finalize().into();
  let weights: Vec<Fr> = (0..powers.len() as u64 - 1).map(|i| weight(&seed, i)).collect();
  let combine = |points: &[G1Affine]| msm(&weights, points).to_affine();
  let (lower, upper) = rayon::join(|| combine(&powers[..weights.len()]), || combine(&powers[1..]));
  if Bn256::pairing(&lower, &tau) == Bn256::pairing(&upper, &one) {
    Ok((powers, tau))
  } else {
    Err("its points are no powers of one τ")
  }
}

/// 128 bits for one point.
fn weight(seed: &[u8; 32], index: u64) -> Fr {
  let hash: [u8; 32] = Sha256::new()
    .chain_update(seed)
    .chain_update(index.to_le_bytes())
    .finalize()
    .into();
  let limb = |at: usize| u64::from_le_bytes(hash[at..at + 8].try_into().unwrap_or_default());
  Fr::from_raw([limb(0), limb(8), 0, 0])
}

/// Reads points in the format's Montgomery form: canonical, on the curve, none the identity.
fn read_points<C: CurveAffine + SerdeObject>(raw: &[u8], size: usize) -> std::result::Result<Vec<C>, &'static str> {
  let read = |bytes: &[u8]| {
    let point = C::from_raw_bytes(bytes).filter(|p| bool::from(p.is_on_curve() & !p.is_identity()));
    point.ok_or("a point is not on the curve")
  };
  raw.chunks_exact(size).map(read).collect()
}

#[cfg(test)]
mod tests {
  use super::super::{dev_tau_g2, write_dev_ptau, write_ptau_of};
  use super::*;
  use crate::{error::Code, quiet::quietly};
  use std::{fs, path::PathBuf};

  /// A file of its own for each test.
  struct Scratch(PathBuf);

  impl Scratch {
    fn new(name: &str) -> Self {
      Scratch(std::env::temp_dir().join(format!("wsc-ptau-{name}-{}.ptau", std::process::id())))
    }

    fn dev(name: &str) -> (Self, Vec<u8>) {
      let scratch = Scratch::new(name);
      write_dev_ptau(&scratch.0, 4, &mut |_, _| true).unwrap();
      let bytes = fs::read(&scratch.0).unwrap();
      (scratch, bytes)
    }

    fn refused(&self, bytes: &[u8]) -> String {
      fs::write(&self.0, bytes).unwrap();
      let error = quietly(|| check_ptau(&self.0, 16)).unwrap_err();
      assert_eq!(error.code, Code::Ptau);
      error.message
    }
  }

  impl Drop for Scratch {
    fn drop(&mut self) {
      let _ = fs::remove_file(&self.0);
    }
  }

  /// Start of a section's content.
  fn section(bytes: &[u8], id: u32) -> usize {
    let mut at = 12;
    loop {
      let found = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
      if found == id {
        return at + 12;
      }
      at += 12 + u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap()) as usize;
    }
  }

  #[test]
  fn the_development_file_passes_and_shows_its_tau() {
    let (scratch, _) = Scratch::dev("good");
    for points in [2, 16, 31] {
      let info = quietly(|| check_ptau(&scratch.0, points)).unwrap();
      assert_eq!(
        info,
        PtauInfo {
          power: 4,
          tau_g2: dev_tau_g2()
        }
      );
    }
    let message = quietly(|| check_ptau(&scratch.0, 32)).unwrap_err().message;
    assert!(
      message.contains("holds 31 powers (power 4): a file of power 5 or more"),
      "{message}"
    );
  }

  #[test]
  fn another_origin_is_another_tau() {
    let scratch = Scratch::new("other");
    write_ptau_of("a test's own ceremony", &scratch.0, 3, &mut |_, _| true).unwrap();
    assert_ne!(quietly(|| check_ptau(&scratch.0, 8)).unwrap().tau_g2, dev_tau_g2());
  }

  #[test]
  fn points_that_are_no_powers_are_refused() {
    let (scratch, good) = Scratch::dev("powers");
    let g1 = section(&good, TAU_G1);
    for power in [1, 7, 15] {
      // On the curve and in the group, but another power: only the pairing can tell.
      let mut bytes = good.clone();
      bytes.copy_within(g1 + 64 * (power - 1)..g1 + 64 * power, g1 + 64 * power);
      let message = scratch.refused(&bytes);
      assert!(message.contains("no powers of one τ"), "{power}: {message}");
    }
    let mut bytes = good.clone();
    let g2 = section(&good, TAU_G2);
    bytes.copy_within(g2 + 256..g2 + 384, g2 + 128);
    assert!(
      scratch.refused(&bytes).contains("no powers of one τ"),
      "τ² in the place of τ on G2"
    );
    bytes.copy_within(g1 + 64..g1 + 128, g1);
    assert!(scratch.refused(&bytes).contains("first powers are not the generators"));
  }

  #[test]
  fn every_damage_has_its_word() {
    let (scratch, good) = Scratch::dev("damage");
    let g1 = section(&good, TAU_G1);
    let edited = |edit: &dyn Fn(&mut Vec<u8>)| {
      let mut bytes = good.clone();
      edit(&mut bytes);
      scratch.refused(&bytes)
    };
    for (word, message) in [
      ("not on the curve", edited(&|b| b[g1 + 64 * 3] ^= 1)),
      ("not on the curve", edited(&|b| b[g1 + 64 * 3 + 31] = 0xff)),
      ("not on the curve", edited(&|b| b[g1 + 64 * 5..g1 + 64 * 6].fill(0))),
      ("not a powers-of-tau file", edited(&|b| b[0] = b'z')),
      ("unknown version", edited(&|b| b[4] = 2)),
      ("not prepared for phase 2", edited(&|b| b[8] = 7)),
      ("neither a prepared file", edited(&|b| b[8] = 10)),
      ("another curve", edited(&|b| b[12 + 12 + 4] ^= 1)),
      ("does not fit the power", edited(&|b| b[12 + 12 + 36] = 5)),
      ("out of range", edited(&|b| b[12 + 12 + 36] = 29)),
      ("incomplete", edited(&|b| b.truncate(b.len() - 1))),
      ("incomplete", edited(&|b| b.truncate(1000))),
      ("incomplete", edited(&|b| b.truncate(7))),
      ("incomplete", edited(&|b| b[g1 - 1] = 0x7f)),
      ("after the last section", edited(&|b| b.push(0))),
    ] {
      assert!(message.contains(word), "{word}: {message}");
    }
  }

  #[test]
  fn nova_snarks_pruned_form_passes() {
    let (scratch, good) = Scratch::dev("pruned");
    let mut bytes = b"ptau\x01\0\0\0\x03\0\0\0".to_vec();
    for (id, length) in [(1u32, 40usize), (TAU_G1, 16 * 64), (TAU_G2, 2 * 128)] {
      bytes.extend_from_slice(&id.to_le_bytes());
      bytes.extend_from_slice(&(length as u64).to_le_bytes());
      bytes.extend_from_slice(&good[section(&good, id)..][..length]);
    }
    fs::write(&scratch.0, &bytes).unwrap();
    assert_eq!(quietly(|| check_ptau(&scratch.0, 16)).unwrap().tau_g2, dev_tau_g2());
    assert!(
      quietly(|| check_ptau(&scratch.0, 17))
        .unwrap_err()
        .message
        .contains("holds 16 powers")
    );
  }
}
