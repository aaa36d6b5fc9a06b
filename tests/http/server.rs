//! The server under test: a host as a child process.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{env, fs, thread};

use chrono::{DateTime, TimeDelta};
pub use footfall_tests::{PATIENCE, eventually};

use crate::client::Client;
pub use crate::runtime::Runtime;
use crate::volume::{Volume, permissions_bind};

/// The manifest, which every host starts from.
pub const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml");

/// The version before: the component and the manifest of commit 3e5f9e6, built by `scripts/component rc`.
const VERSION_BEFORE: (&[u8], &str) =
    (include_bytes!("fixtures/version-before.wasm.zst"), include_str!("fixtures/version-before.toml"));

/// How to start a server.
pub struct Setup {
    runtime: Runtime,
    manifest: PathBuf,
    volume: Volume,
    options: Vec<String>,
    through: Vec<String>,
}

impl Setup {
    /// On a volume of its own, with the variables that the manifest has.
    pub fn new() -> Self {
        Self::on(&Volume::new())
    }

    /// On a volume.
    pub fn on(volume: &Volume) -> Self {
        Self {
            runtime: Runtime::of_the_tests(),
            manifest: MANIFEST.into(),
            volume: volume.clone(),
            options: Vec::new(),
            through: Vec::new(),
        }
    }

    /// On a certain runtime.
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = runtime;
        self
    }

    /// As the version before, with the build of it that Spin 4.0 runs.
    pub fn version_before(mut self) -> Self {
        let (component, manifest) = VERSION_BEFORE;
        self.manifest = self.volume.path().join("spin.toml");
        fs::write(&self.manifest, manifest).expect("a manifest");
        // Where the manifest says it is.
        let target = self.volume.path().join("target");
        fs::create_dir_all(&target).expect("a directory");
        fs::write(target.join("footfall.wasm"), zstd::decode_all(component).expect("zstd")).expect("a component");
        self.runtime(Runtime::Spin40)
    }

    /// With a value for a variable of the app.
    pub fn variable(self, name: &str, value: &str) -> Self {
        self.option("--variable", &format!("{name}={value}"))
    }

    /// With an option of the host.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// At a time in RFC 3339, at which the server's clock stands, and that of those who come after it on its volume.
    pub fn at(self, time: &str) -> Self {
        set_clock(&self.volume, time);
        self
    }

    /// Through a command that ends by becoming the host.
    pub fn through<'a>(mut self, command: impl IntoIterator<Item = &'a str>) -> Self {
        self.through.extend(command.into_iter().map(str::to_owned));
        self
    }

    /// With so many bytes of memory for each instance.
    pub fn instance_memory(self, bytes: usize) -> Self {
        self.through(["env", &format!("SPIN_MAX_INSTANCE_MEMORY={bytes}")])
    }

    /// Such that permissions bind it, too: where that is root, without the right to pass them over.
    pub fn bound(self) -> Self {
        if permissions_bind() {
            return self;
        }
        let capabilities = "-dac_override,-dac_read_search";
        self.through(["setpriv", "--inh-caps", capabilities, "--bounding-set", capabilities])
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(self) -> Server {
        let (host, component) = (self.runtime.host(), self.runtime.component());
        for file in [&host, component] {
            assert!(file.exists(), "{} is missing: run `make build hosts`", file.display());
        }
        let config = self.volume.path().join("runtime-config.toml");
        let (data, database) = (self.volume.data(), self.volume.database());
        let (data, database) = (data.display(), database.display());
        let text = format!("state_dir = '{data}'\n[sqlite_database.default]\ntype = 'spin'\npath = '{database}'\n");
        fs::write(&config, text).expect("a runtime configuration");
        let mut words = self.through.iter().map(OsStr::new).chain([host.as_os_str()]);
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words).arg("--from").arg(self.manifest);
        command.args(["--listen", "127.0.0.1:0", "--runtime-config-file"]).arg(config);
        command.args(self.runtime.profile().map(|profile| format!("--profile={profile}"))).args(self.options);
        let clock = self.volume.path().join("clock");
        if clock.exists() {
            command.arg("--clock").arg(clock);
        }
        // The developer's own settings are none of ours.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SPIN_")) {
            command.env_remove(name);
        }
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the host");
        let log = Arc::<Mutex<String>>::default();
        let (lines, (sender, first_line)) = (log.clone(), mpsc::channel());
        for_each_line(child.stderr.take(), move |line| lock(&lines).push_str(&(line + "\n")));
        // Only the first line is waited for.
        for_each_line(child.stdout.take(), move |line| _ = sender.send(line));
        let mut server = Server { child, url: String::new(), volume: self.volume, log };
        let line = first_line.recv_timeout(PATIENCE).unwrap_or_default();
        line.trim().strip_prefix("Serving ").expect("the host did not start").clone_into(&mut server.url);
        server
    }
}

/// Reads a stream to its end, lest the pipe fill.
fn for_each_line(stream: Option<impl Read + Send + 'static>, take: impl FnMut(String) + Send + 'static) {
    let lines = BufReader::new(stream.expect("a pipe")).lines().map_while(Result::ok);
    thread::spawn(move || lines.for_each(take));
}

fn lock(log: &Mutex<String>) -> MutexGuard<'_, String> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set_clock(volume: &Volume, time: &str) {
    let (new, clock) = (volume.path().join("clock.new"), volume.path().join("clock"));
    fs::write(&new, time).expect("a time");
    fs::rename(new, clock).expect("a clock");
}

/// A server that runs until this is dropped.
pub struct Server {
    child: Child,
    url: String,
    volume: Volume,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// One with a volume of its own.
    pub fn start() -> Self {
        Setup::new().start()
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where its database is.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// Sets the clock of a server that was started at a time.
    pub fn set_clock(&self, time: &str) {
        set_clock(&self.volume, time);
    }

    /// Sets such a clock ahead, or back.
    pub fn pass(&self, seconds: i64) {
        let clock = fs::read_to_string(self.volume.path().join("clock")).expect("a clock");
        let time = DateTime::parse_from_rfc3339(&clock).expect("a time") + TimeDelta::seconds(seconds);
        self.set_clock(&time.to_rfc3339());
    }

    /// Waits for an end that it comes to by itself.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the end of the host", || self.child.try_wait().expect("its status"))
    }

    /// Kills it, without a chance to tidy up, and gives its volume for the next.
    pub fn kill(self) -> Volume {
        self.volume.clone()
    }

    /// What it wrote to its standard error so far.
    pub fn log(&self) -> String {
        lock(&self.log).clone()
    }

    /// Waits until it has written this to its standard error.
    pub fn wait_for_log(&self, text: &str) {
        eventually(&format!("`{text}` in the log"), || self.log().contains(text).then_some(()));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().rev().take(20).collect();
            eprintln!("the end of the log of {}:", self.url);
            lines.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}
