//! The resources: their paths and formats.

use super::format::Format;

/// What has a path of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Home,
    CountGif,
    Visits,
    Count,
    Histogram,
    Summary,
    ExportNdjson,
    ExportCsv,
    Backup,
    Import,
    Pages,
    Badge,
    Replica,
    Ask,
    Drain,
    Metrics,
    Healthz,
    Readyz,
    Version,
    OpenApi,
}

impl Resource {
    const ALL: [(Self, &str); 20] = [
        (Self::Home, "/"),
        (Self::CountGif, "/count.gif"),
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
    ];

    /// The resource with this path.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other)| *other == path).map(|(resource, _)| *resource)
    }

    /// All paths, for a sentence.
    pub fn paths() -> String {
        Self::ALL.map(|(_, path)| path).join(", ")
    }

    /// Its formats. The first one is the default.
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::Home => &[Format::Text, Format::Html, Format::Json],
            Self::CountGif => &[Format::Gif],
            Self::Visits => &[Format::Text, Format::Json, Format::Html],
            Self::Count => &[Format::Text, Format::Json],
            Self::Histogram => &[Format::Json, Format::Text, Format::Svg],
            Self::Summary | Self::Import | Self::Pages | Self::Replica | Self::Ask | Self::Version => &[Format::Json],
            Self::ExportNdjson | Self::Backup => &[Format::Ndjson],
            Self::ExportCsv => &[Format::Csv],
            Self::Badge => &[Format::Svg],
            Self::Metrics => &[Format::Prometheus, Format::OpenMetrics],
            Self::Drain | Self::Healthz | Self::Readyz => &[Format::Text],
            Self::OpenApi => &[Format::Yaml],
        }
    }

    /// Its methods, as in the header `Allow`.
    pub fn allow(self) -> &'static str {
        match self {
            Self::Pages => "DELETE",
            Self::Import => "POST",
            // They do something, if only asking.
            Self::Ask | Self::Drain => "GET",
            _ => "GET, HEAD",
        }
    }

    /// Whether it wants the token in the variable `export_token`.
    pub fn wants_token(self) -> bool {
        matches!(self, Self::ExportNdjson | Self::ExportCsv | Self::Backup | Self::Import | Self::Pages)
    }

    /// The format of an image that other sites embed. Its errors are images, too.
    pub fn image(self) -> Option<Format> {
        match self {
            Self::CountGif => Some(Format::Gif),
            Self::Badge => Some(Format::Svg),
            _ => None,
        }
    }
}
