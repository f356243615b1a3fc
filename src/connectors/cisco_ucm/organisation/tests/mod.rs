//! A small cluster made by hand, with its truth written out.

mod any_rows;
mod channels;
mod people;
mod phones;
mod system;

use super::*;
use crate::{
    connectors::cisco_ucm::tables::{
        ApplicationDevice, DeviceRow, GatewayPort, HuntMember, LineRow, LineUser, NumberRow,
        TrunkDestination, UserDevice, UserNumber, VoicemailPilot,
    },
    directory::{Channel, Device, Equipment, SystemDevice, Value},
    source::Attribute,
};

const NAMING: Naming<'static> = Naming { source: "ucm", pbx: "hq" };

fn organised(tables: &Tables) -> Organisation {
    organise(tables, &NAMING)
}

/// Rows, a line each: the table, then the columns that the test is about.
///
/// ```text
/// user u1 ada firstname=Ada lastname=Byron
/// number n1 4021 Internal usage=2
/// device d1 SEP01 class=1 owner=u1
/// line l1 d1 n1 index=1
/// ```
fn tables(text: &str) -> Tables {
    let mut tables = Tables::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (words, named): (Vec<&str>, Vec<&str>) =
            line.split_whitespace().partition(|word| !word.contains('='));
        let word = |at: usize| Text::from(words.get(at).copied().unwrap_or_default());
        let named: Vec<(&str, &str)> =
            named.into_iter().map(|word| word.split_once('=').unwrap()).collect();
        let text = |name: &str| {
            let value = named.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            Text::from(value.unwrap_or_default().replace('_', " "))
        };
        let number = |name: &str| text(name).parse().unwrap_or(0);
        match words[0] {
            "user" => tables.users.push(User {
                pkid: word(1),
                values: User::COLUMNS
                    .iter()
                    .map(|column| if *column == "userid" { word(2) } else { text(column) })
                    .collect(),
            }),
            "user-number" => tables.user_numbers.push(UserNumber {
                user: word(1),
                number: word(2),
                usage: number("usage"),
            }),
            "user-device" => tables.user_devices.push(UserDevice {
                user: word(1),
                device: word(2),
                association: number("association"),
                default: text("default") == "t",
            }),
            "device" => tables.devices.push(DeviceRow {
                pkid: word(1),
                name: word(2),
                description: text("description"),
                class: number("class"),
                model: number("model"),
                model_name: text("model_name"),
                owner: text("owner"),
                location: text("location"),
                device_pool: text("pool"),
                protocol: text("protocol"),
            }),
            "number" => tables.numbers.push(NumberRow {
                pkid: word(1),
                pattern: word(2),
                partition: word(3),
                usage: number("usage"),
                description: text("description"),
                alerting_name: text("alerting"),
            }),
            "line" => tables.lines.push(LineRow {
                pkid: word(1),
                device: word(2),
                number: word(3),
                index: number("index"),
            }),
            "line-user" => {
                tables.line_users.push(LineUser { line: word(1), user: word(2) });
            }
            "member" => tables.hunt_members.push(HuntMember {
                list: word(1),
                number: word(2),
                group_order: number("group"),
                order: number("order"),
            }),
            "application-device" => {
                tables
                    .application_devices
                    .push(ApplicationDevice { user: word(1), device: word(2) });
            }
            "port" => tables.gateway_ports.push(GatewayPort {
                gateway: word(1),
                domain_name: word(2),
                device: word(3),
                description: text("description"),
            }),
            "destination" => tables.trunk_destinations.push(TrunkDestination {
                device: word(1),
                address: word(2),
                port: text("port"),
            }),
            "pilot" => tables.voicemail_pilots.push(VoicemailPilot {
                pkid: word(1),
                number: word(2),
                description: text("description"),
            }),
            other => panic!("no table `{other}`"),
        }
    }
    tables
}

