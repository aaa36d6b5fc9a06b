//! The numbers that tune the program, each with its reason. Numbers that a format or a standard defines are where that
//! format is written or read.

use std::time::Duration;

use chrono::TimeDelta;

// Storing.

/// For how long a statement is tried again while the database is locked. The longest lock is maintenance that waits for
/// a slow disk, and no client should wait longer than this for an answer.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// For how long SQLite waits for a lock, before a statement is tried again from here, which costs more. Most locks are
/// shorter. SQLite sleeps for 1 ms, then 2, and so on up to 100, which is unfair to those who wait longest.
pub const LOCK_WAIT: Duration = Duration::from_millis(3);

/// The shortest pause before a locked statement is tried again; with jitter it is less than twice as long. A commit
/// takes a tenth of that.
pub const LOCK_PAUSE: Duration = Duration::from_micros(500);

/// After how many visits maintenance is due. It is no multiple of 128, since Spin 4.0 drops an instance with its
/// 128th answer: a single visitor would start each maintenance with the last request of an instance, and in vain.
pub const MAINTENANCE_INTERVAL: i64 = 500;

/// How many visits one statement tallies: few enough that it holds the write lock briefly, and writes little to the
/// write-ahead log, where each visit is the first one to a page with a long name.
pub const TALLY_BATCH: i64 = MAINTENANCE_INTERVAL / 2;

/// How many visits one statement removes from the log at most: more than are added until the next maintenance, so that
/// a log that is too long becomes shorter.
pub const PRUNE_BATCH: i64 = 2 * MAINTENANCE_INTERVAL;

/// For how long a checkpoint is tried. Where it takes longer, the next one does it.
pub const CHECKPOINT_TIMEOUT: Duration = Duration::from_secs(1);

/// How much of `max_storage` may be in use before old detail makes room, in eighths. What is left takes what comes until
/// the next maintenance, also if some of it ends too early.
pub const STORAGE_EIGHTHS: i64 = 7;

/// How many bytes of `max_storage` there are for each visit that the log keeps in any case. With the longest pages it takes
/// a quarter of it.
pub const STORAGE_PER_VISIT: i64 = 2048;

/// How many bytes of `max_storage` there are for each page that is counted separately. With the longest names, pages take
/// a sixth of it, and a day whose every slot has visits to each page takes a quarter.
pub const STORAGE_PER_PAGE: i64 = 8192;

/// How many statements of one maintenance make room at most: they hold the write lock for some 7 ms each. By
/// reckoning, all tallies are merged thrice before what comes meanwhile takes what [`STORAGE_EIGHTHS`] leaves.
pub const MAX_ROOM_STATEMENTS: usize = 50;

/// Into how many periods slots are merged in one go: where few pages have visits, looking for them takes most of the time.
pub const MERGE_PERIODS: usize = 31;

/// How many tallies one statement merges or removes, more or less, and how many pages it looks at: it takes some 7 ms.
pub const MERGE_BATCH: i64 = 1000;

/// How many free pages of the file one maintenance gives back to the volume at most.
pub const VACUUM_BATCH: i64 = 200;

/// For how long nobody has visited a page that makes room for new ones.
pub const FOLD_AFTER: TimeDelta = TimeDelta::days(30);

/// How many ids of the log one statement looks at to delete visits.
pub const DELETE_BATCH: i64 = 2000;

/// For how long nothing was committed when a readiness probe writes, to find out whether that can be done.
pub const PROBE_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// How many ids of the log one statement of an export reads: other requests wait for it, and the visits are in memory.
pub const EXPORT_BATCH: i64 = 1000;

/// How many tallies one statement of a backup reads, and how many an import stages: it takes some 7 ms.
pub const BACKUP_BATCH: usize = 1000;

/// How many tallies a line of a backup has at most: a few kilobytes.
pub const MAX_LINE_TALLIES: usize = 500;

/// For how long before a backup begins slots are still open: visits are recorded up to [`LOCK_TIMEOUT`] after their time.
pub const OPEN_SLOTS: TimeDelta = TimeDelta::minutes(1);

/// How many imports a replica has at most: those of several clusters.
pub const MAX_IMPORTS: usize = 100;

