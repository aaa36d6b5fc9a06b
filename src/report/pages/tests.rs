use proptest::prelude::*;

use super::*;
use crate::report::Id;

const FIRST: Paging = Paging { sort: Sort::Visits, offset: 0, limit: Some(2) };

fn list(replica: &str, pages: &[(&str, i64)]) -> PageList {
    let digit = replica.chars().next_back().unwrap_or('0').to_string();
    PageList {
        reporter: Reporter {
            replica: replica.to_owned(),
            id: Id::parse(&digit.repeat(16)),
            revision: Some(1),
            view: None,
        },
        visits: 0,
        pages: pages.iter().map(|(page, visits)| (Page::parse(page).expect("a page"), *visits)).collect(),
        left_out: LeftOut::default(),
        imports: Vec::new(),
        coarse_before: None,
    }
}

fn merge(lists: Vec<PageList>, paging: Paging) -> Cluster<MergedPages> {
    let answer = |list: PageList| {
        let peer = list.reporter.replica.clone();
        Answer { peer, expected: true, is_own: false, has_news: false, report: Ok(list) }
    };
    let mut lists = lists.into_iter();
    let own = lists.next().expect("a list");
    Cluster::of_pages(own, lists.map(answer).collect(), &Others::default(), (None, None), paging, &Zone::UTC)
}

fn pages(cluster: &Cluster<MergedPages>) -> Vec<(&str, i64)> {
    cluster.merged.pages.iter().map(|count| (count.page.as_str(), count.visits)).collect()
}

#[test]
fn pages_are_added_up_and_listed_by_visits_or_by_name() {
    let lists = || vec![list("r0", &[("/b", 3), ("/a", 1)]), list("r1", &[("/c", 3), ("/a", 1), ("/d", 1)])];
    let all = |sort| merge(lists(), Paging { sort, offset: 0, limit: None });
    assert_eq!(pages(&all(Sort::Visits)), [("/b", 3), ("/c", 3), ("/a", 2), ("/d", 1)]);
    assert_eq!(pages(&all(Sort::Name)), [("/a", 2), ("/b", 3), ("/c", 3), ("/d", 1)]);
    let merged = all(Sort::Visits).merged;
    assert_eq!((merged.total, merged.number_of_pages), (9, 4));
    assert_eq!(merged.replicas.iter().map(|replica| replica.visits).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn what_a_replica_leaves_out_counts_in_the_total_and_makes_the_list_incomplete() {
    let long = PageList { left_out: LeftOut { pages: 2, visits: 5 }, ..list("r1", &[("/a", 1)]) };
    let cluster = merge(vec![list("r0", &[("/a", 1)]), long], FIRST);
    assert_eq!((cluster.merged.total, pages(&cluster), cluster.complete), (7, vec![("/a", 2)], false));
    assert_eq!(cluster.missing, ["r1"]);
    assert_eq!(cluster.reasons["r1"], "its list is too long: it lacks 2 pages with 5 visits");
}

#[test]
fn a_list_whose_sum_cannot_be_is_not_plausible() {
    let most = crate::report::MAX_VISITS;
    assert!(list("r0", &[("/a", most)]).is_plausible());
    assert!(!list("r0", &[("/a", most), ("/b", 1)]).is_plausible());
    assert!(!list("r0", &[("/a", -1)]).is_plausible());
    let left_out = |pages, visits| PageList { left_out: LeftOut { pages, visits }, ..list("r0", &[("/a", most)]) };
    assert!(!left_out(1, 1).is_plausible() && !left_out(-1, 0).is_plausible());
}

proptest! {
    #[test]
    fn the_parts_of_a_list_make_the_list(
        names in prop::collection::btree_map("/[a-z]{1,2}", 1..5_i64, 0..20), limit in 1..9_usize, offset in 0..30_usize,
        by_name in any::<bool>(),
    ) {
        let listed: Vec<_> = names.iter().map(|(page, visits)| (page.as_str(), *visits)).collect();
        let sort = if by_name { Sort::Name } else { Sort::Visits };
        let all = merge(vec![list("r0", &listed)], Paging { sort, offset: 0, limit: None });
        let (mut next, mut found, mut parts) = (Some(0), Vec::new(), 0);
        while let Some(offset) = next {
            parts += 1;
            prop_assert!(parts <= names.len().div_ceil(limit).max(1));
            let part = merge(vec![list("r0", &listed)], Paging { sort, offset, limit: Some(limit) }).merged;
            prop_assert!(part.pages.len() <= limit && part.number_of_pages == names.len());
            found.extend(part.pages.iter().map(|count| (count.page.as_str().to_owned(), count.visits)));
            next = part.next;
        }
        let found: Vec<_> = found.iter().map(|(page, visits)| (&**page, *visits)).collect();
        prop_assert_eq!(found, pages(&all));
        let rest = merge(vec![list("r0", &listed)], Paging { sort, offset, limit: None });
        prop_assert_eq!(pages(&rest), pages(&all).into_iter().skip(offset).collect::<Vec<_>>());
    }
}
