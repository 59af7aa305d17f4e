//! A part of a flow on its way: its packets, as sent and as they look now, and all it has met.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::chain::Chain;
use super::{Hop, Outcome};
use crate::network::model::{Assumption, Disposition, Doubt, FilterId, NodeId, Rewrite, Stamp};
use crate::traffic::{Addresses, Cube, Packets, Ports};

/// Packets that share their rewritings. `view` is how they look now, always in the direction of the
/// flow: on the way back it is the header of what is answered.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) view: Cube,
    pub(super) undo: Option<Rc<Undo>>,
}

/// One rewriting, and how the fields that it overwrote were before.
#[derive(Debug)]
pub(super) struct Undo {
    pub(super) point: Arc<str>,
    pub(super) node: NodeId,
    /// How many filters had been passed before this one.
    pub(super) passed: usize,
    source: Option<Addresses>,
    destination: Option<Addresses>,
    destination_ports: Option<Ports>,
    /// What decides which address or port was chosen.
    doubts: Vec<Doubt>,
    before: Option<Rc<Undo>>,
}

/// A filter passed on the way out.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) filter: FilterId,
    pub(super) point: Arc<str>,
    pub(super) transit: bool,
    pub(super) stateful: bool,
}

/// Where a part has been, and how its packets looked there.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    node: NodeId,
    views: Rc<[Cube]>,
}

/// What a part that is on its way back remembers of its way out.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) passes: Vec<Pass>,
    hops: Chain<Hop>,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) parcels: Vec<Parcel>,
    /// Whether the packets certainly came this way.
    pub(super) certain: bool,
    pub(super) stamps: Vec<Stamp>,
    pub(super) hops: Chain<Hop>,
    pub(super) doubts: Chain<Doubt>,
    pub(super) assumptions: Chain<Assumption>,
    pub(super) passes: Chain<Pass>,
    pub(super) visits: Chain<Visit>,
    pub(super) back: Option<Rc<Back>>,
    /// Points that the reply has passed.
    pub(super) returned: Chain<Arc<str>>,
}

impl Back {
    /// The hops of the way out, the newest first.
    pub(super) fn newest_hops(&self) -> impl Iterator<Item = &Hop> {
        self.hops.newest()
    }
}

impl Undo {
    pub(super) fn rewrites_source(&self) -> bool {
        self.source.is_some()
    }
}

impl Parcel {
    /// What was done to the packets and is not undone, the newest first.
    pub(super) fn rewritings(&self) -> impl Iterator<Item = &Undo> {
        std::iter::successors(self.undo.as_deref(), |undo| undo.before.as_deref())
    }

    /// The packets as they were sent.
    pub(super) fn sent(&self) -> Cube {
        let mut cube = self.view.clone();
        for undo in self.rewritings() {
            undo.restore(&mut cube);
        }
        cube
    }

    /// The same packets as they look within `view`, a part of their present one. Packets of which only
    /// a translation lies in it may or may not look so: then what decides it comes along.
    pub(super) fn narrow(&self, view: Cube) -> (Parcel, Vec<Doubt>) {
        let mut doubts = Vec::new();
        let (mut source, mut destination, mut ports) = (false, false, false);
        for undo in self.rewritings() {
            let newest = (!source && undo.source.is_some() && view.source != self.view.source)
                || (!destination && undo.destination.is_some() && view.destination != self.view.destination)
                || (!ports
                    && undo.destination_ports.is_some()
                    && view.destination_ports != self.view.destination_ports);
            if newest {
                doubts.extend_from_slice(&undo.doubts);
            }
            source |= undo.source.is_some();
            destination |= undo.destination.is_some();
            ports |= undo.destination_ports.is_some();
        }
        let undo = self.undo.clone();
        (Parcel { view, undo }, doubts)
    }

    pub(super) fn rewritten(
        &self,
        rewrite: &Rewrite,
        by: (&Arc<str>, NodeId),
        passed: usize,
        doubt: &Doubt,
    ) -> Parcel {
        let mut view = self.view.clone();
        let mut doubts = Vec::new();
        let mut undo = Undo {
            point: Arc::clone(by.0),
            node: by.1,
            passed,
            source: None,
            destination: None,
            destination_ports: None,
            doubts: Vec::new(),
            before: self.undo.clone(),
        };
        let exempt = &rewrite.source_unless_destination;
        if let Some(source) = &rewrite.source
            && !view.destination.is_subset(exempt)
        {
            undo.source = Some(std::mem::replace(&mut view.source, source.upper.clone()));
            doubts.extend_from_slice(&source.doubts);
        }
        if let Some(destination) = &rewrite.destination {
            undo.destination = Some(std::mem::replace(
                &mut view.destination,
                destination.upper.clone(),
            ));
            doubts.extend_from_slice(&destination.doubts);
        }
        if let Some(ports) = &rewrite.destination_ports {
            undo.destination_ports = Some(std::mem::replace(&mut view.destination_ports, ports.clone()));
        }
        if doubts.is_empty() {
            doubts.push(doubt.clone());
        }
        undo.doubts = doubts;
        Parcel {
            view,
            undo: Some(Rc::new(undo)),
        }
    }

    /// Takes back the newest rewriting where `at` says so, and those before it that it says so of;
    /// gives their points.
    fn undo_while(&mut self, at: impl Fn(&Undo) -> bool) -> Vec<Arc<str>> {
        let mut points = Vec::new();
        while let Some(undo) = self.undo.clone().filter(|undo| at(undo)) {
            undo.restore(&mut self.view);
            self.undo.clone_from(&undo.before);
            points.push(Arc::clone(&undo.point));
        }
        points
    }
}

