//! The pages as a browser shows them: Chromium asks a host of our own.
//!
//! ```text
//! pages        every page: readable, accessible, and without complaints, on a desk and on a phone, in light and in dark
//! screenshots  what the dashboard looks like, against kept pictures
//! charts       the bars, against the numbers
//! keyboard     what the keys reach
//! links        where they lead
//! update       the numbers of a dashboard, while it is read
//! policy       what the Content Security Policy refuses, and that markup is text
//! embedded     the badge and the counting picture, in somebody else's page
//! script       the script there
//! blocked      what a blocker blocks of that, and what then still counts
//!
//! browser      Chromium, through its DevTools protocol
//! window       Chromium without its DevTools, which would keep it from prerendering
//! site         servers with visits in them
//! blocker      a blocker in the browser
//! elsewhere    a site of somebody else, and its visitor
//! ```
//!
//! `scripts/browser-tools` installs Chromium, and axe-core, which checks what can be checked of accessibility.

mod blocked;
mod blocker;
mod browser;
mod charts;
mod elsewhere;
mod embedded;
mod keyboard;
mod links;
mod pages;
mod policy;
mod screenshots;
mod script;
mod site;
mod update;
mod window;

// Those of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../http/cluster/fake.rs"]
mod fake;
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;
#[allow(dead_code)]
#[path = "../http/server.rs"]
mod server;
#[allow(dead_code)]
#[path = "../http/volume.rs"]
mod volume;
