use super::*;
use crate::fixtures::{NOON, StoreFolder, after_noon};

fn request(source: &str, key: &str) -> RequestKey {
    RequestKey { source: source.into(), key: key.to_owned() }
}

fn kept(answer: &str) -> KeptAnswer {
    KeptAnswer { body: "a digest".to_owned(), answer: answer.to_owned() }
}

#[tokio::test]
async fn the_first_answer_is_kept_over_a_restart_for_its_source_and_key() {
    let folder = StoreFolder::new();
    let store = folder.open();
    store.keep_answer(request("a", "k"), kept("1"), after_noon(10)).await.unwrap();
    store.keep_answer(request("a", "k"), kept("2"), after_noon(11)).await.unwrap();
    let copy = folder.copy();
    let store = copy.open();
    assert_eq!(store.answer_to(request("a", "k"), NOON).await.unwrap(), Some(kept("1")));
    assert_eq!(store.answer_to(request("b", "k"), NOON).await.unwrap(), None);
    assert_eq!(store.answer_to(request("a", "l"), NOON).await.unwrap(), None);
    assert_eq!(store.answer_to(request("a", "k"), after_noon(10)).await.unwrap(), None);
}

#[tokio::test]
async fn old_answers_are_forgotten_a_part_at_a_time_the_oldest_first() {
    let store = StoreFolder::new().open();
    for number in 0..5 {
        let request = request("a", &number.to_string());
        store.keep_answer(request, kept("x"), after_noon(number)).await.unwrap();
    }
    assert_eq!(store.forget_answers(after_noon(3), 3).await.unwrap(), 3);
    assert_eq!(store.answer_to(request("a", "2"), after_noon(-1)).await.unwrap(), None);
    assert_eq!(store.answer_to(request("a", "3"), after_noon(-1)).await.unwrap(), Some(kept("x")));
    assert_eq!(store.forget_answers(after_noon(3), 3).await.unwrap(), 1);
    assert_eq!(store.forget_answers(after_noon(3), 3).await.unwrap(), 0);
    assert_eq!(store.answer_to(request("a", "4"), after_noon(-1)).await.unwrap(), Some(kept("x")));
}
