//! nova-snark finds a powers-of-tau file by its name in a directory: a directory of our own with one link in it.

use crate::error::{Error, Result};
use std::{
  fs,
  io::Read,
  path::{Path, PathBuf},
  sync::atomic::{AtomicU32, Ordering},
};

/// A temporary directory that holds one file under the name that nova-snark looks for.
pub struct PowersDirectory(PathBuf);

/// Tells apart several directories of one process.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl PowersDirectory {
  pub fn of(file: &Path) -> Result<Self> {
    let power = read_power(file)?;
    let target = fs::canonicalize(file).map_err(|e| Error::io("read", file, e))?;
    let name = format!("wsc-powers-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let directory = std::env::temp_dir().join(name);
    fs::create_dir(&directory).map_err(|e| Error::io("create", &directory, e))?;
    let directory = PowersDirectory(directory);
    let link = directory.0.join(format!("ppot_pruned_{power:02}.ptau"));
    #[cfg(unix)]
    std::os::unix::fs::symlink(&target, &link).map_err(|e| Error::io("create", &link, e))?;
    #[cfg(not(unix))]
    fs::hard_link(&target, &link).map_err(|e| Error::io("create", &link, e))?;
    Ok(directory)
  }

  pub fn path(&self) -> &Path {
    &self.0
  }
}

impl Drop for PowersDirectory {
  fn drop(&mut self) {
    let _ = fs::remove_dir_all(&self.0);
  }
}

/// The power in a file's header, which circom's tools write as the first section.
fn read_power(file: &Path) -> Result<u32> {
  let mut head = [0; 64];
  let mut input = fs::File::open(file).map_err(|e| Error::io("read", file, e))?;
  input.read_exact(&mut head).map_err(|_| Error::ptau("file ends early"))?;
  let u32_at = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
  if &head[..4] != b"ptau" || u32_at(12) != 1 || u32_at(24) != 32 {
    return Err(Error::ptau("not a powers-of-tau file that begins with its header"));
  }
  match u32_at(60) {
    power @ 1..=28 => Ok(power),
    power => Err(Error::ptau(format!("power {power} is out of range"))),
  }
}
