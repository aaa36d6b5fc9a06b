//! What comes with a request that nobody asked for: it is answered, or refused, and nothing of it is stored.

use std::fs;

use rusqlite::Connection;

use crate::client::Answer;
use crate::server::{Server, Setup};
use crate::wire::{Wire, authority};

const MIB: usize = 1 << 20;
/// What is looked for afterwards.
const MARK: &str = "nobody-asked-for-this";

/// A server whose instances have little memory.
fn small() -> Server {
    Setup::new().through(["env", &format!("SPIN_MAX_INSTANCE_MEMORY={}", 8 * MIB)]).start()
}

/// Sends a request of this target with these headers, and a body.
fn send(server: &Server, target: impl AsRef<[u8]>, headers: &[String], body: &[u8]) -> Option<Answer> {
    let mut wire = Wire::connect(server.url());
    let host = format!("host: {}", authority(server.url()));
    let headers = [&[host], headers, &[String::new(), String::new()]].concat().join("\r\n");
    wire.send([b"GET ", target.as_ref(), b" HTTP/1.1\r\n", headers.as_bytes(), body].concat());
    wire.answer()
}

/// The pages that the log has, in its order.
fn pages(database: &Connection) -> Vec<String> {
    let mut statement = database.prepare("SELECT page FROM visits ORDER BY id").expect("a statement");
    let pages = statement.query_map([], |row| row.get(0)).expect("rows");
    pages.collect::<Result<_, _>>().expect("pages")
}

/// Checks that the log has visits to these pages and nothing else, and that neither a file nor the log has the mark.
fn assert_stored(server: &Server, expected: &[&str]) {
    assert_eq!(server.client().get("/readyz").status, 200);
    assert_eq!(pages(&server.volume().open()), expected);
    assert_eq!(server.volume().audit(), i64::try_from(expected.len()).expect("a number"));
    for file in fs::read_dir(server.volume().data()).expect("a directory") {
        let path = file.expect("a file").path();
        let bytes = fs::read(&path).expect("its bytes");
        assert!(!bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes()), "{} has it", path.display());
    }
    assert!(!server.log().contains(MARK), "{}", server.log());
}

/// Checks an answer to a visit to `/` that came with something, and gives the page that the log should have now.
fn visited(answer: Option<Answer>, what: &str) -> Option<&'static str> {
    // Who has had enough hangs up, and the client may learn no more.
    let answer = answer?;
    if answer.recorded().is_some() {
        assert!(answer.status == 200 && answer.text().len() < 200, "{what}: {}", answer.text());
        return Some("/");
    }
    assert!([400, 413, 431].contains(&answer.status), "{what}: {}", answer.status);
    None
}

#[test]
fn a_header_of_100_kilobytes_is_in_no_log() {
    let server = small();
    let mut recorded = Vec::new();
    for name in ["cookie", "user-agent", "referer", "accept-language", "x-forwarded-for", "authorization", MARK] {
        let header = format!("{name}: {}", MARK.repeat(100_000 / MARK.len() + 1));
        let answer = send(&server, "/", &[header], b"").expect("an answer");
        recorded.extend(visited(Some(answer), name));
    }
    assert_eq!(recorded.len(), 7, "100 KB are no harm");
    // Many, and one that no server takes.
    let many: Vec<_> = (0..60).map(|number| format!("x-{number}: {}", MARK.repeat(80))).collect();
    recorded.extend(visited(send(&server, "/", &many, b""), "many"));
    let long = format!("cookie: {}", MARK.repeat(2 * MIB / MARK.len()));
    recorded.extend(visited(send(&server, "/", &[long], b""), "2 MiB"));
    assert_stored(&server, &recorded);
}

#[test]
fn an_accept_of_100_kilobytes_is_read_to_its_end() {
    let server = small();
    let accept = format!("accept: {}text/html;q=0.5, application/json", "a/b;q=0.9, ".repeat(100_000 / 11));
    let answer = send(&server, "/", &[accept], b"").expect("an answer");
    assert_eq!(answer.header("content-type"), "application/json");
    let quoted = format!("accept: text/plain;a=\"{}\", application/json", "\\\",".repeat(100_000 / 3));
    let answer = send(&server, "/", &[quoted], b"").expect("an answer");
    assert!(answer.recorded().is_some(), "{}", answer.status);
    assert_stored(&server, &["/", "/"]);
}