/// An upload that has brought nothing for so long is over.
pub const UPLOAD_TIMEOUT: TimeDelta = TimeDelta::minutes(10);

/// How many statements of one maintenance remove what is left of imports that do not count: they hold the write lock for
/// some 7 ms each.
pub const MAX_DISCARD_STATEMENTS: usize = 10;

/// The least that the variable `max_storage` may be, in bytes: for much less, the write-ahead log alone would be too long.
pub const MIN_STORAGE: i64 = 16 << 20;

/// How many bytes of `max_storage` there are for each page that is remembered of another replica.
pub const STORAGE_PER_REMEMBERED_PAGE: i64 = 131_072;

/// How many of its busiest pages are remembered of another replica at most.
pub const MAX_REMEMBERED_PAGES: i64 = 1000;

/// How many replicas are remembered at most, those of lost volumes among them.
pub const MAX_REMEMBERED_REPLICAS: usize = 256;

/// How many of them a replica may only have been told of by others, who might make them up.
pub const MAX_RELAYED_REPLICAS: usize = 128;

/// How often the other replicas are asked who they are, at most.
pub const DISCOVERY_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// A replica that has not asked the others for so long was away: it asks them before it is ready.
pub const STALE_AFTER: TimeDelta = TimeDelta::seconds(90);

/// For how long asking the others keeps the next probe from doing it, beyond `peer_timeout_ms`: an instance may end meanwhile.
pub const DISCOVERY_MARGIN: TimeDelta = TimeDelta::seconds(5);

/// For how long probes take a replica that has drained for one that ends: the process ends as soon as it has drained.
pub const DRAINED_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// For how long one caller may keep others from asking a replica by name: asking takes less.
pub const ASKING_TIMEOUT: TimeDelta = TimeDelta::seconds(10);

// Configuration.

/// The longest name of a replica, in bytes: that of a name in DNS.
pub const MAX_REPLICA_BYTES: usize = 253;

/// The longest timeout for peers that can be configured, in milliseconds. Few clients wait for a minute.
pub const MAX_PEER_TIMEOUT_MS: u64 = 60_000;

/// How long a replica may wait before it tells its peers that it ends, in seconds: longer than any rollout should take.
pub const MAX_DRAIN_SECONDS: i64 = 3600;

// Peers.

/// How long a replica that is about to end waits for its peers to ask it. Some of them may be hung, and Kubernetes gives it
/// 30 seconds by default.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a replica that is new, or not about to end after all, waits for its peers to ask it: the readiness probe that
/// waits for that may take a second.
pub const ANNOUNCE_TIMEOUT: Duration = Duration::from_millis(800);

/// The pause before it is tried again what somebody else does at the moment: that takes the others two answers each.
pub const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// For how long peers are waited for that delete a page, which takes them longer than an answer: whoever deletes one waits
/// rather than asks again.
pub const DELETE_TIMEOUT: Duration = Duration::from_mins(1);

/// The longest answer of a peer that is read, in bytes: longer than [`MAX_TAIL`] visits to pages of [`MAX_PAGE_BYTES`].
pub const MAX_ANSWER_BYTES: usize = 2 << 20;

/// The longest list of pages with their visits that a replica answers, in bytes of JSON: longer than 10,000 pages of
/// [`MAX_PAGE_BYTES`], unless most characters of their names are escaped. The least visited pages are left out beyond it.
pub const MAX_LIST_BYTES: usize = 8 << 20;

/// How many of its busiest pages a replica reports. The more there are, the fewer totals of a cluster are inexact.
pub const SUMMARY_PAGES: usize = 50;

// Requests.

/// The longest path with its query, in bytes: what RFC 9112, section 3, asks a server to support at least.
pub const MAX_PATH_AND_QUERY_BYTES: usize = 8000;

/// The longest name of a page, in bytes: far longer than paths are, and short enough for a row of the log to be small.
pub const MAX_PAGE_BYTES: usize = 512;

/// The longest body of a request that records a visit, in bytes: it says nothing, so that a client may send none.
pub const MAX_VISIT_BODY_BYTES: usize = 1024;

