//! `/footfall.js`: a script that records visits to the page that has it.

use http::Response;

use super::app::App;
use super::format::Format;
use super::response::{Body, full, ok};
use crate::limits::CACHE_SCRIPT;
use crate::render::script;

pub fn get(app: &App) -> Response<Body> {
    ok(Format::JavaScript, CACHE_SCRIPT, full(script::script(&app.config.pixel_path)))
}
