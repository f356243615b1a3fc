//! An organisation with all that clusters have, and what the directory has to say of it.
//!
//! What is true stands beside the rows that make it so, in words; nothing of the program is used.

use super::{
    Cluster,
    cluster::{Dn, pkid},
    truth::{ASSIGNED, Known, Truth},
};

/// A cluster and the truth about it.
#[derive(Default)]
pub struct Organisation {
    pub cluster: Cluster,
    pub truth: Truth,
    /// All user ids, also those of whom the directory doesn't speak.
    pub userids: Vec<String>,
}

const PHONE: u16 = 1;
const PROFILE: u16 = 254;
const MODEL: u16 = 683;
const PHONE_8841: &str = "phone Cisco 8841";

/// A number of the main partition.
pub fn internal(number: &str) -> Dn<'_> {
    (number, "Internal")
}

/// The application users of the contact centre, as the example's manifest names them.
pub const CONTACT_CENTRE: &str = "jtapi_uccx";

impl Organisation {
    /// The people and things that are special, and so many ordinary people.
    pub fn of(people: usize) -> Self {
        let mut organisation = Self::default();
        organisation.people_of_every_kind();
        organisation.numbers_of_every_kind();
        organisation.hostile_people();
        organisation.phones_of_nobody();
        organisation.hunt_groups();
        organisation.contact_centre();
        organisation.voicemail_and_conferences();
        organisation.gateways_and_trunks();
        organisation.people_who_are_none();
        for number in 0..people {
            organisation.ordinary(number);
        }
        organisation
    }

    fn user(&mut self, userid: &str, columns: &[(&str, &str)]) {
        self.cluster.user(userid, columns);
        self.userids.push(userid.into());
    }

