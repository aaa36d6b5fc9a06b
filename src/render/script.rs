//! The script that counts visits.

/// Visits are recorded when somebody sees the page: not while it is prerendered or in a hidden tab, again when it comes
/// back from the back-forward cache, and when `history` leads to another page. A page that only rewrites its query with
/// `replaceState` stays the same one: sites remove tracking parameters so.
///
/// A prerendered page becomes visible before it stops being prerendered, and until then the browser marks its requests as
/// prefetches. Of that end only the document hears, and the window where it listens first: hence `true`.
///
/// A path is percent-encoded already, and a page is decoded once. So only `&` is encoded, or all of a path that is
/// encoded in something else than UTF-8.
const SCRIPT: &str = include_str!("script.js");

/// The path in the script that stands for that of the picture.
const PIXEL: &str = "footfall.gif";

/// What has blanks around it for people alone. No text in the script has one of these.
const SPACED: [&str; 15] =
    [" => ", " = ", " == ", " + ", " && ", " || ", ", ", ": ", " > ", " (", ") ", " {", "{ ", " }", "\n}"];

/// The script, where the picture that counts visits has this path. Paths are relative to that of the script, since a proxy
/// may have taken a prefix from it.
pub fn script(pixel_path: &str) -> String {
    let lines = SCRIPT.lines().map(str::trim_start).filter(|line| !line.is_empty());
    let text = lines.flat_map(|line| [line, "\n"]).collect::<String>();
    let text = SPACED.iter().fold(text, |text, spaced| text.replace(spaced, spaced.trim()));
    text.replace(PIXEL, pixel_path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_less_than_a_kilobyte_and_the_path_of_the_picture() {
        assert!(script("/footfall.gif").len() < 1000, "{}", script("/footfall.gif"));
        let text = script("/a/b.gif");
        assert!(text.contains("url('a/b.gif')") && !text.contains(PIXEL), "{text}");
    }
}
