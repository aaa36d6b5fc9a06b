//! What the fuzz targets share: parsing their input, and checking every answer.
//!
//! A check that fails panics, which libFuzzer reports as a crash.
//!
//! - [`head`]: a request, parsed from the bytes of its head.
//! - [`answer`]: what holds of the answer to any request.
//! - [`expected`]: the expected answer to a request, as the interface describes it.
//! - [`merged`]: what holds of the merged reports of several replicas, in every format.
//! - [`markup`]: HTML and SVG without any markup but the renderers'.

pub mod answer;
pub mod expected;
pub mod head;
pub mod markup;
pub mod merged;
