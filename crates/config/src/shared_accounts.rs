//! Confirmations that are counted twice: of channels with the same credentials.

use std::collections::BTreeMap;

use fanfare_core::{Account, ChannelName, Receiver, Succeed, Unless};
use fanfare_gateway::ChannelSetup;
use fanfare_settings::{Section, SettingPath};

/// Warns of receivers of which several channels must confirm, some of them by the same account: one fault silences
/// both, and nobody hears of it by the other.
pub(crate) fn check(receivers: &[Receiver], channels: &[&ChannelSetup], section: &mut Section) {
    let accounts: BTreeMap<&ChannelName, &Account> =
        channels.iter().map(|it| (&it.name, &it.limits.account)).collect();
    for (index, receiver) in receivers.iter().enumerate() {
        let Some(needed) = several(receiver.terms.contract.succeed) else { continue };
        if let Some((first, second)) = twins(receiver, &accounts) {
            let message = format!(
                "`{first}` and `{second}` use the same credentials, and count as two of the {needed}: what silences one \
                 silences both; name a channel with others in the place of one of them"
            );
            let path = SettingPath::new("receivers").index(index).key("contract").key("succeed");
            section.warning(&path, message);
        }
    }
}

/// The number of confirmations, if it is stated and more than one. Where all must confirm each stands for itself.
fn several(succeed: Succeed) -> Option<usize> {
    match succeed {
        Succeed::All => None,
        Succeed::AtLeast(number) => Some(number.get()).filter(|it| *it > 1),
    }
}

/// The first two channels of one account whose confirmations count.
fn twins<'a>(
    receiver: &'a Receiver,
    accounts: &BTreeMap<&ChannelName, &Account>,
) -> Option<(&'a ChannelName, &'a ChannelName)> {
    let terms = &receiver.terms;
    let added = terms.escalate.iter().filter(|it| it.unless == Unless::Delivered).flat_map(|it| &it.to);
    let mut first_of_account = BTreeMap::new();
    terms.channels.iter().chain(added).find_map(|channel| {
        let first = *first_of_account.entry(*accounts.get(channel)?).or_insert(channel);
        (first != channel).then_some((first, channel))
    })
}
