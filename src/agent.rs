//! Which `User-Agent`s are not those of visitors: health checkers, and bots.
//!
//! A bot is known by its name, or by what most bots have in their `User-Agent`. Names are in lower case, as what they are
//! compared with is.

mod crawlers;

use crate::limits::MAX_AGENT_BYTES;

/// The health checkers of Kubernetes and Knative, of load balancers and proxies, and of monitoring that is often one's
/// own.
static HEALTH_CHECKERS: Names<20> = Names::new([
    "amazon-route53-health-check",
    "azure traffic manager endpoint monitor",
    "blackbox exporter/",
    "clb-healthcheck", // Tencent Cloud
    "cloudflare-healthchecks",
    "cloudflare-traffic-manager",
    "consul health check",
    "digitalocean uptime probe",
    "edge health probe", // Azure Front Door
    "elb-healthchecker/",
    "envoy/hc",
    "gatus/",
    "googlehc/",
    "googlestackdrivermonitoring-uptimechecks",
    "knative-activator-probe",
    "knative-ingress-probe",
    "knative-queue-proxy-probe",
    "kube-probe/",
    "load balancer agent", // Azure Load Balancer
    "prometheus/",
]);

static CRAWLERS: Names<{ crawlers::NAMES.len() }> = Names::new(crawlers::NAMES);

/// A `User-Agent`, in lower case.
pub struct Agent(Vec<u8>);

impl Agent {
    /// The `User-Agent` of this header, which may be any bytes.
    pub fn new(header: &[u8]) -> Self {
        Self(header[..header.len().min(MAX_AGENT_BYTES)].to_ascii_lowercase())
    }

    /// Whether this text, which is in lower case, is anywhere in it.
    pub fn contains(&self, text: &str) -> bool {
        contains(&self.0, text.as_bytes())
    }

    /// Whether it is a health checker's.
    pub fn is_health_checker(&self) -> bool {
        self.words().any(|(_, rest)| HEALTH_CHECKERS.begin(rest))
    }

    /// Whether it is a bot's: a crawler's, or that of a program that previews, archives, scans or monitors pages.
    pub fn is_bot(&self) -> bool {
        self.words().any(|(word, rest)| is_usual_for_bots(word, rest) || CRAWLERS.begin(rest))
    }

    /// The words, which are of letters and digits, each with the rest of the `User-Agent` from it on.
    fn words(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let start = rest.iter().position(u8::is_ascii_alphanumeric)?;
            let from_word = &rest[start..];
            let length = from_word.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(from_word.len());
            rest = &from_word[length..];
            Some((&from_word[..length], from_word))
        })
    }
}

/// Names that can be searched fast, without anything to be prepared when an instance starts.
struct Names<const N: usize> {
    names: [&'static str; N],
    /// The first four bytes of each, as a number.
    keys: [u32; N],
}

impl<const N: usize> Names<N> {
    /// Takes names of at least four bytes that are sorted.
    const fn new(names: [&'static str; N]) -> Self {
        let mut keys = [0; N];
        let mut at = 0;
        while at < N {
            keys[at] = key(names[at].as_bytes());
            assert!(at == 0 || keys[at - 1] <= keys[at], "the names are not sorted");
            at += 1;
        }
        Self { names, keys }
    }

    /// Whether a text begins with one of them.
    fn begin(&self, text: &[u8]) -> bool {
        if text.len() < 4 {
            return false;
        }
        let key = key(text);
        let first = self.keys.partition_point(|other| *other < key);
        let same = self.keys[first..].iter().take_while(|other| **other == key).count();
        self.names[first..first + same].iter().any(|name| text.starts_with(name.as_bytes()))
    }
}

const fn key(text: &[u8]) -> u32 {
    u32::from_be_bytes([text[0], text[1], text[2], text[3]])
}

/// Whether bots name themselves so, or the address of a page about them begins here.
fn is_usual_for_bots(word: &[u8], rest: &[u8]) -> bool {
    // Cubot makes phones.
    let is_bot = (word.ends_with(b"bot") || word.ends_with(b"bots")) && word != b"cubot";
    let is_address = rest.starts_with(b"http://") || rest.starts_with(b"https://");
    is_bot || is_address || contains(word, b"crawl") || contains(word, b"spider")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    // There are no windows of length 0.
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests;
