//! Chromium, through its `DevTools` protocol.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetUserAgentOverrideParams,
};
use chromiumoxide::cdp::browser_protocol::fetch::{
    ContinueRequestParams, EnableParams, EventRequestPaused, FailRequestParams,
};
use chromiumoxide::cdp::browser_protocol::input::{DispatchMouseEventParams, DispatchMouseEventType};
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::network::{ErrorReason, Headers, SetExtraHttpHeadersParams};
use chromiumoxide::cdp::browser_protocol::page::AddScriptToEvaluateOnNewDocumentParams;
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::listeners::EventStream;
use chromiumoxide::page::ScreenshotParams;
use chromiumoxide::types::Command;
use chromiumoxide::{Browser, BrowserConfig, Page};
use footfall_tests::PATIENCE;
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// A browser with one page, until this is dropped.
pub struct Tab {
    browser: Browser,
    page: Page,
    log: Mutex<EventStream<EventEntryAdded>>,
    _profile: TempDir,
}

impl Tab {
    /// Starts it.
    pub fn open() -> Self {
        RUNTIME.block_on(async {
            let profile = tempfile::tempdir().expect("a directory");
            let config = BrowserConfig::builder().user_data_dir(profile.path()).no_sandbox().viewport(None);
            // Dates are written as in its language.
            let config = config.window_size(1280, 900).env("LANGUAGE", "en_US").build();
            let config = config.unwrap_or_else(|error| panic!("{error}: run `scripts/browser-tools` first"));
            let (browser, mut handler) = Browser::launch(config).await.expect("Chromium");
            tokio::spawn(async move { while handler.next().await.is_some() {} });
            let page = browser.new_page("about:blank").await.expect("a page");
            // Without a window it says that it is HeadlessChrome, which is a bot.
            let agent = browser.user_agent().await.expect("a User-Agent").replace("Headless", "");
            page.execute(SetUserAgentOverrideParams::new(agent)).await.expect("a User-Agent of its own");
            let log = Mutex::new(page.event_listener().await.expect("a log"));
            Self { browser, page, log, _profile: profile }
        })
    }

    /// Goes to a page, and waits until all of it is there.
    pub fn go(&self, url: &str) {
        RUNTIME.block_on(self.page.goto(url)).unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// What an expression of JavaScript is, and what it promises.
    pub fn eval(&self, expression: &str) -> Value {
        let evaluate = EvaluateParams::builder().expression(expression).await_promise(true).return_by_value(true);
        let result = RUNTIME.block_on(self.page.evaluate_expression(evaluate.build().expect("an expression")));
        let result = result.unwrap_or_else(|error| panic!("{expression:.200}: {error}"));
        result.value().cloned().unwrap_or_default()
    }

    /// All text that can be seen.
    pub fn text(&self) -> String {
        self.eval("document.body.innerText").as_str().expect("text").to_owned()
    }

    /// Presses a key, as whatever has the focus.
    pub fn press(&self, key: &str) {
        RUNTIME.block_on(async {
            let body = self.page.find_element("body").await.expect("a body");
            body.press_key(key).await.expect("a key");
        });
    }

    /// Has pages run this before their own scripts, from now on.
    pub fn before_scripts(&self, script: &str) {
        self.execute(AddScriptToEvaluateOnNewDocumentParams::new(script));
    }

    /// Moves the mouse to a place on the screen.
    pub fn point_at(&self, x: f64, y: f64) {
        self.execute(DispatchMouseEventParams::new(DispatchMouseEventType::MouseMoved, x, y));
    }

    /// Gives a command of the protocol.
    pub fn execute(&self, command: impl Command) {
        RUNTIME.block_on(self.page.execute(command)).expect("a command");
    }

    /// Has this decide, from now on, which requests are blocked.
    pub fn block(&self, blocks: impl Fn(&EventRequestPaused) -> bool + Send + 'static) {
        let paused = RUNTIME.block_on(self.page.event_listener::<EventRequestPaused>());
        let (mut paused, page) = (paused.expect("a listener"), self.page.clone());
        RUNTIME.spawn(async move {
            while let Some(request) = paused.next().await {
                let id = request.request_id.clone();
                // The page may be gone.
                if blocks(&request) {
                    _ = page.execute(FailRequestParams::new(id, ErrorReason::BlockedByClient)).await;
                } else {
                    _ = page.execute(ContinueRequestParams::new(id)).await;
                }
            }
        });
        self.execute(EnableParams::default());
    }

    /// Shows pages as on a screen this wide, to somebody who prefers `light` or `dark`.
    pub fn emulate(&self, width: i64, scheme: &str) {
        self.execute(SetDeviceMetricsOverrideParams::new(width, 800, 1.0, width < 500));
        let feature = MediaFeature::new("prefers-color-scheme", scheme);
        self.execute(SetEmulatedMediaParams::builder().feature(feature).build());
    }

    /// Writes a picture of the whole page to target/screenshots. The size of the screen has to be set anew afterwards.
    pub fn save_screenshot(&self, name: &str) -> PathBuf {
        let parameters = ScreenshotParams::builder().full_page(true).build();
        let picture = RUNTIME.block_on(self.page.screenshot(parameters)).expect("a picture");
        let directory = Path::new(TARGET).join("screenshots");
        fs::create_dir_all(&directory).expect("a directory");
        let path = directory.join(format!("{name}.png"));
        fs::write(&path, picture).expect("written");
        path
    }

    /// Sends a header with each request from now on.
    pub fn send_header(&self, name: &str, value: &str) {
        self.execute(SetExtraHttpHeadersParams::new(Headers::new(json!({ name: value }))));
    }

    /// What the browser wrote to its log since it was last asked: errors, warnings, refusals, and the rest.
    pub fn complaints(&self) -> Vec<String> {
        // What was written before this is answered is here when the next one is.
        for _ in 0..2 {
            self.eval("0");
        }
        let mut log = self.log.lock().expect("the log");
        let entries = std::iter::from_fn(|| log.next().now_or_never().flatten());
        entries.map(|entry| format!("{:?}: {}", entry.entry.level, entry.entry.text)).collect()
    }

    /// What axe-core finds at fault with the page.
    pub fn violations(&self) -> Vec<String> {
        let axe = format!("{TARGET}/tools/axe.min.js");
        let axe =
            fs::read_to_string(&axe).unwrap_or_else(|error| panic!("{axe}: {error}: run `scripts/browser-tools`"));
        self.eval(&axe);
        let found = self.eval("axe.run().then(found => found.violations)");
        let found = found.as_array().expect("a list").iter();
        found.map(|violation| format!("{}: {}", violation["help"], violation["nodes"][0]["html"])).collect()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        // It may be what failed.
        _ = RUNTIME.block_on(self.browser.close());
        _ = RUNTIME.block_on(async { tokio::time::timeout(PATIENCE, self.browser.wait()).await });
    }
}
