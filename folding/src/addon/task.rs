//! Long work off the event loop.

use super::thrown;
use crate::error::{Error, Result};
use napi::{
  Env, Task,
  bindgen_prelude::{AsyncTask, ToNapiValue, TypeName},
};
use std::{
  any::Any,
  marker::PhantomData,
  panic::{AssertUnwindSafe, catch_unwind},
};

type Work<T> = Box<dyn FnOnce() -> Result<T> + Send>;

/// A closure to run on libuv's thread pool; its `T` becomes the JavaScript value `J`.
pub struct Job<T, J> {
  work: Option<Work<T>>,
  value: PhantomData<fn() -> J>,
}

/// A promise of `work`'s result. A panic inside rejects with `E_INTERNAL` and leaves the process alone.
pub fn run<T, J>(work: impl FnOnce() -> Result<T> + Send + 'static) -> AsyncTask<Job<T, J>>
where
  T: Send + 'static,
  J: From<T> + ToNapiValue + TypeName,
{
  AsyncTask::new(Job {
    work: Some(Box::new(work)),
    value: PhantomData,
  })
}

/// Runs `work`, turning a panic into an error.
pub fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
  catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::internal(describe(&*panic))))
}

fn describe(panic: &(dyn Any + Send)) -> String {
  let text = panic
    .downcast_ref::<&str>()
    .copied()
    .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
  format!("internal failure: {}", text.unwrap_or("no description"))
}

impl<T, J> Task for Job<T, J>
where
  T: Send + 'static,
  J: From<T> + ToNapiValue + TypeName,
{
  type Output = Result<T>;
  type JsValue = J;

  fn compute(&mut self) -> napi::Result<Result<T>> {
    let work = self.work.take();
    Ok(guarded(|| {
      work.map_or_else(|| Err(Error::internal("a job ran twice")), |work| work())
    }))
  }

  fn resolve(&mut self, env: Env, output: Result<T>) -> napi::Result<J> {
    output.map(J::from).map_err(|error| thrown(env, &error))
  }
}
