//! What comes with a request, and nobody asked for: it is answered, or refused, and nothing of it is stored.

use std::fs;

use crate::client::Answer;
use crate::server::{Server, Setup};
use crate::wire::{Wire, authority};

const MIB: usize = 1 << 20;

/// What is looked for afterwards.
const MARK: &str = "nobody-asked-for-this";

/// Sends a request with this header, and a body.
fn send(server: &Server, target: &str, header: &str, body: &[u8]) -> Option<Answer> {
    let mut wire = Wire::connect(server.url());
    wire.send(format!("GET {target} HTTP/1.1\r\nhost: {}\r\n{header}\r\n\r\n", authority(server.url())));
    wire.send(body);
    wire.answer()
}

#[test]
fn nothing_is_stored_but_when_and_which_page() {
    let server = Setup::new().instance_memory(8 * MIB).start();
    let names = ["cookie", "user-agent", "referer", "accept-language", "x-forwarded-for", "authorization", MARK];
    for (visit, name) in (1..).zip(names) {
        let header = format!("{name}: {}", MARK.repeat(100_000 / MARK.len()));
        let answer = send(&server, &format!("/?{MARK}={MARK}"), &header, b"").expect("an answer");
        assert_eq!(answer.recorded(), Some(visit), "{name}: {}", answer.status);
    }
    // Bodies, in one piece and in many, that are larger than the memory.
    let (mut least, mut most) = (names.len(), names.len());
    for size in [1, 16 * MIB] {
        let body = MARK.repeat(size / MARK.len() + 1).into_bytes();
        let chunk = |chunk: &[u8]| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
        let chunks = body.chunks(10_000).map(chunk).chain([b"0\r\n\r\n".to_vec()]).collect::<Vec<_>>().concat();
        let length = format!("content-length: {}", body.len());
        for target in ["/", "/footfall.gif"] {
            for (header, bytes) in [(&*length, &body), ("transfer-encoding: chunked", &chunks)] {
                // The server may hang up before it has read all of a large body, and the client may learn no more.
                let answer = send(&server, target, header, bytes);
                assert!(answer.is_some() || size > 1, "no answer to {target} with {header}");
                assert!(answer.as_ref().is_none_or(|answer| answer.recorded().is_some()), "{header}: {answer:?}");
                least += usize::from(answer.is_some());
                most += 1;
            }
        }
    }
    let log = server.volume().log();
    assert!((least..=most).contains(&log.len()) && log.iter().all(|(_, page)| page == "/"), "{log:?}");
    for file in fs::read_dir(server.volume().data()).expect("a directory") {
        let path = file.expect("a file").path();
        let bytes = fs::read(&path).expect("its bytes");
        assert!(!bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes()), "{} has it", path.display());
    }
    assert!(!server.log().contains(MARK), "{}", server.log());
}
