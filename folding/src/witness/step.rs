//! The signals of circuits/bus/step.circom. docs/bus.md says what each part proves.

use super::{
  accumulator::{Top, append, tagged},
  gadgets::{bits_of, is_non_negative, is_zero, range_check, unpack32},
  numbers::{fr, fr_signed, power, select},
  rules::{hash_at_most, time_after_median, version_at_least},
  sha256::header_hash,
  sink::Sink,
  state::{halves, pack_leaf, unpack_hash, unpack_params},
  target::{block_work, retarget},
};
use crate::curves::Fr;
use ff::Field;

pub const STATE: usize = 10;
pub const WORDS: usize = 12;
pub const PEAKS: usize = 9;

/// The inputs of one step, as the circuit takes them.
pub struct StepInput {
  /// Canonical limbs, as the fields are cut out of them.
  pub state: [[u64; 4]; STATE],
  pub active: bool,
  pub words: [[u32; WORDS]; 2],
  pub peaks: [Fr; PEAKS],
}

/// BusStep: gives every signal of the circuit.
pub fn bus_step<S: Sink>(sink: &mut S, input: &StepInput) {
  let StepInput {
    state,
    active,
    words,
    peaks,
  } = input;
  let active = *active;
  for (i, element) in state.iter().enumerate() {
    sink.write(format_args!("main.state[{i}]"), *element);
  }
  sink.bit(format_args!("main.active"), active);
  for (s, header) in words.iter().enumerate() {
    for (f, word) in header.iter().enumerate() {
      sink.number(format_args!("main.words[{s}][{f}]"), u64::from(*word));
    }
  }
  for (i, element) in peaks.iter().enumerate() {
    sink.element(format_args!("main.peaks[{i}]"), *element);
  }

  // State.
  let params = unpack_params(sink, &state[0]);
  let position = unpack32(sink, "main.position", &state[1], 5);
  let [height, bits, epoch_start, max_time, epoch_position] = [0, 1, 2, 3, 4].map(|i| position[i]);
  sink.number(format_args!("main.height"), height);
  sink.number(format_args!("main.nBits"), bits);
  sink.number(format_args!("main.epochStart"), epoch_start);
  sink.number(format_args!("main.maxTime"), max_time);
  sink.number(format_args!("main.epochPosition"), epoch_position);
  let tip = unpack_hash(sink, &state[2], &state[3]);
  let mut time = unpack32(sink, "main.timesA", &state[4], 7);
  time.extend(unpack32(sink, "main.timesB", &state[5], 4));

  // Headers.
  let mut hash = [[0u32; 8]; 2];
  for s in 0..2 {
    let prev = if s == 0 { tip } else { hash[0] };
    for (f, word) in words[s].iter().enumerate() {
      bits_of(
        sink,
        &format!("main.wordBits[{s}][{f}]"),
        [u64::from(*word), 0, 0, 0],
        32,
      );
    }
    hash[s] = header_hash(sink, &format!("main.header[{s}]"), &prev, &words[s]);
    let (t, b) = (words[s][9], words[s][10]);
    for (name, word) in [("numericTime", t), ("numericBits", b)] {
      sink.bits(format_args!("main.{name}[{s}].bit"), [u64::from(word), 0, 0, 0], 32);
      sink.number(format_args!("main.{name}[{s}].out"), u64::from(word.swap_bytes()));
    }
    time.push(u64::from(t.swap_bytes()));
    for (j, word) in hash[s].iter().enumerate() {
      sink.bits(
        format_args!("main.packed[{s}].word[{j}]"),
        [u64::from(*word), 0, 0, 0],
        32,
      );
    }
    let [high, low] = halves(&hash[s]);
    sink.write(format_args!("main.packed[{s}].high"), high);
    sink.write(format_args!("main.packed[{s}].low"), low);
  }
  for (i, t) in time.iter().enumerate() {
    sink.number(format_args!("main.time[{i}]"), *t);
  }

  // Epoch.
  let length = params.epoch_length;
  let distance = |position: u64| fr_signed(position as i64 + 1 - length as i64);
  let ends0 = is_zero(sink, "main.ends[0]", distance(epoch_position));
  let position0 = (epoch_position + 1).wrapping_sub(select(ends0, length, 0));
  sink.number(format_args!("main.position0"), position0);
  let ends1 = is_zero(sink, "main.ends[1]", distance(position0)) && active;
  sink.bit(format_args!("main.ends1"), ends1);
  let boundary = ends0 || ends1;
  sink.bit(format_args!("main.boundary"), boundary);
  let position1 = (position0 + u64::from(active)).wrapping_sub(select(ends1, length, 0));
  sink.number(format_args!("main.position1"), position1);

  // Required target and work.
  let (old_target, old_work) = (fr(state[8]), fr(state[9]));
  let retargets = boundary && params.retarget;
  sink.bit(format_args!("main.retargets"), retargets);
  let old = if retargets { old_target } else { power(88) };
  let last = select(ends1, time[11], time[10]);
  let required = retarget(sink, old, epoch_start, last, &params);
  let new_bits = select(retargets, required.compact, bits);
  let new_target = if retargets { required.target } else { old_target };
  sink.number(format_args!("main.newBits"), new_bits);
  sink.element(format_args!("main.newTarget"), new_target);
  let new_work = block_work(sink, new_target);
  let target0 = if ends0 { new_target } else { old_target };
  let work0 = if ends0 { new_work } else { old_work };
  sink.number(format_args!("main.bits0"), select(ends0, new_bits, bits));
  sink.element(format_args!("main.target0"), target0);
  sink.element(format_args!("main.work0"), work0);

  // The rules.
  for s in 0..2 {
    let on = s == 0 || active;
    let target = if s == 0 { target0 } else { new_target };
    hash_at_most(sink, &format!("main.enough[{s}]"), on, &hash[s], target);
    time_after_median(sink, &format!("main.after[{s}]"), on, time[11 + s], &time[s..s + 11]);
    let version = words[s][0].swap_bytes();
    version_at_least(
      sink,
      &format!("main.version[{s}]"),
      on,
      height + 1 + s as u64,
      &params.rule,
      version,
    );
  }

  // Greatest time and chainwork.
  let later = is_non_negative(sink, "main.later[0]", time[11] as i64 - max_time as i64, 32);
  let max_time0 = select(later, time[11], max_time);
  sink.number(format_args!("main.maxTime0"), max_time0);
  let replaces = is_non_negative(sink, "main.later[1]", time[12] as i64 - max_time0 as i64, 32) && active;
  sink.bit(format_args!("main.replaces"), replaces);
  let max_time1 = select(replaces, time[12], max_time0);
  sink.number(format_args!("main.maxTime1"), max_time1);
  let active_work = if active { new_work } else { Fr::ZERO };
  sink.element(format_args!("main.activeWork"), active_work);
  let chainwork = fr(state[6]) + work0 + active_work;
  sink.element(format_args!("main.chainwork"), chainwork);
  range_check(sink, "main.chainworkRange", chainwork, 128);

  // Accumulator.
  let opened = |i: usize| Top {
    root: peaks[3 * i],
    size: peaks[3 * i + 1],
    rest: peaks[3 * i + 2],
  };
  tagged(sink, "main.opening", 3, [peaks[0], peaks[1], peaks[2]]);
  let leaf: [_; 2] = std::array::from_fn(|s| {
    let path = format!("main.leaf[{s}]");
    let packed = pack_leaf(sink, &path, height + 1 + s as u64, &hash[s], &words[s]);
    tagged(sink, &format!("main.leafHash[{s}]"), 1, packed)
  });
  let whole = fr(state[7]);
  let (top, list0) = append(sink, "main.append[0]", leaf[0], whole, opened(0), opened(1));
  let (_, list1) = append(sink, "main.append[1]", leaf[1], list0, top, opened(2));

  // Next state.
  let start0 = select(ends0, time[11], epoch_start);
  let start1 = select(ends1, time[12], start0);
  range_check(sink, "main.heightRange", Fr::from(height + 1 + u64::from(active)), 32);
  sink.number(format_args!("main.start0"), start0);
  sink.number(format_args!("main.start1"), start1);
  let window = &time[1 + usize::from(active)..][..11];
  let packed = |fields: &[u64]| {
    fields
      .iter()
      .rev()
      .fold(Fr::ZERO, |sum, t| sum * power(32) + Fr::from(*t))
  };
  let tip = halves(&hash[usize::from(active)]);
  let next = [
    fr(state[0]),
    packed(&[height + 1 + u64::from(active), new_bits, start1, max_time1, position1]),
    fr(tip[0]),
    fr(tip[1]),
    packed(&window[..7]),
    packed(&window[7..]),
    chainwork,
    if active { list1 } else { list0 },
    new_target,
    new_work,
  ];
  for (i, element) in next.into_iter().enumerate() {
    sink.element(format_args!("main.next[{i}]"), element);
  }
}
