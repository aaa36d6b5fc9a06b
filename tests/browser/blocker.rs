//! A blocker in the browser, with the rules of `EasyPrivacy`. It is Brave's: Chromium loads that of uBlock Origin no more.

use std::fs;
use std::sync::{Arc, LazyLock, Mutex};

use adblock::lists::ParseOptions;
use adblock::request::Request;
use adblock::url_parser::{ResolvesDomain, set_domain_resolver};
use adblock::{Engine, FilterSet};
use chromiumoxide::cdp::browser_protocol::fetch::EventRequestPaused;
use chromiumoxide::cdp::browser_protocol::network::ResourceType;

use crate::browser::Tab;
use crate::fake::lock;

/// Debian's package webext-ublock-origin-chromium has it.
const EASYPRIVACY: &str = "/usr/share/chromium/extensions/ublock-origin/assets/thirdparties/easylist/easyprivacy.txt";

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    // It can be set once.
    _ = set_domain_resolver(Box::new(HostsAreDomains));
    let list = fs::read_to_string(EASYPRIVACY);
    let list = list.unwrap_or_else(|error| panic!("{EASYPRIVACY}: {error}: run `scripts/browser-tools`"));
    let mut rules = FilterSet::new(true);
    rules.add_filter_list(list, ParseOptions::default());
    Engine::new_with_filter_set(rules)
});

/// The tests have no hosts with a domain that they share.
struct HostsAreDomains;

impl ResolvesDomain for HostsAreDomains {
    fn get_host_domain(&self, host: &str) -> (usize, usize) {
        (0, host.len())
    }
}

/// The method and the URL of a request, and the rule that blocked it.
pub type Seen = (String, Option<String>);

/// A blocker, which tells what it saw.
#[derive(Default)]
pub struct Blocker(Arc<Mutex<Vec<Seen>>>);

impl Blocker {
    /// Blocks requests of a page from now on.
    pub fn install(tab: &Tab, page: &str) -> Self {
        let blocker = Self::default();
        let (seen, page) = (blocker.0.clone(), page.to_owned());
        tab.block(move |paused| {
            let rule = rule(paused, &page);
            lock(&seen).push((format!("{} {}", paused.request.method, paused.request.url), rule.clone()));
            rule.is_some()
        });
        blocker
    }

    /// The requests to a server, sorted, with targets in the place of URLs.
    pub fn seen(&self, server: &str) -> Vec<Seen> {
        let seen = lock(&self.0).clone().into_iter();
        let mut seen: Vec<_> = seen.filter(|(request, _)| request.contains(server)).collect();
        for (request, _) in &mut seen {
            *request = request.replace(server, "");
        }
        seen.sort();
        seen
    }
}

/// The rule that blocks a request of a page.
fn rule(paused: &EventRequestPaused, page: &str) -> Option<String> {
    let kind = match paused.resource_type {
        ResourceType::Document => return None,
        ResourceType::Script => "script",
        ResourceType::Image => "image",
        ResourceType::Ping => "ping",
        ResourceType::Fetch | ResourceType::Xhr => "xmlhttprequest",
        _ => "other",
    };
    let (request, method) = (&paused.request, &paused.request.method);
    let result = ENGINE.check_network_request(&Request::new(&request.url, page, kind, method).expect("a URL"));
    result.should_block().then(|| result.filter.and_then(|filter| filter.raw_line).expect("the rule"))
}
