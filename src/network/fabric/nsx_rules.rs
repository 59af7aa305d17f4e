//! From NSX policies to the lines of one filter: categories, sequence numbers, directions, scopes.

use std::collections::HashMap;
use std::sync::Arc;

use super::nsx_groups::{Members, complement, intersection};
use super::precedence::{Draft, Label, Labels, order_doubt, settle, unordered};
use crate::network::catalogue::Handle;
use crate::network::doubt::doubt;
use crate::network::inventory::Origin;
use crate::network::inventory::avs::Owner;
use crate::network::inventory::nsx::{Direction, Policy, PolicyKind, Rule, RuleAction, ServiceEntry};
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Fact, Line, Match, Written};
use crate::network::sets;
use crate::traffic::{Addresses, Ports, Protocols};

/// The side of an enforcement point: where packets leave, or where they arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Out,
    In,
    /// Packets on their way in either direction.
    Through,
}

/// Where the rules of a filter are enforced.
pub trait Enforcement {
    /// The addresses at whose point a rule is enforced, and what is not known about it; `None`: nowhere.
    fn applies(
        &self,
        members: &mut Members<'_>,
        policy: &Policy,
        rule: &Rule,
    ) -> Option<(Bounded<Addresses>, Vec<Doubt>)>;
}

/// Policies with the rules that are resources of their own.
#[derive(Debug)]
pub struct Policies<'a> {
    policies: Vec<&'a Policy>,
    lone: HashMap<Handle, Vec<&'a Rule>>,
    /// Rules of policies that no input defines.
    orphans: Vec<&'a Rule>,
    categories: &'static [&'static str],
}

/// Categories of the distributed firewall, first to last (VMware NSX administration guide,
/// "Distributed Firewall"). Ethernet rules see no addresses.
pub const DISTRIBUTED: &[&str] = &[
    "Ethernet",
    "Emergency",
    "Infrastructure",
    "Environment",
    "Application",
];

/// Categories of gateway firewalls, first to last (VMware NSX administration guide, "Gateway
/// Firewall").
pub const GATEWAY: &[&str] = &[
    "Emergency",
    "SystemRules",
    "SharedPreRules",
    "LocalGatewayRules",
    "AutoServiceRules",
    "Default",
];

const JUMPED_TO: &str = "Application";

