//! Rendering: a report in a format, by pure functions. Only this module escapes text.
//!
//! | module    | what it is                                        | uses             |
//! |-----------|---------------------------------------------------|------------------|
//! | `html`    | the pages for a browser                           | svg, labels      |
//! | `svg`     | drawings: the chart of a histogram, and the badge | labels           |
//! | `text`    | plain text, for a terminal                        | labels           |
//! | `labels`  | numbers and buckets as people read them           | nothing          |
//! | `json`    | JSON                                              | nothing          |
//! | `csv`     | the log and lists of pages as CSV                 | nothing          |
//! | `metrics` | Prometheus' text format, and OpenMetrics          | nothing          |
//! | `gif`     | the picture that counts visits                    | nothing          |
//! | `script`  | the script that counts visits                     | nothing          |

pub mod csv;
pub mod gif;
pub mod html;
pub mod json;
mod labels;
pub mod metrics;
pub mod script;
pub mod svg;
pub mod text;

#[cfg(test)]
mod tests;
