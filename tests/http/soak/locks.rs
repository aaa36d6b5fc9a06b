//! Another process that holds the write lock.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::load::Load;
use super::{AT_ONCE, few_pages, say, scaled};
use crate::server::{Server, eventually};
use crate::volume::Volume;

const CONNECTIONS: usize = 32;

/// What takes the lock, says so, and keeps it, with a visit that is never committed.
const SCRIPT: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
database.execute('BEGIN IMMEDIATE')
database.execute('INSERT INTO visits (at, page) VALUES (0, ?)', ('/never',))
print('locked', flush=True)
sys.stdin.read()
";

/// A process with the write lock, which ends with it, suddenly.
struct Lock(Child);

impl Lock {
    fn take(volume: &Volume) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", SCRIPT]).arg(volume.database()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut lock = Self(command.spawn().expect("python3"));
        let mut line = String::new();
        let stdout = lock.0.stdout.as_mut().expect("its stdout");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        assert_eq!(line, "locked\n");
        lock
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// What does not look at the database.
const ALIVE: [&str; 2] = ["/healthz", "/version"];

/// What only reads it.
const READERS: [&str; 5] =
    ["/visits", "/visits/count", "/visits/count?since=1h&page=/a", "/visits/histogram", "/visits/summary"];

/// Asks for what needs no lock, for so long, and says how long the slowest answer took.
fn ask(server: &Server, time: Duration, bound: Duration, targets: &[&str]) -> Duration {
    let (client, begin) = (server.client(), Instant::now());
    let mut slowest = Duration::ZERO;
    for target in targets.iter().cycle().take_while(|_| begin.elapsed() < time) {
        let start = Instant::now();
        assert_eq!(client.get(target).status, 200, "{target}");
        let took = start.elapsed();
        assert!(took < bound, "{target} took {took:?} while the database was locked");
        slowest = slowest.max(took);
    }
    slowest
}

/// Holds the lock so long, and says how long the slowest health check and the slowest reader took meanwhile.
fn hold(server: &Server, load: &Load, time: Duration) -> (Duration, Duration) {
    thread::scope(|scope| {
        let lock = Lock::take(server.volume());
        let health = scope.spawn(|| ask(server, time, AT_ONCE, &ALIVE));
        let reading = scope.spawn(|| ask(server, time, AT_ONCE, &READERS));
        let answered = load.answered();
        thread::sleep(time);
        // Those answers that were under way.
        let late = load.answered() - answered;
        assert!(late <= CONNECTIONS, "{late} visits were answered that cannot have been recorded");
        drop(lock);
        let (start, answered) = (Instant::now(), load.answered());
        eventually("visits after the lock", || (load.answered() > answered).then_some(()));
        assert!(start.elapsed() < AT_ONCE, "{:?} until the first visit after the lock", start.elapsed());
        (health.join().expect("a health check"), reading.join().expect("a reader"))
    })
}

#[test]
fn a_lock_of_another_process_stops_neither_readers_nor_what_comes_after_it() {
    let (times, time) = scaled((1, Duration::from_millis(1500)), (3, Duration::from_secs(10)));
    let server = Server::start();
    let load = Load::on(&server, CONNECTIONS, few_pages);
    let (mut health, mut reading) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..times {
        load.wait_for_answers(300);
        let (of_health, of_reading) = hold(&server, &load, time);
        (health, reading) = (health.max(of_health), reading.max(of_reading));
    }
    load.wait_for_answers(300);
    let ledger = load.stop();
    assert_eq!(server.volume().audit(), ledger.answered(), "{} were refused", ledger.refused);
    ledger.assert_all_of(&server.volume().log(), few_pages);
    say(format_args!(
        "locked {times} times for {time:?}: {} visits answered and all there, {} refused and none there; the slowest \
        visit took {:.1?}, the slowest reader {reading:.1?}, the slowest health check {health:.0?}",
        ledger.answered(),
        ledger.refused,
        ledger.slowest
    ));
}
