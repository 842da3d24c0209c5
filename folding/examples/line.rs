//! Times Line beside Nova on the bus circuit and real headers: `line R1CS SYM NOVA_KEYS PTAU INPUTS`. `NOVA_KEYS` holds
//! `params.bin` and `verifier.key` of that circuit, `INPUTS` encoded step inputs (`witness::INPUT_BYTES` each) of one
//! chain. Wall seconds, CPU seconds in brackets; the least of a stage where it is repeated.

use nova_snark::provider::ptau::read_ptau;
use std::{
  fs,
  path::PathBuf,
  sync::{Arc, atomic::AtomicBool},
  time::Instant,
};
use wsc_folding::{
  engine::Fr,
  field, key,
  line::{
    compress::compress,
    ivc::Accumulator,
    parameters::Parameters,
    verify::{VerifierKey, verify},
  },
  r1cs::R1cs,
  scheme::Watch,
  session,
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
  let [circuit_path, sym, nova_keys, ptau, inputs] = &arguments[..] else {
    return Err("usage: line R1CS SYM NOVA_KEYS PTAU INPUTS".into());
  };
  let rounds = 5;
  let bytes = fs::read(inputs)?;
  let inputs: Vec<&[u8]> = bytes.chunks_exact(INPUT_BYTES).collect();
  let witness = BusWitness::new(&fs::read_to_string(sym)?)?;
  let compute = |input: &[u8]| StepInput::decode(input).map(|input| witness.compute(&input));
  let circuit = R1cs::parse_step(&fs::read(circuit_path)?)?;

  let mut tau = None;
  let parameters = repeated("Line: parameters", 1, || {
    Parameters::new(&circuit, |n| {
      let mut file = std::io::BufReader::new(fs::File::open(ptau).expect("the powers"));
      let (g1, g2) = read_ptau(&mut file, n, 2).expect("powers of tau");
      tau = Some(g2[1]);
      Ok(g1)
    })
  })?;
  let tables = repeated("Line: tables", 1, || parameters.tables());
  println!(
    "tables: {} large columns, {} + {} bytes",
    tables.step.large(),
    tables.step.size(),
    tables.cycle.size()
  );
  let wires = |input: &[u8]| -> Vec<Fr> {
    let bytes = compute(input).expect("a witness");
    circuit.read_witness(&bytes).expect("a witness")
  };
  let mut accumulator = repeated("Line: first step", 1, || Accumulator::begin(&parameters, &wires(inputs[0])))?;
  let (mut witnesses, mut folds) = (Vec::new(), Vec::new());
  for input in &inputs[1..] {
    let (time, wires) = timed(|| wires(input));
    witnesses.push(time);
    let (time, folded) = timed(|| accumulator.fold(&parameters, &wires));
    folded?;
    folds.push(time);
  }
  show("Line: witness of a step", &witnesses);
  show("Line: fold of a step", &folds[1..]);
  assert_eq!(accumulator.broken(&parameters), None);
  let id = [7; 32];
  let proof = repeated("Line: compress", rounds, || compress(&parameters, &id, &accumulator))?;
  let proof = proof.encode();
  println!("proof: {} bytes", proof.len());
  let key = VerifierKey {
    id,
    layout: parameters.layout,
    shape: parameters.shape.clone(),
    pp: parameters.pp,
    tau: tau.ok_or("no powers")?,
    cycle_bases: parameters.cycle_bases.clone(),
    product: parameters.product,
  };
  repeated("Line: verify", 4 * rounds, || verify(&key, &proof, accumulator.n, &accumulator.z0))?;

  let never = AtomicBool::new(false);
  let watch = Watch {
    report: &|_, _, _| {},
    stop: &never,
  };
  let prover = Arc::new(session::Prover::load(nova_keys, circuit_path)?);
  let z0 = field::encode_vec(&accumulator.z0);
  let mut fold = prover.begin(&z0)?;
  let mut folds = Vec::new();
  for input in &inputs[..6.min(inputs.len())] {
    let witness = compute(input)?;
    let (time, folded) = timed(|| fold.fold(&witness));
    folded?;
    folds.push(time);
  }
  show("Nova: fold of a step", &folds[2..]);
  let proof = repeated("Nova: compress", 2, || fold.compress(watch))?;
  let key_bytes = fs::read(nova_keys.join("verifier.key"))?;
  let key = key::Verifier::load(&key_bytes, None)?;
  repeated("Nova: verify", rounds, || key.verify(&proof, fold.steps(), &z0))?;
  Ok(())
}