    /// A phone with numbers on its buttons, which are made if they aren't there.
    fn phone(&self, name: &str, more: &[(&str, &str)], numbers: &[Dn<'_>]) {
        self.device(name, PHONE, MODEL, more, numbers);
    }

    fn device(&self, name: &str, class: u16, model: u16, more: &[(&str, &str)], dns: &[Dn<'_>]) {
        self.cluster.device(name, class, model, more);
        for (at, dn) in dns.iter().enumerate() {
            self.dn(*dn, 2);
            self.cluster.line(name, *dn, at as u16 + 1);
        }
    }

    fn dn(&self, dn: Dn<'_>, usage: u16) {
        let key = super::cluster::dn_key(dn);
        let known = "SELECT count(*) FROM numplan WHERE pkid = ?1";
        let count: u32 = self.cluster.0.query_row(known, [key], |row| row.get(0)).unwrap();
        if count == 0 {
            self.cluster.number(dn, usage, &[]);
        }
    }

    fn people_of_every_kind(&mut self) {
        // A desk phone, a client and a primary extension; e-mail, telephone and a title.
        self.user(
            "ada",
            &[
                ("firstname", "Ada"),
                ("middlename", "King"),
                ("lastname", "Lovelace"),
                ("department", "Sales"),
                ("title", "Analyst"),
                ("mailid", "ada@example.net"),
                ("telephonenumber", "+44 20 7946 0101"),
                ("site", "Head Office"),
            ],
        );
        let own = [("owner", "ada"), ("location", "London"), ("pool", "DP-London")];
        self.phone("SEP00000000A0DA", &own, &[internal("4001"), internal("4501")]);
        self.device("CSFADA", PHONE, 503, &own, &[internal("4001")]);
        self.cluster.user_device("ada", "SEP00000000A0DA", 1, false);
        self.cluster.user_device("ada", "CSFADA", 1, false);
        self.cluster.user_number("ada", internal("4001"), 1);
        let mut ada = Known {
            name: "Ada King Lovelace",
            department: "Sales",
            site: "Head Office",
            extension: "4001",
            by: ASSIGNED,
            also: &["4501"],
            email: "ada@example.net",
            telephone: "+44 20 7946 0101",
            ..Known::default()
        };
        self.truth.person("ada", &ada);
        let lines = ["1: 4001 in Internal", "2: 4501 in Internal"];
        self.truth.device("SEP00000000A0DA", PHONE_8841, "ada by owner", &lines);
        let client = "phone Cisco Unified Client Services Framework";
        self.truth.device("CSFADA", client, "ada by owner", &lines[..1]);

        // A manager, and the assistant who has the manager's number and controls the manager's phone;
        // they talk to each other by intercom.
        self.user("mona", &[("displayname", "Mona Manager"), ("firstname", "Ramona")]);
        self.user("axel", &[("firstname", "Axel"), ("lastname", "Assistant")]);
        self.phone(
            "SEP0000000A40A0",
            &[("owner", "mona"), ("location", "Leeds")],
            &[internal("4100")],
        );
        let own = [("owner", "axel"), ("location", "Leeds")];
        self.phone("SEP0000000A40A1", &own, &[internal("4101"), internal("4100")]);
        for (phone, dn) in [("SEP0000000A40A0", "8100"), ("SEP0000000A40A1", "8101")] {
            self.cluster.number((dn, "Intercom"), 13, &[]);
            self.cluster.line(phone, (dn, "Intercom"), 3);
        }
        for userid in ["mona", "axel"] {
            self.cluster.user_device(userid, "SEP0000000A40A0", 1, false);
        }
        self.cluster.user_number("mona", internal("4100"), 1);
        ada = Known { name: "Mona Manager", site: "Leeds", extension: "4100", ..Known::default() };
        let mona = Known { by: ASSIGNED, intercoms: &["8100"], ..ada };
        self.truth.person("mona", &mona);
        let axel = Known {
            name: "Axel Assistant",
            site: "Leeds",
            extension: "4101",
            by: "first line of SEP0000000A40A1",
            also: &["4100"],
            intercoms: &["8101"],
            ..Known::default()
        };
        self.truth.person("axel", &axel);
        let lines = ["1 (shared): 4100 in Internal", "3: 8100 in Intercom"];
        self.truth.device("SEP0000000A40A0", PHONE_8841, "mona by owner", &lines);
        let lines = ["1: 4101 in Internal", "2 (shared): 4100 in Internal", "3: 8101 in Intercom"];
        self.truth.device("SEP0000000A40A1", PHONE_8841, "axel by owner", &lines);

        // Somebody without a desk, with two profiles: the default one counts.
        self.user("hugo", &[("lastname", "Hotdesk")]);
        for (profile, number) in [("UDP-a-spare", "4111"), ("UDP-hugo", "4110")] {
            self.device(profile, PROFILE, MODEL, &[], &[internal(number)]);
            self.cluster.user_device("hugo", profile, 5, profile == "UDP-hugo");
            let line = format!("1: {number} in Internal");
            self.truth.device(profile, "device-profile Cisco 8841", "hugo by profile", &[&line]);
        }
        let hugo = Known {
            name: "Hotdesk",
            extension: "4110",
            by: "first line of device profile UDP-hugo",
            also: &["4111"],
            ..Known::default()
        };
        self.truth.person("hugo", &hugo);

        // Whose a phone is, where it has no owner: the only one who controls it, or the only one who
        // is named at its first line.
        self.user("carl", &[("firstname", "Carl")]);
        self.phone("SEP00000000CA61", &[], &[internal("4120")]);
        self.cluster.user_device("carl", "SEP00000000CA61", 1, false);
        self.user("nora", &[("firstname", "Nora")]);
        self.phone("SEP0000000000A4", &[], &[internal("4121"), internal("4122")]);
        self.cluster.line_user("SEP0000000000A4", 1, "nora");
        self.cluster.line_user("SEP0000000000A4", 2, "carl");
        let carl = Known {
            name: "Carl",
            extension: "4120",
            by: "first line of SEP00000000CA61",
            ..Known::default()
        };
        self.truth.person("carl", &carl);
        let nora = Known {
            name: "Nora",
            extension: "4121",
            by: "first line of SEP0000000000A4",
            also: &["4122"],
            ..Known::default()
        };
        self.truth.person("nora", &nora);
        let line = ["1: 4120 in Internal"];
        self.truth.device("SEP00000000CA61", PHONE_8841, "carl by sole-controller", &line);
        let lines = ["1: 4121 in Internal", "2: 4122 in Internal"];
        self.truth.device("SEP0000000000A4", PHONE_8841, "nora by first-line", &lines);
    }

    fn numbers_of_every_kind(&mut self) {
        // The same digits in two partitions are two numbers.
        for (userid, partition) in [("paul", "Internal"), ("lena", "Leeds-Internal")] {
            self.user(userid, &[("firstname", userid)]);
            let phone = format!("SEP4130{userid}").to_uppercase();
            self.phone(&phone, &[("owner", userid)], &[("4130", partition)]);
            self.cluster.user_number(userid, ("4130", partition), 1);
            let known = Known { name: userid, extension: "4130", by: ASSIGNED, ..Known::default() };
            self.truth.person(userid, &known);
            let (whose, line) = (format!("{userid} by owner"), format!("1: 4130 in {partition}"));
            self.truth.device(&phone, PHONE_8841, &whose, &[&line]);
        }

        // E.164, with the plus as the database has it; leading zeros, and the two other keys; a number
        // in no partition; a primary extension that is on no device.
        self.user("emil", &[("firstname", "Emil")]);
        let numbers = [("\\+442079460123", "E164"), ("042", ""), ("*81#", "Internal")];
        self.phone("SEP0000000E1640", &[("owner", "emil")], &numbers);
        self.dn(internal("4140"), 2);
        self.cluster.user_number("emil", internal("4140"), 1);
        let emil = Known {
            name: "Emil",
            extension: "4140",
            by: ASSIGNED,
            also: &["*81#", "+442079460123", "042"],
            ..Known::default()
        };
        self.truth.person("emil", &emil);
        let lines = ["1: +442079460123 in E164", "2: 042", "3: *81# in Internal"];
        self.truth.device("SEP0000000E1640", PHONE_8841, "emil by owner", &lines);

        // An agent has a number by which the contact centre reaches them; it isn't the primary one.
        self.user("agnes", &[("firstname", "Agnes"), ("department", "Support")]);
        self.phone("SEP0000000A6E45", &[("owner", "agnes")], &[internal("4150"), internal("4159")]);
        self.cluster.user_number("agnes", internal("4159"), 2);
        let agnes = Known {
            name: "Agnes",
            department: "Support",
            extension: "4150",
            by: "first line of SEP0000000A6E45",
            also: &["4159"],
            ..Known::default()
        };
        self.truth.person("agnes", &agnes);
        let lines = ["1: 4150 in Internal", "2: 4159 in Internal"];
        self.truth.device("SEP0000000A6E45", PHONE_8841, "agnes by owner", &lines);
    }

    fn hostile_people(&mut self) {
        // Whatever XML can carry, and other places would take for more than a text.
        let people = [
            ("bidi", "\u{202e}nimda", "\u{202e}nimda"),
            ("markdown", "**Bold** [x](http://a) @everyone", "**Bold** [x](http://a) @everyone"),
            ("markup", "<b>&amp;</b> \"R&D\" ]]>", "<b>&amp;</b> \"R&D\" ]]>"),
            ("plane", "𝕬𝖉𝖆 😀", "𝕬𝖉𝖆 😀"),
            ("lines", "Two\r\nlines\tand a tab", "Two lines and a tab"),
            ("escape", "\u{9b}31mred\u{7f}", "\u{9b}31mred\u{7f}"),
            ("apart", "Ame\u{301}lie", "Am\u{e9}lie"),
            ("quote", "O'Brien; DROP TABLE enduser", "O'Brien; DROP TABLE enduser"),
        ];
        for (at, (userid, name, shown)) in people.into_iter().enumerate() {
            let (phone, number) = (format!("SEP0000000BAD{at:02}"), format!("416{at}"));
            self.user(userid, &[("lastname", name), ("department", name)]);
            self.phone(&phone, &[("owner", userid), ("description", name)], &[internal(&number)]);
            self.cluster.user_number(userid, internal(&number), 1);
            let known = Known {
                name: shown,
                department: shown,
                extension: &number,
                by: ASSIGNED,
                ..Known::default()
            };
            self.truth.person(userid, &known);
            let (whose, line) = (format!("{userid} by owner"), format!("1: {number} in Internal"));
            self.truth.device(&phone, PHONE_8841, &whose, &[&line]);
        }
    }

    fn phones_of_nobody(&mut self) {
        // A lobby phone; one that two control and nobody owns; one whose owner is a template.
        self.phone("SEP0000000L0BBY", &[("location", "London")], &[internal("4190")]);
        self.truth.device("SEP0000000L0BBY", PHONE_8841, "", &["1: 4190 in Internal"]);
        self.phone("SEP000000000TW0", &[], &[internal("4191")]);
        for userid in ["ada", "carl"] {
            self.cluster.user_device(userid, "SEP000000000TW0", 1, false);
        }
        self.truth.device("SEP000000000TW0", PHONE_8841, "", &["1: 4191 in Internal"]);
        // An attendant console's ports are phones, as no contact centre has them.
        for at in 1..=2 {
            let (name, number) = (format!("CTIATT{at}"), format!("485{at}"));
            self.device(&name, PHONE, 72, &[], &[internal(&number)]);
            self.cluster.application_device("attendant", &name);
            let line = format!("1: {number} in Internal");
            self.truth.device(&name, "phone CTI Port", "", &[&line]);
        }
        // A phone without numbers.
        self.phone("SEP0000000BARE0", &[("owner", "ada")], &[]);
        self.truth.device("SEP0000000BARE0", PHONE_8841, "ada by owner", &[]);
    }

    fn hunt_groups(&mut self) {
        let groups: [(&str, &[Dn<'_>]); 2] = [
            ("LG-Sales-1", &[internal("4121"), internal("4001")]),
            ("LG-Sales-2", &[internal("4120"), internal("4001")]),
        ];
        self.cluster.hunt("HL-Sales", internal("4900"), &[("description", "Sales line")], &groups);
        let rings = ["4121 in Internal", "4001 in Internal", "4120 in Internal"];
        self.truth.system("hunt-group", "Sales line", "4900 in Internal", &rings);
        let names = [("alertingname", "Night bell")];
        self.cluster.hunt("HL-Night", ("\\+442079460999", ""), &names, &[("LG-Night", &[])]);
        self.truth.system("hunt-group", "Night bell", "+442079460999", &[]);

        // A route list is of the same class, and what leads to it is a route pattern.
        self.cluster.device("RL-PSTN", 7, 90, &[("description", "to the outside")]);
        self.cluster.number(("9.!", "PSTN"), 5, &[]);
        self.cluster.line("RL-PSTN", ("9.!", "PSTN"), 1);
        let list = pkid("device", "RL-PSTN");
        self.cluster.row(
            "routelist",
            "RL-PSTN",
            &[("fkdevice", &list), ("fkroutegroup", &"rg"), ("selectionorder", &1)],
        );
    }

    fn contact_centre(&mut self) {
        for at in 1..=3 {
            let (name, number) = (format!("UCCX_480{at}"), format!("480{at}"));
            self.device(&name, PHONE, 72, &[], &[internal(&number)]);
            self.cluster.application_device(CONTACT_CENTRE, &name);
            let number = format!("{number} in Internal");
            self.truth.system("contact-centre-port", &name, &number, &[]);
        }
        self.device("UCCX_RP_4800", 10, 73, &[("description", "Hotline")], &[internal("4800")]);
        self.cluster.application_device(CONTACT_CENTRE, "UCCX_RP_4800");
        self.truth.system("contact-centre-trigger", "UCCX_RP_4800", "4800 in Internal", &[]);
        // It also controls an agent's phone, which stays a phone.
        self.cluster.application_device(CONTACT_CENTRE, "SEP0000000A6E45");
    }

    fn voicemail_and_conferences(&mut self) {
        for at in 1..=2 {
            let (name, number) = (format!("CiscoUM1-VI{at}"), format!("470{at}"));
            self.cluster.device(&name, 8, 80, &[]);
            self.cluster.number((&number, "VM"), 8, &[]);
            self.cluster.line(&name, (&number, "VM"), 1);
            self.truth.system("voicemail-port", &name, &format!("{number} in VM"), &[]);
        }
        let row: [(&str, &dyn rusqlite::ToSql); 2] =
            [("directorynumber", &"4799"), ("description", &"Default")];
        self.cluster.row("voicemessagingpilot", "4799", &row);
        self.truth.system("voicemail-pilot", "Default", "4799", &[]);
        // Who has no voicemail has this one.
        self.cluster.row("voicemessagingpilot", "none", &[("description", &"No Voice Mail")]);
        self.cluster.device("CFB_2", 4, 50, &[("description", "Software bridge")]);
        self.truth.system("conference-bridge", "CFB_2", "", &[]);
    }

    fn gateways_and_trunks(&mut self) {
        let ports = [
            "S0/SU0/DS1-0@gw1.example.net",
            "S0/SU0/DS1-1@gw1.example.net",
            "AALN/S2/SU0/0@gw1.example.net",
        ];
        for port in ports {
            self.cluster.device(port, 2, 121, &[]);
        }
        // An analogue port has a number, and isn't a phone.
        self.dn(internal("4600"), 2);
        self.cluster.line(ports[2], internal("4600"), 1);
        self.cluster.gateway("gw1.example.net", "PRI", &ports);
        let sorted = [ports[2], ports[0], ports[1]];
        self.truth.channel("gw1.example.net", "gateway MGCP", &[], &sorted);
        self.cluster.gateway("gw2.example.net", "not yet used", &[]);
        self.truth.channel("gw2.example.net", "gateway MGCP", &[], &[]);
        // The ports of a gateway over SCCP are phones.
        self.device("AN0011223344080", PHONE, 30027, &[], &[internal("4610")]);
        self.cluster.gateway("SKIGW0011223344", "Fax", &["AN0011223344080"]);
        self.truth.device("AN0011223344080", "phone Analog Phone", "", &["1: 4610 in Internal"]);
        self.truth.channel("SKIGW0011223344", "gateway SCCP", &[], &["AN0011223344080"]);
        self.cluster.device("10.1.2.3", 2, 62, &[("description", "branch")]);
        self.truth.channel("10.1.2.3", "gateway H.323", &["10.1.2.3"], &[]);

        let to = [
            ("sbc2.example.net", Some(5061)),
            ("2001:db8::5", Some(5060)),
            ("sbc1.example.net", None),
        ];
        self.cluster.trunk("SBC", "provider", &to);
        let at = ["[2001:db8::5]:5060", "sbc1.example.net", "sbc2.example.net:5061"];
        self.truth.channel("SBC", "sip-trunk SIP", &at, &[]);
    }

    /// Rows of users of whom the directory doesn't speak.
    fn people_who_are_none(&mut self) {
        self.user("template", &[("tkuserprofile", "3"), ("lastname", "Template")]);
        self.user("numberless", &[("firstname", "No"), ("lastname", "Number")]);
        self.user("leaving", &[("firstname", "Left"), ("status", "0")]);
        self.phone("SEP0000000L3AVE", &[("owner", "leaving")], &[internal("4199")]);
        self.truth.device("SEP0000000L3AVE", PHONE_8841, "", &["1: 4199 in Internal"]);
        self.phone("SEP0000000TEMPL", &[("owner", "template")], &[internal("4198")]);
        self.truth.device("SEP0000000TEMPL", PHONE_8841, "", &["1: 4198 in Internal"]);
    }
}

const FIRST: [&str; 8] = ["Amy", "Björn", "Chloé", "Dmitri", "Ewa", "Faisal", "Grace", "Hana"];
const LAST: [&str; 7] = ["Archer", "Brown", "Çelik", "Dvořák", "Ek", "Fernandes", "Gößl"];
const DEPARTMENTS: [&str; 7] =
    ["Sales", "Support", "R&D", "Finance", "Legal", "Marketing", "Logistics"];
const SITES: [&str; 5] = ["London", "Leeds", "Kraków", "Zürich", "New York"];

impl Organisation {
    /// One of many: a desk phone, sometimes a client, a second number or a profile instead of both.
    fn ordinary(&mut self, at: usize) {
        let userid = format!("u{at:05}");
        let (first, last) = (FIRST[at % 8], format!("{}-{at}", LAST[at % 7]));
        let (department, site) = (DEPARTMENTS[at % 7], SITES[at % 5]);
        let (number, second) = (format!("2{at:05}"), format!("3{at:05}"));
        let mail = format!("{userid}@example.net");
        self.user(
            &userid,
            &[
                ("firstname", first),
                ("lastname", &last),
                ("department", department),
                ("mailid", &mail),
                ("manager", "ada"),
                ("directoryuri", &mail),
                ("fkdirectorypluginconfig", "6d3e4a1c-0000-4000-8000-000000000001"),
            ],
        );
        self.cluster.number(
            internal(&number),
            2,
            &[("description", &last), ("alertingname", &last)],
        );
        let in_internal = |at: u16, number: &str| format!("{at}: {number} in Internal");
        let (name, mut also) = (format!("{first} {last}"), Vec::new());
        let mut by = ASSIGNED.to_owned();
        let hot_desk = at % 20 == 13;
        if hot_desk {
            let profile = format!("UDP-{userid}");
            self.cluster.device(&profile, PROFILE, MODEL, &[]);
            self.cluster.line(&profile, internal(&number), 1);
            self.cluster.user_device(&userid, &profile, 5, true);
            let whose = format!("{userid} by profile");
            let lines = in_internal(1, &number);
            self.truth.device(&profile, "device-profile Cisco 8841", &whose, &[&lines]);
        } else {
            let phone = format!("SEP{:012X}", 0x0000_C0DE_0000_u64 + at as u64);
            let pool = format!("DP-{site}");
            let mut columns =
                vec![("location", site), ("pool", pool.as_str()), ("description", &last)];
            let mut lines = vec![in_internal(1, &number)];
            let whose = match at % 4 {
                3 => "first-line",
                1 => "sole-controller",
                _ => "owner",
            };
            if whose == "owner" {
                columns.push(("owner", &userid));
            }
            self.cluster.device(&phone, PHONE, MODEL, &columns);
            self.cluster.line(&phone, internal(&number), 1);
            match whose {
                "first-line" => self.cluster.line_user(&phone, 1, &userid),
                "sole-controller" => self.cluster.user_device(&userid, &phone, 1, false),
                _ => {}
            }
            if at.is_multiple_of(3) {
                self.cluster.number(internal(&second), 2, &[]);
                self.cluster.line(&phone, internal(&second), 2);
                lines.push(in_internal(2, &second));
                also.push(second.as_str());
            }
            let whose = format!("{userid} by {whose}");
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            self.truth.device(&phone, PHONE_8841, &whose, &lines);
            if at.is_multiple_of(6) {
                let client = format!("CSF{}", userid.to_uppercase());
                self.cluster.device(&client, PHONE, 503, &[("owner", &userid), ("location", site)]);
                self.cluster.line(&client, internal(&number), 1);
                let what = "phone Cisco Unified Client Services Framework";
                self.truth.device(&client, what, &format!("{userid} by owner"), &lines[..1]);
            }
            if at % 10 == 2 {
                by = format!("first line of {phone}");
            }
        }
        if by == ASSIGNED {
            self.cluster.user_number(&userid, internal(&number), 1);
        }
        let known = Known {
            name: &name,
            department,
            site: if hot_desk { "" } else { site },
            extension: &number,
            by: &by,
            also: &also,
            email: &mail,
            ..Known::default()
        };
        self.truth.person(&userid, &known);
    }
}
