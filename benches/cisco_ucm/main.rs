//! What a cluster of 60,000 phones costs: requests, bytes, seconds and memory.
//!
//! `cargo bench --bench cisco_ucm -- --people 53000` (that many it takes without saying). A stand-in
//! of the product is started in a process of its own, and whole commands are run against it. It
//! writes all answers in one way, as a release does; with `--varied` each in another.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]
#![allow(clippy::unwrap_used, reason = "a bench stops where something is wrong")]
#![allow(dead_code, unused_imports, reason = "the stand-in is made for tests")]

use std::{
    fs,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

#[path = "../../tests/it/ucm/mod.rs"]
mod ucm;

use ucm::{
    Organisation, Ucm,
    answers::Style,
    nature::{PASSWORD, USER},
};

/// With clients and profiles beside the desk phones, 60,000 phones.
const PEOPLE: usize = 53_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let people = words
        .windows(2)
        .find(|pair| pair[0] == "--people")
        .map_or(PEOPLE, |pair| pair[1].parse().expect("a number of people"));
    let varied = words.iter().any(|word| word == "--varied");
    match words.first().map(String::as_str) {
        Some("serve") => serve(people, varied),
        _ => measure(people, varied),
    }
}

/// What is asked one after the other. The phone is an ordinary one, and so is the person.
const COMMANDS: [&[&str]; 10] = [
    &["fetch", "phones", "--output", "json"],
    &["plan"],
    &["apply", "--yes"],
    &["plan"],
    &["show", "SEP0000C0DE0004"],
    &["log", "SEP0000C0DE0004"],
    &["explain", "SEP0000C0DE0004"],
    &["explain", "SEP0000C0DE0004", "--state-only"],
    &["show", "u00004@example.net"],
    &["log", "u00004@example.net"],
];

/// How often each is run, of which the least counts; what changes the state is run once.
const REPEAT: usize = 3;

/// The stand-in: prints its address and its certificate's pin, then for each line that it is sent
/// the requests since the last and the bytes of their answers. It ends with its input.
fn serve(people: usize, varied: bool) {
    let Organisation { cluster, truth, .. } = Organisation::of(people);
    let ucm = Ucm::start(cluster.0);
    ucm.nature(|nature| nature.style = (!varied).then_some(Style(0)));
    println!("{} {}", ucm.url(), ucm.certificates.pin);
    println!("{} people, {} phones and profiles", truth.people.len(), truth.devices.len());
    for line in std::io::stdin().lines() {
        line.unwrap();
        let seen = ucm.seen();
        let bytes: usize = seen.iter().map(|seen| seen.bytes).sum();
        let rows: usize = seen.iter().map(|seen| seen.rows).sum();
        let refused = seen.iter().filter(|seen| seen.status != 200).count();
        let largest = seen.iter().map(|seen| seen.bytes).max().unwrap_or_default();
        println!(
            "{} requests ({refused} refused), {rows} rows, {:.1} MB, the largest answer {:.1} MB",
            seen.len(),
            bytes as f64 / 1e6,
            largest as f64 / 1e6
        );
        ucm.forget();
    }
}

struct Cluster {
    process: Child,
    stdin: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Cluster {
    fn line(&mut self) -> String {
        self.said.next().expect("a line").unwrap()
    }

    fn report(&mut self) -> String {
        writeln!(self.stdin, "report").unwrap();
        self.line()
    }
}

fn measure(people: usize, varied: bool) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["serve", "--people", &people.to_string()])
        .args(varied.then_some("--varied"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap()).lines();
    let stdin = process.stdin.take().unwrap();
    let mut cluster = Cluster { process, stdin, said };
    let first = cluster.line();
    let (url, pin) = first.split_once(' ').unwrap();
    println!("{}", cluster.line());

    let folder = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cisco-ucm/rollbook.yaml");
    fs::copy(manifest, folder.path().join("rollbook.yaml")).unwrap();
    for words in COMMANDS {
        let repeat = if words[0] == "apply" { 1 } else { REPEAT };
        let (mut took, mut cpu, mut peak) = (f64::MAX, f64::MAX, 0);
        let mut asked = String::new();
        for _ in 0..repeat {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
            command
                .args(words)
                .current_dir(folder.path())
                .env("CISCO_UCM_URL", url)
                .env("CISCO_UCM_USER", USER)
                .env("CISCO_UCM_PASSWORD", PASSWORD)
                .env("CISCO_UCM_PIN", pin)
                .stdout(Stdio::null());
            let run = run(command);
            (took, cpu) = (took.min(run.took.as_secs_f64()), cpu.min(run.cpu));
            peak = peak.max(run.peak);
            asked = cluster.report();
        }
        let words = words.join(" ");
        println!("rollbook {words}: {took:.2} s ({cpu:.2} s of CPU), {peak} MB at most; {asked}");
    }
    drop(cluster.stdin);
    assert!(cluster.process.wait().unwrap().success(), "the stand-in had something to object to");
}

/// What a command took.
struct Run {
    took: Duration,
    /// Seconds of all processors, user and system.
    cpu: f64,
    /// Resident memory at most, in MB.
    peak: u64,
}

/// Runs a command to its end. Time and memory are as Linux counts them.
fn run(mut command: Command) -> Run {
    let before = of_children();
    let start = Instant::now();
    let mut process = command.spawn().unwrap();
    let status = format!("/proc/{}/status", process.id());
    let mut peak = 0;
    let ended = loop {
        if let Ok(status) = fs::read_to_string(&status) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0));
        }
        if let Some(ended) = process.try_wait().unwrap() {
            break ended;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let took = start.elapsed();
    assert!(ended.success(), "{command:?} ended with {ended}");
    Run { took, cpu: of_children() - before, peak: peak / 1024 }
}

/// Seconds of processors that children took which have ended.
fn of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // After the name, which is in brackets: the 14th and the 15th, in hundredths.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks =
        fields.split_whitespace().skip(13).take(2).map(|field| field.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}