impl<'a> Policies<'a> {
    #[must_use]
    pub fn new(
        policies: Vec<&'a Policy>,
        rules: impl Iterator<Item = &'a (Reference, Rule)>,
        categories: &'static [&'static str],
    ) -> Policies<'a> {
        let mut lone: HashMap<Handle, Vec<&Rule>> = HashMap::new();
        for policy in &policies {
            lone.insert(policy.origin.handle, Vec::new());
        }
        let mut orphans = Vec::new();
        for (parent, rule) in rules {
            match parent.handle().and_then(|handle| lone.get_mut(&handle)) {
                Some(rules) => rules.push(rule),
                None => orphans.push(rule),
            }
        }
        Policies {
            policies,
            lone,
            orphans,
            categories,
        }
    }

    /// The lines of the filter at one face.
    #[must_use]
    pub fn lines(&self, members: &mut Members<'_>, face: Face, at: &dyn Enforcement) -> Vec<Line> {
        let mut labels = Labels::default();
        let application = labels.fresh();
        let mut ranked: Vec<Ranked> = Vec::new();
        for policy in &self.policies {
            let category = self.category(policy);
            if matches!(category, Ok(index) if self.categories.get(index) == Some(&"Ethernet")) {
                let lone = self.lone.get(&policy.origin.handle);
                ranked.extend(frames(policy, lone.map_or(&[], Vec::as_slice)));
                continue;
            }
            let mut compiler = Compiler {
                members: &mut *members,
                policy,
                face,
                at,
                application,
            };
            let drafts = self.drafts(policy, &mut compiler, &mut labels);
            ranked.push(Ranked {
                category,
                sequence: policy.sequence.value.clone(),
                name: policy.origin.name.clone(),
                written: policy.origin.written.clone(),
                drafts,
            });
        }
        ranked.extend(self.orphaned(members, face, at, application));
        let last = self.categories.iter().position(|name| *name == JUMPED_TO);
        settle(arranged(ranked, last, application, &mut labels))
    }

    /// A rule of a policy that no input defines stands nobody knows where.
    fn orphaned(
        &self,
        members: &mut Members<'_>,
        face: Face,
        at: &dyn Enforcement,
        application: Label,
    ) -> Vec<Ranked> {
        let mut ranked = Vec::new();
        for rule in &self.orphans {
            let Some(origin) = &rule.origin else { continue };
            let doubt = Doubt {
                at: origin.written.at,
                ..doubt(
                    format!("where the policy of `{}` stands", origin.name),
                    "the input (directory, plan or state) that defines the policy",
                )
            };
            let policy = unseen_policy(origin.clone(), &doubt);
            let mut compiler = Compiler {
                members: &mut *members,
                policy: &policy,
                face,
                at,
                application,
            };
            ranked.push(Ranked {
                category: Err(doubt),
                sequence: Ok(0),
                name: origin.name.clone(),
                written: origin.written.clone(),
                drafts: compiler.rule(rule),
            });
        }
        ranked
    }

    /// A predefined policy's own rules stand in the last section.
    fn category(&self, policy: &Policy) -> Result<usize, Doubt> {
        if matches!(
            policy.of,
            PolicyKind::PredefinedDistributed | PolicyKind::PredefinedGateway
        ) {
            return Ok(self.categories.len());
        }
        let name = policy.category.value.clone()?;
        let index = self
            .categories
            .iter()
            .position(|known| known.eq_ignore_ascii_case(&name));
        index.ok_or_else(|| Doubt {
            at: policy.category.at,
            ..doubt(
                format!("the category `{name}` of `{}`", policy.origin.name),
                "a category of this firewall",
            )
        })
    }

    fn drafts(
        &self,
        policy: &Policy,
        compiler: &mut Compiler<'_, '_, '_>,
        labels: &mut Labels,
    ) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = policy.rules.iter().flat_map(|rule| compiler.rule(rule)).collect();
        let Some(lone) = self.lone.get(&policy.origin.handle) else {
            return drafts;
        };
        let mut ranked: Vec<Ranked> = Vec::new();
        for rule in lone {
            ranked.push(Ranked {
                category: Ok(0),
                sequence: rule.sequence.as_ref().map_or(Ok(0), |fact| fact.value.clone()),
                name: rule
                    .origin
                    .as_ref()
                    .map_or_else(|| rule.name.clone(), |origin| origin.name.clone()),
                written: rule.written.clone(),
                drafts: compiler.rule(rule),
            });
        }
        let unused = labels.fresh();
        drafts.extend(arranged(ranked, None, unused, labels));
        drafts
    }
}

/// An Ethernet rule that drops stops frames before any other rule sees their packets, those of the
/// address resolution that packets need among them: which packets that is, is not modelled. One that
/// allows leaves them to the other categories.
fn frames(policy: &Policy, lone: &[&Rule]) -> Option<Ranked> {
    let drops = |rule: &&Rule| rule.action.value != Ok(RuleAction::Allow) && rule.disabled.value != Ok(true);
    let rules = policy.rules.iter().chain(lone.iter().copied());
    let drafts = rules.filter(drops).map(|rule| {
        let because = format!("the Ethernet rule `{}` may drop its frames", rule.name);
        let mut line = plain_line(&rule.name, Action::Deny, because, rule.written.clone());
        line.place = Some(policy.origin.name.clone());
        line.doubts.push(Doubt {
            at: rule.written.at,
            ..doubt(
                format!(
                    "which frames the Ethernet rule `{}` of `{}` drops",
                    rule.name, policy.origin.name
                ),
                "a policy of the category Application",
            )
        });
        Draft::new(line)
    });
    let drafts: Vec<Draft> = drafts.collect();
    (!drafts.is_empty()).then(|| Ranked {
        category: Ok(0),
        sequence: Ok(0),
        name: policy.origin.name.clone(),
        written: policy.origin.written.clone(),
        drafts,
    })
}

/// All that is known of a policy that no input defines: it has a rule.
fn unseen_policy(origin: Origin, doubt: &Doubt) -> Policy {
    Policy {
        owner: Owner::Parent(Reference::None),
        display_name: Fact::unknown(doubt.clone()),
        of: PolicyKind::Distributed,
        category: Fact::unknown(doubt.clone()),
        sequence: Fact::unknown(doubt.clone()),
        scope: Vec::new(),
        stateful: Fact::known(true, None),
        rules: Vec::new(),
        defaults: Vec::new(),
        path: Reference::None,
        // Its own scope may narrow the rule's.
        doubts: vec![doubt.clone()],
        origin,
    }
}

