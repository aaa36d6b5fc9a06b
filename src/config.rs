//! The variables of the app, parsed and checked once an instance.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::{stderr, zone};

/// The variables of the app. `spin.toml` declares them, with their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The zone in which times are shown.
    pub timezone: Tz,
    /// The name of this replica.
    pub replica: String,
    /// When a commit counts as durable.
    pub synchronous: Synchronous,
    /// How many of the latest visits the log keeps; `None` keeps all.
    pub retain_visits: Option<i64>,
    /// How many pages are told apart.
    pub max_pages: i64,
    /// What the `User-Agent` of a request that is not a visit begins with.
    pub ignore_agents: Vec<String>,
}

/// How far a commit goes before it is answered: SQLite's `PRAGMA synchronous`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// To the operating system: it survives the end of the process, but maybe not a power cut.
    Normal,
    /// To the disk: it survives a power cut as well.
    Full,
}

/// A variable whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The variable `{variable}` must be {expected}.")]
pub struct Invalid {
    /// The name of the variable.
    pub variable: &'static str,
    /// What its value may be.
    pub expected: &'static str,
}

const NAMES: [&str; 6] = ["timezone", "replica", "synchronous", "retain_visits", "max_pages", "ignore_agents"];

impl Config {
    /// Reads the variables from Spin.
    ///
    /// # Errors
    /// The first variable that has no value, or one that cannot be used.
    pub async fn load() -> Result<Self, Invalid> {
        let mut values = HashMap::new();
        for variable in NAMES {
            let value = spin_sdk::variables::get(variable).await.map_err(|error| {
                stderr::line(format_args!("the variable {variable} could not be read: {error}"));
                Invalid { variable, expected: "set, or have a default in the manifest" }
            })?;
            values.insert(variable, value);
        }
        Self::parse(&values)
    }

    fn parse(values: &HashMap<&'static str, String>) -> Result<Self, Invalid> {
        let check = |variable, expected| Invalid { variable, expected };
        let value = |name| values.get(name).map_or("", |value| value.trim());
        let number = |name| value(name).parse::<i64>().ok().filter(|number| *number >= 0);
        Ok(Self {
            timezone: zone::parse_zone(value("timezone"))
                .ok_or(check("timezone", "an IANA time zone such as UTC or Europe/Moscow"))?,
            replica: Some(value("replica"))
                .filter(|name| !name.is_empty() && name.len() <= 253 && !name.contains(char::is_control))
                .ok_or(check("replica", "a name of 1 to 253 characters"))?
                .to_owned(),
            synchronous: match value("synchronous") {
                "normal" => Synchronous::Normal,
                "full" => Synchronous::Full,
                _ => return Err(check("synchronous", "`normal` or `full`")),
            },
            retain_visits: match number("retain_visits") {
                Some(0) => None,
                Some(number) => Some(number),
                None => return Err(check("retain_visits", "a number of visits, or 0 to keep them all")),
            },
            max_pages: number("max_pages").ok_or(check("max_pages", "a number of pages"))?,
            ignore_agents: value("ignore_agents")
                .split(',')
                .map(|agent| agent.trim().to_owned())
                .filter(|agent| !agent.is_empty())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variable: &'static str, value: &str) -> Result<Config, Invalid> {
        let mut values = HashMap::from([
            ("timezone", "UTC".to_owned()),
            ("replica", "local".to_owned()),
            ("synchronous", "normal".to_owned()),
            ("retain_visits", "1000000".to_owned()),
            ("max_pages", "10000".to_owned()),
            ("ignore_agents", "kube-probe/, GoogleHC/".to_owned()),
        ]);
        values.insert(variable, value.to_owned());
        Config::parse(&values)
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for (variable, value) in [
            ("timezone", "Mars/Olympus"),
            ("timezone", ""),
            ("replica", ""),
            ("replica", "a\nb"),
            ("synchronous", "off"),
            ("retain_visits", "-1"),
            ("retain_visits", "1e6"),
            ("retain_visits", "99999999999999999999"),
            ("max_pages", "many"),
        ] {
            let error = with(variable, value).expect_err(value);
            assert_eq!(error.variable, variable);
            assert!(error.to_string().contains(&format!("`{variable}` must be ")), "{error}");
        }
    }

    #[test]
    fn zero_retained_visits_are_all_of_them() {
        assert_eq!(with("retain_visits", "0").map(|config| config.retain_visits), Ok(None));
        assert_eq!(with("retain_visits", "1").map(|config| config.retain_visits), Ok(Some(1)));
    }

    #[test]
    fn an_empty_list_ignores_no_agent() {
        assert_eq!(with("ignore_agents", " , ,").map(|config| config.ignore_agents), Ok(vec![]));
        let agents = with("ignore_agents", "kube-probe/,  GoogleHC/ ").map(|config| config.ignore_agents);
        assert_eq!(agents, Ok(vec!["kube-probe/".to_owned(), "GoogleHC/".to_owned()]));
    }
}
