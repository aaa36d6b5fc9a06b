//! Services of other kinds than the tests' own.

use crate::client::Client;
use crate::release::{NAME, ROOT, Release, eventually, kubectl, stdout, try_stdout};

/// Nobody gives an address to a Service of this class.
const NOBODY: &str = "service.loadBalancerClass=example.com/nobody";

#[test]
fn without_an_address_helm_4_installs_and_helm_3_waits_until_its_timeout_while_the_replicas_are_ready() {
    let chart = format!("{ROOT}/deploy/chart");
    let release = Release::not_yet("-no-address", &[]);
    let install = |wait: &str, timeout: &str| {
        try_stdout(&mut release.helm(&[
            "upgrade",
            "--install",
            NAME,
            &chart,
            wait,
            "--timeout",
            timeout,
            "--set",
            NOBODY,
        ]))
    };
    let said = install("--wait", "180s").expect("it is installed");
    assert!(said.contains("nothing in the cluster provides load balancers"), "{said}");
    let services = stdout(&mut release.kubectl(&["get", &format!("service/{NAME}")]));
    assert!(services.contains("<pending>"), "{services}");
    release.total(0, 3);
    // Helm 4 has the way of Helm 3, too.
    let said = install("--wait=legacy", "20s").expect_err("it waits in vain");
    assert!(said.contains("context deadline exceeded"), "{said}");
    release.total(0, 3);

    // The NOTES say that these need no load balancer.
    let type_of = |name: &str| {
        let options = ["--wait=legacy", "--timeout", "180s", "--reuse-values", "--set"];
        let set = format!("service.type={name},service.loadBalancerClass=");
        stdout(release.helm(&["upgrade", NAME, &chart]).args(options).arg(set));
        release.get(&format!("service/{NAME}"))["spec"].clone()
    };
    let port = type_of("NodePort")["ports"][0]["nodePort"].clone();
    let node = Client::new(&format!("http://{}:{port}", crate::node::NODE));
    eventually("the port of the node answers", || node.try_get("/version").ok());
    node.visit();
    assert_eq!(type_of("ClusterIP")["type"], "ClusterIP");
    assert_eq!(release.total(0, 3), 1);
    release.remove();
}

#[test]
fn two_releases_in_one_namespace_know_nothing_of_each_other() {
    let release = Release::install("-two", &["replicaCount=2"]);
    let chart = format!("{ROOT}/deploy/chart");
    let other = |arguments: &[&str]| {
        let values = ["--set", "replicaCount=2,test.image=localhost/footfall-busybox:1"];
        try_stdout(release.helm(arguments).args(values))
    };
    other(&["install", "other", &chart]).expect("a second release");
    let set = "statefulset/other-footfall";
    stdout(&mut release.kubectl(&["rollout", "status", set, "--timeout", "180s"]));
    let visits = |name: &str| {
        let answer =
            crate::release::parse(&release.get_raw(&format!("services/{name}:5000/proxy/visits/count?scope=cluster")));
        assert_eq!(
            (&answer["complete"], answer["replicas"].as_array().map(Vec::len)),
            (&true.into(), Some(2)),
            "{answer}"
        );
        answer["total"].as_i64().expect("a number")
    };
    for _ in 0..10 {
        release.get_raw("services/other-footfall:5000/proxy/");
    }
    assert_eq!((visits(NAME), visits("other-footfall")), (0, 10));
    for name in [NAME, "other"] {
        let said = stdout(&mut release.helm(&["test", name]));
        assert!(said.contains("Succeeded"), "{said}");
    }

    // A RuntimeClass belongs to one release, whatever its namespace.
    let class = ["--set", "runtimeClass.create=true,runtimeClass.name=footfall-two"];
    let shared = |name: &str| {
        let upgrade = ["upgrade", name, &chart, "--reuse-values"];
        try_stdout(release.helm(&upgrade).args(class))
    };
    shared(NAME).expect("the first one makes it");
    let said = shared("other").expect_err("it is there");
    assert!(said.contains("exists and cannot be imported"), "{said}");

    stdout(&mut release.helm(&["uninstall", NAME, "--wait"]));
    assert_eq!(visits("other-footfall"), 10);
    let classes = stdout(&mut kubectl(&["get", "runtimeclass"]));
    assert!(!classes.contains("footfall-two"), "{classes}");
    release.remove();
}
