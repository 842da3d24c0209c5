//! The verifier as a WebAssembly module without a single import: plain `extern "C"` functions over linear memory.
//!
//! A caller puts bytes where `wsc_alloc` says, calls, and reads the answer at `wsc_result_ptr` (`wsc_result_len` bytes).
//! A status of 0 or more is success; below 0 it is a failure, its text the result. A panic traps: the instance must not
//! be used again (`src/proving/wasm-verifier.ts` takes a fresh one).

use crate::{
  error::{Code, Error},
  oneshot, poseidon,
  product::Verifier,
  verifying::VerifyingKey,
};
use std::cell::RefCell;

#[derive(Default)]
struct Module {
  keys: Vec<Verifier>,
  circuit_keys: Vec<oneshot::Verifier>,
  result: Vec<u8>,
}

thread_local! {
  static MODULE: RefCell<Module> = RefCell::new(Module::default());
}

/// What `wasm-verifier.ts` makes codes of.
fn status(code: Code) -> i32 {
  match code {
    Code::Key => -1,
    Code::ProofMalformed => -2,
    Code::ProofInvalid => -3,
    Code::Public => -5,
    _ => -4,
  }
}

/// Leaves the result, or the failure's text, for the caller.
fn answer(work: impl FnOnce(&mut Module) -> Result<(i32, Vec<u8>), Error>) -> i32 {
  MODULE.with_borrow_mut(|module| {
    let (status, result) = work(module).unwrap_or_else(|error| (status(error.code), error.message.into_bytes()));
    module.result = result;
    status
  })
}

/// # Safety
/// `ptr` and `len` describe bytes that the caller has written.
unsafe fn input<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
  if len == 0 {
    return &[];
  }
  // SAFETY: the caller's promise.
  unsafe { std::slice::from_raw_parts(ptr, len) }
}

/// Memory for `len` bytes of input, to be given back by `wsc_free`.
#[unsafe(no_mangle)]
pub extern "C" fn wsc_alloc(len: usize) -> *mut u8 {
  Box::into_raw(vec![0u8; len].into_boxed_slice()).cast()
}

/// # Safety
/// `ptr` came from `wsc_alloc(len)` and is given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_free(ptr: *mut u8, len: usize) {
  // SAFETY: the caller's promise.
  drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr, len)) });
}

#[unsafe(no_mangle)]
pub extern "C" fn wsc_result_ptr() -> *const u8 {
  MODULE.with_borrow(|module| module.result.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn wsc_result_len() -> usize {
  MODULE.with_borrow(|module| module.result.len())
}

/// Decodes a fold's compact key (the pin, if any, replaces the ceremony's τ·G2). Returns a handle; the result is the key
/// id, a byte that is 1 for the ceremony's setup, as a 32-bit number the state's arity, and the circuit id.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_key_load(ptr: *const u8, len: usize, pin_ptr: *const u8, pin_len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let (key, pin) = unsafe { (input(ptr, len), input(pin_ptr, pin_len)) };
  answer(|module| {
    let verifier = Verifier::load(key, (!pin.is_empty()).then_some(pin))?;
    let said = verifier.info();
    let mut info = said.key_id.to_vec();
    info.push(said.setup.as_byte());
    info.extend_from_slice(&(said.arity as u32).to_le_bytes());
    info.extend_from_slice(&said.circuit_id);
    module.keys.push(verifier);
    Ok((module.keys.len() as i32 - 1, info))
  })
}

/// Verifies; the result is the proved state.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_verify(
  handle: usize,
  proof_ptr: *const u8,
  proof_len: usize,
  steps: u64,
  start_ptr: *const u8,
  start_len: usize,
) -> i32 {
  // SAFETY: the caller's promise.
  let (proof, start) = unsafe { (input(proof_ptr, proof_len), input(start_ptr, start_len)) };
  answer(|module| {
    let verifier = module.keys.get(handle).ok_or_else(|| Error::internal("no such key"))?;
    Ok((0, verifier.verify(proof, steps, start)?))
  })
}

/// Decodes the compact key of a circuit's one-shot proofs. Returns a handle of its own kind; the result is the key id,
/// a byte that is 1 for the ceremony's setup, and as a 32-bit number how many public values there are.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_circuit_key_load(ptr: *const u8, len: usize, pin_ptr: *const u8, pin_len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let (key, pin) = unsafe { (input(ptr, len), input(pin_ptr, pin_len)) };
  answer(|module| {
    let verifier = oneshot::Verifier::load(key, (!pin.is_empty()).then_some(pin))?;
    let mut info = verifier.key_id.to_vec();
    info.push(verifier.setup.as_byte());
    info.extend_from_slice(&(verifier.public() as u32).to_le_bytes());
    module.circuit_keys.push(verifier);
    Ok((module.circuit_keys.len() as i32 - 1, info))
  })
}

/// Verifies a one-shot proof of these public values; the result is empty.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_circuit_verify(
  handle: usize,
  proof_ptr: *const u8,
  proof_len: usize,
  public_ptr: *const u8,
  public_len: usize,
) -> i32 {
  // SAFETY: the caller's promise.
  let (proof, public) = unsafe { (input(proof_ptr, proof_len), input(public_ptr, public_len)) };
  answer(|module| {
    let verifier = module.circuit_keys.get(handle);
    let verifier = verifier.ok_or_else(|| Error::internal("no such key"))?;
    verifier.verify(proof, public)?;
    Ok((0, Vec::new()))
  })
}

/// P_tag of each triple of elements (96 bytes each); the result is 32 bytes for each.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_poseidon(tag: u32, ptr: *const u8, len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let inputs = unsafe { input(ptr, len) };
  answer(|_| {
    let hashes = poseidon::hash_batch(u64::from(tag), inputs);
    Ok((
      0,
      hashes.ok_or_else(|| Error::internal("inputs are not triples of canonical elements"))?,
    ))
  })
}
