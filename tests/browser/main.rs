//! The pages as a browser shows them: Chromium, through its driver, asks a host of our own.
//!
//! ```text
//! accessible   what those need who use a keyboard or a screen reader
//! charts       the bars, against the numbers
//! colours      light and dark, and whether all can be read
//! edges        nothing to show, too much to show, and peers that are not there
//! embedded     the badge and the counting picture, in somebody else's page
//! links        where they lead
//! phone        a narrow screen, and long names on it
//! policy       nothing is refused, nothing is complained about, and markup is text
//! screenshots  what an owner would see, in target/screenshots
//!
//! browser      the browser that the tests share, through the `WebDriver` protocol
//! site         servers with visits in them
//! ```
//!
//! Where neither Chromium nor its driver is there (`scripts/browser-tools` installs them where it can), the tests say so
//! and pass.

mod accessible;
mod browser;
mod charts;
mod colours;
mod edges;
mod embedded;
mod links;
mod phone;
mod policy;
mod screenshots;
mod site;

// Those of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;
#[allow(dead_code)]
#[path = "../http/server.rs"]
mod server;
#[allow(dead_code)]
#[path = "../http/volume.rs"]
mod volume;
