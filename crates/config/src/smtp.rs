//! The listener for mails, and the addresses of sources.

use std::collections::BTreeMap;

use fanfare_settings::{Section, SettingPath};
use fanfare_smtp::{LoginRule, MailAddress, SmtpListener};

use crate::keyword_or_map::SourceAuthYaml;
use crate::scalars::{ByteSize, Listen, MailboxText};
use crate::yaml::{MailYaml, ServerYaml, SmtpYaml, SourceYaml};

/// The longest mail unless the config says otherwise, in bytes. A recorder attaches a few pictures.
const MAX_MAIL: usize = 10 * 1024 * 1024;

/// The length of a mail of few words, with the headers that servers put on it, in bytes.
const SMALLEST_MAIL: usize = 64 * 1024;

/// Notes a listener without a source, sources without a listener, and sources that strangers could mail to.
pub(crate) fn check(server: &ServerYaml, sources: &[SourceYaml], section: &mut Section) {
    let path = SettingPath::new("server").key("smtp");
    let with_mail: Vec<(usize, &SourceYaml)> =
        sources.iter().enumerate().filter(|(_, it)| it.mail.is_some()).collect();
    let place = |index: usize| SettingPath::new("sources").index(index);
    let Some(smtp) = &server.smtp else {
        if section.is_reported(&path) {
            return;
        }
        for (index, _) in with_mail {
            let message =
                "no mail arrives without a listener: add `smtp: { listen: 127.0.0.1:2525 }` under `server`";
            section.error(&place(index).key("mail"), message);
        }
        return;
    };
    if with_mail.is_empty() {
        section.warning(&path, "no source takes mails: add `mail: { to: [NAME@fanfare.local] }` to one");
    }
    if smtp.max_mail.is_some_and(|ByteSize(bytes)| bytes < SMALLEST_MAIL) {
        section
            .warning(&path.key("max_mail"), "a mail with a picture or a logo is longer: write 1MiB or more");
    }
    for (index, source) in with_mail {
        check_access(smtp, server, source, &place(index), section);
    }
}

/// Notes a source that everybody may mail to while strangers can reach the listener, and one whose login cannot be shown.
fn check_access(
    smtp: &SmtpYaml,
    server: &ServerYaml,
    source: &SourceYaml,
    path: &SettingPath,
    section: &mut Section,
) {
    let Listen(listen) = smtp.listen;
    match &source.auth {
        Some(SourceAuthYaml::None) if !smtp.listen.is_private() => section.error(
            &path.key("auth"),
            "`none` is only accepted if `server.smtp.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`",
        ),
        Some(SourceAuthYaml::AnyOf(_))
            if server.tls.is_none() && !smtp.auth_without_tls && !listen.ip().to_canonical().is_loopback() =>
        {
            section.warning(
                &path.key("auth"),
                "nobody but programs on this machine can log in to mail: set `server.tls`, or `server.smtp.auth_without_tls` if nobody else reads on the network",
            );
        }
        Some(SourceAuthYaml::None | SourceAuthYaml::AnyOf(_)) | None => {}
    }
}

/// Notes mistakes of the addresses of the source at `path`.
pub(crate) fn check_source(mail: &MailYaml, source: &SourceYaml, path: &SettingPath, section: &mut Section) {
    if mail.to.is_empty() && !section.is_reported(&path.key("mail").key("to")) {
        section.error(&path.key("mail").key("to"), "must not be empty: name the address that boxes mail to");
    }
    match &source.auth {
        // One without a broker has to have it in any case.
        None if source.mqtt.is_some() && !section.is_reported(&path.key("auth")) => {
            section.error(path, "missing setting `auth`: a mail needs a login, or `auth: none` must be said")
        }
        Some(SourceAuthYaml::AnyOf(credentials))
            if !credentials.iter().any(|it| it.bearer.is_some() || it.basic.is_some()) =>
        {
            section.error(
                &path.key("auth"),
                "no mail can show this: add a `basic` login, or a `bearer` token, which is the password then",
            );
        }
        Some(SourceAuthYaml::None | SourceAuthYaml::AnyOf(_)) | None => {}
    }
}

/// Notes addresses that are those of several sources, or stand twice.
pub(crate) fn check_recipients<'a>(
    sources: impl Iterator<Item = Option<&'a MailYaml>>,
    section: &mut Section,
) {
    let mut first: BTreeMap<&MailAddress, usize> = BTreeMap::new();
    for (index, mail) in sources.enumerate() {
        let addresses = mail.iter().flat_map(|it| it.to.iter()).enumerate();
        for (number, MailboxText(address)) in addresses {
            if let Some(other) = first.insert(address, index) {
                let path = SettingPath::new("sources").index(index).key("mail").key("to").index(number);
                let message =
                    format!("is an address of sources[{other}] too: a mail to it is for one source");
                section.error(&path, message);
            }
        }
    }
}

/// The listener that `yaml` states.
pub(crate) fn listener(yaml: &SmtpYaml) -> SmtpListener {
    let SmtpYaml { listen: Listen(listen), auth_without_tls, max_mail } = yaml;
    SmtpListener {
        listen: *listen,
        logins: if *auth_without_tls { LoginRule::Anywhere } else { LoginRule::Protected },
        max_mail: max_mail.map_or(MAX_MAIL, |ByteSize(bytes)| bytes),
    }
}

/// The addresses that `yaml` states.
pub(crate) fn recipients(yaml: MailYaml) -> Vec<MailAddress> {
    yaml.to.into_iter().map(|MailboxText(address)| address).collect()
}
