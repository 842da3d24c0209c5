//! Progress to JavaScript and the wish to stop from it.

use napi::{
  Status,
  bindgen_prelude::{FnArgs, Function, JsValuesTupleIntoVec},
  threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;
use std::sync::{
  Arc,
  atomic::{AtomicBool, Ordering},
};

/// Reports that may wait for the event loop; further ones are dropped.
const QUEUE: usize = 64;

type ThreadsafeCallback<A> = ThreadsafeFunction<FnArgs<A>, (), FnArgs<A>, Status, false, true, QUEUE>;

/// (stage, done, total)
pub type Stage = (String, u32, u32);
/// (done, total)
pub type Count = (f64, f64);
pub type Callback<'a, A> = Function<'a, FnArgs<A>, ()>;

/// Reports to a JavaScript function, if there is one. It never keeps the process alive, and what it throws is dropped:
/// otherwise it would surface as an `uncaughtException`.
pub struct Progress<A: 'static>(Option<ThreadsafeCallback<A>>)
where
  FnArgs<A>: JsValuesTupleIntoVec;

impl<A: 'static> Progress<A>
where
  FnArgs<A>: JsValuesTupleIntoVec,
{
  pub fn to(callback: Option<Callback<'_, A>>) -> napi::Result<Self> {
    let build = |function: Callback<'_, A>| {
      function
        .build_threadsafe_function::<FnArgs<A>>()
        .callee_handled::<false>()
        .weak::<true>()
        .max_queue_size::<QUEUE>()
        .build()
    };
    Ok(Progress(callback.map(build).transpose()?))
  }

  pub fn send(&self, arguments: A) {
    if let Some(function) = &self.0 {
      let arguments = FnArgs { data: arguments };
      function.call_with_return_value(arguments, ThreadsafeFunctionCallMode::NonBlocking, |_outcome, _env| {
        Ok(())
      });
    }
  }
}

impl Progress<Stage> {
  pub fn report(&self, stage: &str, done: u32, total: u32) {
    self.send((stage.to_owned(), done, total));
  }
}

/// Asks running work to stop at its next stage.
#[napi]
#[derive(Default)]
pub struct Abort {
  flag: Arc<AtomicBool>,
}

#[napi]
impl Abort {
  #[napi(constructor)]
  pub fn new() -> Self {
    Abort::default()
  }

  #[napi]
  pub fn abort(&self) {
    self.flag.store(true, Ordering::Relaxed);
  }
}

/// The flag behind an optional `Abort`.
pub fn flag(abort: Option<&Abort>) -> Arc<AtomicBool> {
  abort.map_or_else(Arc::default, |abort| abort.flag.clone())
}
