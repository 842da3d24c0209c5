//! nova-snark finds a powers-of-tau file by its name in a directory: a directory of our own with one link in it.

use crate::error::{Error, Result};
use std::{
  fs,
  path::{Path, PathBuf},
  sync::atomic::{AtomicU32, Ordering},
};

/// A temporary directory that holds one file under the name that nova-snark looks for.
pub struct PowersDirectory(PathBuf);

/// Tells apart several directories of one process.
static NEXT: AtomicU32 = AtomicU32::new(0);

const MAX_TRIES: u32 = 10_000;

impl PowersDirectory {
  /// `power`: the file's, from its header.
  pub fn of(file: &Path, power: u32) -> Result<Self> {
    let target = fs::canonicalize(file).map_err(|e| Error::io("read", file, e))?;
    let directory = PowersDirectory(create()?);
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

/// A killed process may have left one of the same name, where process ids come again (in containers).
fn create() -> Result<PathBuf> {
  loop {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("wsc-powers-{}-{number}", std::process::id()));
    match fs::create_dir(&directory) {
      Ok(()) => return Ok(directory),
      Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < MAX_TRIES => {}
      Err(error) => return Err(Error::io("create", &directory, error)),
    }
  }
}

impl Drop for PowersDirectory {
  fn drop(&mut self) {
    let _ = fs::remove_dir_all(&self.0);
  }
}
