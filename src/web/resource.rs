//! The resources: their paths and formats.

use http::Method;

use super::format::Format;

/// The path of the picture that counts visits while no configuration is valid.
pub const DEFAULT_PIXEL_PATH: &str = "/footfall.gif";

/// What has a path of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Home,
    Pixel,
    Visit,
    Script,
    Visits,
    Count,
    Histogram,
    Summary,
    ExportNdjson,
    ExportCsv,
    Backup,
    Import,
    Pages,
    DeletedPage,
    Badge,
    Replica,
    Ask,
    Drain,
    Metrics,
    Healthz,
    Readyz,
    Version,
    OpenApi,
    Robots,
}

impl Resource {
    /// All but the picture that counts visits, whose path is configured, and what a method makes of another one.
    const FIXED: [(Self, &str); 22] = [
        (Self::Home, "/"),
        (Self::Visit, "/visit"),
        (Self::Script, "/footfall.js"),
        (Self::Visits, "/visits"),
        (Self::Count, "/visits/count"),
        (Self::Histogram, "/visits/histogram"),
        (Self::Summary, "/visits/summary"),
        (Self::ExportNdjson, "/visits/export.ndjson"),
        (Self::ExportCsv, "/visits/export.csv"),
        (Self::Backup, "/backup"),
        (Self::Import, "/import"),
        (Self::Pages, "/pages"),
        (Self::Badge, "/badge.svg"),
        (Self::Replica, "/replica"),
        (Self::Ask, "/replica/ask"),
        (Self::Drain, "/drain"),
        (Self::Metrics, "/metrics"),
        (Self::Healthz, "/healthz"),
        (Self::Readyz, "/readyz"),
        (Self::Version, "/version"),
        (Self::OpenApi, "/openapi.yaml"),
        (Self::Robots, "/robots.txt"),
    ];

    /// The resource with this path, where the picture that counts visits has that one.
    pub fn at(path: &str, pixel_path: &str) -> Option<Self> {
        if path == pixel_path { Some(Self::Pixel) } else { Self::with_fixed_path(path) }
    }

    /// The same without that picture.
    pub fn with_fixed_path(path: &str) -> Option<Self> {
        Self::FIXED.iter().find(|(_, other)| *other == path).map(|(resource, _)| *resource)
    }

    /// What the method makes of it: deleting a page is as if it were elsewhere.
    pub fn asked_with(self, method: &Method) -> Self {
        if self == Self::Pages && method == Method::DELETE { Self::DeletedPage } else { self }
    }

    /// All paths, for a sentence.
    pub fn paths(pixel_path: &str) -> String {
        let [(_, home), others @ ..] = Self::FIXED;
        format!("{home}, {pixel_path}, {}", others.map(|(_, path)| path).join(", "))
    }

    /// Its formats. The first one is the default.
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::Home => &[Format::Text, Format::Html, Format::Json],
            Self::Pixel => &[Format::Gif],
            Self::Script => &[Format::JavaScript],
            Self::Visits => &[Format::Text, Format::Json, Format::Html],
            Self::Count => &[Format::Text, Format::Json],
            Self::Histogram => &[Format::Json, Format::Text, Format::Svg],
            Self::Pages => &[Format::Json, Format::Html, Format::Csv],
            Self::Summary | Self::Import | Self::DeletedPage | Self::Replica | Self::Ask | Self::Version => {
                &[Format::Json]
            }
            Self::ExportNdjson | Self::Backup => &[Format::Ndjson],
            Self::ExportCsv => &[Format::Csv],
            Self::Badge => &[Format::Svg],
            Self::Metrics => &[Format::Prometheus, Format::OpenMetrics],
            // That of its errors; a visit is answered with nothing.
            Self::Visit => &[Format::Problem],
            Self::Drain | Self::Healthz | Self::Readyz | Self::Robots => &[Format::Text],
            Self::OpenApi => &[Format::Yaml],
        }
    }

    /// Whether a client gets an answer whatever it accepts: it has no choice, as a picture in a page, or does not care, as
    /// a probe.
    pub fn ignores_accept(self) -> bool {
        let has_no_choice = matches!(self, Self::Visit | Self::Script) || self.image().is_some();
        has_no_choice || matches!(self, Self::Healthz | Self::Readyz | Self::Robots)
    }

    /// Whether pages of other sites use it.
    pub fn is_embedded(self) -> bool {
        matches!(self, Self::Visit | Self::Script) || self.image().is_some()
    }

    /// Its methods, as in the header `Allow`.
    pub fn allow(self) -> &'static str {
        match self {
            Self::Pages | Self::DeletedPage => "GET, HEAD, DELETE",
            Self::Import => "POST",
            Self::Visit => "POST, OPTIONS",
            // They do something, if only asking.
            Self::Ask | Self::Drain => "GET",
            _ => "GET, HEAD",
        }
    }

    /// Whether it wants the token in the variable `export_token`.
    pub fn wants_token(self) -> bool {
        matches!(self, Self::ExportNdjson | Self::ExportCsv | Self::Backup | Self::Import | Self::DeletedPage)
    }

    /// Whether it wants the token in the variable `read_token`, if there is one. The badge may.
    pub fn is_for_readers(self) -> bool {
        let is_list = matches!(self, Self::Visits | Self::Pages);
        is_list || matches!(self, Self::Count | Self::Histogram | Self::Summary | Self::Replica | Self::Metrics)
    }

    /// The format of an image that other sites embed. Its errors are images, too.
    pub fn image(self) -> Option<Format> {
        match self {
            Self::Pixel => Some(Format::Gif),
            Self::Badge => Some(Format::Svg),
            _ => None,
        }
    }
}
