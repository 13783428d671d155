//! The search in titles and culprits.

use bugsage_domain::error::{Edit, ErrorCommand};
use bugsage_projections::errors::ListQuery;

use crate::world::{Seed, World, day};

#[tokio::test]
async fn a_search_finds_text_anywhere_and_takes_it_literally() {
    let world = World::new().await;
    for title in [
        "disk 100% full",
        "disk 1000 full",
        "no snake_case",
        "no snakeXcase",
        r"C:\temp missing",
        "C:temp missing",
        "ÜBERLAUF im Puffer",
        "日本語のエラー",
    ] {
        world
            .error(Seed {
                title,
                ..Seed::default()
            })
            .await;
    }
    world
        .error(Seed {
            title: "a timeout",
            culprit: Some("shop.checkout.pay"),
            ..Seed::default()
        })
        .await;
    world.catch_up().await;
    for (search, found) in [
        ("0% f", vec!["disk 100% full"]),
        ("100", vec!["disk 1000 full", "disk 100% full"]),
        ("snake_case", vec!["no snake_case"]),
        (r":\temp", vec![r"C:\temp missing"]),
        (r"\", vec![r"C:\temp missing"]),
        ("%", vec!["disk 100% full"]),
        ("TIMEOUT", vec!["a timeout"]),
        ("überlauf", vec!["ÜBERLAUF im Puffer"]),
        ("本語", vec!["日本語のエラー"]),
        ("ー", vec!["日本語のエラー"]),
        ("Checkout", vec!["a timeout"]),
        ("no such text", vec![]),
    ] {
        let query = ListQuery {
            search: Some(search.to_owned()),
            ..ListQuery::default()
        };
        let list = world.queries.list(&world.scope, &query, day(20)).await;
        let titles: Vec<_> = list.unwrap().errors.into_iter().map(|e| e.title).collect();
        assert_eq!(titles, found, "{search:?}");
    }
}

#[tokio::test]
async fn a_search_follows_a_new_title() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let edit = Edit {
        title: Some("Payments fail".to_owned()),
        at: day(1),
        ..Edit::default()
    };
    world.does(error, ErrorCommand::Edit(Box::new(edit))).await;
    world.catch_up().await;
    let searched = |text: &str| ListQuery {
        search: Some(text.to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&searched("payments")).await, [error]);
    assert_eq!(world.listed(&searched("ValueError")).await, []);
}
