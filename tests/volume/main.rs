//! A volume as small as the chart's, as it fills. It is mounted from a file, which takes root.

// Those of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../http/disk.rs"]
mod disk;
#[allow(dead_code)]
#[path = "../http/soak/load.rs"]
mod load;
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;
#[allow(dead_code)]
#[path = "../http/server.rs"]
mod server;
#[allow(dead_code)]
#[path = "../http/volume.rs"]
mod volume;

use std::env;
use std::fs::{self, File};
use std::process::Command;
use std::thread;
use std::time::Duration;

use load::Load;
use runtime::{Runtime, binary};
use server::Setup;
use volume::Volume;

/// The size of the chart's claim, and what the chart makes of it, in bytes.
const CLAIM: u64 = 256_000_000;
const MAX_STORAGE: u64 = 192_000_000;

/// How many visits of the seed take about that, and how many more, to pages whose names have so many bytes, do not fit.
const SEEDED: u64 = 6_100_000;
const VISITS: u64 = 60_000;
const NAME: u64 = 512;

/// How long the write-ahead log may become.
const WAL: u64 = 16 << 20;

/// What a command writes; it has to succeed.
fn run(words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).output().expect(words[0]);
    let [text, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    assert!(output.status.success(), "{words:?}, which takes root; without: make test SKIP=volume\n{text}{errors}");
    text
}

/// Runs a test on each host, with a volume on a device of so many bytes and how many its files may have. A process of its
/// own does so: with it, what it mounts ends. What ext4 keeps for root is not for it.
fn on_a_device(test: &str, bytes: u64, body: fn(Runtime, &Volume, u64)) {
    const ALONE: &str = "FOOTFALL_MOUNTS";
    if env::var_os(ALONE).is_none() {
        let tests = env::current_exe().expect("the path of these tests");
        let setpriv = ["setpriv", "--pdeathsig=KILL", "--inh-caps=-sys_resource", "--bounding-set=-sys_resource"];
        let words = ["unshare", "--mount", "env", &format!("{ALONE}=1"), tests.to_str().expect("a path")];
        assert!(run(&[&setpriv[..], &words, &["--exact", test]].concat()).contains("1 passed"));
        return;
    }
    for runtime in Runtime::ALL {
        let volume = Volume::new();
        let (image, data) = (volume.path().join("image"), volume.data());
        fs::create_dir(&data).expect("a directory");
        File::create(&image).and_then(|image| image.set_len(bytes)).expect("a file");
        let [image, data] = [&image, &data].map(|path| path.to_str().expect("a path"));
        run(&["mkfs.ext4", "-q", image]);
        run(&["mount", "-o", "loop,resuid=65534", image, data]);
        // While it is mounted, it is there.
        fs::remove_file(image).expect("a file to remove");
        let figures = run(&["stat", "--file-system", "--format=%S %a", data]);
        let (block, blocks) = figures.trim().split_once(' ').expect("two numbers");
        assert_eq!(block, "1024", "bytes in a block");
        body(runtime, &volume, blocks.parse::<u64>().expect("a number") * 1024);
        run(&["umount", "--lazy", data]);
    }
}

/// A host that ends with these tests.
fn setup(volume: &Volume, runtime: Runtime) -> Setup {
    Setup::on(volume).runtime(runtime).through(["setpriv", "--pdeathsig=KILL"])
}

#[test]
fn visits_alone_never_fill_it() {
    on_a_device("visits_alone_never_fill_it", CLAIM, |runtime, volume, room| {
        let (seeded, database) = (Volume::new(), volume.database());
        let seed = [binary("footfall-seed"), seeded.database()].map(|path| path.display().to_string());
        run(&[&seed[0], "--visits", &SEEDED.to_string(), "--file", &seed[1]]);
        let before = fs::copy(seeded.database(), &database).expect("a copy");
        assert!((MAX_STORAGE * 9 / 10..MAX_STORAGE).contains(&before) && before + VISITS * NAME > room, "{before}");
        let setup = setup(volume, runtime).variable("retain_visits", "1000000000");
        let server = setup.variable("max_storage", &MAX_STORAGE.to_string()).start();
        let load = Load::of(VISITS, &server, 16, |number| format!("/{:0>511}", number % 2000));
        while !load.is_finished() {
            let [database, wal] =
                [&database, &volume.wal()].map(|file| fs::metadata(file).map_or(0, |file| file.len()));
            assert!(wal < WAL && database + wal < room, "{database} and {wal} bytes on {runtime:?}");
            thread::sleep(Duration::from_millis(20));
        }
        let ledger = load.finish();
        let answered = ledger.answered().unsigned_abs();
        assert_eq!((answered, ledger.refused, ledger.unanswered), (VISITS, 0, 0), "{runtime:?}");
        assert_eq!(server.client().count("").unsigned_abs(), SEEDED + VISITS);
        assert!(fs::metadata(&database).expect("a file").len() <= MAX_STORAGE);
    });
}

#[test]
fn filled_by_somebody_else_it_refuses_visits_and_answers_reads_until_there_is_room() {
    let test = "filled_by_somebody_else_it_refuses_visits_and_answers_reads_until_there_is_room";
    on_a_device(test, 32 << 20, |runtime, volume, _| {
        let server = setup(volume, runtime).at("2026-03-29T01:00:00Z").start();
        let client = server.client();
        client.visit();
        // Whoever has it open keeps the -shm, which gets its blocks, lest the host die of a SIGBUS.
        let database = volume.open();
        for first in ["/", "/readyz"] {
            database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
            run(&["fallocate", "--length=64KiB", &format!("{}-shm", volume.database().display())]);
            disk::fill(&server);
            let refused = client.get("/");
            refused.problem(503);
            assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
            for target in ["/visits", "/visits/count?since=1h", "/visits/histogram", "/visits/summary", "/metrics"] {
                assert_eq!(client.get(target).status, 200, "{target}");
            }
            assert_eq!(client.get("/readyz").status, 200, "for a minute, it believes in the last commit");
            server.pass(61);
            for _ in 0..2 {
                client.get("/readyz").problem(503);
            }
            disk::free(&server);
            assert_eq!(client.get(first).status, 200, "{first} on {runtime:?}");
            assert_eq!(client.get("/readyz").status, 200);
        }
        assert_eq!(client.visit(), 3);
    });
}
