//! Which addresses NSX groups and services stand for.
//!
//! Machines are not in Terraform: a group that selects machines may hold any workload address. A group
//! by addresses says whose packets a rule matches; where the rule is *enforced* ("applied to") it may
//! name no vNIC at all.

use std::collections::HashMap;

use crate::network::catalogue::{Catalogue, Handle};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{Avs, Segment, Tag};
use crate::network::inventory::nsx::{Condition, Criterion, Expression, Group, Service, ServiceEntry};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::nsxt::predefined;
use crate::network::sets::{self, AddressText, address_text};
use crate::traffic::{Addresses, Ports, Protocols};

/// The groups, segments and services of one private cloud.
#[derive(Debug)]
pub struct Members<'a> {
    catalogue: &'a Catalogue<'a>,
    groups: HashMap<Handle, &'a Group>,
    segments: HashMap<Handle, &'a Segment>,
    services: HashMap<Handle, &'a Service>,
    /// Every address that a workload can have.
    workloads: Addresses,
    known: HashMap<Handle, Membership>,
}

/// What a group stands for.
#[derive(Clone, Debug)]
pub struct Membership {
    pub addresses: Bounded<Addresses>,
    /// The addresses at whose vNICs a rule applied to it is enforced.
    pub enforced: Bounded<Addresses>,
}

/// Groups nest five deep at most (VMware Configuration Maximums); a circle ends here.
const DEPTH: u8 = 8;

