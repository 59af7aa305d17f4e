//! Private zones: what their records answer, and the public aliases that end in them.

use std::sync::Arc;

use super::answer::{agree, answered, dns_hop, said};
use super::filter::unknown_name;
use super::naming::{Question, Resolver, covers, doubt};
use super::walk::brief;
use super::{Answer, Decision, FlowName, Resolved};
use crate::network::model::{Doubt, Fact, NameServer, Record, RecordData, Zone, ZoneLink};

impl<'n> Resolver<'_, 'n> {
    pub(super) fn zone_answers(
        &self,
        server: &'n NameServer,
        link: &ZoneLink,
        zone: &'n Zone,
        question: &Question,
    ) -> Vec<Answer> {
        let (certain, possible) = records(zone, &question.name);
        let mut answers = Vec::new();
        for (record, doubts) in &possible {
            let mut own = self.record_answers(server, zone, record, question);
            doubt(&mut own, doubts);
            answers.extend(own);
        }
        for record in &certain {
            answers.extend(self.record_answers(server, zone, record, question));
        }
        if certain.is_empty() {
            let mut own = self.not_in_zone(server, link, zone, question);
            let open: Vec<Doubt> = possible.into_iter().flat_map(|(_, doubts)| doubts).collect();
            doubt(&mut own, &open);
            answers.extend(own);
        }
        agree(&question.name, answers)
    }

    fn not_in_zone(
        &self,
        server: &'n NameServer,
        link: &ZoneLink,
        zone: &Zone,
        question: &Question,
    ) -> Vec<Answer> {
        let name = said(&question.name);
        let rule = Some(&zone.name);
        if !zone.doubts.is_empty() {
            let because = format!("the zone is linked; whether it has a record for {name} is not known");
            let hop = dns_hop(&server.name, Decision::Unknown, rule, because, &zone.written);
            return self.anything(question, hop, &zone.doubts);
        }
        if link.falls_back {
            let because = format!(
                "the linked zone has no record for {name}, and its link falls back to public resolution"
            );
            let hop = dns_hop(&server.name, Decision::Rewritten, rule, because, &link.written);
            return vec![answered(question.hops.clone(), hop, Resolved::Public)];
        }
        let because = format!("the zone is linked and has no record for {name}");
        let hop = dns_hop(&server.name, Decision::Denied, rule, because, &zone.written);
        vec![answered(question.hops.clone(), hop, Resolved::Nothing)]
    }

    fn record_answers(
        &self,
        server: &'n NameServer,
        zone: &Zone,
        record: &Record,
        question: &Question,
    ) -> Vec<Answer> {
        let name = said(&question.name);
        let hop =
            |decision, because| dns_hop(&server.name, decision, Some(&zone.name), because, &record.written);
        match &record.data {
            RecordData::Endpoint(node) => {
                let endpoint = self.network.node(*node).map_or("", |node| &node.name);
                let because = format!("the linked zone's record gives {name} the address of `{endpoint}`");
                vec![answered(
                    question.hops.clone(),
                    hop(Decision::Rewritten, because),
                    Resolved::Endpoint(*node),
                )]
            }
            RecordData::Addresses(addresses) if addresses.upper.is_empty() => {
                let because = format!("the linked zone's record for {name} holds no address");
                let hop = hop(Decision::Denied, because);
                vec![answered(question.hops.clone(), hop, Resolved::Nothing)]
            }
            RecordData::Addresses(addresses) => {
                let because = format!(
                    "the linked zone's record gives {name} {}",
                    brief(&addresses.upper)
                );
                let resolved = Resolved::Private(addresses.upper.clone());
                let mut answers = vec![answered(
                    question.hops.clone(),
                    hop(Decision::Rewritten, because),
                    resolved,
                )];
                if !addresses.is_exact() {
                    doubt(&mut answers, &addresses.doubts);
                    for answer in &mut answers {
                        answer.certain = false;
                    }
                }
                answers
            }
            RecordData::Name(Fact { value: Ok(alias), .. }) => {
                let because = format!("the linked zone's record makes {name} an alias of `{alias}`");
                let mut question = question.clone();
                question.hops.push(hop(Decision::Rewritten, because));
                question.name = FlowName::Known(Arc::clone(alias));
                // The server that is being asked is the last that was.
                match question.asked.last() {
                    Some(&(index, _)) => self.ask_server(index, server, &question),
                    None => Vec::new(),
                }
            }
            RecordData::Name(Fact {
                value: Err(unknown), ..
            }) => {
                let because = format!("the linked zone's record makes {name} an alias that is not known");
                self.anything(
                    question,
                    hop(Decision::Unknown, because),
                    std::slice::from_ref(unknown),
                )
            }
        }
    }

    /// Public resolution by a server that sees private zones: a service that has a private endpoint is
    /// publicly an alias, and the alias may end in a zone that the server is linked to.
    pub(super) fn publicly(&self, server: &'n NameServer, question: &Question) -> Vec<Answer> {
        let name = said(&question.name);
        let public = |because: String| {
            let hop = dns_hop(&server.name, Decision::Rewritten, None, because, &server.written);
            answered(question.hops.clone(), hop, Resolved::Public)
        };
        let mut answers = Vec::new();
        for (service, doubts) in self.services(&question.name) {
            let mut own = match &service.alias {
                None => vec![public(format!(
                    "{name} has no private endpoint: its public address"
                ))],
                Some(Fact { value: Ok(alias), .. }) => {
                    let mut aliased = question.clone();
                    aliased.name = FlowName::Known(Arc::clone(alias));
                    self.in_linked_zone(server, &aliased).unwrap_or_else(|| {
                        vec![public(format!(
                            "{name} is an alias of `{alias}`, and no zone that covers it is linked here: its public address"
                        ))]
                    })
                }
                Some(Fact {
                    value: Err(unknown), ..
                }) if !server.zones.is_empty() => {
                    let because = format!("{name} is an alias that is not known");
                    let hop = dns_hop(&server.name, Decision::Unknown, None, because, &server.written);
                    self.anything(question, hop, std::slice::from_ref(unknown))
                }
                Some(_) => vec![public(format!(
                    "no private zone is linked here: the public address of {name}"
                ))],
            };
            doubt(&mut own, &doubts);
            let certain = doubts.is_empty();
            answers.extend(own);
            if certain {
                return agree(&question.name, answers);
            }
        }
        answers.push(public(format!(
            "no zone linked here covers {name}: its public address"
        )));
        agree(&question.name, answers)
    }

    /// What the longest linked zone that covers the name says; nothing where none may cover it.
    fn in_linked_zone(&self, server: &'n NameServer, question: &Question) -> Option<Vec<Answer>> {
        let only_zones = server.zones.iter().filter_map(|link| {
            let zone = self.network.naming.zones.get(link.zone)?;
            let (length, doubts) = covers(&zone.suffix, &question.name)?;
            let doubts: Vec<Doubt> = link.doubts.iter().cloned().chain(doubts).collect();
            Some((length, link, zone, doubts))
        });
        let mut linked: Vec<_> = only_zones.collect();
        if linked.is_empty() {
            return None;
        }
        linked.sort_by_key(|(length, ..)| std::cmp::Reverse(*length));
        let mut answers = Vec::new();
        for (_, link, zone, doubts) in linked {
            let mut own = self.zone_answers(server, link, zone, question);
            doubt(&mut own, &doubts);
            answers.extend(own);
            if doubts.is_empty() {
                return Some(agree(&question.name, answers));
            }
        }
        let because = format!(
            "no zone that covers {} may be linked here: its public address",
            said(&question.name)
        );
        let hop = dns_hop(&server.name, Decision::Rewritten, None, because, &server.written);
        answers.push(answered(question.hops.clone(), hop, Resolved::Public));
        Some(agree(&question.name, answers))
    }
}

/// The records of a name: those that certainly are, and those that may be, with what leaves it open.
/// A wildcard answers for names below it that have no record of their own.
fn records<'z>(zone: &'z Zone, name: &FlowName) -> (Vec<&'z Record>, Vec<(&'z Record, Vec<Doubt>)>) {
    let (mut certain, mut wild, mut possible) = (Vec::new(), Vec::new(), Vec::new());
    for record in &zone.records {
        let mut doubts = record.doubts.clone();
        let wildcard = match (&record.name.value, name) {
            (Ok(own), FlowName::Known(name)) if own == name => false,
            (Ok(own), FlowName::Known(name)) => match own.strip_prefix('*') {
                Some(below) if name.len() > below.len() && name.ends_with(below) => true,
                _ => continue,
            },
            (Ok(_), FlowName::Unknown) => {
                doubts.push(unknown_name());
                false
            }
            (Err(unknown), _) => {
                doubts.push(unknown.clone());
                false
            }
        };
        if !doubts.is_empty() {
            possible.push((record, doubts));
        } else if wildcard {
            wild.push(record);
        } else {
            certain.push(record);
        }
    }
    if certain.is_empty() {
        certain = wild;
    }
    (certain, possible)
}
