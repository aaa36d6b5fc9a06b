//! What is called how.

use std::collections::BTreeSet;

use crate::cases::everywhere;
use crate::chart::NAMESPACE;

/// A label as DNS has it, and as a Service wants it: it begins with a letter.
fn is_dns_label(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    name.len() <= 63
        && name.chars().all(plain)
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !name.ends_with('-')
}

#[test]
fn every_name_is_a_dns_label() {
    everywhere(|case| {
        for (kind, metadata) in case.objects.metadata() {
            let name = metadata.name.expect("a name");
            assert!(is_dns_label(&name), "{kind} {name}");
        }
    });
}

#[test]
fn no_two_objects_of_a_kind_share_a_name() {
    everywhere(|case| {
        let mut seen = BTreeSet::new();
        for (kind, metadata) in case.objects.metadata() {
            assert!(seen.insert((kind, metadata.name)), "two of the kind {kind}");
        }
    });
}

#[test]
fn every_name_begins_with_that_of_the_release() {
    everywhere(|case| {
        let name = case.objects.name();
        let release = case.release.replace('.', "-");
        assert!(name.starts_with(&release[..release.len().min(52)]), "{name}");
        for (kind, metadata) in case.objects.metadata() {
            let own = metadata.name.expect("a name");
            assert!(own.starts_with(&name) || kind == "RuntimeClass", "{kind} {own}");
        }
    });
}

#[test]
fn pods_can_carry_their_name_and_their_revision_in_labels() {
    everywhere(|case| {
        // controller-revision-hash is the name, a dash and ten letters; a pod's name ends with its number.
        assert!(case.objects.name().len() + 11 <= 63);
    });
}

#[test]
fn the_claims_have_names_that_fit() {
    everywhere(|case| {
        // visits-NAME-99
        assert!("visits-".len() + case.objects.name().len() + 3 <= 63);
    });
}

#[test]
fn every_label_is_text_of_63_letters_at_most() {
    everywhere(|case| {
        let pods = [("pod", case.objects.pod_metadata())];
        for (kind, metadata) in case.objects.metadata().into_iter().chain(pods) {
            for (name, value) in metadata.labels.expect("labels") {
                let ends = |letter: char| letter.is_ascii_alphanumeric();
                let plain = |letter: char| ends(letter) || "-_.".contains(letter);
                assert!(value.len() <= 63 && value.chars().all(plain), "{kind}: {name}={value}");
                assert!(value.starts_with(ends) && value.ends_with(ends), "{kind}: {name}={value}");
            }
        }
    });
}

#[test]
fn the_replicas_get_their_names_from_the_headless_service() {
    everywhere(|case| {
        let headless = case.objects.headless();
        assert_eq!(case.objects.stateful_set().service_name, headless.metadata.name);
        let spec = headless.spec.expect("a spec");
        assert_eq!(spec.publish_not_ready_addresses, Some(true), "one that starts asks the others too");
    });
}

#[test]
fn objects_are_in_the_namespace_of_the_release() {
    everywhere(|case| {
        for (kind, metadata) in case.objects.metadata() {
            // Helm puts an object without a namespace into that of the release.
            assert!(metadata.namespace.is_none_or(|namespace| namespace == NAMESPACE), "{kind}");
        }
    });
}