impl<'a> Members<'a> {
    #[must_use]
    pub fn new(catalogue: &'a Catalogue<'a>, avs: &'a Avs, segments: &[&'a Segment]) -> Members<'a> {
        Members {
            catalogue,
            groups: avs
                .groups
                .iter()
                .map(|group| (group.origin.handle, group))
                .collect(),
            segments: segments
                .iter()
                .map(|segment| (segment.origin.handle, *segment))
                .collect(),
            services: avs
                .services
                .iter()
                .map(|service| (service.origin.handle, service))
                .collect(),
            workloads: Addresses::union_all(segments.iter().map(|segment| &segment.subnet.upper)),
            known: HashMap::new(),
        }
    }

    /// The union of what references stand for; none at all is every address.
    pub fn operand(&mut self, references: &[Reference]) -> Bounded<Addresses> {
        if references.is_empty() {
            return Bounded::exactly(Addresses::all());
        }
        let sets: Vec<_> = references
            .iter()
            .map(|reference| self.of(reference, 0).addresses)
            .collect();
        union_all(&sets)
    }

    /// Where a rule applied to these is enforced; none at all is everywhere.
    pub fn scope(&mut self, references: &[Reference]) -> Bounded<Addresses> {
        let anywhere =
            |reference: &Reference| matches!(reference, Reference::Outside(text, _) if &**text == "ANY");
        if references.is_empty() || references.iter().any(anywhere) {
            return Bounded::exactly(Addresses::all());
        }
        let sets: Vec<_> = references
            .iter()
            .map(|reference| self.of(reference, 0).enforced)
            .collect();
        union_all(&sets)
    }

    fn of(&mut self, reference: &Reference, depth: u8) -> Membership {
        match reference {
            Reference::None => Membership::exactly(nothing()),
            Reference::To(target) => self.at(target.handle, depth),
            Reference::Outside(text, doubt) => self.literal(text, doubt),
            Reference::Unknown(doubt) | Reference::Either(_, doubt) => anything(doubt),
        }
    }

    fn literal(&self, text: &str, doubt: &Doubt) -> Membership {
        if text.eq_ignore_ascii_case("ANY") {
            return Membership::exactly(Bounded::exactly(Addresses::all()));
        }
        match address_text(text) {
            AddressText::Addresses(set) => by_addresses(Bounded::exactly(set)),
            AddressText::OtherFamily => Membership::exactly(nothing()),
            AddressText::Other => anything(doubt),
        }
    }

    fn at(&mut self, handle: Handle, depth: u8) -> Membership {
        if let Some(segment) = self.segments.get(&handle) {
            return Membership::exactly(segment.subnet.clone());
        }
        if let Some(known) = self.known.get(&handle) {
            return known.clone();
        }
        let name = self
            .catalogue
            .view(handle)
            .map_or_else(|| "".into(), |view| view.address());
        let Some(group) = self.groups.get(&handle).copied().filter(|_| depth < DEPTH) else {
            return anything(&doubt(
                format!("the members of `{name}`"),
                "the input (directory, plan or state) that defines the group",
            ));
        };
        let found = self.group(group, depth);
        if depth == 0 {
            self.known.insert(handle, found.clone());
        }
        found
    }

    fn group(&mut self, group: &Group, depth: u8) -> Membership {
        let criteria: Vec<_> = group
            .criteria
            .iter()
            .map(|criterion| self.criterion(criterion, depth))
            .collect();
        let mut all = joined(&criteria, &group.conjunctions);
        for doubt in &group.narrowed {
            all = Membership {
                addresses: narrowed(all.addresses, doubt),
                enforced: narrowed(all.enforced, doubt),
            };
        }
        for doubt in group.doubts.iter().chain(&group.origin.presence) {
            all = anything(doubt).or(&all);
        }
        all
    }

    /// Expressions of one criterion must all hold.
    fn criterion(&mut self, criterion: &Criterion, depth: u8) -> Membership {
        let mut parts = criterion
            .expressions
            .iter()
            .map(|expression| self.expression(expression, depth));
        let Some(first) = parts.next() else {
            return Membership::exactly(nothing());
        };
        parts.fold(first, |all, part| all.and(&part))
    }

    fn expression(&mut self, expression: &Expression, depth: u8) -> Membership {
        match expression {
            Expression::Addresses(set) => by_addresses(set.clone()),
            Expression::Members(references) => {
                let parts: Vec<_> = references
                    .iter()
                    .map(|reference| self.of(reference, depth + 1))
                    .collect();
                union_of(&parts)
            }
            Expression::Condition(condition) => self.condition(condition),
            Expression::Unseen(doubt) => self.some_workloads(doubt.clone()),
        }
    }

    fn some_workloads(&self, doubt: Doubt) -> Membership {
        Membership::exactly(Bounded::between(
            Addresses::none(),
            self.workloads.clone(),
            [doubt],
        ))
    }

    /// Segments by tag can be evaluated; machines cannot.
    fn condition(&self, condition: &Condition) -> Membership {
        let known = |fact: &Fact<std::sync::Arc<str>>| fact.value.clone();
        let (member, key, operator, value) = match (
            known(&condition.member),
            known(&condition.key),
            known(&condition.operator),
            known(&condition.value),
        ) {
            (Ok(member), Ok(key), Ok(operator), Ok(value)) => (member, key, operator, value),
            (Err(doubt), ..) | (_, Err(doubt), ..) | (_, _, Err(doubt), _) | (.., Err(doubt)) => {
                return self.some_workloads(doubt);
            }
        };
        if !member.eq_ignore_ascii_case("Segment") || !key.eq_ignore_ascii_case("Tag") {
            return self.some_workloads(Doubt {
                at: condition.written.at,
                ..doubt(
                    format!("which addresses `{member} {key} {operator} \"{value}\"` selects"),
                    "a group by addresses or segments",
                )
            });
        }
        let mut selected = Vec::new();
        for segment in self.segments.values() {
            let tags = &segment.tags;
            let matched = |exact: bool| {
                let mut known = tags.known.iter();
                known.any(|tag| tag_matches(tag, &operator, &value, exact))
            };
            // Whether case counts is not documented.
            let but_for_case = matched(false);
            if matched(true) {
                selected.push(segment.subnet.clone());
            } else if !tags.doubts.is_empty() || !is_operator(&operator) || but_for_case {
                let unclear = [operator_doubt(condition, &operator)];
                let doubts = if tags.doubts.is_empty() {
                    &unclear[..]
                } else {
                    &tags.doubts
                };
                selected.push(Bounded::between(
                    Addresses::none(),
                    segment.subnet.upper.clone(),
                    doubts,
                ));
            }
        }
        // Segments come out of a hash map: the union has an order of its own, the doubts get one.
        let mut all = union_all(&selected);
        let mut doubts = all.doubts.to_vec();
        doubts.sort();
        all.doubts = doubts.into();
        Membership::exactly(all)
    }

    /// Protocols and ports of a rule's services; `None`: any.
    #[must_use]
    pub fn services(
        &self,
        references: &[Reference],
        entries: &[ServiceEntry],
        any: bool,
    ) -> Vec<ServiceEntry> {
        if any {
            return vec![of_service(
                Bounded::exactly(Protocols::all()),
                Bounded::exactly(Ports::all()),
            )];
        }
        let mut found = entries.to_vec();
        for reference in references {
            self.service(reference, 0, &mut found);
        }
        found
    }

    fn service(&self, reference: &Reference, depth: u8, found: &mut Vec<ServiceEntry>) {
        match reference {
            Reference::None => {}
            Reference::To(target) => match self.services.get(&target.handle).filter(|_| depth < DEPTH) {
                Some(service) => {
                    found.extend(service.entries.iter().cloned());
                    for nested in &service.nested {
                        self.service(nested, depth + 1, found);
                    }
                }
                None => found.push(self.sought(target.handle)),
            },
            Reference::Outside(text, doubt) => found.push(named_service(text, doubt)),
            Reference::Unknown(doubt) | Reference::Either(_, doubt) => found.push(any_service(doubt)),
        }
    }

    /// A data source looks a service up by its name: one of the inputs', or a predefined one.
    fn sought(&self, handle: Handle) -> ServiceEntry {
        let view = self.catalogue.view(handle);
        let name = view.and_then(|view| view.get("display_name").and_then(|value| value.as_str()));
        let address = view.map_or_else(|| "".into(), |view| view.address());
        let doubt = doubt(
            format!("the ports of `{address}`"),
            "the input (directory, plan or state) that defines the service, or `service_entries`",
        );
        name.map_or_else(|| any_service(&doubt), |name| named_service(name, &doubt))
    }
}

