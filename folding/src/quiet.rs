//! Silence for a dependency. halo2curves 0.9.0 prints 62 debugging lines to stdout whenever it checks that a BN254
//! G2 point lies in the right subgroup (`exp_by_x`, src/bn256/curve.rs), and we check whenever
//! powers of tau or a verifying key are read. The check must stay; its output must not reach a stdout that others parse.

/// Runs `f` so that nothing it prints on its own thread reaches the process's stdout.
///
/// On Linux a new thread gets a file-descriptor table of its own, in which descriptor 1 is /dev/null: no other thread
/// notices anything. Elsewhere, or where the kernel refuses, descriptor 1 is exchanged for the time of the call.
pub fn quietly<T: Send>(f: impl FnOnce() -> T + Send) -> T {
  #[cfg(unix)]
  {
    std::thread::scope(|scope| {
      let thread = scope.spawn(|| {
        let _restore = silence::this_thread();
        f()
      });
      thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
  }
  #[cfg(not(unix))]
  f()
}

#[cfg(unix)]
mod silence {
  use std::sync::{Mutex, MutexGuard, PoisonError};

  /// Serialises the process-wide exchange, the fallback.
  static EXCHANGE: Mutex<()> = Mutex::new(());

  /// Puts the real stdout back when dropped (only after the fallback).
  pub struct Restore(Option<(libc::c_int, MutexGuard<'static, ()>)>);

  pub fn this_thread() -> Restore {
    if own_descriptor_table() {
      stdout_to_null();
      return Restore(None);
    }
    let guard = EXCHANGE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: plain descriptor calls on descriptor 1.
    let saved = unsafe { libc::dup(1) };
    if saved < 0 {
      return Restore(None); // no stdout to protect
    }
    stdout_to_null();
    Restore(Some((saved, guard)))
  }

  impl Drop for Restore {
    fn drop(&mut self) {
      if let Some((saved, _guard)) = &self.0 {
        // SAFETY: `saved` is ours, made by `dup` above.
        unsafe {
          libc::dup2(*saved, 1);
          libc::close(*saved);
        }
      }
    }
  }

  fn stdout_to_null() {
    // SAFETY: plain descriptor calls; the path is a literal C string.
    unsafe {
      let null = libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
      if null >= 0 {
        libc::dup2(null, 1);
        libc::close(null);
      } else {
        libc::close(1); // Rust's stdout takes a closed descriptor for success
      }
    }
  }

  /// Unshares this thread's descriptor table, closing nothing. `close_range` (Linux 5.9) is allowed in containers
  /// whose seccomp profile forbids `unshare`.
  #[cfg(target_os = "linux")]
  fn own_descriptor_table() -> bool {
    const CLOSE_RANGE_UNSHARE: libc::c_uint = 1 << 1;
    let beyond: libc::c_uint = libc::c_uint::MAX - 1;
    // SAFETY: neither call touches memory; the range holds no open descriptor.
    unsafe {
      libc::syscall(libc::SYS_close_range, beyond, beyond, CLOSE_RANGE_UNSHARE) == 0
        || libc::unshare(libc::CLONE_FILES) == 0
    }
  }

  #[cfg(not(target_os = "linux"))]
  fn own_descriptor_table() -> bool {
    false
  }
}
