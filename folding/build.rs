fn main() {
  #[cfg(feature = "addon")]
  napi_build::setup();
}
