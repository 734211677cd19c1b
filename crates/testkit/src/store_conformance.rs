//! The store conformance suite: promises that every engine of the store keeps.
//!
//! It uses nothing but the store's public surface, so that an engine passes it or
//! does not, whatever SQL it speaks.

mod durability;
mod decisions;
mod ledger;
mod groups;
mod bookkeeping;
mod events;
mod site;

pub use self::site::StoreSite;

/// Checks that the engine of `S` keeps every promise of the store, each on a database of its own.
pub async fn store_conformance<S: StoreSite>() {
    durability::accepted_alerts_survive_reopening(&S::create().await).await;
    durability::a_failed_unit_leaves_nothing_of_its_call(&S::create().await).await;
    durability::a_failed_call_costs_its_neighbours_nothing(&S::create().await).await;
    durability::numbers_are_never_reused(&S::create().await).await;
    decisions::units_see_what_the_ones_before_them_wrote(&S::create().await).await;
    decisions::commits_are_told_in_order_without_their_callers(&S::create().await).await;
    decisions::events_that_come_twice_change_nothing_more(&S::create().await).await;
    decisions::a_rung_is_climbed_once(&S::create().await).await;
    decisions::channels_are_handed_over_at_their_place_among_the_commits(&S::create().await).await;
    ledger::mere_repeats_are_counted_in_the_row_they_repeat(&S::create().await).await;
    ledger::the_audit_accounts_for_everything(&S::create().await).await;
    ledger::dead_letters_are_found_page_by_page_and_resolved(&S::create().await).await;
    ledger::deliveries_on_unknown_channels_are_found(&S::create().await).await;
    ledger::retention_deletes_what_is_over_and_nothing_else(&S::create().await).await;
    groups::a_group_of_three_is_loaded_in_order_after_reopening(&S::create().await).await;
    groups::each_alert_of_a_group_knows_its_notification(&S::create().await).await;
    groups::the_audit_accounts_for_every_alert_of_a_group(&S::create().await).await;
    groups::a_group_is_forgotten_with_the_last_of_its_alerts(&S::create().await).await;
    groups::an_alert_keeps_the_end_that_its_source_gives(&S::create().await).await;
    bookkeeping::sends_count_until_no_budget_looks_back(&S::create().await).await;
    bookkeeping::a_send_whose_end_nobody_saw_ends_at_the_restart(&S::create().await).await;
    bookkeeping::the_longer_hold_counts_and_survives_reopening(&S::create().await).await;
    bookkeeping::a_digest_is_repeated_with_the_same_deliveries(&S::create().await).await;
    bookkeeping::names_and_keys_are_made_once(&S::create().await).await;
}
