//! What to put into other pages, to count their visits and to show how many there were.

use maud::{Markup, html};

use super::view::Dashboard;
use crate::uri::path_and_query;
use crate::visit::Page;

/// Snippets for the page that the dashboard shows. They are open where nothing has been counted yet.
pub fn snippets(dashboard: &Dashboard) -> Markup {
    let page = dashboard.page.as_ref().filter(|page| page.as_str() != Page::OTHER).map(|page| page.as_str().to_owned());
    let url = |path: &str, page: Option<String>| dashboard.address.clone() + &path_and_query(path, &[("page", page)]);
    let script = html! { script defer src=(url("footfall.js", None)) data-page=[&page] {} };
    let pixel = url(dashboard.pixel_path.trim_start_matches('/'), page.clone().or(Some("/".to_owned())));
    let picture = html! {
        img src=(pixel) referrerpolicy="no-referrer-when-downgrade" width="1" height="1" alt="";
    };
    let (badge, visits) = (url("badge.svg", page.clone()), url("visits", page));
    let linked = html! { a href=(visits) { img src=(badge) alt="Visits"; } };
    html! {
        details class="snippets" open[dashboard.summary.merged.total == 0] {
            summary { "Count visits to your pages" }
            (snippet("Script", "Counts whoever sees the page, in single-page apps too.", &script.into_string()))
            (snippet(
                "Picture",
                "Counts without JavaScript. Without its page, it counts for the page that has it.",
                &picture.into_string(),
            ))
            (snippet("Badge in Markdown", "Shows the number of visits.", &format!("[![Visits]({badge})]({visits})")))
            (snippet("Badge in HTML", "The same.", &linked.into_string()))
        }
    }
}

fn snippet(title: &str, about: &str, code: &str) -> Markup {
    html! {
        p { strong { (title) } " " (about) }
        pre { code { (code) } }
    }
}
