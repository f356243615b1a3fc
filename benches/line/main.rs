//! What each step of the line costs, at 1,000 to 1,000,000 people.
//!
//! `cargo bench -- mapping/100000` runs one; `benches/compare` times whole commands.

use std::{cell::LazyCell, hint::black_box, time::Duration};

use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use jiff::Timestamp;
use rollbook::{
    directory::Directory,
    merge::{self, merge},
    plan,
    render::{Heading, Tense, markdown, plan_text},
    settings::StateSettings,
    store::{Message, Store},
};

mod equipment;
mod joined;
mod people;

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    group
}

fn mapping(criterion: &mut Criterion) {
    let mapping = people::mapping();
    let mut group = group(criterion, "mapping");
    for size in SIZES {
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_batched(
                || people::listing(size, 0),
                |listing| rollbook::mapping::entries(listing, &mapping),
                BatchSize::PerIteration,
            );
        });
    }
}

fn grouping(criterion: &mut Criterion) {
    let rules = people::rules();
    let mut group = group(criterion, "grouping");
    for size in SIZES {
        let mut all = None;
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let all = all.get_or_insert_with(|| people::wanted(size, 0));
            bencher.iter(|| rollbook::grouping::place(black_box(all.as_mut_slice()), &rules));
        });
    }
}

fn joining(criterion: &mut Criterion) {
    let rules = joined::link();
    for (name, first) in [("joining three sources", true), ("joining three sources again", false)] {
        let mut group = group(criterion, name);
        for size in &SIZES[..3] {
            let held = LazyCell::new(|| match first {
                true => Directory::default(),
                false => joined::directory(*size),
            });
            group.throughput(Throughput::Elements(3 * size));
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter_batched(
                    || joined::three_sources(*size),
                    |sources| merge(sources, &held, &rules),
                    BatchSize::PerIteration,
                );
            });
        }
    }
}

fn comparison(criterion: &mut Criterion) {
    let sightings = [people::sighting()];
    for (name, day) in [("comparison, nothing changed", 0), ("comparison, 1 % changed", 1)] {
        let mut group = group(criterion, name);
        for size in SIZES {
            let held = LazyCell::new(|| people::directory(size));
            let wanted = LazyCell::new(|| people::wanted(size, day));
            group.throughput(Throughput::Elements(size));
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter(|| plan::between(black_box(&*held), &wanted, &sightings, &[]));
            });
        }
    }
}

/// What devices cost a plan in which nothing changes: whose they are, which lines are shared, and
/// whether any differs.
fn devices(criterion: &mut Criterion) {
    let mut group = group(criterion, "devices, nothing changed");
    for size in &SIZES[..3] {
        let held = LazyCell::new(|| equipment::directory(people::directory(*size)));
        let wanted = LazyCell::new(|| people::wanted(*size, 0));
        group.throughput(Throughput::Elements(*size));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_batched(
                || held.inventory.clone(),
                |mut inventory| {
                    let mut sightings = [people::sighting()];
                    merge::owned(&mut inventory, &wanted, &held, &[]);
                    let difference = plan::equipment(&held, &inventory, &mut sightings);
                    assert!(difference.changes.is_empty(), "nothing changed");
                },
                BatchSize::PerIteration,
            );
        });
    }
}

fn rendering(criterion: &mut Criterion) {
    let mut group = group(criterion, "rendering, 1 % changed");
    for size in SIZES {
        let plan =
            LazyCell::new(|| people::plan(&people::directory(size), &people::wanted(size, 1)));
        group.throughput(Throughput::Elements(size));
        let heading = Heading::Planned { file: None, options: "", fresh: "" };
        group.bench_function(BenchmarkId::new("text", size), |bencher| {
            bencher.iter(|| plan_text(black_box(&*plan), heading, false));
        });
        group.bench_function(BenchmarkId::new("all of the text", size), |bencher| {
            bencher.iter(|| plan_text(black_box(&*plan), heading, true));
        });
        group.bench_function(BenchmarkId::new("markdown", size), |bencher| {
            bencher.iter(|| markdown(black_box(&*plan), Tense::Conditional));
        });
        group.bench_function(BenchmarkId::new("json", size), |bencher| {
            bencher.iter(|| serde_json::to_vec(black_box(&*plan)));
        });
    }
}

fn message() -> Message {
    Message {
        subject: "staff: benched".into(),
        body: String::new(),
        trailers: Vec::new(),
        when: Timestamp::UNIX_EPOCH,
        manifest: "sha256:00".into(),
    }
}

fn store(folder: &tempfile::TempDir, name: &str) -> Store {
    let settings = StateSettings {
        git: folder.path().join(name),
        shown: name.into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: Some("bench <bench@example.com>".into()),
        sign: None,
    };
    Store::open(&settings).expect("a store")
}

fn state(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, day) in [("state, first write", 0), ("state, 1 % written", 1)] {
        let mut group = group(criterion, name);
        for size in SIZES {
            let held = LazyCell::new(|| people::directory(size));
            let after = LazyCell::new(|| {
                let day = people::plan(&held, &people::wanted(size, 1));
                held.clone().after(&day).expect("a day")
            });
            let mut fresh = 0;
            group.throughput(Throughput::Elements(size));
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter_batched(
                    || {
                        fresh += 1;
                        let mut store = store(&folder, &format!("{day}-{size}-{fresh}"));
                        let first = (day == 1).then(|| {
                            store
                                .commit(None, &held, &message())
                                .expect("a commit")
                                .commit()
                                .clone()
                        });
                        (store, first)
                    },
                    |(mut store, first)| match &first {
                        None => store.commit(None, &held, &message()),
                        Some(first) => store.commit(Some(first), &after, &message()),
                    },
                    BatchSize::PerIteration,
                );
            });
        }
    }
    let mut group = group(criterion, "state, read");
    for size in SIZES {
        let read = LazyCell::new(|| {
            let mut store = store(&folder, &format!("read-{size}"));
            let made = store.commit(None, &people::directory(size), &message());
            (store, made.expect("a commit"))
        });
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let (store, made) = &*read;
            bencher.iter(|| store.read(made.commit()));
        });
    }
}

criterion_group!(line, mapping, grouping, joining, comparison, devices, rendering, state);
criterion_main!(line);
