use super::*;
use crate::finding::Code;

fn numbers(tables: &Tables, user: &str) -> [String; 2] {
    let organisation = organised(tables);
    ["primary_extension", "primary_extension_by"].map(|name| value(&organisation, user, name))
}

#[test]
fn the_people_of_the_cluster() {
    let organisation = organised(&tables(CLUSTER));
    let keys: Vec<&str> = organisation.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["u1", "u2", "u3", "u4", "u5", "u6"]);
    let row = |key| COMPUTED.map(|name| value(&organisation, key, name)).join(" | ");
    let by = "primary extension of the end user";
    assert_eq!(
        row("u1"),
        format!(
            "Ada King Byron | 4022 | {by} | 4022 | 4021 |  | 4021 | 81 | 4700 | \
             4022, 4021, 4700 | SEP001122334455, CSFADA | London | DP London"
        )
    );
    assert_eq!(
        row("u2"),
        "Grace H. | 4023 | first line of SEP00AA |  | 4023 |  |  |  |  | 4023 | SEP00AA |  | "
    );
    assert_eq!(
        row("u3"),
        "Plato | 4021 | first line of SEP00CC |  | 4021 |  |  |  |  | 4021 | SEP00CC |  | "
    );
    assert_eq!(row("u4"), "linus |  |  |  |  |  |  |  |  |  |  |  | ");
    assert_eq!(
        row("u5"),
        "Marie Curie | +442079460123 | first line of device profile UDP-marie-home |  |  | \
         +442079460123 | 4700 |  |  | +442079460123, 4700 | UDP-marie-home, UDP-marie |  | "
    );
    assert_eq!(row("u6"), "Tom Aide |  |  |  |  |  |  |  |  |  |  |  | ");
    assert_eq!(value(&organisation, "u1", "department"), "Sales");
    assert_eq!(value(&organisation, "u1", "mailid"), "ada@example.net");
    assert_eq!(organisation.records[0].place, crate::source::Place::Name("ada".into()));
}

#[test]
fn each_attribute_has_one_name_and_each_record_a_value_for_it() {
    let organisation = organised(&tables(CLUSTER));
    let mut names = organisation.names.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ATTRIBUTES.len());
    let lengths = |record: &Record| record.values.len() == ATTRIBUTES.len();
    assert!(organisation.records.iter().all(lengths));
}

#[test]
fn a_number_that_is_hidden_or_gone_or_a_pattern_leaves_it_to_the_next_rule() {
    let own = "
        user u1 ada
        device d1 SEP01 class=1 owner=u1
        device d2 UDP class=254
        user-device u1 d2 association=5
        number n1 4021 usage=2
        number n2 4022 usage=2
        number n3 4023 usage=2
        user-number u1 n1 usage=1
        line l1 d1 n2 index=1
        line l2 d2 n3 index=1
    ";
    let told = |from: &str, to: &str| numbers(&tables(&own.replace(from, to)), "u1");
    assert_eq!(told("", ""), ["4021", "primary extension of the end user"]);
    for number in ["", "number n1 4021 usage=7", "number n1 40XX usage=2", "number n1 usage=2"] {
        assert_eq!(told("number n1 4021 usage=2", number), ["4022", "first line of SEP01"]);
    }
    let own = own.replace("user-number u1 n1 usage=1", "");
    let told = |from: &str, to: &str| numbers(&tables(&own.replace(from, to)), "u1");
    let by_profile = ["4023", "first line of device profile UDP"];
    for number in ["", "number n2 81 usage=13", "number n2 4[0-5]! usage=2"] {
        assert_eq!(told("number n2 4022 usage=2", number), by_profile, "{number}");
    }
    assert_eq!(told("line l1 d1 n2 index=1", "line l1 d1 n2 index=2"), by_profile);
}

#[test]
fn a_pattern_is_told_and_is_none_of_a_persons_numbers() {
    let organisation = organised(&tables(CLUSTER));
    let [finding] = &organisation.findings[..] else { panic!("{:?}", organisation.findings) };
    assert_eq!(finding.code, Code::NotAnExtension);
    let told = "`49XX` of `ucm/u2` is not used as an extension: 'X' can't be dialled";
    assert_eq!(finding.message, told);
    assert_eq!(finding.keys, [crate::directory::Id::new("ucm", "u2")]);
    for pattern in ["49XX", "49!", "49[01]", "4.9"] {
        let organisation = organised(&tables(&CLUSTER.replace("49XX", pattern)));
        assert_eq!(value(&organisation, "u2", "extensions"), "4023", "{pattern}");
        assert_eq!(organisation.findings.len(), 1);
    }
}

#[test]
fn a_desk_phone_comes_before_a_client_and_that_before_what_a_program_uses() {
    let by = |devices: &str| {
        let text = format!(
            "user u1 ada
             number n1 4021 usage=2
             number n2 4022 usage=2
             line l1 d1 n1 index=1
             line l2 d2 n2 index=1
             {devices}"
        );
        numbers(&tables(&text), "u1")[1].clone()
    };
    for (first, second) in [
        ("SEP02 class=1", "CSFADA class=1"),
        ("SEP02 class=1", "ADA class=1 model=503"),
        ("TCTADA class=1", "CTIRDADA class=1"),
        ("BOTADA class=1", "ADA class=1 model=72"),
        ("SEP01 class=1", "SEP02 class=1"),
        ("AN01 class=1", "tabADA class=1"),
        ("CSFADA class=1", "A class=254"),
    ] {
        let name = first.split(' ').next().unwrap();
        let wanted = format!("first line of {name}");
        let one = format!("device d1 {first} owner=u1\ndevice d2 {second} owner=u1");
        let other = format!("device d1 {second} owner=u1\ndevice d2 {first} owner=u1");
        assert_eq!((by(&one), by(&other)), (wanted.clone(), wanted));
    }
}

#[test]
fn the_default_profile_comes_before_others() {
    let with = |default: &str| {
        let text = format!(
            "user u1 ada
             device d1 A class=254
             device d2 B class=254
             number n1 4021 usage=2
             number n2 4022 usage=2
             line l1 d1 n1 index=1
             line l2 d2 n2 index=1
             user-device u1 d1 association=5
             user-device u1 d2 association=5 default={default}"
        );
        numbers(&tables(&text), "u1")
    };
    assert_eq!(with("t"), ["4022", "first line of device profile B"]);
    assert_eq!(with("f"), ["4021", "first line of device profile A"]);
}

#[test]
fn a_profile_of_several_people_gives_each_its_number() {
    let text = "
        user u1 ada
        user u2 grace
        device d1 Shift class=254
        number n1 4021 usage=2
        line l1 d1 n1 index=1
        user-device u1 d1 association=5
        user-device u2 d1 association=5
    ";
    let organisation = organised(&tables(text));
    assert_eq!(value(&organisation, "u1", "primary_extension"), "4021");
    assert_eq!(value(&organisation, "u2", "primary_extension"), "4021");
    assert_eq!(find::<Device>(&organisation, "d1").owner, None);
}

#[test]
fn who_has_no_device_has_the_numbers_that_were_given_to_them() {
    let text = "
        user u1 ada
        number n1 4021 usage=2
        number n2 4700 usage=2
        user-number u1 n1 usage=1
        user-number u1 n2 usage=2
    ";
    let organisation = organised(&tables(text));
    let [primary, agent, additional, all] =
        ["primary_extension", "contact_centre_extension", "additional_extensions", "extensions"]
            .map(|name| value(&organisation, "u1", name));
    let seen = [primary.as_str(), &agent, &additional, &all];
    assert_eq!(seen, ["4021", "4700", "", "4021, 4700"]);
}
