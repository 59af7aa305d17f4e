//! `clearway trace`: one flow through the network, hop by hop.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::Status;
use super::check::{Format, FormatKind, write};
use super::inputs::{InputArguments, environment};
use super::output::{complain, terminal};
use crate::Question;
use crate::prove::finding::{self, Report};
use crate::prove::pack::Protocol;
use crate::prove::trace::{Asked, status};
use crate::report::snippet::Style;
use crate::report::{secrets, trace, trace_json};
use crate::source::Sources;
use crate::traffic::Ports;

/// Follow one flow through the network, hop by hop
///
/// An end is a role (`msa`; `msa@recovery` where there are several sites), an address, a CIDR or a range
/// (several separated by commas), the address of a resource, the label of an on-premises site, a name, or
/// a service tag (`Storage.WestEurope`, `Internet`).
#[derive(Debug, Args)]
pub struct TraceArguments {
    /// Where the flow begins
    #[arg(long, value_name = "END")]
    pub from: String,

    /// Where it goes
    #[arg(long, value_name = "END")]
    pub to: String,

    /// Destination ports, with or without protocol: `443`, `tcp/443`, `32873-32878`, `udp/53,67-68`.
    /// Repeatable [default: any]
    #[arg(long = "port", value_name = "[PROTOCOL/]PORTS", value_parser = Way::from_str)]
    pub ports: Vec<Way>,

    /// `tcp`, `udp` or `icmp`, of ports that name none. Repeatable [default: tcp]
    #[arg(long = "protocol", value_name = "PROTOCOL", value_delimiter = ',', value_parser = protocol)]
    pub protocols: Vec<Protocol>,

    /// Source ports [default: 1024-65535, as of every client]
    #[arg(long, value_name = "PORTS", value_parser = ports)]
    pub source_port: Option<Ports>,

    #[command(flatten)]
    pub input: InputArguments,

    /// How to report: `human`, `json`; with `=FILE` into a file. Several at once
    #[arg(long = "format", value_name = "FORMAT[=FILE]", default_value = "human")]
    pub formats: Vec<Format>,

    /// The site whose roles are meant
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,

    /// A pack beside the built-in one: its roles are ends too. Repeatable
    #[arg(long = "pack", value_name = "FILE|DIR")]
    pub packs: Vec<PathBuf>,

    /// Service tags in Microsoft's published JSON format, instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub service_tags: Option<PathBuf>,

    /// Show every part of the flow that fares differently
    #[arg(long, short)]
    pub verbose: bool,
}

/// Ports, and the protocol where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub protocol: Option<Protocol>,
    pub ports: Ports,
}

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Way, String> {
        match text.split_once('/') {
            Some((word, rest)) => Ok(Way {
                protocol: Some(protocol(word)?),
                ports: ports(rest)?,
            }),
            None => Ok(Way {
                protocol: None,
                ports: ports(text)?,
            }),
        }
    }
}

fn protocol(text: &str) -> Result<Protocol, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "tcp" => Ok(Protocol::Tcp),
        "udp" => Ok(Protocol::Udp),
        "icmp" => Ok(Protocol::Icmp),
        _ => Err("there are `tcp`, `udp` and `icmp`".to_owned()),
    }
}

/// `443`, `32873-32878`, several separated by commas, or `any`.
fn ports(text: &str) -> Result<Ports, String> {
    if matches!(text.trim(), "any" | "*") {
        return Ok(Ports::all());
    }
    text.split(',').try_fold(Ports::none(), |all, part| {
        let ports = Ports::parse(part).ok_or_else(|| {
            format!("`{part}` is neither a port nor a range of ports: `443`, `32873-32878`")
        })?;
        Ok(all.union(&ports))
    })
}

impl TraceArguments {
    /// Every protocol with its ports: those that a port names, else those of `--protocol`.
    fn ways(&self) -> Vec<(Protocol, Ports)> {
        let protocols: &[Protocol] = match &*self.protocols {
            [] => &[Protocol::Tcp],
            some => some,
        };
        let whole = |protocol: &Protocol| (*protocol, Ports::all());
        if self.ports.is_empty() {
            return protocols.iter().map(whole).collect();
        }
        let mut ways: Vec<(Protocol, Ports)> = Vec::new();
        for way in &self.ports {
            let named = way.protocol.as_ref().map(std::slice::from_ref);
            for protocol in named.unwrap_or(protocols) {
                let ports = match protocol {
                    Protocol::Icmp => Ports::all(),
                    _ => way.ports.clone(),
                };
                match ways.iter_mut().find(|(known, _)| known == protocol) {
                    Some((_, all)) => *all = all.union(&ports),
                    None => ways.push((*protocol, ports)),
                }
            }
        }
        ways
    }
}

#[must_use]
pub fn run(arguments: &TraceArguments) -> Status {
    let question = Question {
        packs: arguments.packs.clone(),
        service_tags: arguments.service_tags.clone(),
        ..Question::default()
    };
    let asked = Asked {
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        ways: arguments.ways(),
        source_ports: arguments.source_port.clone(),
        site: arguments.site.clone(),
    };
    let (report, sources) = crate::trace(
        &arguments.input.inputs,
        &arguments.input.options(),
        &environment(),
        &question,
        &asked,
    );
    let quotable = secrets::covered(&report, &sources);
    for format in &arguments.formats {
        if let Err(problem) = deliver(format, &asked, &report, &quotable, arguments.verbose) {
            complain(&problem);
            return Status::Unusable;
        }
    }
    match status(&report) {
        finding::Status::Clear => Status::Clear,
        finding::Status::Violated => Status::Violated,
        finding::Status::Wrong => Status::Unusable,
        finding::Status::Undetermined => Status::Undetermined,
    }
}

fn deliver(
    format: &Format,
    asked: &Asked,
    report: &Report,
    sources: &Sources,
    verbose: bool,
) -> Result<(), String> {
    let terminal = terminal();
    let style = Style {
        color: terminal.color && format.file.is_none(),
        width: terminal.width,
    };
    let text = match format.kind {
        FormatKind::Human => trace::render(report, sources, style, verbose),
        FormatKind::Json => trace_json::render(asked, report, sources),
        _ => return Err("a trace is reported as `human` or `json`\n".to_owned()),
    };
    write(format.file.as_deref(), &text)
}
