//! What prover and verifier of a compressed proof do alike: the transcript's beginning.

use crate::{
  curves::Fr,
  line::{
    argument::transcript::Transcript, curve::G, cyclefold::instance::CycleRunning, fold::nifs::Messages,
    relation::Running,
  },
};

/// Names the protocol in keys and transcripts.
pub const PROTOCOL: &str = "wsc-line-1";

/// What a proof claims and rests on, as the transcript begins with it.
pub struct Claim<'a> {
  pub key: &'a [u8; 32],
  pub n: u64,
  pub z0: &'a [Fr],
  pub zn: &'a [Fr],
  pub running: &'a Running,
  pub c2: &'a G,
  pub cycle: &'a CycleRunning,
  /// Of the last fold.
  pub messages: &'a Messages,
}

impl Claim<'_> {
  /// Starts the one transcript.
  pub fn begin(&self) -> Transcript {
    let (running, cycle, messages) = (self.running, self.cycle, self.messages);
    let mut transcript = Transcript::new(PROTOCOL.as_bytes());
    transcript.absorb(b"key", self.key);
    transcript.absorb(b"n", &self.n.to_le_bytes());
    transcript.scalars(b"z0", self.z0);
    transcript.scalars(b"zn", self.zn);
    transcript.g(b"U.C", &running.c);
    transcript.scalars(b"U", &[running.u, running.x, running.e]);
    transcript.scalars(b"beta", &running.beta);
    transcript.g(b"C2", self.c2);
    transcript.h(b"V.P", &cycle.p);
    transcript.h(b"V.Q", &cycle.q);
    transcript.scalars(b"V.u", &[cycle.u]);
    transcript.scalars(b"V.X", &cycle.x);
    transcript.scalars(b"F", &messages.line);
    transcript.scalars(b"k", &[messages.cross]);
    transcript
  }
}