fn named_service(text: &str, doubt: &Doubt) -> ServiceEntry {
    let name = text.rsplit('/').next().unwrap_or(text);
    match predefined::predefined(name) {
        Some((protocols, ports)) => of_service(Bounded::exactly(protocols), Bounded::exactly(ports)),
        None if text.eq_ignore_ascii_case("ANY") => {
            of_service(Bounded::exactly(Protocols::all()), Bounded::exactly(Ports::all()))
        }
        None => any_service(doubt),
    }
}

fn any_service(doubt: &Doubt) -> ServiceEntry {
    let unknown = Bounded::between(Protocols::none(), Protocols::all(), [doubt.clone()]);
    of_service(unknown, Bounded::exactly(Ports::all()))
}

fn of_service(protocols: Bounded<Protocols>, destination_ports: Bounded<Ports>) -> ServiceEntry {
    ServiceEntry {
        protocols,
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports,
    }
}

impl Membership {
    fn exactly(set: Bounded<Addresses>) -> Membership {
        Membership {
            enforced: set.clone(),
            addresses: set,
        }
    }

    fn or(&self, other: &Membership) -> Membership {
        Membership {
            addresses: sets::union(&self.addresses, &other.addresses),
            enforced: sets::union(&self.enforced, &other.enforced),
        }
    }

    fn and(&self, other: &Membership) -> Membership {
        Membership {
            addresses: intersection(&self.addresses, &other.addresses),
            enforced: intersection(&self.enforced, &other.enforced),
        }
    }
}

/// Criteria joined by AND and OR. Where both occur, the sources do not say which binds closer: the
/// bounds hold for either reading.
fn joined(criteria: &[Membership], conjunctions: &[Fact<bool>]) -> Membership {
    let Some((first, rest)) = criteria.split_first() else {
        return Membership::exactly(nothing());
    };
    let is_and = |index: usize| {
        conjunctions
            .get(index)
            .is_some_and(|fact| matches!(fact.value, Ok(true)))
    };
    let doubt = conjunctions.iter().find_map(|fact| fact.value.as_ref().err());
    let in_order = rest.iter().enumerate().fold(first.clone(), |all, (index, next)| {
        if is_and(index) {
            all.and(next)
        } else {
            all.or(next)
        }
    });
    let mut groups = vec![first.clone()];
    for (index, next) in rest.iter().enumerate() {
        match groups.last_mut().filter(|_| is_and(index)) {
            Some(last) => *last = last.and(next),
            None => groups.push(next.clone()),
        }
    }
    let closer = groups.iter().skip(1).fold(
        groups.first().cloned().unwrap_or(in_order.clone()),
        |all, part| all.or(part),
    );
    match doubt {
        Some(doubt) => {
            let all = union_of(criteria);
            Membership {
                addresses: narrowed(all.addresses, doubt),
                enforced: narrowed(all.enforced, doubt),
            }
        }
        None => Membership {
            addresses: either(&in_order.addresses, &closer.addresses),
            enforced: either(&in_order.enforced, &closer.enforced),
        },
    }
}

