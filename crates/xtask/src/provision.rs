//! Programs that the checks and tests need besides Rust and a C compiler: Debian packages,
//! and components of the Rust toolchain that a minimal one lacks.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

#[cfg(test)]
mod tests;

/// A Debian package that some test talks to.
#[derive(Debug)]
struct Requirement {
    package: &'static str,
    because: &'static str,
    /// A command that succeeds where it is installed.
    probe: &'static [&'static str],
}

const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        package: "python3-aiosmtpd",
        because: "the e-mail channel is tested against a mail server that is not ours",
        // Debian's own Python: one that stands before it in the path does not see its packages.
        probe: &["/usr/bin/python3", "-c", "import aiosmtpd"],
    },
    Requirement {
        package: "python3-venv",
        because: "Schemathesis, which asks every door by the OpenAPI document, is installed from PyPI",
        probe: &["python3", "-c", "import ensurepip, venv"],
    },
    Requirement {
        package: "postfix",
        because: "the e-mail channel is tested against a second one; where root runs the tests",
        probe: &["/usr/sbin/postconf", "-d", "mail_version"],
    },
    Requirement {
        package: "mosquitto",
        because: "messages of a broker are taken from a real one, which is killed",
        probe: &["sh", "-c", "command -v mosquitto || ls /usr/sbin/mosquitto"],
    },
    Requirement {
        package: "mosquitto-clients",
        because: "senders publish to that broker",
        probe: &["sh", "-c", "command -v mosquitto_pub"],
    },
    Requirement {
        package: "curl",
        because: "it is what most scripts post with, and shows certificates",
        probe: &["curl", "--version"],
    },
    Requirement {
        package: "nodejs",
        because: "the ThinkLink scripts in `examples` are run as ThinkLink runs them",
        probe: &["node", "--version"],
    },
    Requirement {
        package: "prometheus",
        because: "the rules in `examples/monitoring` are tested with its `promtool`, and it posts alerts itself",
        probe: &["promtool", "--version"],
    },
    Requirement {
        package: "prometheus-alertmanager",
        because: "it posts alerts as in `examples/senders`",
        probe: &["prometheus-alertmanager", "--version"],
    },
    Requirement {
        package: "libfaketime",
        because: "gateways live with wall clocks that are wrong",
        probe: &["sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1"],
    },
];

/// The packages that only `cargo xtask fuzz` needs.
const FOR_FUZZING: &[Requirement] =
    &[Requirement { package: "g++", because: "libFuzzer is written in C++", probe: &["c++", "--version"] }];

/// A component of the toolchain, and a command that succeeds where it is installed.
const COMPONENTS: &[(&str, &[&str])] =
    &[("clippy", &["cargo", "clippy", "--version"]), ("rustfmt", &["cargo", "fmt", "--version"])];

/// The way in which what is missing is provided.
#[derive(Debug, PartialEq, Eq)]
enum Provision {
    Nothing,
    /// Commands to run, in this order.
    Install([Vec<&'static str>; 2]),
    /// The user is told what to type, because only root may install.
    Ask(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    Root,
    Other,
}

/// Installs missing components and packages, and says so.
pub(crate) fn install_missing(out: &mut dyn Write) -> Result<()> {
    let missing = COMPONENTS.iter().filter(|(_, probe)| !succeeds(probe)).map(|(component, _)| *component);
    if let Some(command) = component_command(&missing.collect::<Vec<_>>()) {
        writeln!(out, "$ {}", command.join(" "))?;
        run(&command)?;
    }
    install_packages(REQUIREMENTS, out)
}

/// Installs the missing packages that fuzzing needs, and says so.
pub(crate) fn install_for_fuzzing(out: &mut dyn Write) -> Result<()> {
    install_packages(FOR_FUZZING, out)
}

/// The command that adds these components to the toolchain in use, where there are any to add.
fn component_command(missing: &[&'static str]) -> Option<Vec<&'static str>> {
    let command = || [&["rustup", "component", "add"][..], missing].concat();
    (!missing.is_empty()).then(command)
}

fn install_packages(requirements: &[Requirement], out: &mut dyn Write) -> Result<()> {
    let missing: Vec<&Requirement> = requirements.iter().filter(|it| !succeeds(it.probe)).collect();
    for Requirement { package, because, probe: _ } in &missing {
        writeln!(out, "`{package}` is missing: {because}")?;
    }
    let packages: Vec<&'static str> = missing.iter().map(|it| it.package).collect();
    match remedy(&packages, user()?) {
        Provision::Nothing => writeln!(out, "nothing is missing")?,
        Provision::Ask(command) => bail!("run this once, then again: {command}"),
        Provision::Install(commands) => {
            for command in commands {
                writeln!(out, "$ {}", command.join(" "))?;
                run(&command)?;
            }
        }
    }
    Ok(())
}

fn remedy(missing: &[&'static str], user: User) -> Provision {
    if missing.is_empty() {
        return Provision::Nothing;
    }
    match user {
        User::Root => {
            let mut install = vec!["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"];
            install.extend(missing);
            Provision::Install([vec!["apt-get", "update", "--quiet"], install])
        }
        User::Other => {
            let packages = missing.join(" ");
            Provision::Ask(format!("sudo apt-get update && sudo apt-get install --yes {packages}"))
        }
    }
}

fn user() -> Result<User> {
    let id = Command::new("id").arg("-u").output().context("cannot run `id -u`")?;
    Ok(if id.stdout.trim_ascii() == b"0" { User::Root } else { User::Other })
}

fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else {
        return false;
    };
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn run(command: &[&str]) -> Result<()> {
    let [program, arguments @ ..] = command else {
        return Ok(());
    };
    let status = Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {program}"))?;
    if !status.success() {
        bail!("`{}` failed: {status}", command.join(" "));
    }
    Ok(())
}
