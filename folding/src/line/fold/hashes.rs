//! The two hashes that bind a chain (folding-scheme §5), as prover, decider and verifier compute them.

use crate::{
  curves::Fr,
  line::{
    cyclefold::instance::CycleRunning,
    relation::Running,
    sponge::{Tag, hash},
  },
};

/// h₀ = Hash₁(pp, z₀).
pub fn start_hash(pp: Fr, z0: &[Fr]) -> Fr {
  hash(Tag::Start, &[&[pp], z0].concat())
}

/// x_n = Hash₂(h₀, n, z_n, U_n, V_n).
pub fn io_hash(start: Fr, n: u64, zn: &[Fr], running: &Running, cycle: &CycleRunning) -> Fr {
  let elements = [&[start, Fr::from(n)], zn, &running.elements(), &cycle.elements()].concat();
  hash(Tag::Io, &elements)
}
