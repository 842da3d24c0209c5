//! The signals of circuits/bus/accumulator.circom, and of circomlib's PoseidonEx(3, 1) within it.

use super::{gadgets::is_zero, sink::Sink};
use crate::{
  curves::Fr,
  poseidon::{Event, observed},
};
use ff::Field;

/// The first tree of the list, and the rest.
#[derive(Clone, Copy)]
pub struct Top {
  pub root: Fr,
  pub size: Fr,
  pub rest: Fr,
}

/// Append: the new first tree and the new list's commitment.
pub fn append<S: Sink>(sink: &mut S, path: &str, leaf: Fr, whole: Fr, top: Top, next: Top) -> (Top, Fr) {
  sink.element(format_args!("{path}.leaf"), leaf);
  sink.element(format_args!("{path}.whole"), whole);
  sink.element(format_args!("{path}.root"), top.root);
  sink.element(format_args!("{path}.size"), top.size);
  sink.element(format_args!("{path}.rest"), top.rest);
  sink.element(format_args!("{path}.nextRoot"), next.root);
  sink.element(format_args!("{path}.nextSize"), next.size);
  sink.element(format_args!("{path}.nextRest"), next.rest);
  tagged(sink, &format!("{path}.opening"), 3, [next.root, next.size, next.rest]);
  let equal = is_zero(sink, &format!("{path}.equal"), top.size - next.size);
  let node = tagged(sink, &format!("{path}.node"), 2, [leaf, next.root, top.root]);
  let new = if equal {
    Top {
      root: node,
      size: Fr::ONE + top.size + next.size,
      rest: next.rest,
    }
  } else {
    Top {
      root: leaf,
      size: Fr::ONE,
      rest: whole,
    }
  };
  sink.element(format_args!("{path}.newRoot"), new.root);
  sink.element(format_args!("{path}.newSize"), new.size);
  sink.element(format_args!("{path}.newRest"), new.rest);
  let list = tagged(sink, &format!("{path}.commitment"), 3, [new.root, new.size, new.rest]);
  sink.element(format_args!("{path}.list"), list);
  (new, list)
}

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
    Event::Ark {
      round,
      at,
      before,
      after,
    } => {
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
    Event::Sparse {
      round,
      at,
      before,
      after,
    } => {
      sink.element(format_args!("{path}.poseidon.mixS[{round}].in[{at}]"), before);
      sink.element(format_args!("{path}.poseidon.mixS[{round}].out[{at}]"), after);
    }
  });
  for name in ["poseidon.mixLast[0].out", "poseidon.out[0]", "out"] {
    sink.element(format_args!("{path}.{name}"), out);
  }
  out
}
