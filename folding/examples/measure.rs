//! Times every stage on a given circuit: `measure R1CS PTAU OUT_DIR WITNESS_DIR` (one file a step, in order of name).
//! Makes the powers (2^17) and the parameters if they are not there. Wall seconds, CPU seconds in brackets.

use std::{
  fs,
  path::{Path, PathBuf},
  sync::{Arc, atomic::AtomicBool},
  time::Instant,
};
use wsc_folding::{
  product::{Scheme, Verifier},
  ptau,
  scheme::Watch,
  session,
  verifying::VerifyingKey,
};

fn cpu_seconds() -> f64 {
  // SAFETY: getrusage fills the zeroed structure it is given.
  let usage = unsafe {
    let mut usage: libc::rusage = std::mem::zeroed();
    libc::getrusage(libc::RUSAGE_SELF, &mut usage);
    usage
  };
  let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
  seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn peak_megabytes() -> i64 {
  // SAFETY: as above.
  unsafe {
    let mut usage: libc::rusage = std::mem::zeroed();
    libc::getrusage(libc::RUSAGE_SELF, &mut usage);
    usage.ru_maxrss / 1024
  }
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
  let (wall, cpu) = (Instant::now(), cpu_seconds());
  let value = work();
  println!(
    "{name:<28}{:>8.3} s ({:.3}), peak {} MB",
    wall.elapsed().as_secs_f64(),
    cpu_seconds() - cpu,
    peak_megabytes()
  );
  value
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
  let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
  let [circuit, powers, out, witnesses] = &arguments[..] else {
    return Err("usage: measure R1CS PTAU OUT_DIR WITNESS_DIR".into());
  };
  let never = AtomicBool::new(false);
  let watch = Watch {
    report: &|_, _, _| {},
    stop: &never,
  };
  if !powers.exists() {
    timed("development powers, 2^17", || {
      ptau::write_dev_ptau(powers, 17, &mut |_, _| true)
    })?;
  }
  if !out.join("params.bin").exists() {
    fs::create_dir_all(out)?;
    let info = timed("set up", || {
      session::set_up::<Scheme>(circuit, powers, out, None, watch)
    })?;
    println!("{info:?}");
  }
  for file in ["params.bin", "verifier.key"] {
    println!("{file}: {} bytes", fs::metadata(out.join(file))?.len());
  }
  let prover = Arc::new(timed("load parameters", || {
    session::Prover::<Scheme>::load(out, circuit)
  })?);
  let key_bytes = fs::read(out.join("verifier.key"))?;
  let key = timed("load verifying key", || Verifier::load(&key_bytes, None))?;

  let mut files: Vec<_> = fs::read_dir(witnesses)?
    .map(|entry| entry.map(|e| e.path()))
    .collect::<Result<_, _>>()?;
  files.sort();
  let steps: Vec<Vec<u8>> = files
    .iter()
    .map(|file: &PathBuf| fs::read(Path::new(file)))
    .collect::<Result<_, _>>()?;
  let z0 = steps[0][32 * (1 + prover.info.arity)..32 * (1 + 2 * prover.info.arity)].to_vec();
  let mut fold = prover.begin(&z0)?;
  timed("first step", || fold.fold(&steps[0]))?;
  timed("second step", || fold.fold(&steps[1]))?;
  let rest = &steps[2..];
  let (wall, cpu) = (Instant::now(), cpu_seconds());
  for witness in rest {
    fold.fold(witness)?;
  }
  let n = rest.len() as f64;
  println!(
    "{:<28}{:>8.3} s ({:.3}) a step, {} steps",
    "fold",
    wall.elapsed().as_secs_f64() / n,
    (cpu_seconds() - cpu) / n,
    rest.len()
  );
  let saved = timed("save", || fold.save())?;
  println!("accumulator: {} bytes", saved.len());
  let fold = timed("restore", || prover.restore(&saved, &z0))?;
  for _ in 0..2 {
    let proof = timed("compress", || fold.compress(watch))?;
    println!("proof: {} bytes", proof.len());
    for _ in 0..2 {
      timed("verify", || key.verify(&proof, fold.steps(), &z0))?;
    }
  }
  Ok(())
}
