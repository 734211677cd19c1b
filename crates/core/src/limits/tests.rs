use std::num::NonZeroU32;

use super::*;

#[test]
fn an_account_is_named_without_its_credentials() {
    let account = Account::new("dingtalk", &["the-token"]);
    assert_eq!(account, Account::new("dingtalk", &["the-token"]));
    assert_ne!(account, Account::new("dingtalk", &["another-token"]));
    assert_ne!(Account::new("wecom", &["ab", "c"]), Account::new("wecom", &["a", "bc"]));
    assert!(
        account.as_str().starts_with("dingtalk:") && !account.as_str().contains("the-token"),
        "{account}"
    );
}

#[test]
fn a_way_out_is_its_provider_and_the_proxy_on_the_way() {
    let direct = Egress::new("https://oapi.dingtalk.com", None);
    let proxied = Egress::new("https://oapi.dingtalk.com", Some("http://proxy:3128"));
    assert_eq!(direct.as_str(), "https://oapi.dingtalk.com");
    assert_eq!(proxied.as_str(), "https://oapi.dingtalk.com via http://proxy:3128");
    assert_ne!(direct, Egress::new("https://qyapi.weixin.qq.com", None));
}

#[test]
fn what_holds_all_accounts_behind_a_way_out_is_kept_under_a_name_no_account_has() {
    let held = Egress::new("https://oapi.dingtalk.com", None).as_account();
    assert_eq!(held.as_str(), "egress:https://oapi.dingtalk.com");
    assert_eq!(Account::from_stored(held.to_string()), held);
    assert_ne!(held, Account::new("egress", &["https://oapi.dingtalk.com"]));
}

/// The concurrency of a channel that declares 2, with a budget of `messages` per `seconds`.
#[track_caller]
fn check_concurrency(messages: u32, seconds: u64, expected: usize) {
    let limits = Limits {
        account: Account::new("test", &["a"]),
        egress: Egress::new("https://provider.example", None),
        budgets: Vec::new(),
        quota: None,
        concurrency: NonZeroUsize::new(2).unwrap(),
    };
    let budget = Budget { messages: NonZeroU32::new(messages).unwrap(), per: Duration::from_secs(seconds) };
    assert_eq!(limits.with_budgets(vec![budget]).concurrency.get(), expected);
}

#[test]
fn a_larger_budget_lets_more_attempts_be_under_way() {
    check_concurrency(20, 60, 2);
    check_concurrency(100, 1, 25);
    check_concurrency(1_000_000, 1, 64);
}

#[test]
fn of_several_budgets_the_tightest_sets_how_many_attempts_are_under_way() {
    let budget = |messages, seconds| Budget {
        messages: NonZeroU32::new(messages).unwrap(),
        per: Duration::from_secs(seconds),
    };
    let limits = Limits {
        account: Account::new("test", &["a"]),
        egress: Egress::new("https://provider.example", None),
        budgets: Vec::new(),
        quota: None,
        concurrency: NonZeroUsize::MIN,
    };
    // 6,000 a minute are 25 in a quarter of a second, 20 a second are 5.
    let limits = limits.with_budgets(vec![budget(6_000, 60), budget(20, 1)]);
    assert_eq!(limits.concurrency.get(), 5);
}

#[test]
fn without_a_budget_the_process_sets_the_limit_and_the_quota_stays() {
    let quota = Quota {
        pool: "test".to_owned(),
        messages: NonZeroU32::new(5_000).unwrap(),
        per: crate::QuotaPeriod::Month,
        zone: jiff::tz::TimeZone::UTC,
    };
    let limits = Limits {
        account: Account::new("test", &["a"]),
        egress: Egress::new("https://provider.example", None),
        budgets: Vec::new(),
        quota: Some(quota.clone()),
        concurrency: NonZeroUsize::MIN,
    };
    let limits = limits.with_budgets(Vec::new());
    assert_eq!((limits.concurrency.get(), limits.budgets, limits.quota), (64, Vec::new(), Some(quota)));
}
