//! What the fuzz targets have in common: input for Footfall made of bytes, and what has to hold of every answer.
//!
//! A check that fails panics, which is what libFuzzer takes for a crash.
//!
//! - [`head`]: a request, from the bytes of its head.
//! - [`answer`]: what holds of the answer to any request.
//! - [`expected`]: what is answered to which request, as the interface describes it.
//! - [`merged`]: what holds of the answers of several replicas as one, in every format.
//! - [`markup`]: HTML and SVG in which nothing is markup but what the renderer wrote.

pub mod answer;
pub mod expected;
pub mod head;
pub mod markup;
pub mod merged;
