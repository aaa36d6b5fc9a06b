//! A registry of images and charts.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A registry with TLS, and a certificate that only those know whom it tells.
pub struct Registry {
    process: Child,
    directory: TempDir,
    /// Its address, with the port.
    pub address: String,
}

impl Registry {
    /// One that listens on an address of this machine, and is open to all.
    pub fn start(address: &str) -> Self {
        Self::start_for(address, None)
    }

    /// The same for those who are in a file of `htpasswd`.
    pub fn start_for(address: &str, users: Option<&str>) -> Self {
        let directory = TempDir::new().expect("a directory");
        let path = |name: &str| directory.path().join(name).into_os_string().into_string().expect("text");
        let (key, certificate) = (path("key.pem"), path("certificate.pem"));
        let mut openssl = Command::new("openssl");
        openssl
            .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=registry".split(' '));
        openssl.args(["-addext", &format!("subjectAltName=IP:{address}"), "-keyout", &key, "-out", &certificate]);
        let made = openssl.output().expect("openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

        let auth = users.map(|users| {
            fs::write(path("users"), users).expect("written");
            serde_json::json!({"htpasswd": {"realm": "registry", "path": path("users")}})
        });
        let configuration = serde_json::json!({
            "version": "0.1",
            "auth": auth,
            "log": {"formatter": "json", "accesslog": {"disabled": true}},
            "storage": {"filesystem": {"rootdirectory": path("storage")}},
            "http": {"addr": format!("{address}:0"), "tls": {"certificate": certificate, "key": key}},
        });
        let file = path("configuration.yaml");
        fs::write(&file, configuration.to_string()).expect("written");
        let mut process = Command::new(tool("registry"));
        let mut process = process.args(["serve", &file]).stderr(Stdio::piped()).spawn().expect("a registry");
        let log = process.stderr.take().expect("its log");
        let mut lines = BufReader::new(log).lines().map(|line| line.expect("text"));
        let listens =
            lines.find_map(|line| Some(line.split_once("listening on ")?.1.split([',', '"']).next()?.to_owned()));
        let address = listens.expect("it says where it listens");
        // Somebody has to read it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, directory, address }
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("certificate.pem")
    }

    /// A command that knows its certificate, as one of everybody's.
    pub fn trusted_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("SSL_CERT_FILE", self.certificate())
    }

    /// The file where it keeps what has a digest.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let digest = digest.strip_prefix("sha256:").expect("a digest");
        let blobs = self.directory.path().join("storage/docker/registry/v2/blobs/sha256");
        blobs.join(&digest[..2]).join(digest).join("data")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A tool that `scripts/go-tool` builds.
pub fn tool(name: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/go-tool");
    let output = Command::new(script).arg(name).stderr(Stdio::inherit()).output().expect("a script");
    assert!(output.status.success(), "{name} cannot be built");
    String::from_utf8(output.stdout).expect("text").trim().into()
}