#[test]
fn a_body_of_a_get_is_no_part_of_a_visit() {
    let server = small();
    let (mut sent, mut told) = (0, 0);
    for size in [1, 1000, 100_000, 16 * MIB] {
        let body = MARK.repeat(size / MARK.len() + 1).into_bytes();
        let mut chunks = Vec::new();
        for chunk in body.chunks(10_000) {
            chunks.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        chunks.extend(b"0\r\n\r\n");
        let length = format!("content-length: {}", body.len());
        for target in ["/", "/count.gif"] {
            for (header, bytes) in [(&*length, &body), ("transfer-encoding: chunked", &chunks)] {
                let answer = send(&server, target, &[header.to_owned()], bytes);
                // Of a large body the server may have had enough before the client reads the answer.
                assert!(answer.is_some() || size > MIB, "{size} bytes to {target} with {header}");
                assert!(answer.as_ref().is_none_or(|answer| answer.recorded().is_some()), "{header}: {answer:?}");
                sent += 1;
                told += usize::from(answer.is_some());
            }
        }
    }
    let log = pages(&server.volume().open());
    assert!((told..=sent).contains(&log.len()), "{told} of {sent} were told of a visit, and {} are there", log.len());
    assert_stored(&server, &vec!["/"; log.len()]);
}

#[test]
fn a_page_that_looks_like_a_way_out_is_a_name() {
    let server = Server::start();
    let names = [
        ("/../../etc/passwd", "/../../etc/passwd"),
        ("/..%2F..%2fetc%2Fpasswd", "/../../etc/passwd"),
        ("/%2e%2e/./visits.db", "/.././visits.db"),
        ("//other.test/x", "//other.test/x"),
        ("/..%5C..%5Cboot.ini", "/..\\..\\boot.ini"),
        ("/';DROP TABLE visits--", "/';DROP TABLE visits--"),
    ];
    for (sent, name) in names {
        let answer = server.client().get(&format!("/count.gif?page={}", sent.replace(' ', "%20")));
        assert!(answer.recorded().is_some(), "{name}: {}", answer.status);
    }
    assert_stored(&server, &names.map(|(_, name)| name));
    assert_eq!(server.client().count("page=/../../etc/passwd"), 2);
    for path in
        ["/..", "/../visits", "/visits/../count.gif", "/./", "/%2e%2e%2fcount.gif", "/visits/..%2F", "//count.gif"]
    {
        send(&server, path, &[], b"").expect("an answer").problem(404);
    }
    assert_stored(&server, &names.map(|(_, name)| name));
}

#[test]
fn an_escape_that_is_none_stands_for_itself() {
    let server = Server::start();
    let names =
        [("/%zz", "/%zz"), ("/%", "/%"), ("/%4", "/%4"), ("/%%34", "/%4"), ("/100%&", "/100%"), ("/%u0041", "/%u0041")];
    for (sent, name) in names {
        let answer = server.client().get(&format!("/count.gif?page={sent}"));
        assert!(answer.recorded().is_some(), "{name}: {}", answer.status);
    }
    assert_stored(&server, &names.map(|(_, name)| name));
}

#[test]
fn what_is_no_text_is_no_page() {
    let server = Server::start();
    server.client().visit();
    // NUL and its like; overlong forms of a slash, of NUL and of a dot; halves of pairs; beyond the last character; cut off.
    for escaped in [
        "%00",
        "%01",
        "%0D%0A",
        "%7F",
        "%C0%AF",
        "%C0%80",
        "%C1%BF",
        "%E0%80%AF",
        "%E0%9F%BF",
        "%F0%80%80%AF",
        "%C0%AE%C0%AE/",
        "%ED%A0%80",
        "%ED%BF%BF",
        "%F4%90%80%80",
        "%F8%88%80%80%80",
        "%FE",
        "%FF",
        "%C3",
        "%E2%82",
        "%80",
        "%C2%80",
        "%EF%BF%BF",
    ] {
        for target in [format!("/count.gif?page=/{escaped}"), format!("/count.gif?page=/x{escaped}&y")] {
            let answer = server.client().get(&target);
            assert_eq!((answer.status, answer.header("x-visit")), (400, ""), "{target}");
        }
        server.client().get(&format!("/visits?page=/{escaped}")).problem(400);
        server.client().get(&format!("/{escaped}")).problem(404);
    }
    for raw in [&b"\0"[..], b"\xC0\xAF", b"\xC0\x80", b"\xE0\x80\xAF", b"\xED\xA0\x80", b"\xFF", b"\x7F", b"\r"] {
        let answer = send(&server, [b"/count.gif?page=/", raw].concat(), &[], b"");
        assert!(answer.as_ref().is_none_or(|answer| answer.status == 400), "{raw:?}: {answer:?}");
    }
    assert_stored(&server, &["/"]);
}
