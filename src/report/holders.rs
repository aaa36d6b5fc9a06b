//! Who counts what several have: a replica that answers and those that imported a backup of it.

use super::id::Id;
use super::imported::Imported;

/// A replica that was asked, and what it has imported; nothing if it did not answer.
#[derive(Debug)]
pub struct Holder {
    /// The id of its database.
    pub id: Option<Id>,
    /// Its imports.
    pub imports: Vec<Imported>,
}

impl Holder {
    fn counted(&self) -> impl Iterator<Item = &Imported> {
        self.imports.iter().filter(|import| import.visits.is_some())
    }
}

/// What each of these replicas counts and has to leave out: imports of replicas that answer themselves, and of what several
/// have imported all but the latest.
pub fn left_out(holders: &[Holder]) -> Vec<Vec<Id>> {
    let of = |holder: &Holder| {
        let ids = holder.counted().map(|import| &import.id);
        ids.filter(|id| counter(id, holders) != holder.id.as_ref()).cloned().collect()
    };
    holders.iter().map(of).collect()
}

/// The id of the database that counts the visits of this one: itself if it answers, or else the first one of those that
/// have the latest import of it.
fn counter<'a>(id: &'a Id, holders: &'a [Holder]) -> Option<&'a Id> {
    if holders.iter().any(|holder| holder.id.as_ref() == Some(id)) {
        return Some(id);
    }
    let mut latest: Option<(i64, Option<&Id>)> = None;
    for holder in holders {
        let import = holder.counted().find(|import| import.id == *id);
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

    /// A replica with this id, and imports, each with its revision.
    fn holder(digit: char, imports: &[(char, i64)]) -> Holder {
        let import = |(digit, revision): &(char, i64)| Imported {
            id: id(*digit),
            replica: digit.to_string(),
            revision: *revision,
            as_of: DateTime::UNIX_EPOCH,
            visits: Some(1),
        };
        Holder { id: Some(id(digit)), imports: imports.iter().map(import).collect() }
    }

    #[test]
    fn what_is_there_twice_is_counted_once_by_the_original_or_the_latest_import() {
        let check = |imports: [&[(char, i64)]; 3], expected: [&str; 3]| {
            let holders = [holder('a', imports[0]), holder('b', imports[1]), holder('c', imports[2])];
            let expected = expected.map(|digits| digits.chars().map(id).collect::<Vec<_>>());
            assert_eq!(left_out(&holders), expected, "{imports:?}");
        };
        check([&[], &[], &[]], ["", "", ""]);
        check([&[('d', 1), ('e', 2)], &[], &[]], ["", "", ""]);
        check([&[('b', 9), ('d', 1)], &[], &[]], ["b", "", ""]);
        check([&[('d', 1)], &[('d', 3)], &[('d', 2)]], ["d", "", "d"]);
        check([&[('d', 2)], &[('d', 2)], &[('b', 1)]], ["", "d", "b"]);
    }

    #[test]
    fn what_a_replica_has_left_out_already_counts_nowhere() {
        let mut holders = [holder('a', &[('d', 2)]), holder('b', &[('d', 1)])];
        holders[0].imports[0].visits = None;
        assert_eq!(left_out(&holders), [[], []]);
    }

    #[test]
    fn a_copy_of_a_database_has_what_it_has_imported() {
        let holders = [holder('a', &[('d', 1)]), holder('a', &[('d', 2)])];
        assert_eq!(left_out(&holders), [[], []]);
    }
}
