//! How long each stage takes, over configurations of 2, 20 and 200 spokes.
//!
//! `cargo bench --bench stages` prints, per size and stage, the fastest and the median run and the
//! fastest run's microseconds per resource: where that column stays level, the stage grows in
//! proportion. `cargo bench --bench stages -- write DIR SPOKES` writes a configuration for other tools.

mod estate;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clearway::config::{self, Environment, Options};
use clearway::evaluate::door::evaluate_input;
use clearway::evaluate::evaluation::Evaluation;
use clearway::network::service_tags::ServiceTags;
use clearway::network::{self, joins};
use clearway::prove::{self, pack, site};
use clearway::report::{json, show};
use clearway::source::Sources;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [2, 20, 200];
/// Runs of each size, the first of which is not counted.
const RUNS: usize = 8;
const STAGES: [&str; 7] = [
    "read",
    "evaluate",
    "model",
    "decide",
    "report",
    "whole check",
    "whole show",
];

fn main() -> io::Result<()> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let mut out = io::stdout().lock();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => measure(&mut out),
        ["write", directory, spokes] => {
            let spokes = spokes.parse().map_err(io::Error::other)?;
            let resources = estate::write(Path::new(directory), spokes)?;
            writeln!(out, "{resources}")
        }
        _ => Err(io::Error::other("write DIR SPOKES, or nothing")),
    }
}

fn measure(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{:>9}  {:<12}{:>14}{:>14}{:>18}",
        "resources", "stage", "fastest", "median", "us per resource"
    )?;
    let top = std::env::temp_dir().join(format!("clearway-stages-{}", std::process::id()));
    for spokes in SIZES {
        let directory = top.join(spokes.to_string());
        let resources = estate::write(&directory, spokes)?;
        let mut runs: [Vec<Duration>; STAGES.len()] = std::array::from_fn(|_| Vec::new());
        for run in 0..RUNS {
            let times = stages(&directory)?;
            if run > 0 {
                runs.iter_mut()
                    .zip(times)
                    .for_each(|(runs, time)| runs.push(time));
            }
        }
        for (stage, mut runs) in STAGES.iter().zip(runs) {
            runs.sort();
            let fastest = runs.first().copied().unwrap_or_default();
            let median = runs.get(runs.len() / 2).copied().unwrap_or_default();
            let each = fastest.as_secs_f64() * 1e6 / f64::from(u32::try_from(resources).unwrap_or(u32::MAX));
            writeln!(
                out,
                "{resources:>9}  {stage:<12}{fastest:>14.2?}{median:>14.2?}{each:>18.2}"
            )?;
        }
    }
    std::fs::remove_dir_all(top)
}

/// One run of every stage, and of the whole.
fn stages(directory: &Path) -> io::Result<[Duration; STAGES.len()]> {
    let inputs = [directory.to_path_buf()];
    let options = Options {
        root: Some(directory.to_path_buf()),
        ..Options::default()
    };
    let environment = Environment {
        working_directory: directory.to_path_buf(),
        ..Environment::default()
    };
    let mut sources = Sources::default();
    let (reading, read) = timed(|| config::read(&inputs, &options, &environment, &mut sources));
    let input = reading
        .inputs
        .first()
        .ok_or_else(|| io::Error::other("nothing was read"))?;
    let (mut evaluated, evaluate) = timed(|| evaluate_input(&input.content));
    let (pack, _) = pack::built_in(&mut sources);
    let packs: Vec<_> = pack.into_iter().collect();
    let body = input
        .site_file
        .as_ref()
        .map(|file| evaluated.body(&file.body).0)
        .unwrap_or_default();
    let (site_file, _) = site::read(&body, &packs, Some(0));
    let evaluations = [std::mem::take(&mut evaluated.evaluation)];
    let declarations = site_file.declarations();
    let (network, model) = timed(|| network::build(&evaluations, &declarations, &ServiceTags::default()));
    let (report, decide) =
        timed(|| prove::prove(&network, &site_file, &packs, &prove::Options::default(), None));
    if report.proofs.is_empty() {
        return Err(io::Error::other("nothing was decided"));
    }
    let (_, reported) = timed(|| json::render(&report, &sources));
    let (_, check) = timed(|| whole_check(&inputs, &options, &environment));
    let (shown, show) = timed(|| whole_show(&inputs, &options, &environment));
    shown?;
    Ok([read, evaluate, model, decide, reported, check, show])
}

fn whole_check(inputs: &[PathBuf], options: &Options, environment: &Environment) -> String {
    let (report, sources) = clearway::check(inputs, options, environment, &clearway::Question::default());
    json::render(&report, &sources)
}

fn whole_show(inputs: &[PathBuf], options: &Options, environment: &Environment) -> io::Result<()> {
    let sight = clearway::see(inputs, options, environment);
    let evaluated = sight.evaluated.into_iter();
    let evaluations: Vec<Evaluation> = evaluated.map(|evaluated| evaluated.evaluation).collect();
    let joins = joins::joins(&evaluations);
    show::write_json(
        io::sink(),
        &evaluations,
        &joins,
        &sight.diagnostics,
        &sight.sources,
    )
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let made = work();
    (made, start.elapsed())
}
