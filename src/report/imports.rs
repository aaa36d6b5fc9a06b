//! Who counts what several have: a replica that answers and those that imported a backup of it.

use super::id::Id;
use super::replica::Imported;

/// A replica that answers, and what it has imported.
#[derive(Debug)]
pub struct Holder {
    /// What it is called as a peer.
    pub name: String,
    /// The id of its database.
    pub id: Option<Id>,
    /// Its imports.
    pub imports: Vec<Imported>,
}

/// What each of these replicas has to leave out of its report: imports of replicas that answer themselves, and of what
/// several have imported all but the latest. Returns what the first one has to leave out, and the names of others with it.
pub fn left_out(holders: &[Holder]) -> (Vec<Id>, Vec<(String, Vec<Id>)>) {
    let of = |holder: &Holder| {
        let ids = holder.imports.iter().map(|import| &import.id);
        ids.filter(|id| counter(id, holders) != holder.id.as_ref()).cloned().collect::<Vec<_>>()
    };
    let others = holders.iter().skip(1).map(|holder| (holder.name.clone(), of(holder)));
    (holders.first().map(of).unwrap_or_default(), others.filter(|(_, ids)| !ids.is_empty()).collect())
}

/// The id of the database that counts the visits of this one: itself if it answers, or else the first one of those that
/// have the latest import of it.
fn counter<'a>(id: &'a Id, holders: &'a [Holder]) -> Option<&'a Id> {
    if holders.iter().any(|holder| holder.id.as_ref() == Some(id)) {
        return Some(id);
    }
    let mut latest: Option<(i64, Option<&Id>)> = None;
    for holder in holders {
        let import = holder.imports.iter().find(|import| import.id == *id);
        if let Some(import) = import.filter(|import| latest.is_none_or(|(revision, _)| import.revision > revision)) {
            latest = Some((import.revision, holder.id.as_ref()));
        }
    }
    latest.and_then(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn id(digit: char) -> Id {
        Id::parse(&digit.to_string().repeat(16)).expect("an id")
    }

    /// A replica with the id and the name `digit`, and imports, each with its revision.
    fn holder(digit: char, imports: &[(char, i64)]) -> Holder {
        let import = |(digit, revision): &(char, i64)| Imported {
            id: id(*digit),
            replica: digit.to_string(),
            revision: *revision,
            as_of: DateTime::UNIX_EPOCH,
            visits: Some(1),
        };
        Holder { name: digit.to_string(), id: Some(id(digit)), imports: imports.iter().map(import).collect() }
    }

    fn ids(digits: &str) -> Vec<Id> {
        digits.chars().map(id).collect()
    }

    #[test]
    fn what_is_there_twice_is_counted_once_by_the_original_or_the_latest_import() {
        let check = |imports: [&[(char, i64)]; 3], own: &str, others: &[(&str, &str)]| {
            let holders = [holder('a', imports[0]), holder('b', imports[1]), holder('c', imports[2])];
            let others: Vec<_> = others.iter().map(|(name, digits)| ((*name).to_owned(), ids(digits))).collect();
            assert_eq!(left_out(&holders), (ids(own), others), "{imports:?}");
        };
        check([&[], &[], &[]], "", &[]);
        check([&[('d', 1), ('e', 2)], &[], &[]], "", &[]);
        check([&[('b', 9), ('d', 1)], &[], &[]], "b", &[]);
        check([&[('d', 1)], &[('d', 3)], &[('d', 2)]], "d", &[("c", "d")]);
        check([&[('d', 2)], &[('d', 2)], &[('b', 1)]], "", &[("b", "d"), ("c", "b")]);
    }

    #[test]
    fn a_copy_of_a_database_has_what_it_has_imported() {
        let holders = [holder('a', &[('d', 1)]), holder('a', &[('d', 2)])];
        assert_eq!(left_out(&holders), (Vec::new(), Vec::new()));
    }
}
