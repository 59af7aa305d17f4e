//! Decides, before `terraform apply`, whether JetStream DR will be able to talk.
//!
//! This page is the programme: read, evaluate, model, build, decide; to report is the caller's.
//! docs/architecture.md says what each stage may know.

pub mod cli;
pub mod config;
pub mod evaluate;
pub mod network;
pub mod paths;
pub mod prove;
pub mod report;
pub mod source;
pub mod traffic;

use std::path::{Path, PathBuf};

use config::{Content, Environment, Input, Options};
use evaluate::door::evaluate_input;
use evaluate::evaluated::Evaluated;
use evaluate::evaluation::Evaluation;
use network::model::Network;
use network::service_tags::ServiceTags;
use prove::finding::{InputKind, Report, ReportInput};
use prove::pack::Pack;
use prove::redact::{redact, sensitive_texts};
use prove::site::SiteFile;
use prove::trace::Asked;
use source::{Diagnostic, Sources, Syntax};

/// What is asked of [`check`] beyond its inputs.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Requirement ids; empty: all.
    pub only: Vec<String>,
    /// Site labels; empty: all.
    pub sites: Vec<String>,
    /// Packs beside the built-in one: files or directories of files.
    pub packs: Vec<PathBuf>,
    /// Service tags in Microsoft's published format, instead of the built-in ones.
    pub service_tags: Option<PathBuf>,
    /// The date against which suppressions run out, as `2027-01-31`; `None`: none runs out.
    pub today: Option<String>,
    /// Whether suppressions are left out of account.
    pub no_suppressions: bool,
}