/// The cluster: people, their phones and profiles, and what else calls run through.
const CLUSTER: &str = r"
    user u1 ada firstname=Ada middlename=King lastname=Byron department=Sales mailid=ada@example.net
    user u2 grace firstname=Grace lastname=Hopper displayname=Grace_H.
    user u3 plato lastname=Plato
    user u4 linus
    user u5 marie firstname=Marie lastname=Curie
    user u6 assistant firstname=Tom lastname=Aide

    number n1 4021 Internal usage=2
    number n2 4021 Leeds usage=2
    number n3 4022 Internal usage=2
    number n4 4023 Internal usage=2
    number n5 \+442079460123 E164 usage=2
    number n6 81 Intercom usage=13
    number n7 4700 Internal usage=2
    number n8 49XX Internal usage=2

    device d1 SEP001122334455 class=1 model_name=Cisco_8841 owner=u1 location=London pool=DP_London
    device d2 CSFADA class=1 model=503 owner=u1 location=Home
    device d3 SEP00AA class=1
    device d4 SEP00BB class=1
    device d5 SEP00CC class=1 description=lobby
    device d6 UDP-marie class=254
    device d7 UDP-marie-home class=254
    device d8 RDP-ada class=20 owner=u1

    user-device u2 d3 association=1
    user-device u2 d4 association=1
    user-device u6 d4 association=1
    user-device u5 d6 association=5
    user-device u5 d7 association=5 default=t

    line l1 d1 n1 index=1
    line l2 d1 n3 index=2
    line l3 d1 n6 index=3
    line l4 d2 n1 index=1
    line l5 d3 n4 index=1
    line l6 d4 n4 index=1
    line l7 d5 n2 index=1
    line l8 d6 n7 index=1
    line l9 d7 n5 index=1
    line l10 d3 n8 index=2
    line-user l7 u3
    user-number u1 n3 usage=1
    user-number u1 n7 usage=2

    number h1 4500 Internal usage=7 description=Sales_team alerting=Sales
    number h2 4501 Internal usage=7 alerting=Support
    number h3 45[2-9]X Internal usage=7
    device hl1 HL_Sales class=7
    device hl2 HL_Support class=7
    device rl1 RL_Out class=7
    line lh1 hl1 h1
    line lh2 hl2 h2
    line lr1 rl1 route-pattern
    member hl1 n4 group=2 order=1
    member hl1 n3 group=1 order=2
    member hl1 n1 group=1 order=1
    member hl1 n1 group=2 order=2
    member hl2 group=1

    device c1 CCX_1 class=1 model=72
    device c2 CCX_RP class=10 model=73
    device c3 ATT_1 class=1 model=72
    number nc1 4600 Internal usage=2
    number nc2 4601 Internal usage=2
    line lc1 c1 nc1 index=1
    line lc2 c2 nc2 index=1
    application-device jtapi c1
    application-device jtapi c2
    application-device jtapi d3

    device v1 CiscoUM1-VI1 class=8 description=voicemail
    number nv1 4801 Internal usage=8
    line lv1 v1 nv1 index=1
    pilot p1 4800 description=Voicemail
    pilot p2
    device b1 CFB_1 class=4 description=software

    device g1 S0/SU0/DS1-0@gw.example.net class=2 protocol=Digital_Access_PRI
    device g2 AALN/S2/SU0/0@gw.example.net class=2
    port gw1 gw.example.net g1 description=London
    port gw1 gw.example.net g2 description=London
    device a1 AN0011223344001 class=1 protocol=SCCP
    port gw2 SKIGW0011223344 a1
    device g3 10.1.2.3 class=2 model=62 protocol=H.225
    device g4 S0/SU0/DS1-0@lost.example.net class=2
    device t1 SIP_Carrier class=18 model=131 description=carrier
    destination t1 sbc2.example.net port=5061
    destination t1 sbc1.example.net
    destination t1 2001:db8::1 port=5060
    device t2 ICT_Leeds class=18 model=100
";

fn value(organisation: &Organisation, key: &str, name: &str) -> String {
    let at = organisation.names.iter().position(|known| known == name).unwrap();
    let record = organisation.records.iter().find(|record| record.key == key).unwrap();
    match &record.values[at] {
        Attribute::Absent => String::new(),
        Attribute::One(text) => text.to_string(),
        Attribute::Many(texts) => texts.join(", "),
    }
}

fn find<'a, T: Equipment>(organisation: &'a Organisation, key: &str) -> &'a T {
    let all = T::all(&organisation.inventory).iter();
    all.clone().find(|one| one.id().key() == key).unwrap()
}

/// What is known of each thing, a line each: its key, and its properties in their order.
fn lines<T: Equipment>(organisation: &Organisation) -> Vec<String> {
    let properties = |one: &T| {
        let shown = T::PROPERTIES.iter().filter_map(|property| match one.get(*property) {
            Value::None => None,
            Value::Text(text) if text == "hq" => None,
            Value::Text(text) => Some(text.to_string()),
            Value::List(texts) => Some(texts.join(", ")),
            Value::Flag(flag) => Some(flag.to_string()),
        });
        shown.collect::<Vec<_>>().join(" | ")
    };
    let all = T::all(&organisation.inventory).iter();
    all.map(|one| format!("{}: {}", one.id().key(), properties(one))).collect()
}
