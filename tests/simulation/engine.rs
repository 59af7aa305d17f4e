//! The engine, asked as the product asks it: HCL text in a directory, read, evaluated, modelled, walked.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clearway::config::{Environment, Options, VariableOption};
use clearway::evaluate::evaluation::Evaluation;
use clearway::network::model::{Network, NodeId};
use clearway::network::service_tags::ServiceTags;
use clearway::prove::pack::{Pack, built_in};
use clearway::prove::site;

use crate::simulate::gateways::Site;
use crate::simulate::prefix::Span;
use crate::simulate::tags;

/// A directory of its own for each thread that writes configurations.
pub struct Desk {
    directory: PathBuf,
    tags: ServiceTags,
    packs: Vec<Pack>,
}

impl Desk {
    pub fn new() -> Desk {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let directory = parent.join(format!("clearway-simulation-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let (pack, _) = built_in(&mut clearway::source::Sources::default());
        Desk {
            directory,
            tags: ServiceTags::from_json(&tags::published()).unwrap(),
            packs: pack.into_iter().collect(),
        }
    }

    /// Evaluates a configuration, with values for its variables, and builds its network.
    pub fn build(&self, main: &str, site_file: &str, variables: &[(String, String)]) -> Built {
        std::fs::write(self.directory.join("main.tf"), main).unwrap();
        std::fs::write(self.directory.join("clearway.hcl"), site_file).unwrap();
        let options = Options {
            root: Some(self.directory.clone()),
            variables: variables
                .iter()
                .map(|(name, text)| VariableOption::Value {
                    name: name.clone(),
                    text: text.clone(),
                })
                .collect(),
            ..Options::default()
        };
        let environment = Environment {
            working_directory: self.directory.clone(),
            ..Environment::default()
        };
        let mut sight = clearway::see(&[PathBuf::from(".")], &options, &environment);
        assert!(sight.diagnostics.is_empty(), "{:?}\n{main}", sight.diagnostics);
        let evaluated = sight.evaluated.remove(0);
        let body = sight.inputs[0].site_file.as_ref();
        let (site_file, problems) = body.map_or_else(Default::default, |file| {
            let (body, _) = evaluated.body(&file.body);
            site::read(&body, &self.packs, Some(0))
        });
        assert!(problems.is_empty(), "{problems:?}\n{main}");
        let evaluations = [evaluated.evaluation];
        let network = clearway::network::build(&evaluations, &site_file.declarations(), &self.tags);
        let [evaluation] = evaluations;
        assert!(
            evaluation.diagnostics.is_empty(),
            "{:?}\n{main}",
            evaluation.diagnostics
        );
        let sites = site_file.sites.iter().map(|site| Site {
            label: site.label.to_string(),
            space: site
                .address_space
                .iter()
                .flat_map(|space| space.lower.ranges())
                .map(|(low, high)| Span {
                    low: *low,
                    high: *high,
                })
                .collect(),
            connected_by: site
                .connected_by
                .iter()
                .filter_map(|value| value.block.as_ref().map(|block| block.of.to_string()))
                .collect(),
        });
        Built {
            sites: sites.collect(),
            evaluation,
            network,
        }
    }
}

/// A configuration, evaluated and modelled.
pub struct Built {
    pub evaluation: Evaluation,
    pub network: Network,
    /// What the site file says of sites outside Azure.
    pub sites: Vec<Site>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

pub fn node(network: &Network, name: &str) -> NodeId {
    if let Some(label) = name.strip_prefix("site ") {
        let mut sites = network.on_premises.iter();
        return sites
            .find(|site| site.site.as_deref() == Some(label))
            .unwrap()
            .node;
    }
    if name == "management" {
        return network.clouds[0].management;
    }
    let index = network.nodes.iter().position(|node| &*node.name == name);
    let index = index.unwrap_or_else(|| {
        let names: Vec<_> = network.nodes.iter().map(|node| &node.name).collect();
        panic!("no node {name} among {names:?}")
    });
    NodeId(u32::try_from(index).unwrap())
}