/// What the inputs say, before anything is modelled.
pub struct Sight {
    pub inputs: Vec<Input>,
    /// One per input.
    pub evaluated: Vec<Evaluated>,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Reads and evaluates.
#[must_use]
pub fn see(paths: &[PathBuf], options: &Options, environment: &Environment) -> Sight {
    let mut sources = Sources::default();
    let reading = config::read(paths, options, environment, &mut sources);
    let evaluated = reading
        .inputs
        .iter()
        .map(|input| evaluate_input(&input.content))
        .collect();
    Sight {
        inputs: reading.inputs,
        evaluated,
        diagnostics: reading.diagnostics,
        sources,
    }
}

/// Decides every requirement. The sources are what the report's places lie in.
#[must_use]
pub fn check(
    paths: &[PathBuf],
    options: &Options,
    environment: &Environment,
    question: &Question,
) -> (Report, Sources) {
    let (report, sources, _) = check_and_keep(paths, options, environment, question);
    (report, sources)
}

/// [`check`], with all that it made.
#[must_use]
pub fn check_and_keep(
    paths: &[PathBuf],
    options: &Options,
    environment: &Environment,
    question: &Question,
) -> (Report, Sources, Kept) {
    let mut model = model(
        paths,
        options,
        environment,
        &question.packs,
        question.service_tags.as_deref(),
    );
    if question.no_suppressions {
        model.site_file.suppressions.clear();
    }
    let selection = prove::Options {
        only: question.only.clone(),
        sites: question.sites.clone(),
    };
    let report = prove::prove(
        &model.network,
        &model.site_file,
        &model.packs,
        &selection,
        question.today.as_deref(),
    );
    model.finish(report)
}

/// Decides one flow that is asked for by hand.
#[must_use]
pub fn trace(
    paths: &[PathBuf],
    options: &Options,
    environment: &Environment,
    question: &Question,
    asked: &Asked,
) -> (Report, Sources) {
    let model = model(
        paths,
        options,
        environment,
        &question.packs,
        question.service_tags.as_deref(),
    );
    let report = prove::trace::trace(&model.network, &model.site_file, &model.packs, &model.tags, asked);
    let (report, sources, _) = model.finish(report);
    (report, sources)
}

/// Everything that is decided upon.
struct Model {
    inputs: Vec<Input>,
    network: Network,
    site_file: SiteFile,
    packs: Vec<Pack>,
    tags: ServiceTags,
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
    evaluated: Vec<Evaluated>,
    evaluations: Vec<Evaluation>,
}

/// What a report was made from. A process that ends with the report need not take it apart, which for a
/// large input is a good part of the work.
pub struct Kept {
    _inputs: Vec<Input>,
    _evaluated: Vec<Evaluated>,
    _evaluations: Vec<Evaluation>,
    _network: Network,
}

impl Model {
    /// Adds to a report what was read for it.
    fn finish(self, mut report: Report) -> (Report, Sources, Kept) {
        let mut diagnostics = self.diagnostics;
        report.inputs = self.inputs.iter().map(report_input).collect();
        diagnostics.append(&mut report.diagnostics);
        report.diagnostics = diagnostics;
        redact(&mut report, &sensitive_texts(&self.evaluations));
        let kept = Kept {
            _inputs: self.inputs,
            _evaluated: self.evaluated,
            _evaluations: self.evaluations,
            _network: self.network,
        };
        (report, self.sources, kept)
    }
}

/// Reads, evaluates and models.
fn model(
    paths: &[PathBuf],
    options: &Options,
    environment: &Environment,
    added_packs: &[PathBuf],
    named_tags: Option<&Path>,
) -> Model {
    let Sight {
        inputs,
        mut evaluated,
        mut diagnostics,
        mut sources,
    } = see(paths, options, environment);
    let packs = packs(added_packs, environment, &mut sources, &mut diagnostics);
    let tags = service_tags(named_tags, environment, &mut sources, &mut diagnostics);
    let mut site_file = site_file(&inputs, &evaluated, &packs, &mut diagnostics);
    site_file.suppressions.extend(prove::site::comments(&sources));
    let mut evaluations = Vec::with_capacity(evaluated.len());
    for one in &mut evaluated {
        diagnostics.extend(one.evaluation.diagnostics.iter().cloned());
        evaluations.push(std::mem::take(&mut one.evaluation));
    }
    Model {
        network: network::build(&evaluations, &site_file.declarations(), &tags),
        inputs,
        site_file,
        packs,
        tags,
        diagnostics,
        sources,
        evaluated,
        evaluations,
    }
}

fn report_input(input: &Input) -> ReportInput {
    let kind = match input.content {
        Content::Directory(_) => InputKind::Directory,
        Content::Plan(..) => InputKind::Plan,
        Content::State(_) => InputKind::State,
    };
    ReportInput {
        path: input.path.clone(),
        kind,
    }
}

/// The built-in pack, and those the user adds.
fn packs(
    added: &[PathBuf],
    environment: &Environment,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Pack> {
    let (built_in, problems) = prove::pack::built_in(sources);
    diagnostics.extend(problems);
    let mut packs: Vec<Pack> = built_in.into_iter().collect();
    for path in added {
        let mut bodies = Vec::new();
        for file in config::named::hcl_files(path, environment) {
            match config::named::read_named(&file, Syntax::Hcl, environment, sources) {
                Ok(source) => {
                    let text = sources
                        .get(source)
                        .map(|source| source.text.clone())
                        .unwrap_or_default();
                    let (body, problems) = config::hcl::parse_body(source, &text);
                    diagnostics.extend(problems);
                    bodies.push(body);
                }
                Err(problem) => diagnostics.push(*problem),
            }
        }
        let (pack, problems) = prove::pack::read(&bodies);
        diagnostics.extend(problems);
        packs.extend(pack);
    }
    packs
}

fn service_tags(
    named: Option<&Path>,
    environment: &Environment,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> ServiceTags {
    let Some(path) = named else {
        return ServiceTags::default();
    };
    let read = config::named::read_named(path, Syntax::Json, environment, sources).and_then(|source| {
        let text = sources
            .get(source)
            .map(|source| source.text.clone())
            .unwrap_or_default();
        ServiceTags::from_json(&text).map_err(|detail| {
            let problem = Diagnostic::error("service-tags", "the service tags cannot be read");
            Box::new(problem.detail(detail))
        })
    });
    read.unwrap_or_else(|problem| {
        diagnostics.push(*problem);
        ServiceTags::default()
    })
}

/// The first site file of the inputs, evaluated in the scope of the input it lies beside.
fn site_file(
    inputs: &[Input],
    evaluated: &[Evaluated],
    packs: &[Pack],
    diagnostics: &mut Vec<Diagnostic>,
) -> SiteFile {
    let found = inputs
        .iter()
        .zip(evaluated)
        .enumerate()
        .find_map(|(index, (input, evaluated))| Some((index, input.site_file.as_ref()?, evaluated)));
    let Some((index, file, evaluated)) = found else {
        return SiteFile::default();
    };
    let (body, problems) = evaluated.body(&file.body);
    diagnostics.extend(problems);
    let (site_file, problems) = prove::site::read(&body, packs, Some(index));
    diagnostics.extend(problems);
    site_file
}
