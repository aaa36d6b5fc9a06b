//! A site of somebody else, whose pages count their visits at a server of ours.

use std::io::Write;
use std::sync::{Mutex, mpsc};

use footfall_tests::eventually;
use serde_json::json;

use crate::browser::Tab;
use crate::fake::{Fake, lock};
use crate::server::Server;
use crate::site::setup;
use crate::window::Window;

/// Tells the site what becomes of a page, after the script that counts.
const TELL: &str = "
    const tell = what => fetch(`/told?${what}=${location.pathname}`)
    tell(document.prerendering ? 'prerendered' : document.hidden ? 'hidden' : 'shown')
    document.addEventListener('prerenderingchange', () => tell('activated'))
    addEventListener('pageshow', event => event.persisted && tell('restored'))";

/// The router of the app: the links of its only page lead on without loading anything.
const ROUTER: &str = "
    const render = () => document.title = location.pathname
    addEventListener('popstate', render)
    document.addEventListener('click', event => {
        event.preventDefault()
        history.pushState({}, '', event.target.href)
        render()
    })
    // As many do, to keep a state with the first entry.
    history.replaceState({}, '', location.href)";

/// Has the browser prerender the page in the query, and goes where the site says.
const LEAD: &str = "
    const rules = { prerender: [{ source: 'list', urls: [location.search.slice(1)], eagerness: 'immediate' }] }
    const script = Object.assign(document.createElement('script'), { type: 'speculationrules' })
    script.textContent = JSON.stringify(rules)
    document.head.append(script)
    fetch('/where').then(answer => answer.text()).then(path => location.href = path)";

/// A site on an origin of its own. All below `/app` is an app of a single page, and all else a page.
pub struct Site {
    fake: Fake,
    lead: mpsc::Sender<String>,
}

impl Site {
    /// One whose pages have this in their heads.
    pub fn start(head: &str) -> Self {
        let (head, (lead, destinations)) = (head.to_owned(), mpsc::channel());
        let destinations = Mutex::new(destinations);
        let fake = Fake::start(move |asked, stream| {
            let (kind, body) = match asked.path() {
                "/tell.js" => ("text/javascript", TELL.to_owned()),
                "/router.js" => ("text/javascript", ROUTER.to_owned()),
                "/lead.js" => ("text/javascript", LEAD.to_owned()),
                "/where" => ("text/plain", lock(&destinations).recv().unwrap_or_default()),
                "/told" | "/favicon.ico" => ("text/plain", String::new()),
                path => ("text/html; charset=utf-8", page(path, &head)),
            };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}", body.len());
            _ = stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{body}").as_bytes());
        });
        Self { fake, lead }
    }

    /// One with the script of a server, and with these attributes.
    pub fn counting(server: &Server, attributes: &str) -> Self {
        Self::start(&script(server.url(), attributes))
    }

    /// A page. The server's host has another name, so that this is another site for the browser.
    pub fn url(&self, path: &str) -> String {
        self.fake.url().replace("127.0.0.1", "localhost") + path
    }

    /// Waits until a page has told this.
    pub fn wait_until(&self, what: &str, path: &str) {
        let told = format!("/told?{what}={path}");
        eventually(&told, || self.fake.asked().iter().any(|asked| asked.target == told).then_some(()));
    }

    /// Leads a page of `/lead` on.
    pub fn lead(&self, path: &str) {
        self.lead.send(path.to_owned()).expect("a site");
    }

    /// Whether a page was asked for to be prerendered.
    pub fn was_prerendered(&self, path: &str) -> bool {
        let asked = self.fake.asked();
        asked.iter().any(|asked| asked.target == path && asked.header("sec-purpose") == "prefetch;prerender")
    }
}

fn page(path: &str, head: &str) -> String {
    let scripts = [("/app", "router"), ("/lead", "lead"), ("/", "tell")];
    let scripts = scripts.iter().filter(|(beginning, _)| path.starts_with(beginning));
    let scripts: Vec<_> = scripts.map(|(_, name)| format!(r#"<script defer src="/{name}.js"></script>"#)).collect();
    format!("<!doctype html><title>{path}</title>{head}{}<p>A page.", scripts.concat())
}

/// The snippet with the script of a server.
pub fn script(url: &str, attributes: &str) -> String {
    format!(r#"<script defer src="{url}/footfall.js" {attributes}></script>"#)
}

/// A visitor of a site, and the server that counts.
pub struct Visitor<B = Tab> {
    pub server: Server,
    pub site: Site,
    pub browser: B,
    seen: Vec<String>,
}

impl Visitor {
    /// One of a site that has the script with these attributes.
    pub fn new(attributes: &str) -> Self {
        Self::of(attributes, |_| Tab::open())
    }

    /// Goes to a page by its address.
    pub fn goes(&self, path: &str) {
        self.browser.go(&self.site.url(path));
    }

    /// Follows a link.
    pub fn follows(&self, path: &str) {
        let link = "document.body.appendChild(document.createElement('a'))";
        self.does(&format!("Object.assign({link}, {{ href: {} }}).click()", json!(path)));
    }

    /// Has the page do something.
    pub fn does(&self, script: &str) {
        self.browser.eval(&format!("void {script}"));
    }
}

impl Visitor<Window> {
    /// One whose browser prerenders a page, and has run the script there.
    pub fn expecting(path: &str) -> Self {
        let visitor = Self::of("", |site| Window::open(&site.url(&format!("/lead?{path}"))));
        visitor.site.wait_until("prerendered", path);
        assert!(visitor.site.was_prerendered(path));
        visitor
    }
}

impl<B> Visitor<B> {
    fn of(attributes: &str, open: impl FnOnce(&Site) -> B) -> Self {
        let server = setup("footfall-0").start();
        let site = Site::counting(&server, attributes);
        Self { browser: open(&site), server, site, seen: Vec::new() }
    }

    /// Has all pages be those of another site.
    pub fn at(self, site: impl FnOnce(&Server) -> Site) -> Self {
        Self { site: site(&self.server), ..self }
    }

    /// Waits until this visit is counted, after those that were waited for before. What should not have been counted in
    /// between would be there before it.
    pub fn counted(&mut self, page: &str) {
        self.seen.push(page.to_owned());
        assert_eq!(self.wait_for_visits(), self.seen);
    }

    /// The same for several visits in any order, after which none can be waited for.
    pub fn counted_in_any_order(mut self, pages: &[&str]) {
        self.seen.extend(pages.iter().map(|page| (*page).to_owned()));
        let mut visits = self.wait_for_visits();
        visits.sort();
        self.seen.sort();
        assert_eq!(visits, self.seen);
    }

    fn wait_for_visits(&self) -> Vec<String> {
        eventually(&format!("{:?}", self.seen), || Some(self.pages()).filter(|pages| pages.len() >= self.seen.len()))
    }

    /// The pages of all visits, in their order.
    fn pages(&self) -> Vec<String> {
        let log = self.server.client().json("/visits?scope=replica&tail=1000");
        let visits = log["visits"].as_array().expect("visits").iter();
        visits.map(|visit| visit["page"].as_str().expect("a page").to_owned()).collect()
    }
}
