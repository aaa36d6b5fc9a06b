//! Black-box tests: what Footfall promises over HTTP, asked of a server that runs.
//!
//! ```text
//! any_server  need a URL and nothing else, and do not mind visits that are there already, nor other visitors
//! own_server  start hosts of their own, and control their clock, their variables and their volume
//! cluster     start hosts that ask each other, and peers that die, hang and lie
//! soak        load a server while it fails: briefly, or for minutes where FOOTFALL_SOAK is set
//!
//! runtime     which host runs which build of the component
//! server      a host as a child process
//! process     what that takes of the machine
//! volume      the directory with its database, which outlives it
//! disk        a volume that can be full; ../volume has a small one of a disk
//! random      numbers that look random
//! client      requests and their answers
//! wire        requests byte by byte, for those that no client would send
//! ```
//!
//! They run on the local host that is Spin 4.0; with `FOOTFALL_RUNTIME=4.1` on the one that is Spin 4.1.
//!
//! `FOOTFALL_URL=http://… cargo test -p footfall-tests --test http any_server` asks a server that runs elsewhere, such
//! as `spin up`. Without that variable these tests ask a host of their own, too.

mod any_server;
mod client;
mod cluster;
mod disk;
mod own_server;
mod process;
mod random;
mod runtime;
mod server;
mod soak;
mod volume;
mod wire;
