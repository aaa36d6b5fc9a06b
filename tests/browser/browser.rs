//! A browser, through the `WebDriver` protocol: JSON over HTTP, and Chromium's own commands beside it.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use http::{Method, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

/// The key Tab, as `WebDriver` writes it.
pub const TAB: &str = "\u{e004}";
/// The key Enter.
pub const ENTER: &str = "\u{e007}";

/// It lives as long as some test has it.
static SHARED: Mutex<Weak<Mutex<Browser>>> = Mutex::new(Weak::new());

/// Does something in a tab of its own; says so and does nothing where there is no browser.
pub fn browse(work: impl FnOnce(&Tab)) {
    let Some(shared) = shared() else {
        eprintln!("not tested: Chromium and chromedriver are not there (scripts/browser-tools)");
        return;
    };
    // A test that failed has closed its tab like any other.
    let browser = shared.lock().unwrap_or_else(PoisonError::into_inner);
    work(&Tab::open(&browser));
}

fn shared() -> Option<Arc<Mutex<Browser>>> {
    let driver = find(&["chromedriver"])?;
    let binary = find(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])?;
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let browser = shared.upgrade().unwrap_or_else(|| Arc::new(Mutex::new(Browser::start(&driver, &binary))));
    *shared = Arc::downgrade(&browser);
    Some(browser)
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let directories: Vec<_> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
        .find(|file| file.is_file())
}

struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
    first_tab: Value,
    directory: TempDir,
}

impl Browser {
    fn start(driver: &PathBuf, binary: &PathBuf) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        // What Chromium leaves behind goes with it.
        let mut command = Command::new(driver);
        command.env("TMPDIR", directory.path());
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().expect("chromedriver");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            Some(line.split_once("on port ")?.1.trim_end_matches('.').parse::<u16>().ok()?).filter(|port| *port > 0)
        });
        let port = port.expect("the port of chromedriver");
        thread::spawn(move || lines.for_each(drop));
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        let mut browser = Self {
            driver,
            agent: Agent::new_with_config(agent),
            session: format!("http://127.0.0.1:{port}"),
            first_tab: Value::Null,
            directory,
        };
        let profile = format!("--user-data-dir={}", browser.directory.path().join("profile").display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
            &profile,
        ];
        let session = browser.call(
            &Method::POST,
            "/session",
            Some(json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:loggingPrefs": { "browser": "ALL" },
                "goog:chromeOptions": { "binary": binary, "args": arguments },
            } } })),
        );
        browser.session = format!("{}/session/{}", browser.session, session["sessionId"].as_str().expect("a session"));
        browser.first_tab = browser.call(&Method::GET, "/window", None);
        browser
    }

    fn call(&self, method: &Method, path: &str, body: Option<Value>) -> Value {
        self.try_call(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn try_call(&self, method: &Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.session));
        let request = request.header("content-type", "application/json");
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let text =
            answer.body_mut().with_config().limit(64 << 20).read_to_string().map_err(|error| error.to_string())?;
        let value = serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())?["value"].take();
        if answer.status().is_success() { Ok(value) } else { Err(value.to_string()) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes Chromium; it may be gone.
        _ = self.try_call(&Method::DELETE, "", None);
        _ = self.driver.kill();
        _ = self.driver.wait();
    }
}

/// A tab, with what is emulated in it, until it is dropped.
pub struct Tab<'a> {
    browser: &'a Browser,
}

impl<'a> Tab<'a> {
    fn open(browser: &'a Browser) -> Self {
        let tab = browser.call(&Method::POST, "/window/new", Some(json!({ "type": "tab" })));
        browser.call(&Method::POST, "/window", Some(json!({ "handle": tab["handle"] })));
        let tab = Self { browser };
        // What an earlier test left.
        tab.complaints();
        tab
    }

    /// Goes to a page, and waits until all of it is there.
    pub fn go(&self, url: &str) {
        self.browser.call(&Method::POST, "/url", Some(json!({ "url": url })));
    }

    /// What a script returns, which is the body of a function of `arguments`.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        self.browser.call(&Method::POST, "/execute/sync", Some(json!({ "script": script, "args": [arguments] })))
    }

    /// What an expression is.
    pub fn get(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"), &Value::Null)
    }

    /// All text that can be seen.
    pub fn text(&self) -> String {
        self.get("document.body.innerText").as_str().expect("text").to_owned()
    }

    /// Presses keys, one after the other.
    pub fn press(&self, keys: &[&str]) {
        let actions: Vec<_> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.browser.call(&Method::POST, "/actions", Some(keyboard));
    }

    /// A command of Chromium's own.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.browser.call(&Method::POST, "/goog/cdp/execute", Some(json!({ "cmd": command, "params": parameters })))
    }

    /// Shows pages as on a screen of this size.
    pub fn resize(&self, width: u32, height: u32, mobile: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Shows pages to somebody who prefers `light` or `dark`.
    pub fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// What the browser wrote to its console since it was last asked: errors, warnings, refusals, and the rest.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.browser.call(&Method::POST, "/se/log", Some(json!({ "type": "browser" })));
        let log = log.as_array().expect("a log");
        log.iter().map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        // The browser may be what failed.
        _ = self.browser.try_call(&Method::DELETE, "/window", None);
        let first = json!({ "handle": self.browser.first_tab });
        _ = self.browser.try_call(&Method::POST, "/window", Some(first));
    }
}
