//! Where the visits are.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim};
use toml::Table;

use crate::cases::everywhere;
use crate::objects::Objects;

const RUNTIME_CONFIG: &str = "/runtime-config.toml";
const DATA: &str = "/data";

fn claim(objects: &Objects) -> PersistentVolumeClaim {
    let mut claims = objects.stateful_set().volume_claim_templates.expect("claims");
    assert_eq!(claims.len(), 1, "a replica has one claim");
    claims.remove(0)
}

/// The runtime config, as the container finds it.
fn runtime_config(objects: &Objects) -> Table {
    let mounts = objects.container().volume_mounts.expect("mounts");
    let mount = mounts.iter().find(|mount| mount.mount_path == RUNTIME_CONFIG).expect("a mount");
    assert_eq!(mount.read_only, Some(true));
    let volumes = objects.pod().volumes.expect("volumes");
    let volume = volumes.into_iter().find(|volume| volume.name == mount.name).expect("a volume");
    let source = volume.config_map.expect("a ConfigMap");
    let config = objects.only::<ConfigMap>();
    assert_eq!(config.metadata.name.as_deref(), Some(source.name.as_str()));
    assert!(source.items.is_none(), "the keys are the files");
    let key = mount.sub_path.as_deref().expect("one file, for a mounted directory would hide the rest");
    config.data.expect("data")[key].parse().expect("TOML")
}

#[test]
fn every_mount_is_of_a_volume_and_every_volume_is_mounted() {
    everywhere(|case| {
        let pod = case.objects.pod();
        let mut volumes: BTreeSet<_> = pod.volumes.into_iter().flatten().map(|volume| volume.name).collect();
        volumes.insert(claim(&case.objects).metadata.name.expect("a name"));
        let mounts = case.objects.container().volume_mounts.expect("mounts");
        let mounted: BTreeSet<_> = mounts.into_iter().map(|mount| mount.name).collect();
        assert_eq!(mounted, volumes);
    });
}

#[test]
fn the_runtime_config_keeps_all_state_on_the_volume_of_the_replica() {
    everywhere(|case| {
        let mounts = case.objects.container().volume_mounts.expect("mounts");
        let mount = mounts.iter().find(|mount| mount.mount_path == DATA).expect("a mount");
        assert_eq!(Some(&mount.name), claim(&case.objects).metadata.name.as_ref());
        assert!(mount.sub_path.is_none() && mount.read_only.is_none());

        let config = runtime_config(&case.objects);
        assert_eq!(config["state_dir"].as_str(), Some(DATA));
        let path = config["sqlite_database"]["default"]["path"].as_str().expect("a path");
        assert!(path.strip_prefix(DATA).is_some_and(|rest| rest.starts_with('/')), "{path}");
    });
}

#[test]
fn the_runtime_config_has_nothing_that_the_shim_would_refuse() {
    everywhere(|case| {
        let config = runtime_config(&case.objects);
        assert_eq!(config.keys().collect::<Vec<_>>(), ["sqlite_database", "state_dir"]);
        let databases = config["sqlite_database"].as_table().expect("a table");
        assert_eq!(databases.keys().collect::<Vec<_>>(), ["default"]);
        let database = databases["default"].as_table().expect("a table");
        assert_eq!(database.keys().collect::<Vec<_>>(), ["path", "type"]);
        assert_eq!(database["type"].as_str(), Some("spin"));
    });
}

#[test]
fn a_claim_says_what_it_is_and_carries_nothing_that_may_change() {
    everywhere(|case| {
        let templates = &case.objects.custom("StatefulSet")[0]["spec"]["volumeClaimTemplates"];
        // Kubernetes fills these in, and tools that compare would see a difference for ever.
        assert_eq!(templates[0]["apiVersion"], "v1");
        assert_eq!(templates[0]["kind"], "PersistentVolumeClaim");
        assert_eq!(templates[0]["metadata"], serde_json::json!({ "name": "visits" }));
    });
}

#[test]
fn a_claim_is_what_the_values_say() {
    everywhere(|case| {
        let templates = &case.objects.custom("StatefulSet")[0]["spec"]["volumeClaimTemplates"];
        assert_eq!(&templates[0]["spec"], case.value("/statefulSet/volumeClaimTemplates/spec"));
    });
}
