//! How much memory an instance may have.

use wasmtime::ResourceLimiter;

/// A cap in bytes, if there is one, on each memory of an instance.
#[derive(Clone, Copy)]
pub struct MemoryCap(pub Option<usize>);

impl ResourceLimiter for MemoryCap {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = self.0.is_none_or(|cap| desired <= cap);
        if !allowed {
            super::report(format_args!("an instance with {current} bytes of memory may not have {desired}"));
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
