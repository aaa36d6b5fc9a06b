//! The component as a file, in its two builds.

use std::fs;

use wasmparser::{Parser, Payload};

use crate::server::Runtime;

/// What it imports and exports, by name.
fn interfaces(component: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    // Components hold modules and other components, which have imports of their own.
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                imports.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                exports.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
            }
            _ => {}
        }
    }
    (imports, exports)
}

#[test]
fn the_component_is_small_and_asks_for_wasi_and_spin_alone() {
    for (runtime, handler) in
        [(Runtime::Spin40, "wasi:http/handler@0.3.0-rc-2026-03-15"), (Runtime::Spin41, "wasi:http/handler@0.3.0")]
    {
        let component = fs::read(runtime.component()).expect("the component: run `make build` first");
        assert!(component.len() < 2_200_000, "{} bytes for {runtime:?}", component.len());
        let (imports, exports) = interfaces(&component);
        for import in &imports {
            assert!(["wasi:", "spin:"].iter().any(|of| import.starts_with(of)), "it imports {import}");
            // Of these there is nothing in the cluster.
            let absent = ["wasi:sockets", "wasi:keyvalue", "spin:key-value", "spin:redis"];
            assert!(!absent.iter().any(|absent| import.starts_with(absent)), "it imports {import}");
        }
        for needed in ["spin:sqlite/sqlite@", "spin:variables/variables@"] {
            assert!(imports.iter().any(|import| import.starts_with(needed)), "no {needed} in {imports:?}");
        }
        assert!(exports.iter().any(|export| export == handler), "{exports:?}");
    }
}
