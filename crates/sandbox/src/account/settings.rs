//! The settings of one account, and how a fake reads them.

use super::address::AddressRange;
use super::invalid::InvalidAccount;

/// The settings of one account: pairs of name and value, where a name may come several times.
pub struct AccountSettings<'a>(Vec<(&'a str, &'a str)>);

impl<'a> AccountSettings<'a> {
    /// Settings of these pairs of name and value.
    pub fn new(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(settings.into_iter().collect())
    }

    /// Makes sure that there are no settings but those in `known`.
    ///
    /// # Errors
    ///
    /// With the name of the first other setting.
    pub fn check_names(&self, known: &[&str]) -> Result<(), InvalidAccount> {
        match self.0.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(InvalidAccount::UnknownSetting((*name).to_owned())),
            None => Ok(()),
        }
    }

    /// All values of the setting `name`, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| *other == name).map(|(_, value)| *value)
    }

    /// All values of the setting `name`, each a list with this separator.
    pub fn list(&self, name: &str, separator: char) -> impl Iterator<Item = &'a str> {
        self.all(name)
            .flat_map(move |value| value.split(separator))
            .map(str::trim)
            .filter(|it| !it.is_empty())
    }

    /// The last value of the setting `name`.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&'a str> {
        self.all(name).last()
    }

    /// The last value of the setting `name`, unless it is empty.
    #[must_use]
    pub fn non_empty(&self, name: &str) -> Option<&'a str> {
        self.last(name).filter(|value| !value.is_empty())
    }

    /// The last value of the setting `name`, which must be there.
    ///
    /// # Errors
    ///
    /// If the setting is missing.
    pub fn required(&self, name: &'static str) -> Result<String, InvalidAccount> {
        self.last(name).map(str::to_owned).ok_or(InvalidAccount::Missing(name))
    }

    /// The values of the setting `name`, each a range of addresses.
    ///
    /// # Errors
    ///
    /// If a value is no range of IPv4 addresses.
    pub fn address_ranges(&self, name: &'static str) -> Result<Vec<AddressRange>, InvalidAccount> {
        let invalid = || InvalidAccount::Invalid(name, "a range of IPv4 addresses, e.g. `203.0.113.0/24`");
        self.all(name).map(|value| value.parse().map_err(|_| invalid())).collect()
    }

    /// True if `limits: none` switches the provider's limits off.
    ///
    /// # Errors
    ///
    /// If `limits` is neither `provider` nor `none`.
    pub fn is_unlimited(&self) -> Result<bool, InvalidAccount> {
        match self.last("limits") {
            None | Some("provider") => Ok(false),
            Some("none") => Ok(true),
            Some(_) => Err(InvalidAccount::Invalid("limits", "`provider` or `none`")),
        }
    }
}