/// A block of lines with what says where it stands.
struct Ranked {
    category: Result<usize, Doubt>,
    sequence: Result<i64, Doubt>,
    name: Arc<str>,
    written: Written,
    drafts: Vec<Draft>,
}

/// Blocks in order. Where a category or a number is not known, or numbers are equal, the order is not
/// known. `application` becomes the label of the first line of category `last` or later.
fn arranged(
    mut blocks: Vec<Ranked>,
    last: Option<usize>,
    application: Label,
    labels: &mut Labels,
) -> Vec<Draft> {
    if let Some(doubt) = blocks
        .iter()
        .find_map(|block| block.category.as_ref().err())
        .cloned()
    {
        return unordered(
            blocks.into_iter().map(|block| block.drafts).collect(),
            &doubt,
            labels,
        );
    }
    blocks.sort_by_key(|block| {
        let category = block.category.as_ref().map_or(usize::MAX, |category| *category);
        (
            category,
            block.sequence.as_ref().map_or(i64::MIN, |number| *number),
        )
    });
    let mut list: Vec<Draft> = Vec::new();
    let mut labelled = false;
    let mut blocks = blocks.into_iter().peekable();
    while let Some(first) = blocks.next() {
        let category = first.category.clone();
        let mut tied = vec![first];
        let mut unknown = tied
            .iter()
            .find_map(|block| block.sequence.as_ref().err().cloned());
        while let Some(next) = blocks.next_if(|next| {
            let same = tied.last().is_some_and(|last| last.sequence == next.sequence);
            next.category == category && (same || unknown.is_some())
        }) {
            unknown = unknown.or_else(|| next.sequence.as_ref().err().cloned());
            tied.push(next);
        }
        let doubt = unknown.unwrap_or_else(|| tie(&tied));
        let mut drafts = unordered(
            tied.into_iter().map(|block| block.drafts).collect(),
            &doubt,
            labels,
        );
        let reached = matches!((&category, last), (Ok(category), Some(last)) if *category >= last);
        if let Some(draft) = drafts.first_mut().filter(|_| reached && !labelled) {
            draft.labels.push(application);
            labelled = true;
        }
        list.extend(drafts);
    }
    list
}

fn tie(tied: &[Ranked]) -> Doubt {
    let names: Vec<Arc<str>> = tied.iter().map(|block| block.name.clone()).collect();
    let at = tied.first().and_then(|block| block.written.at);
    order_doubt(&names, "a `sequence_number` of its own for each", at)
}

struct Compiler<'m, 'a, 'p> {
    members: &'m mut Members<'a>,
    policy: &'p Policy,
    face: Face,
    at: &'p dyn Enforcement,
    application: Label,
}

