//! The Pod Security Standard "restricted", and a little more.

use k8s_openapi::api::core::v1::PodSpec;

use crate::cases::everywhere;
use crate::objects::Objects;

/// The pod of a replica, and that of `helm test`.
fn pods(objects: &Objects) -> [PodSpec; 2] {
    [objects.pod(), objects.test_pod().spec.expect("a spec")]
}

/// What "restricted" forbids and a pod has. What these pods do not use at all (volumes other than those below, init and
/// ephemeral containers, Windows, sysctls, `SELinux`, `AppArmor`) counts as forbidden.
fn violations(pod: &PodSpec) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut forbid = |violated: bool, what| {
        if violated {
            found.push(what);
        }
    };
    let yes = |flag: Option<bool>| flag == Some(true);
    forbid(yes(pod.host_network) || yes(pod.host_pid) || yes(pod.host_ipc), "host namespaces");
    forbid(pod.init_containers.is_some() || pod.ephemeral_containers.is_some(), "other containers");
    for volume in pod.volumes.iter().flatten() {
        let allowed = [volume.config_map.is_some(), volume.secret.is_some(), volume.persistent_volume_claim.is_some()];
        forbid(!allowed.contains(&true), "volume");
    }

    let of_pod = pod.security_context.clone().unwrap_or_default();
    forbid(of_pod.sysctls.is_some() || of_pod.windows_options.is_some(), "sysctls or Windows");
    forbid(of_pod.se_linux_options.is_some() || of_pod.app_armor_profile.is_some(), "SELinux or AppArmor");
    for container in &pod.containers {
        let own = container.security_context.clone().unwrap_or_default();
        forbid(!yes(own.run_as_non_root.or(of_pod.run_as_non_root)), "root allowed");
        forbid(own.run_as_user.or(of_pod.run_as_user) == Some(0), "root");
        let seccomp = own.seccomp_profile.or_else(|| of_pod.seccomp_profile.clone());
        let seccomp = seccomp.map(|profile| profile.type_);
        forbid(!matches!(seccomp.as_deref(), Some("RuntimeDefault" | "Localhost")), "seccomp");
        forbid(yes(own.privileged), "privileged");
        forbid(own.allow_privilege_escalation != Some(false), "privilege escalation");
        let capabilities = own.capabilities.unwrap_or_default();
        forbid(!capabilities.drop.unwrap_or_default().contains(&"ALL".to_owned()), "capabilities kept");
        forbid(capabilities.add.is_some(), "capabilities added");
        forbid(own.proc_mount.is_some(), "proc mount");
        forbid(own.se_linux_options.is_some() || own.app_armor_profile.is_some(), "SELinux or AppArmor");
        forbid(container.ports.iter().flatten().any(|port| port.host_port.is_some()), "host port");
        let probes = [&container.startup_probe, &container.liveness_probe, &container.readiness_probe];
        let requests = probes.into_iter().flatten().filter_map(|probe| probe.http_get.as_ref());
        forbid(requests.into_iter().any(|request| request.host.is_some()), "probe of another host");
    }
    found
}

#[test]
fn pods_are_what_the_standard_restricted_allows() {
    everywhere(|case| {
        for pod in pods(&case.objects) {
            assert_eq!(violations(&pod), Vec::<&str>::new());
        }
    });
}

#[test]
fn the_check_for_restricted_sees_each_violation() {
    let good = crate::cases::objects("defaults.yaml").pod();
    let check = |what: &str, spoil: &dyn Fn(&mut PodSpec)| {
        let mut pod = good.clone();
        spoil(&mut pod);
        assert_eq!(violations(&pod), [what]);
    };
    check("host namespaces", &|pod| pod.host_network = Some(true));
    check("other containers", &|pod| pod.init_containers = Some(vec![pod.containers[0].clone()]));
    check("volume", &|pod| pod.volumes.as_mut().expect("volumes")[0].config_map = None);
    check("root allowed", &|pod| pod.security_context.as_mut().expect("a context").run_as_non_root = None);
    check("root", &|pod| pod.security_context.as_mut().expect("a context").run_as_user = Some(0));
    check("seccomp", &|pod| pod.security_context.as_mut().expect("a context").seccomp_profile = None);
    let container = |spoil: &dyn Fn(&mut k8s_openapi::api::core::v1::SecurityContext), what: &str| {
        check(what, &|pod| spoil(pod.containers[0].security_context.as_mut().expect("a context")));
    };
    container(&|own| own.privileged = Some(true), "privileged");
    container(&|own| own.allow_privilege_escalation = None, "privilege escalation");
    container(&|own| own.capabilities = None, "capabilities kept");
    container(&|own| own.capabilities.as_mut().expect("some").add = Some(vec![]), "capabilities added");
    container(&|own| own.proc_mount = Some("Unmasked".to_owned()), "proc mount");
    check("host port", &|pod| pod.containers[0].ports.as_mut().expect("ports")[0].host_port = Some(80));
}

#[test]
fn the_root_file_system_is_read_only() {
    everywhere(|case| {
        for container in pods(&case.objects).iter().flat_map(|pod| &pod.containers) {
            let context = container.security_context.as_ref().expect("a context");
            assert_eq!(context.read_only_root_filesystem, Some(true), "{}", container.name);
        }
    });
}

#[test]
fn pods_get_no_token_for_the_api_of_kubernetes() {
    everywhere(|case| {
        for pod in pods(&case.objects) {
            assert_eq!(pod.automount_service_account_token, Some(false));
            assert_eq!(pod.service_account_name, None);
        }
    });
}

#[test]
fn the_volume_belongs_to_the_user_that_writes_it() {
    everywhere(|case| {
        let context = case.objects.pod().security_context.expect("a context");
        assert!(context.run_as_user.is_some_and(|user| user > 0));
        assert!(context.fs_group.is_some_and(|group| group > 0));
        assert_eq!(context.fs_group, context.run_as_group);
    });
}
