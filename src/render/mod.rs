//! An answer in a format: pure functions, one file a format.

pub mod html;
pub mod json;
pub mod text;
