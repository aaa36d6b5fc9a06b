//! The command line. Options that Spin has too have Spin's names.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

/// What `--help` prints.
pub const USAGE: &str = concat!(
    env!("CARGO_PKG_DESCRIPTION"),
    ".\n\nUsage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTIONS]

Options:
  -f, --from FILE                 The manifest, or its directory [default: spin.toml]
      --profile NAME              The profile of the manifest to run [default: the anonymous one]
      --runtime-config-file FILE  Where databases live, in Spin's format
      --listen ADDR               Address to listen on; port 0 is any free one
                                  [env: SPIN_HTTP_LISTEN_ADDR] [default: 127.0.0.1:3000]
      --variable KEY=VALUE        Sets a variable of the application; may be repeated
      --max-instance-memory BYTES Caps the memory of each instance
                                  [env: SPIN_MAX_INSTANCE_MEMORY] [default: no cap]
      --clock FILE                Gives the component the RFC 3339 time in FILE for the wall clock's
      --exit-before TEXT          Ends, as at SIGKILL, just before a statement of SQL that contains TEXT
  -h, --help                      Prints this
"
);

/// The options.
#[derive(Debug)]
pub struct Options {
    /// The manifest, `spin.toml`.
    pub manifest: PathBuf,
    /// A profile of the manifest; none is the anonymous one.
    pub profile: Option<String>,
    /// Spin's runtime configuration, if there is one.
    pub runtime_config: Option<PathBuf>,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Values of variables of the application.
    pub variables: Vec<(String, String)>,
    /// The memory limit of an instance, in bytes.
    pub max_instance_memory: Option<usize>,
    /// A file that contains the time.
    pub clock: Option<PathBuf>,
    /// The process ends before a statement of SQL that contains this.
    pub exit_before: Option<Arc<str>>,
}

impl Options {
    /// Reads the command line of the process. Returns nothing if it asks for help.
    pub fn from_args() -> Result<Option<Self>> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut args: Parser) -> Result<Option<Self>> {
        let mut manifest = PathBuf::from("spin.toml");
        let mut profile = None;
        let mut runtime_config = None;
        let mut listen = std::env::var("SPIN_HTTP_LISTEN_ADDR").ok();
        let mut variables = Vec::new();
        let mut max_instance_memory = std::env::var("SPIN_MAX_INSTANCE_MEMORY").ok();
        let mut clock = None;
        let mut exit_before = None;
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Short('f') | Arg::Long("from") => manifest = args.value()?.into(),
                Arg::Long("profile") => profile = Some(args.value()?.string()?),
                Arg::Long("runtime-config-file") => runtime_config = Some(args.value()?.into()),
                Arg::Long("listen") => listen = Some(args.value()?.string()?),
                Arg::Long("variable") => variables.push(key_value(&args.value()?.string()?)?),
                Arg::Long("max-instance-memory") => max_instance_memory = Some(args.value()?.string()?),
                Arg::Long("clock") => clock = Some(args.value()?.into()),
                Arg::Long("exit-before") => exit_before = Some(args.value()?.string()?.into()),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        if manifest.is_dir() {
            manifest.push("spin.toml");
        }
        let listen = address(listen.as_deref().unwrap_or("127.0.0.1:3000"))?;
        let max_instance_memory = max_instance_memory.as_deref().map(bytes).transpose()?;
        Ok(Some(Self { manifest, profile, runtime_config, listen, variables, max_instance_memory, clock, exit_before }))
    }
}

fn key_value(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        // Spin reads a file here.
        _ if text.starts_with('@') => bail!("--variable {text}: a file of variables is not supported"),
        Some((key, value)) if value.starts_with('@') => {
            bail!("--variable {key}={value}: a value from a file is not supported")
        }
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => bail!("--variable {text}: expected KEY=VALUE"),
    }
}

fn bytes(text: &str) -> Result<usize> {
    text.parse().with_context(|| format!("an instance's memory cannot be capped at `{text}`: give a number of bytes"))
}

fn address(text: &str) -> Result<SocketAddr> {
    let found: Vec<_> = text.to_socket_addrs().with_context(|| format!("cannot listen on `{text}`"))?.collect();
    // `localhost` may resolve to ::1 first, but clients expect the server on IPv4.
    let ipv4 = found.iter().find(|address| address.is_ipv4());
    ipv4.or(found.first()).copied().with_context(|| format!("cannot listen on `{text}`: no such address"))
}
