//! The signals of `Tagged` (circuits/bus/accumulator.circom) and of circomlib's PoseidonEx(3, 1) within it.

use super::sink::Sink;
use crate::{
  engine::Fr,
  poseidon::{Event, observed},
};

/// Gives the signals of one tagged hash at `path` and returns it.
pub fn tagged<S: Sink>(sink: &mut S, path: &str, tag: u64, input: [Fr; 3]) -> Fr {
  sink.number(format_args!("{path}.poseidon.initialState"), tag);
  for (i, element) in input.iter().enumerate() {
    sink.element(format_args!("{path}.in[{i}]"), *element);
    sink.element(format_args!("{path}.poseidon.inputs[{i}]"), *element);
  }
  let powers_at = |sink: &mut S, name: std::fmt::Arguments<'_>, powers: [Fr; 4]| {
    for (signal, value) in ["in", "in2", "in4", "out"].into_iter().zip(powers) {
      sink.element(format_args!("{path}.poseidon.{name}.{signal}"), value);
    }
  };
  let out = observed(tag, input, |event| match event {
    Event::Ark { round, at, before, after } => {
      sink.element(format_args!("{path}.poseidon.ark[{round}].in[{at}]"), before);
      sink.element(format_args!("{path}.poseidon.ark[{round}].out[{at}]"), after);
      if round > 0 {
        sink.element(format_args!("{path}.poseidon.mix[{}].in[{at}]", round - 1), after);
      }
    }
    Event::Full { round, at, powers } => {
      powers_at(sink, format_args!("sigmaF[{round}][{at}]"), powers);
      if round == 7 {
        sink.element(format_args!("{path}.poseidon.mixLast[0].in[{at}]"), powers[3]);
      }
    }
    Event::Partial { round, powers } => powers_at(sink, format_args!("sigmaP[{round}]"), powers),
    Event::Mix { round, at, after } => sink.element(format_args!("{path}.poseidon.mix[{round}].out[{at}]"), after),
    Event::Sparse { round, at, before, after } => {
      sink.element(format_args!("{path}.poseidon.mixS[{round}].in[{at}]"), before);
      sink.element(format_args!("{path}.poseidon.mixS[{round}].out[{at}]"), after);
    }
  });
  for name in ["poseidon.mixLast[0].out", "poseidon.out[0]", "out"] {
    sink.element(format_args!("{path}.{name}"), out);
  }
  out
}
