//! Times Line on the bus circuit and real headers: `line R1CS SYM PTAU INPUTS`. `INPUTS` holds encoded step
//! inputs (`witness::INPUT_BYTES` each) of one chain. Wall seconds, CPU seconds in brackets; the least of a stage where
//! it is repeated.

use std::{
  fs,
  path::{Path, PathBuf},
  sync::{Arc, atomic::AtomicBool},
  time::Instant,
};
use wsc_folding::{
  curves::Fr,
  field,
  line::prover::scheme::Line,
  r1cs::R1cs,
  scheme::{FoldingScheme, Watch},
  verifying::VerifyingKey,
  witness::{BusWitness, INPUT_BYTES, StepInput},
};

#[derive(Clone, Copy)]
struct Time {
  wall: f64,
  cpu: f64,
}

fn usage() -> libc::rusage {
  // SAFETY: getrusage fills the zeroed structure it is given.
  unsafe {
    let mut usage: libc::rusage = std::mem::zeroed();
    libc::getrusage(libc::RUSAGE_SELF, &mut usage);
    usage
  }
}

fn cpu_seconds() -> f64 {
  let usage = usage();
  let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
  seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn timed<T>(work: impl FnOnce() -> T) -> (Time, T) {
  let (wall, cpu) = (Instant::now(), cpu_seconds());
  let value = work();
  let time = Time {
    wall: wall.elapsed().as_secs_f64(),
    cpu: cpu_seconds() - cpu,
  };
  (time, value)
}

fn show(name: &str, times: &[Time]) {
  let least = |value: fn(&Time) -> f64| times.iter().map(value).fold(f64::INFINITY, f64::min);
  println!(
    "{name:<34}{:>9.4} s ({:.4}), peak {} MB",
    least(|t| t.wall),
    least(|t| t.cpu),
    usage().ru_maxrss / 1024
  );
}

fn repeated<T>(name: &str, times: usize, mut work: impl FnMut() -> T) -> T {
  let (mut all, mut value) = (Vec::new(), None);
  for _ in 0..times {
    let (time, made) = timed(&mut work);
    all.push(time);
    value = Some(made);
  }
  show(name, &all);
  value.expect("repeated at least once")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
  let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
  let [circuit, sym, ptau, inputs] = &arguments[..] else {
    return Err("usage: line R1CS SYM PTAU INPUTS".into());
  };
  let bytes = fs::read(inputs)?;
  let inputs: Vec<&[u8]> = bytes.chunks_exact(INPUT_BYTES).collect();
  let witness = BusWitness::new(&fs::read_to_string(sym)?)?;
  let circuit = Arc::new(R1cs::parse_step(&fs::read(circuit)?)?);
  let (mut times, mut witnesses) = (Vec::new(), Vec::new());
  for input in &inputs {
    let (time, wires) = timed(|| circuit.read_witness(&witness.compute(&StepInput::decode(input)?)));
    times.push(time);
    witnesses.push(wires?);
  }
  show("witness of a step", &times);
  run::<Line>("Line", &circuit, ptau, &witnesses, 3)
}

fn run<S: FoldingScheme>(
  name: &str,
  circuit: &Arc<R1cs>,
  ptau: &Path,
  witnesses: &[Vec<Fr>],
  rounds: usize,
) -> Result<(), Box<dyn std::error::Error>> {
  let never = AtomicBool::new(false);
  let watch = Watch {
    report: &|_, _, _| {},
    stop: &never,
  };
  let (time, made) = timed(|| S::set_up(circuit, ptau, watch));
  let (parameters, key) = made?;
  show(&format!("{name}: set up"), &[time]);
  let (time, accumulator) = timed(|| S::begin(&parameters, circuit, witnesses[0].clone()));
  let mut accumulator = accumulator?;
  show(&format!("{name}: first step"), &[time]);
  let mut times = Vec::new();
  for witness in &witnesses[1..] {
    let witness = witness.clone();
    let (time, folded) = timed(|| S::fold(&parameters, circuit, &mut accumulator, witness));
    folded?;
    times.push(time);
  }
  show(&format!("{name}: fold of a step"), &times[1..]);
  let proof = repeated(&format!("{name}: compress"), rounds, || {
    S::compress(&parameters, &accumulator, watch)
  })?;
  let key = S::VerifyingKey::load(&key, None)?;
  let z0 = field::encode_vec(circuit.state_before(&witnesses[0]));
  let verify = || key.verify(&proof, S::steps(&accumulator), &z0);
  repeated(&format!("{name}: verify, {} bytes", proof.len()), 5 * rounds, verify)?;
  Ok(())
}
