//! What the component runs on.

use std::env;
use std::path::{Path, PathBuf};

/// A runtime, which goes with the build of the component that it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Runtime {
    /// Spin 4.0, with the build for the candidate of WASI 0.3.
    Spin40,
    /// Spin 4.1, with the build for final WASI 0.3.0.
    Spin41,
}

impl Runtime {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Spin40, Self::Spin41];

    /// The one of the tests that are about no certain one: Spin 4.0, unless `FOOTFALL_RUNTIME` is `4.1`.
    pub fn of_the_tests() -> Self {
        match env::var("FOOTFALL_RUNTIME").as_deref() {
            Err(_) | Ok("4.0") => Self::Spin40,
            Ok("4.1") => Self::Spin41,
            Ok(other) => panic!("FOOTFALL_RUNTIME is 4.0 or 4.1, and not {other}"),
        }
    }

    /// The component, where the manifest says it is.
    pub fn component(self) -> &'static Path {
        Path::new(match self {
            Self::Spin40 => concat!(env!("CARGO_MANIFEST_DIR"), "/../target/footfall.wasm"),
            Self::Spin41 => concat!(env!("CARGO_MANIFEST_DIR"), "/../target/footfall-final.wasm"),
        })
    }

    /// The profile of the manifest, if not the anonymous one.
    pub fn profile(self) -> Option<&'static str> {
        (self == Self::Spin41).then_some("final")
    }

    /// The local host.
    pub fn host(self) -> PathBuf {
        binary(match self {
            Self::Spin40 => "footfall-host-4-0",
            Self::Spin41 => "footfall-host-4-1",
        })
    }
}

/// A binary of the workspace, which `make hosts` builds.
pub fn binary(name: &str) -> PathBuf {
    // Cargo puts these tests into `deps`, in the directory of the binaries.
    let tests = env::current_exe().expect("the path of these tests");
    let path = tests.ancestors().nth(2).expect("the directory of the binaries").join(name);
    assert!(path.exists(), "{} is missing: run `make hosts`", path.display());
    path
}