/// How many visits a tail has by default: as many as a terminal shows.
pub const DEFAULT_TAIL: u32 = 20;

/// How many visits a tail has at most: an answer stays small, and whoever wants more turns pages with `before`.
pub const MAX_TAIL: u32 = 1000;

/// How much of a `User-Agent` is looked at, in bytes: browsers send up to some 500, and a longer one must not take longer.
pub const MAX_AGENT_BYTES: usize = 1024;

/// The longest label of a badge, in characters: a badge stays within a line of text.
pub const MAX_LABEL_CHARACTERS: usize = 64;

/// How many pages a list has by default: some screens.
pub const DEFAULT_LIST: usize = 100;

/// How many pages a list has at most, as for [`MAX_TAIL`]: whoever wants all of them asks for CSV.
pub const MAX_LIST: usize = 1000;

/// The longest part of a name that is searched for, in characters.
pub const MAX_SEARCH_CHARACTERS: usize = 128;

/// How many buckets of a minute a histogram has by default: an hour.
pub const DEFAULT_MINUTES: usize = 60;
/// How many buckets of an hour a histogram has by default: a day.
pub const DEFAULT_HOURS: usize = 24;
/// How many buckets of a day a histogram has by default: about a month.
pub const DEFAULT_DAYS: usize = 30;
/// How many buckets of a week a histogram has by default: half a year.
pub const DEFAULT_WEEKS: usize = 26;
/// How many buckets of a month a histogram has by default: a year.
pub const DEFAULT_MONTHS: usize = 12;

/// The longest range in minutes: they are counted in the log, which takes longer with every visit.
pub const MAX_RANGE_IN_MINUTES: TimeDelta = TimeDelta::hours(24);
/// The longest range in hours: a leap year, some 9000 buckets.
pub const MAX_RANGE_IN_HOURS: TimeDelta = TimeDelta::days(366);
/// The longest range in days, weeks or months: 27 years, some 10000 days.
pub const MAX_RANGE_IN_DAYS: TimeDelta = TimeDelta::days(10_000);

/// How many bars a drawing has at most: with more, they are narrower than a pixel of most screens. A histogram that has
/// more buckets is drawn in coarser ones.
pub const MAX_BARS: usize = 400;

/// The longest range that the dashboard draws in minutes.
pub const MAX_MINUTES_DRAWN: TimeDelta = TimeDelta::hours(2);
/// The longest range that it draws in hours: two days, one of which may have an hour more.
pub const MAX_HOURS_DRAWN: TimeDelta = TimeDelta::hours(49);
/// The longest range that it draws in days: half a year. A bar is then some pixels wide on most screens.
pub const MAX_DAYS_DRAWN: TimeDelta = TimeDelta::days(187);
/// How many months it draws at least of all time: a year.
pub const MIN_MONTHS_OF_ALL: usize = 12;

/// The longest line of an upload, in bytes: longer than [`MAX_LINE_TALLIES`] tallies of a page of [`MAX_PAGE_BYTES`].
pub const MAX_LINE_BYTES: usize = 64 << 10;

/// The longest upload, as a multiple of the variable `max_storage`: a visit of the log takes about twice as much as text.
pub const MAX_UPLOAD_FACTOR: i64 = 8;

// Answers.

/// How many of the busiest pages the dashboard lists: as many as fit beside the latest visits.
pub const DASHBOARD_PAGES: usize = 10;

/// When a client may try again after a 503, in seconds: by then a lock has timed out, see [`LOCK_TIMEOUT`].
pub const RETRY_AFTER_SECONDS: &str = "5";

/// How long a count or a histogram may be cached: nobody sees a number older than five seconds, and many clients that
/// poll cost no more than one.
pub const CACHE_COUNTS: &str = "max-age=5";

/// How long what changes with the version only may be cached.
pub const CACHE_FILES: &str = "max-age=3600";

/// How long the script that counts visits may be cached: every visitor needs it, and it hardly ever changes.
pub const CACHE_SCRIPT: &str = "max-age=86400";

/// How long a browser may remember that pages of other sites can record visits, in seconds: the longest time that one of
/// them takes.
pub const CACHE_PREFLIGHT: &str = "86400";
