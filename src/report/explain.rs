//! What a requirement asks, from the pack: for the terminal, and as the page docs/requirements.md.

use std::fmt::Write as _;

use super::diagnostics::field;
use super::json::severity_word;
use super::snippet::Style;
use crate::prove::pack::{Asks, Check, Condition, Flow, Pack, Requirement, Scope, Servers};

/// One requirement, for people.
#[must_use]
pub fn render(requirement: &Requirement, style: Style) -> String {
    let mut text = format!("{}: {}\n\n", requirement.id, requirement.title);
    text.push_str(&field("what", &requirement.what, style));
    text.push_str(&field("why", &requirement.why, style));
    for line in asks(requirement) {
        text.push_str(&field("asks", &line, style));
    }
    text.push_str(&field("severity", &severity(requirement), style));
    text.push_str(&field("decided", &decided(requirement), style));
    if let Some(reading) = &requirement.reading {
        text.push_str(&field("reading", reading, style));
    }
    for mistake in &requirement.mistakes {
        text.push_str(&field("mistake", mistake, style));
    }
    text.push_str(&field("help", &requirement.help, style));
    text.push_str(&field("source", &citation(requirement), style));
    text
}

/// One line per requirement: id, severity, title.
#[must_use]
pub fn list(packs: &[Pack]) -> String {
    let mut text = String::new();
    for pack in packs {
        let _ = writeln!(text, "{}: {}", pack.name, pack.title);
        let width = pack
            .requirements
            .iter()
            .map(|row| row.id.len())
            .max()
            .unwrap_or(0);
        for row in &pack.requirements {
            let _ = writeln!(
                text,
                "  {:width$}  {:7}  {}",
                row.id,
                severity_word(row.severity),
                row.title
            );
        }
    }
    text
}

/// The page docs/requirements.md.
#[must_use]
pub fn page(pack: &Pack) -> String {
    let mut text = format!(
        "# Requirements\n\n\
         <!-- Printed by `clearway rules list --format markdown`; a test holds the two together. -->\n\n\
         The pack `{}`: {}. Ids are the contract: reports, suppressions and test cases use exactly these words.\n\n",
        pack.name, pack.title
    );
    text.push_str("| requirement | severity | asks | lines |\n|---|---|---|---|\n");
    for row in &pack.requirements {
        let id = short_id(row);
        let _ = writeln!(
            text,
            "| [`{id}`](#{id}) | {} | {} | {} |",
            severity_word(row.severity),
            row.title,
            lines(row).unwrap_or_else(|| "-".to_owned())
        );
    }
    for row in &pack.requirements {
        let _ = write!(text, "\n## {}\n\n{}\n\n{}\n\n", short_id(row), row.what, row.why);
        for line in asks(row) {
            let _ = writeln!(text, "- Asks: {line}.");
        }
        let _ = writeln!(text, "- Severity: {}.", severity(row));
        let _ = writeln!(text, "- Decided {}.", decided(row));
        if let Some(reading) = &row.reading {
            let _ = writeln!(text, "- Our reading: {reading}.");
        }
        for mistake in &row.mistakes {
            let _ = writeln!(text, "- Usual mistake: {mistake}.");
        }
        let _ = writeln!(text, "- What to do: {}.", row.help);
        let _ = writeln!(text, "- Source: {}.", citation(row));
    }
    text
}

/// The id without its pack.
fn short_id(requirement: &Requirement) -> &str {
    requirement.id.rsplit('/').next().unwrap_or(&requirement.id)
}

fn asks(requirement: &Requirement) -> Vec<String> {
    match &requirement.asks {
        Asks::Flow(flow) => vec![flow_line(flow)],
        Asks::Check(check, flows) => std::iter::once(check_line(check))
            .chain(flows.iter().map(flow_line))
            .collect(),
    }
}

fn flow_line(flow: &Flow) -> String {
    let protocols: Vec<&str> = flow.protocols.iter().map(|protocol| protocol.word()).collect();
    let side = match flow.servers {
        Some(Servers::Inside) => " inside the private cloud",
        Some(Servers::Outside) => " outside the private cloud",
        None => "",
    };
    format!(
        "{} to {}{side}, {} {}",
        flow.from.join(", "),
        flow.to.join(", "),
        protocols.join(" and "),
        flow.ports
    )
}

fn check_line(check: &Check) -> String {
    match check {
        Check::Dhcp { roles } => format!("working DHCP on the segments of {}", roles.join(", ")),
        Check::PoolSize {
            roles,
            setting,
            extra,
        } => format!(
            "DHCP ranges for {} with at least `{setting}` plus {extra} addresses",
            roles.join(", ")
        ),
        Check::NameInDns { role } => format!("an A record and a PTR record for the {role}"),
        Check::ConnectedNetwork { role, network } => format!("a connected {network} network for the {role}"),
        Check::NetworkReaches { roles, network } => {
            format!(
                "the {network} network of {}, or without one the management network, carries",
                roles.join(", ")
            )
        }
        Check::EveryNetwork { role } => {
            format!("the {role} is attached to every network of the site; with one network, that carries")
        }
        Check::DirectAccess { role, from } => {
            format!(
                "a path without address translation from {} to the {role}",
                from.join(", ")
            )
        }
        Check::FlatNamespace { role } => format!("the {role} has no hierarchical namespace"),
        Check::SameRegion { role } => format!("the {role} lies in the recovery site's region"),
        Check::HostsAtLeast { count } => format!("at least {count} hosts in every cluster"),
    }
}

fn severity(requirement: &Requirement) -> String {
    let mut text = severity_word(requirement.severity).to_owned();
    for special in &requirement.severity_if {
        let condition = match &special.condition {
            Condition::Setting { name, equals } => format!("`{name}` is `{equals}` in the site file"),
            Condition::ObjectStoreRefusesKeys => "the storage account refuses access keys".to_owned(),
        };
        let _ = write!(text, "; {} when {condition}", severity_word(special.severity));
    }
    text
}

fn decided(requirement: &Requirement) -> String {
    match requirement.scope {
        Scope::Avs => "for every private cloud",
        Scope::OnPremises => "for every on-premises site",
        Scope::All => "once for all sites together",
    }
    .to_owned()
}

fn lines(requirement: &Requirement) -> Option<String> {
    let lines: Vec<String> = requirement
        .citation
        .lines
        .iter()
        .map(ToString::to_string)
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn citation(requirement: &Requirement) -> String {
    let lines = lines(requirement)
        .map(|lines| format!(", line {lines}"))
        .unwrap_or_default();
    format!(
        "{}{lines}, {}",
        requirement.citation.document, requirement.citation.address
    )
}
