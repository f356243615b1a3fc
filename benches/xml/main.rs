//! How fast rows are read out of an answer of AXL, in bytes a second of one core.
//!
//! `cargo bench --bench xml`

use std::{hint::black_box, io::BufReader, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rollbook::wire::xml::{Step, Xml};

/// About what a page has.
const PAGE: usize = 3 << 20;

const USER: [&str; 12] = [
    "pkid",
    "userid",
    "firstname",
    "middlename",
    "lastname",
    "displayname",
    "title",
    "department",
    "mailid",
    "telephonenumber",
    "site",
    "status",
];
const LINE: [&str; 4] = ["pkid", "fkdevice", "fknumplan", "numplanindex"];

/// An answer with as many rows as a page holds, as the product writes it: on one line.
fn answer(row: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
         <ns:executeSQLQueryResponse xmlns:ns=\"http://www.cisco.com/AXL/API/12.5\"><return>",
    );
    for nth in 0.. {
        if text.len() > PAGE {
            break;
        }
        text += &row(nth);
    }
    text += "</return></ns:executeSQLQueryResponse></soapenv:Body></soapenv:Envelope>";
    text.into_bytes()
}

fn key(nth: usize) -> String {
    format!("{nth:08x}-5d2b-4f0a-9c31-0f6e2a7b8c9d")
}

fn user(nth: usize) -> String {
    let key = key(nth);
    format!(
        "<row><pkid>{key}</pkid><userid>u{nth}</userid><firstname>Amélie</firstname><middlename/>\
         <lastname>O&apos;Neill {nth}</lastname><displayname/><title>Engineer</title>\
         <department>Research &amp; Development</department><mailid>u{nth}@corp.example</mailid>\
         <telephonenumber>+44 20 7946 {nth:04}</telephonenumber><site>London</site>\
         <status>1</status></row>"
    )
}

fn line(nth: usize) -> String {
    let (own, device, number) = (key(nth), key(nth / 2), key(nth / 3));
    format!(
        "<row><pkid>{own}</pkid><fkdevice>{device}</fkdevice><fknumplan>{number}</fknumplan>\
         <numplanindex>1</numplanindex></row>"
    )
}

/// Reads all rows, as the connector does; gives how many they are and how long their texts.
fn read(answer: &[u8], columns: &[&str]) -> (usize, usize) {
    let mut xml = Xml::new(BufReader::with_capacity(64 << 10, answer));
    let mut values = vec![String::new(); columns.len()];
    let (mut rows, mut bytes) = (0, 0);
    loop {
        let row = match xml.step().expect("a step") {
            Step::Open(tag) => tag.name() == "row",
            Step::End => return (rows, bytes),
            Step::Text(_) | Step::Close | Step::Aside => false,
        };
        if row {
            let place = |name: &str, next: usize| match columns.get(next) {
                Some(known) if *known == name => Some(next),
                _ => columns.iter().position(|known| *known == name),
            };
            xml.cells(&mut values, place).expect("a row");
            rows += 1;
            bytes += values.iter().map(String::len).sum::<usize>();
        }
    }
}

fn rows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("xml");
    group.sample_size(20).warm_up_time(Duration::from_millis(500));
    for (name, answer, columns) in
        [("users", answer(user), &USER[..]), ("lines", answer(line), &LINE[..])]
    {
        group.throughput(Throughput::Bytes(answer.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| read(black_box(&answer), columns));
        });
    }
    group.finish();
}

criterion_group!(benches, rows);
criterion_main!(benches);
