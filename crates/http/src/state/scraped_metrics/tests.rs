use prometheus_client::metrics::counter::Counter;

use super::*;

fn counted() -> (ScrapedMetrics, Counter) {
    let (mut registry, counter) = (Registry::default(), Counter::default());
    registry.register("asked", "Times that somebody asked", counter.clone());
    (ScrapedMetrics::new(registry), counter)
}

/// The number that the text shows.
fn shown(texts: &ScrapedMetrics) -> u64 {
    let text = String::from_utf8(texts.text().unwrap().to_vec()).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("asked_total ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_few_scrapes_see_everything_as_it_is() {
    let (texts, counter) = counted();
    for number in 0..u64::from(TEXTS) {
        assert_eq!(shown(&texts), number);
        counter.inc();
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_gets_a_text_that_is_a_second_old_at_most() {
    let (texts, counter) = counted();
    for _ in 0..TEXTS {
        shown(&texts);
    }
    counter.inc();
    for _ in 0..10_000 {
        assert_eq!(shown(&texts), 0, "made for the last of the first");
    }
    tokio::time::advance(LIFETIME - Duration::from_millis(1)).await;
    assert_eq!(shown(&texts), 0);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(shown(&texts), 1);
    counter.inc();
    assert_eq!(shown(&texts), 2);
}
