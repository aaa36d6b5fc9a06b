//! What holds in every case.

mod export_token;
mod lifecycle;
mod names;
mod peers;
pub mod ports;
mod security;
mod selectors;
mod storage;
mod variables;
