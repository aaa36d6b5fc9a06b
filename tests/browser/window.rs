//! Chromium without its `DevTools`, which would keep it from prerendering.

use std::process::{Child, Command, Stdio};

use chromiumoxide::detection::{DetectionOptions, default_executable};
use tempfile::TempDir;

/// What it says it is with a window. Without one it says that it is `HeadlessChrome`, which is a bot.
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// A browser with one page, which nobody but the page itself can lead on, until this is dropped.
pub struct Window {
    browser: Child,
    _profile: TempDir,
}

impl Window {
    /// Starts it with a page.
    pub fn open(url: &str) -> Self {
        let executable = default_executable(DetectionOptions::default());
        let executable = executable.unwrap_or_else(|error| panic!("{error}: run `scripts/browser-tools` first"));
        let profile = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(executable);
        command
            .args(["--headless", "--no-sandbox", "--no-first-run", "--disable-extensions"])
            .arg(format!("--user-agent={AGENT}"));
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg(url);
        let browser = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self { browser: browser.expect("Chromium"), _profile: profile }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // It may be what failed.
        _ = self.browser.kill();
        _ = self.browser.wait();
    }
}
