//! How a replica starts, is watched and ends.

use super::ports::probes;
use crate::cases::everywhere;

#[test]
fn the_shim_gets_the_command_that_kubernetes_wants() {
    everywhere(|case| {
        let container = case.objects.container();
        assert_eq!(container.command.expect("a command"), ["/"]);
        assert!(container.args.is_none());
    });
}

#[test]
fn the_pod_runs_on_the_runtime_class_of_the_values() {
    everywhere(|case| {
        assert_eq!(case.objects.pod().runtime_class_name.as_deref(), case.text("/runtimeClass/name"));
    });
}

#[test]
fn probes_are_requests_for_what_is_no_visit() {
    everywhere(|case| {
        for probe in probes(&case.objects) {
            assert!(probe.exec.is_none() && probe.tcp_socket.is_none() && probe.grpc.is_none());
            let path = probe.http_get.and_then(|request| request.path).expect("a path");
            assert!(["/.well-known/spin/health", "/healthz", "/readyz"].contains(&path.as_str()), "{path}");
        }
    });
}

#[test]
fn a_full_volume_takes_a_replica_out_and_does_not_restart_it() {
    everywhere(|case| {
        let container = case.objects.container();
        let path = |probe: Option<k8s_openapi::api::core::v1::Probe>| probe.and_then(|probe| probe.http_get?.path);
        assert!(path(container.liveness_probe).is_none_or(|path| path == "/.well-known/spin/health"));
        assert!(path(container.readiness_probe).is_none_or(|path| path == "/readyz"));
    });
}

#[test]
fn a_pod_that_ends_first_waits_until_nobody_asks_it() {
    everywhere(|case| {
        let grace = case.objects.pod().termination_grace_period_seconds.expect("a period");
        let hook = case.objects.container().lifecycle.and_then(|lifecycle| lifecycle.pre_stop);
        assert_eq!(hook.is_some(), case.value("/preStopSleepSeconds") != 0);
        if let Some(hook) = hook {
            assert!(hook.exec.is_none() && hook.http_get.is_none(), "the shim has no exec");
            assert!(hook.sleep.expect("a sleep").seconds < grace);
        }
    });
}
