//! The secret.

use k8s_openapi::api::core::v1::Secret;

use crate::cases::everywhere;

const TOKEN: &str = "SPIN_VARIABLE_EXPORT_TOKEN";

#[test]
fn the_export_token_comes_from_a_secret_that_is_there() {
    everywhere(|case| {
        let env = case.objects.env(TOKEN);
        let secrets = case.objects.all::<Secret>();
        let (value, existing) = (case.text("/exportToken/value"), case.text("/exportToken/existingSecret"));
        assert_eq!(env.is_some(), value.or(existing).is_some(), "a token is there if it was given");
        assert_eq!(secrets.len(), usize::from(value.is_some() && existing.is_none()));

        let Some(env) = env else { return };
        assert_eq!(env.value, None);
        let source = env.value_from.and_then(|source| source.secret_key_ref).expect("a secret");
        assert_eq!(Some(source.key.as_str()), case.text("/exportToken/key"));
        assert_ne!(source.optional, Some(true), "without its token a pod does not start");
        match secrets.first() {
            Some(secret) => {
                assert_eq!(secret.metadata.name, Some(source.name));
                let text = secret.string_data.as_ref().and_then(|data| data.get(&source.key));
                assert_eq!(text.map(String::as_str), value);
            }
            None => assert_eq!(Some(source.name.as_str()), existing),
        }
    });
}

#[test]
fn the_export_token_is_written_nowhere_but_in_the_secret() {
    everywhere(|case| {
        let Some(token) = case.text("/exportToken/value") else { return };
        for object in case.objects.0.iter().filter(|object| object["kind"] != "Secret") {
            assert!(!object.to_string().contains(token), "{object:#}");
        }
    });
}