impl Undo {
    fn restore(&self, cube: &mut Cube) {
        if let Some(source) = &self.source {
            cube.source = source.clone();
        }
        if let Some(destination) = &self.destination {
            cube.destination = destination.clone();
        }
        if let Some(ports) = &self.destination_ports {
            cube.destination_ports = ports.clone();
        }
    }
}

impl Part {
    pub(super) fn start(packets: &Packets) -> Part {
        let parcel = |cube: &Cube| Parcel {
            view: cube.clone(),
            undo: None,
        };
        Part {
            parcels: packets.cubes().iter().map(parcel).collect(),
            certain: true,
            stamps: Vec::new(),
            hops: Chain::default(),
            doubts: Chain::default(),
            assumptions: Chain::default(),
            passes: Chain::default(),
            visits: Chain::default(),
            back: None,
            returned: Chain::default(),
        }
    }

    /// The same way with other parcels.
    pub(super) fn with(&self, parcels: Vec<Parcel>) -> Part {
        Part {
            parcels,
            ..self.clone()
        }
    }

    /// The part turns round: its replies start where it has been delivered.
    pub(super) fn turned(mut self) -> Part {
        self.back = Some(Rc::new(Back {
            passes: self.passes.oldest().cloned().collect(),
            hops: self.hops.clone(),
        }));
        self.visits = Chain::default();
        self.stamps = Vec::new();
        self
    }

    pub(super) fn doubt(&mut self, doubts: impl IntoIterator<Item = Doubt>) {
        self.certain = false;
        for doubt in doubts {
            self.doubts.push(doubt);
        }
    }

    pub(super) fn assume(&mut self, assumptions: &[Assumption]) {
        for assumption in assumptions {
            self.assumptions.push(assumption.clone());
        }
    }

    pub(super) fn hop(&mut self, mut hop: Hop) {
        hop.reply = self.back.is_some();
        self.hops.push(hop);
    }

    /// How the packets of a parcel are addressed on their present way.
    pub(super) fn header(&self, parcel: &Parcel) -> Cube {
        if self.back.is_some() {
            parcel.view.reversed()
        } else {
            parcel.view.clone()
        }
    }

    /// A parcel narrowed to those packets that are addressed so.
    pub(super) fn narrow(&self, parcel: &Parcel, header: Cube) -> (Parcel, Vec<Doubt>) {
        let view = if self.back.is_some() {
            header.reversed()
        } else {
            header
        };
        parcel.narrow(view)
    }

    /// Where its packets are addressed to on their present way.
    pub(super) fn destination<'p>(&self, parcel: &'p Parcel) -> &'p Addresses {
        if self.back.is_some() {
            &parcel.view.source
        } else {
            &parcel.view.destination
        }
    }

    pub(super) fn destinations(&self) -> Addresses {
        Addresses::union_all(self.parcels.iter().map(|parcel| self.destination(parcel)))
    }

    /// The packets addressed to `destinations`; nothing where there are none.
    pub(super) fn addressed(&self, destinations: &Addresses) -> Option<Part> {
        let mut parcels = Vec::with_capacity(self.parcels.len());
        let mut loose = Vec::new();
        for parcel in &self.parcels {
            let own = self.destination(parcel);
            if own.is_subset(destinations) {
                parcels.push(parcel.clone());
                continue;
            }
            let common = own.intersection(destinations);
            if common.is_empty() {
                continue;
            }
            let mut header = self.header(parcel);
            header.destination = common;
            let (parcel, doubts) = self.narrow(parcel, header);
            parcels.push(parcel);
            loose.extend(doubts);
        }
        if parcels.is_empty() {
            return None;
        }
        let mut part = self.with(parcels);
        if !loose.is_empty() {
            part.doubt(loose);
        }
        Some(part)
    }

    /// Undoes rewritings on the way back, the newest first, as far as `at` says so.
    pub(super) fn undo_while(&mut self, at: impl Fn(&Undo) -> bool) {
        let points: BTreeSet<Arc<str>> = self
            .parcels
            .iter_mut()
            .flat_map(|parcel| parcel.undo_while(&at))
            .collect();
        for point in points {
            self.returned.push(point);
        }
    }

    /// Notes the visit; false where these packets have been here before, looking the same.
    pub(super) fn visit(&mut self, node: NodeId) -> bool {
        let again = self
            .visits
            .newest()
            .filter(|visit| visit.node == node)
            .any(|visit| {
                self.parcels
                    .iter()
                    .all(|parcel| visit.views.iter().any(|view| parcel.view.is_subset(view)))
            });
        let views = self.parcels.iter().map(|parcel| parcel.view.clone()).collect();
        self.visits.push(Visit { node, views });
        !again
    }

    pub(super) fn has_returned(&self, point: &Arc<str>) -> bool {
        self.returned.newest().any(|passed| passed == point)
    }

    /// How the part ends. Replies that come back leave no hops.
    pub(super) fn end(&self, disposition: Disposition) -> Outcome {
        let packets = self.parcels.iter().fold(Packets::none(), |mut all, parcel| {
            all.add(&parcel.sent().into());
            all
        });
        let hops = match &self.back {
            Some(back) if disposition == Disposition::Delivered => &back.hops,
            _ => &self.hops,
        };
        Outcome {
            packets,
            disposition,
            certain: self.certain && disposition != Disposition::Unknown,
            doubts: self.doubts.unique(),
            assumptions: self.assumptions.unique(),
            hops: hops.oldest().cloned().collect(),
        }
    }
}
