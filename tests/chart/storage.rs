//! How much of its volume the database of a replica may use.

use crate::chart::{Chart, Objects, stdout};
use crate::refusals::refusal;

const CLAIM: &str = "statefulSet.volumeClaimTemplates.spec.resources.requests.storage";

/// The budget in bytes that values give, as the app gets it.
fn budget(values: &[&str]) -> String {
    let objects = Objects::parse(&stdout(Chart::new().helm(&["template", "footfall"]).args(values)));
    objects.env("SPIN_VARIABLE_MAX_STORAGE").as_str().expect("text").to_owned()
}

#[test]
fn a_budget_is_three_quarters_of_the_claim() {
    // JSON makes a number what it is in a file of values: one that Go shows as 2e+12.
    for (how, claim, bytes) in [
        ("--set", "256M", "192000000"),
        ("--set", "256Mi", "201326592"),
        ("--set", "2G", "1500000000"),
        ("--set", "2Gi", "1610612736"),
        ("--set", "192000000", "144000000"),
        ("--set-string", "192000001", "144000000"),
        ("--set-json", "2000000000000", "1500000000000"),
    ] {
        assert_eq!(budget(&[how, &format!("{CLAIM}={claim}")]), bytes, "{how} {claim}");
    }
}

#[test]
fn a_claim_that_gives_no_budget_is_refused_until_one_is_set() {
    let texts = ["1Ti", "1.5Gi", "500k", "256e6", "0256M", "-256M", "183Mi"].map(|size| format!("\"{size}\""));
    for size in texts.into_iter().chain(["191999999", "null"].map(str::to_owned)) {
        let claim = format!("{CLAIM}={size}");
        let refusal = refusal(&["--set-json", &claim]);
        let sentence = format!(
            ": the claim requests {size}, and maxStorage is derived only from 192M and more in whole M, Mi, G, Gi or \
             bytes: set maxStorage, so that the write-ahead log of 16Mi and the file system fit beside it\n"
        );
        assert!(refusal.contains(&sentence), "{refusal}");
        assert_eq!(budget(&["--set-json", &claim, "--set", "maxStorage=64Mi"]), "67108864", "{size}");
    }
}

#[test]
fn a_budget_that_is_set_goes_before_what_the_claim_gives() {
    for (set, bytes) in [("300M", "300000000"), ("16Mi", "16777216"), ("1G", "1000000000"), ("1Gi", "1073741824")] {
        assert_eq!(budget(&["--set", &format!("maxStorage={set}")]), bytes);
    }
    for how in ["--set", "--set-string", "--set-json"] {
        assert_eq!(budget(&[how, "maxStorage=2000000000"]), "2000000000", "{how}");
    }
}
