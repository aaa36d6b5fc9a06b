//! The server under test: a host as a child process.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

pub use footfall_tests::{PATIENCE, eventually};

use crate::client::Client;
pub use crate::runtime::Runtime;
use crate::volume::{Volume, permissions_bind};

/// The manifest, which every host starts from.
pub const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml");

/// How to start a server.
pub struct Setup {
    runtime: Runtime,
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
        Self { runtime: Runtime::of_the_tests(), volume: volume.clone(), options: Vec::new(), through: Vec::new() }
    }

    /// On a certain runtime.
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = runtime;
        self
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

    /// At a time in RFC 3339, at which the server's clock stands.
    pub fn at(self, time: &str) -> Self {
        set_clock(&self.volume, time);
        let clock = self.volume.path().join("clock");
        self.option("--clock", clock.to_str().expect("a path"))
    }

    /// Through a command that ends by becoming the host.
    pub fn through<'a>(mut self, command: impl IntoIterator<Item = &'a str>) -> Self {
        self.through.extend(command.into_iter().map(str::to_owned));
        self
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
            assert!(file.exists(), "{} is missing: run `make test`, which builds it", file.display());
        }
        let mut command = match self.through.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(host);
                command
            }
            None => Command::new(host),
        };
        let config = self.volume.path().join("runtime-config.toml");
        let (data, database) = (self.volume.data(), self.volume.database());
        let (data, database) = (data.display(), database.display());
        let text = format!("state_dir = '{data}'\n[sqlite_database.default]\ntype = 'spin'\npath = '{database}'\n");
        fs::write(&config, text).expect("a runtime configuration");
        command.args(["--from", MANIFEST, "--listen", "127.0.0.1:0", "--runtime-config-file"]).arg(config);
        command.args(self.runtime.profile().map(|profile| format!("--profile={profile}"))).args(self.options);
        // The developer's own settings are none of ours.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SPIN_")) {
            command.env_remove(name);
        }
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the host");
        let log = collect(child.stderr.take().expect("its stderr"));
        let first_line = first_line(child.stdout.take().expect("its stdout"));
        let mut server = Server { child, url: String::new(), volume: self.volume, log };
        let line = first_line.recv_timeout(PATIENCE).unwrap_or_default();
        let url = line.trim().strip_prefix("Serving ").unwrap_or_else(|| panic!("the host did not start"));
        url.clone_into(&mut server.url);
        server
    }
}

/// Reads to the end, line by line.
fn collect(stderr: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let log = Arc::<Mutex<String>>::default();
    let lines = log.clone();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push_str(&(line + "\n"));
        }
    });
    log
}

/// Gives the first line, and reads on lest the pipe fill.
fn first_line(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Only the first one is waited for.
            _ = sender.send(line);
        }
    });
    receiver
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

    /// Waits for an end that it comes to by itself.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the end of the host", || self.child.try_wait().expect("its status"))
    }

    /// Kills it, without a chance to tidy up, and gives its volume for the next.
    pub fn kill(mut self) -> Volume {
        self.end();
        self.volume.clone()
    }

    /// What it wrote to its standard error so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has written this to its standard error.
    pub fn wait_for_log(&self, text: &str) {
        eventually(&format!("`{text}` in the log"), || self.log().contains(text).then_some(()));
    }

    fn end(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().rev().take(20).collect();
            eprintln!("the end of the log of {}:", self.url);
            lines.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}