/// One of two readings.
fn either(one: &Bounded<Addresses>, other: &Bounded<Addresses>) -> Bounded<Addresses> {
    if one.lower == other.lower && one.upper == other.upper {
        return one.clone();
    }
    let reading = doubt(
        "how AND and OR of a group's criteria bind",
        "groups that use only one of them",
    );
    Bounded::between(
        one.lower.intersection(&other.lower),
        one.upper.union(&other.upper),
        sets::together(&sets::together(&one.doubts, &other.doubts), &[reading]),
    )
}

fn union_of(parts: &[Membership]) -> Membership {
    let addresses: Vec<_> = parts.iter().map(|part| part.addresses.clone()).collect();
    let enforced: Vec<_> = parts.iter().map(|part| part.enforced.clone()).collect();
    Membership {
        addresses: union_all(&addresses),
        enforced: union_all(&enforced),
    }
}

/// The union of many sets, in one pass.
#[must_use]
pub fn union_all(sets: &[Bounded<Addresses>]) -> Bounded<Addresses> {
    let lower = Addresses::union_all(sets.iter().map(|set| &set.lower));
    let upper = Addresses::union_all(sets.iter().map(|set| &set.upper));
    let mut doubts: Vec<Doubt> = Vec::new();
    for doubt in sets.iter().flat_map(|set| set.doubts.iter()) {
        if !doubts.contains(doubt) {
            doubts.push(doubt.clone());
        }
    }
    Bounded::between(lower, upper, doubts)
}

fn nothing() -> Bounded<Addresses> {
    Bounded::exactly(Addresses::none())
}

/// Addresses name a vNIC only where a machine has one of them.
fn by_addresses(set: Bounded<Addresses>) -> Membership {
    let doubt = doubt(
        "whether a rule applied to a group of addresses is enforced at the vNICs that have them",
        "a group with segments or machines as its members, or a rule without `scope`",
    );
    let doubts = sets::together(&set.doubts, &[doubt]);
    Membership {
        enforced: Bounded::between(Addresses::none(), set.upper.clone(), doubts),
        addresses: set,
    }
}

fn anything(doubt: &Doubt) -> Membership {
    Membership::exactly(Bounded::between(
        Addresses::none(),
        Addresses::all(),
        [doubt.clone()],
    ))
}

fn narrowed(set: Bounded<Addresses>, doubt: &Doubt) -> Bounded<Addresses> {
    let doubts = sets::together(&set.doubts, std::slice::from_ref(doubt));
    Bounded::between(Addresses::none(), set.upper, doubts)
}

#[must_use]
pub fn intersection(one: &Bounded<Addresses>, other: &Bounded<Addresses>) -> Bounded<Addresses> {
    let lower = one.lower.intersection(&other.lower);
    let upper = one.upper.intersection(&other.upper);
    if lower == upper {
        return Bounded::exactly(upper);
    }
    Bounded::between(lower, upper, sets::together(&one.doubts, &other.doubts))
}

#[must_use]
pub fn complement(set: &Bounded<Addresses>) -> Bounded<Addresses> {
    Bounded::between(set.upper.complement(), set.lower.complement(), set.doubts.clone())
}

/// `value` is `scope|tag`; either part may be left out. `exact` looks at case.
fn tag_matches(tag: &Tag, operator: &str, value: &str, exact: bool) -> bool {
    let folded = |text: &str| {
        if exact {
            text.to_owned()
        } else {
            text.to_lowercase()
        }
    };
    let (scope, text) = value.split_once('|').unwrap_or(("", value));
    let in_scope = scope.is_empty() || folded(&tag.scope) == folded(scope);
    let (own, text) = (folded(&tag.tag), folded(text));
    in_scope
        && match operator.to_ascii_uppercase().as_str() {
            "EQUALS" => text.is_empty() || own == text,
            "CONTAINS" => own.contains(&text),
            "STARTSWITH" => own.starts_with(&text),
            "ENDSWITH" => own.ends_with(&text),
            _ => false,
        }
}

fn is_operator(operator: &str) -> bool {
    matches!(
        operator.to_ascii_uppercase().as_str(),
        "EQUALS" | "CONTAINS" | "STARTSWITH" | "ENDSWITH"
    )
}

fn operator_doubt(condition: &Condition, operator: &str) -> Doubt {
    Doubt {
        at: condition.written.at,
        ..doubt(
            format!("which segments `{operator}` selects"),
            "the operator EQUALS, and the tag as it is written",
        )
    }
}
