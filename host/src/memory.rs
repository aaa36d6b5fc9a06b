//! The memory limit of an instance.

use wasmtime::ResourceLimiter;

use super::log::report;

/// The limit in bytes, if there is one, of each linear memory of an instance.
#[derive(Clone, Copy)]
pub struct MemoryCap(pub Option<usize>);

impl ResourceLimiter for MemoryCap {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = self.0.is_none_or(|cap| desired <= cap);
        if !allowed {
            report(format_args!("an instance with {current} bytes of memory may not have {desired}"));
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