impl Compiler<'_, '_, '_> {
    /// The lines of a rule; none where it is enforced nowhere on this face.
    fn rule(&mut self, rule: &Rule) -> Vec<Draft> {
        let mut doubts = self.policy.origin.presence.clone();
        doubts.extend(self.policy.doubts.iter().chain(&rule.doubts).cloned());
        let facts = [&rule.disabled, &negated(&rule.ipv4)];
        for fact in facts {
            match &fact.value {
                Ok(true) => return Vec::new(),
                Ok(false) => {}
                Err(doubt) => doubts.push(doubt.clone()),
            }
        }
        match (&rule.direction.value, self.face) {
            (Ok(Direction::In), Face::Out) | (Ok(Direction::Out), Face::In) => return Vec::new(),
            (Ok(Direction::In | Direction::Out), Face::Through) => doubts.push(Doubt {
                at: rule.direction.at,
                ..doubt(
                    format!(
                        "which packets rule `{}` of the tier-0 takes for its direction",
                        rule.name
                    ),
                    "`direction = \"IN_OUT\"`",
                )
            }),
            (Ok(_), _) => {}
            (Err(doubt), _) => doubts.push(doubt.clone()),
        }
        let Some((applied, unknown)) = self.at.applies(self.members, self.policy, rule) else {
            return Vec::new();
        };
        doubts.extend(unknown);
        let matches = self.matches(rule, &applied);
        if matches.is_empty() {
            return Vec::new();
        }
        self.decided(rule, matches, doubts)
    }

    fn matches(&mut self, rule: &Rule, applied: &Bounded<Addresses>) -> Vec<Match> {
        let mut source = excluded(self.members.operand(&rule.sources), &rule.sources_excluded);
        let mut destination = excluded(
            self.members.operand(&rule.destinations),
            &rule.destinations_excluded,
        );
        match self.face {
            Face::Out => source = intersection(&source, applied),
            Face::In => destination = intersection(&destination, applied),
            Face::Through => {}
        }
        if source.upper.is_empty() || destination.upper.is_empty() {
            return Vec::new();
        }
        let services = self
            .members
            .services(&rule.services, &rule.entries, rule.any_service);
        let product = |entry: ServiceEntry| Match {
            source: source.clone(),
            destination: destination.clone(),
            protocols: entry.protocols,
            source_ports: entry.source_ports,
            destination_ports: entry.destination_ports,
        };
        services.into_iter().map(product).collect()
    }

    /// An action that is not known may be either: the packet is dropped under the doubt, and let
    /// through failing that.
    fn decided(&self, rule: &Rule, matches: Vec<Match>, doubts: Vec<Doubt>) -> Vec<Draft> {
        let line = |action, verb: &str| self.line(rule, matches.clone(), doubts.clone(), action, verb);
        match &rule.action.value {
            Ok(RuleAction::Allow) => vec![Draft::new(line(Action::Allow, "allows"))],
            Ok(RuleAction::Deny) => vec![Draft::new(line(Action::Deny, "drops"))],
            Ok(RuleAction::JumpToApplication) => {
                vec![Draft::jumping(
                    line(Action::Allow, "goes on at the application category for"),
                    self.application,
                )]
            }
            Err(doubt) => {
                let mut dropped = line(Action::Deny, "drops");
                dropped.doubts.push(doubt.clone());
                vec![Draft::new(dropped), Draft::new(line(Action::Allow, "allows"))]
            }
        }
    }

    fn line(
        &self,
        rule: &Rule,
        matches: Vec<Match>,
        mut doubts: Vec<Doubt>,
        action: Action,
        verb: &str,
    ) -> Line {
        let stateful = match &self.policy.stateful.value {
            Ok(stateful) => *stateful,
            Err(doubt) => {
                doubts.push(doubt.clone());
                true
            }
        };
        Line {
            name: rule.name.clone(),
            action,
            because: because(rule, verb, &matches),
            matches,
            names: None,
            requires: Vec::new(),
            unless: Vec::new(),
            stateful,
            place: Some(
                rule.origin
                    .as_ref()
                    .map_or_else(|| self.policy.origin.name.clone(), |origin| origin.name.clone()),
            ),
            written: rule.written.clone(),
            doubts,
            assumptions: Vec::new(),
        }
    }
}

/// `rule `dns` allows tcp,udp 53`.
fn because(rule: &Rule, verb: &str, matches: &[Match]) -> Arc<str> {
    let mut services: Vec<String> = Vec::new();
    for product in matches.iter().take(4) {
        let (protocols, ports) = (&product.protocols.upper, &product.destination_ports.upper);
        let text = if protocols.is_all() && ports.is_all() {
            "any service".to_string()
        } else {
            format!("{protocols} {ports}")
        };
        if !services.contains(&text) {
            services.push(text);
        }
    }
    if matches.len() > 4 {
        services.push("more".into());
    }
    format!("rule `{}` {verb} {}", rule.name, services.join(", ")).into()
}

fn negated(fact: &Fact<bool>) -> Fact<bool> {
    Fact {
        value: fact.value.clone().map(|value| !value),
        at: fact.at,
    }
}

fn excluded(set: Bounded<Addresses>, fact: &Fact<bool>) -> Bounded<Addresses> {
    match &fact.value {
        Ok(false) => set,
        Ok(true) => complement(&set),
        Err(doubt) => {
            let doubts = sets::together(&set.doubts, std::slice::from_ref(doubt));
            Bounded::between(Addresses::none(), Addresses::all(), doubts)
        }
    }
}

/// A match of every packet.
#[must_use]
pub fn everything() -> Match {
    Match {
        source: Bounded::exactly(Addresses::all()),
        destination: Bounded::exactly(Addresses::all()),
        protocols: Bounded::exactly(Protocols::all()),
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports: Bounded::exactly(Ports::all()),
    }
}

/// A line that matches every packet.
#[must_use]
pub fn plain_line(name: &str, action: Action, because: impl Into<Arc<str>>, written: Written) -> Line {
    Line {
        name: name.into(),
        action,
        matches: vec![everything()],
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: None,
        because: because.into(),
        written,
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}
