use super::*;

fn parse_with(variable: &'static str, value: &str) -> Result<Config, Invalid> {
    let mut values = HashMap::from([
        ("timezone", "UTC".to_owned()),
        ("replica", "local".to_owned()),
        ("synchronous", "normal".to_owned()),
        ("retain_visits", "1000000".to_owned()),
        ("max_storage", "1Gi".to_owned()),
        ("max_pages", "10000".to_owned()),
        ("ignore_agents", String::new()),
        ("strip_parameters", String::new()),
        ("pixel_path", "/footfall.gif".to_owned()),
        ("peers", String::new()),
        ("replicas", String::new()),
        ("retired", String::new()),
        ("drain_seconds", "0".to_owned()),
        ("peer_timeout_ms", "500".to_owned()),
        ("read_token", String::new()),
        ("badge", "public".to_owned()),
        ("export_token", String::new()),
    ]);
    values.insert(variable, value.to_owned());
    Config::parse(&values)
}

#[test]
fn an_invalid_value_is_refused_with_the_name_of_its_variable() {
    for (variable, value) in [
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("replica", ""),
        ("replica", "a\nb"),
        ("synchronous", "off"),
        ("retain_visits", "-1"),
        ("retain_visits", "1e6"),
        ("retain_visits", "99999999999999999999"),
        ("max_storage", ""),
        ("max_storage", "1GB"),
        ("max_storage", "1 Gi"),
        ("max_storage", "-1Gi"),
        ("max_storage", "1.5Gi"),
        ("max_storage", "16777215"),
        ("max_storage", "9999999999Gi"),
        ("max_pages", "many"),
        ("pixel_path", ""),
        ("pixel_path", "x.gif"),
        ("pixel_path", "/"),
        ("pixel_path", "/x/"),
        ("pixel_path", "//x.gif"),
        ("pixel_path", "/../x.gif"),
        ("pixel_path", "/x.gif?y"),
        ("pixel_path", "/<x>"),
        ("pixel_path", "/%61.gif"),
        ("peers", "footfall-1:5000"),
        ("peers", "https://footfall-1"),
        ("peers", "http://"),
        ("peers", "http://a/b"),
        ("peers", "http://a?b"),
        ("peers", "http://user@a"),
        ("peers", "http://a:99999"),
        ("peers", "http://a, b"),
        ("replicas", "-1"),
        ("replicas", "three"),
        ("retired", "footfall-3"),
        ("retired", "0123456789abcdef 0123456789abcdef"),
        ("drain_seconds", "3601"),
        ("drain_seconds", ""),
        ("peer_timeout_ms", "0"),
        ("peer_timeout_ms", "60001"),
        ("peer_timeout_ms", "0.5s"),
        ("read_token", "two words"),
        ("badge", "Private"),
        ("export_token", "two words"),
        ("export_token", "schlüssel"),
    ] {
        let error = parse_with(variable, value).expect_err(value);
        assert_eq!(error.variable, variable);
        assert!(error.to_string().contains(&format!("`{variable}` must be ")), "{error}");
    }
}

#[test]
fn zero_retains_all_visits() {
    assert_eq!(parse_with("retain_visits", "0").map(|config| config.retain_visits), Ok(None));
    assert_eq!(parse_with("retain_visits", "1").map(|config| config.retain_visits), Ok(Some(1)));
}

#[test]
fn a_size_is_a_number_of_bytes_or_has_a_suffix() {
    for (value, bytes) in
        [("16777216", 16 << 20), ("16Mi", 16 << 20), ("192M", 192_000_000), ("1G", 1_000_000_000), ("1Gi", 1 << 30)]
    {
        assert_eq!(parse_with("max_storage", value).map(|config| config.max_storage), Ok(bytes));
    }
}

#[test]
fn ignored_agents_are_one_a_line_in_any_case() {
    assert_eq!(parse_with("ignore_agents", " \n\r\n\t\n").map(|config| config.ignore_agents), Ok(vec![]));
    let agents = parse_with("ignore_agents", "My Checker/1.0 (like Gecko, or so)\r\n\n  tester\t\n");
    let agents = agents.map(|config| config.ignore_agents);
    assert_eq!(agents, Ok(vec!["my checker/1.0 (like gecko, or so)".to_owned(), "tester".to_owned()]));
}

#[test]
fn peers_are_a_comma_separated_list() {
    let peers = parse_with("peers", " http://a:5000 ,, http://[::1]:81/,").map(|config| config.peers);
    let peers = peers.expect("peers").iter().map(Uri::to_string).collect::<Vec<_>>();
    assert_eq!(peers, ["http://a:5000/", "http://[::1]:81/"]);
    assert_eq!(parse_with("peers", "").map(|config| config.peers), Ok(vec![]));
}

#[test]
fn all_peers_are_expected_unless_a_number_is_given() {
    for (value, replicas) in [("", None), ("0", Some(0)), (" 3 ", Some(3))] {
        assert_eq!(parse_with("replicas", value).map(|config| config.replicas), Ok(replicas));
    }
}

#[test]
fn retired_replicas_are_a_comma_separated_list_of_ids() {
    let retired = parse_with("retired", "0123456789abcdef, ,fedcba9876543210 ").map(|config| config.retired);
    let ids = retired.expect("ids");
    assert_eq!(ids.iter().map(Id::as_str).collect::<Vec<_>>(), ["0123456789abcdef", "fedcba9876543210"]);
}

#[test]
fn an_empty_token_turns_the_export_off() {
    for (value, is_on) in [("", false), (" ", false), ("xyzzy", true)] {
        assert_eq!(parse_with("export_token", value).expect(value).export_token.is_some(), is_on, "{value:?}");
    }
}

#[test]
fn messages_tell_the_limits() {
    let message = |variable| parse_with(variable, "\n").expect_err(variable).expected;
    assert!(message("replica").contains(&format!("1 to {MAX_REPLICA_BYTES} ")));
    assert!(message("drain_seconds").ends_with(&format!("up to {MAX_DRAIN_SECONDS}")));
    assert!(message("peer_timeout_ms").ends_with(&format!("1 to {MAX_PEER_TIMEOUT_MS}")));
}
