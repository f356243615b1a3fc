//! Answers that were prepared, and what becomes of them.

use std::cell::RefCell;

use super::{
    asking::{Asked, Asking},
    gathered, operations as ask,
};
use crate::{
    connectors::cisco_ucm::{
        axl::{AxlError, Operation},
        gathered::Gathered,
        settings::UserNames,
        tables::User,
    },
    source::{FetchError, Silent},
    wire::xml::{Element, Opened, Step, Xml},
};

/// The element that a text is.
fn element(text: &str) -> Element {
    let mut xml = Xml::new(text.as_bytes());
    loop {
        if let Step::Open(tag) = xml.step().unwrap() {
            let opened = Opened::of(&tag);
            return Element::read(opened, &mut xml).unwrap();
        }
    }
}

/// A key that ends in this, as objects have it.
fn uuid(end: &str) -> String {
    format!("{{0000abcd-0000-4000-8000-{end:0>12}}}").to_ascii_uppercase()
}

/// The same as rows have it.
fn pkid(end: &str) -> String {
    format!("0000abcd-0000-4000-8000-{end:0>12}").to_lowercase()
}

/// Objects of a kind in the order of a list: name of the kind, end of the key, what is in it.
type Objects = Vec<(&'static str, String, String)>;

/// Answers from prepared objects; what is asked alone is kept under the kind with `get` before it.
/// Before each question `before` may change them.
fn read(objects: Objects, page: u64, before: impl FnMut(usize, &mut Objects)) -> Gathered {
    read_all(objects, page, before, &["jtapi"]).unwrap()
}

fn read_all(
    objects: Objects,
    page: u64,
    mut before: impl FnMut(usize, &mut Objects),
    contact_centre: &[&str],
) -> Result<Gathered, AxlError> {
    let (objects, asked) = (RefCell::new(objects), RefCell::new(0));
    let mut answer = |operation: &Operation<'_>, each: &mut dyn FnMut(&Element)| {
        before(*asked.borrow(), &mut objects.borrow_mut());
        *asked.borrow_mut() += 1;
        let objects = objects.borrow();
        let all = |kind: &str| -> Vec<Element> {
            let these = objects.iter().filter(|(known, ..)| *known == kind);
            these
                .map(|(_, end, inner)| match end.as_str() {
                    "" => element(&format!("<o>{inner}</o>")),
                    end => element(&format!("<o uuid=\"{}\">{inner}</o>", uuid(end))),
                })
                .collect()
        };
        match *operation {
            Operation::List { object, skip, first, .. } => {
                let page = all(object).into_iter().skip(skip as usize).take(first as usize);
                page.for_each(|element| each(&element));
            }
            Operation::Get { object, by: [("uuid", key)], .. } => {
                let found = all(&format!("get{object}"));
                match found.iter().find(|element| element.attribute("uuid") == *key) {
                    Some(element) => each(element),
                    None => return Err(AxlError::Missing { what: "not found".into() }),
                }
            }
            Operation::Get { .. } => panic!("everything is asked for by its key"),
        }
        Ok(())
    };
    let answer: &mut Asked<'_> = &mut answer;
    let names = serde_json::to_string(contact_centre).unwrap();
    let names: UserNames = serde_json::from_str(&names).unwrap();
    gathered(&mut Asking::new(answer, &Silent, page), &names, "phones")
}

fn of(kind: &'static str, end: &str, inner: &str) -> (&'static str, String, String) {
    (kind, end.into(), inner.into())
}

/// So many users, each there when asked for alone.
fn users(count: usize) -> Objects {
    let mut objects = Vec::new();
    for at in 0..count {
        let end = format!("a{at}");
        objects.push(of("User", &end, &format!("<userid>u{at}</userid>")));
        objects.push(of("getUser", &end, ""));
    }
    objects
}

/// Why something may be missing; what has no phones at all is not of interest here.
fn gaps(gathered: &Gathered) -> Vec<&str> {
    let gaps = gathered.gaps.iter().map(String::as_str);
    gaps.filter(|gap| *gap != "no phone has a line").collect()
}

fn userids(gathered: &Gathered) -> Vec<&str> {
    let mut ids: Vec<&str> =
        gathered.tables.users.iter().map(|user| user.values[0].as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_user_has_what_list_and_get_tell() {
    assert_eq!(User::COLUMNS[0], "userid");
    let objects = vec![
        of(
            "User",
            "a1",
            "<mobileNumber>07700 900123</mobileNumber><userid>Ada</userid><title/><status>1</status>",
        ),
        of(
            "getUser",
            "a1",
            &format!(
                "<displayName>Ada L</displayName><associatedDevices><device>sep1</device>\
                 </associatedDevices><primaryExtension><pattern>4021</pattern><routePartitionName>\
                 Internal</routePartitionName></primaryExtension><phoneProfiles><profileName \
                 uuid=\"{0}\">UDP</profileName></phoneProfiles><defaultProfile uuid=\"{0}\">UDP\
                 </defaultProfile><ipccExtension>77</ipccExtension><ldapDirectoryName uuid=\"\"/>",
                uuid("d2")
            ),
        ),
        of("Phone", "d1", "<name>SEP1</name><ownerUserName>ADA</ownerUserName><class/>"),
        of("getPhone", "d1", "<lines/>"),
        of("DeviceProfile", "d2", "<name>UDP</name><class>Device Profile</class>"),
        of("getDeviceProfile", "d2", ""),
        of("Line", "f1", "<pattern>4021</pattern><routePartitionName>Lab</routePartitionName>"),
        of(
            "Line",
            "f2",
            "<pattern>4021</pattern><routePartitionName>Internal</routePartitionName>",
        ),
        of("Line", "f3", "<pattern>77</pattern><routePartitionName>CC</routePartitionName>"),
    ];
    let gathered = read(objects, 100, |_, _| {});
    assert_eq!(gaps(&gathered), Vec::<&str>::new());
    let Gathered { tables, gone, asked, unmet, .. } = gathered;
    assert_eq!((gone, asked), (0, 3));
    assert_eq!(unmet, ["jtapi"]);
    let value = |column: &str| {
        let at = User::COLUMNS.iter().position(|name| *name == column).unwrap();
        tables.users[0].values[at].as_str()
    };
    assert_eq!(tables.users[0].pkid, pkid("a1"));
    assert_eq!(
        (value("mobile"), value("displayname"), value("title")),
        ("07700 900123", "Ada L", "")
    );
    assert_eq!(tables.devices[0].owner, pkid("a1"));
    let numbers: Vec<(&str, u16)> =
        tables.user_numbers.iter().map(|row| (row.number.as_str(), row.usage)).collect();
    assert_eq!(numbers, [(pkid("f2").as_str(), 1), (pkid("f3").as_str(), 2)]);
    let devices: Vec<(&str, u16, bool)> = tables
        .user_devices
        .iter()
        .map(|row| (row.device.as_str(), row.association, row.default))
        .collect();
    assert_eq!(devices, [(pkid("d1").as_str(), 1, false), (pkid("d2").as_str(), 5, true)]);
}

#[test]
fn lines_name_their_number_by_key_or_by_partition_and_may_know_more_than_the_list() {
    let line = |index: u16, attribute: &str, pattern: &str, partition: &str, usage: &str| {
        format!(
            "<line uuid=\"{}\"><dirn{attribute}><pattern>{pattern}</pattern><routePartitionName>\
             {partition}</routePartitionName></dirn><partitionUsage>{usage}</partitionUsage><index>\
             {index}</index><associatedEndusers><enduser><userId>u0</userId></enduser>\
             </associatedEndusers></line>",
            uuid(&format!("e{index}"))
        )
    };
    let by_key = format!(" uuid=\"{}\"", uuid("f1"));
    let lines = [
        line(1, &by_key, "4021", "Internal", "General"),
        line(2, "", "4022", "Internal", "General"),
        line(3, &format!(" uuid=\"{}\"", uuid("f9")), "8100", "Intercom", "Intercom"),
    ]
    .concat();
    let mut objects = users(1);
    objects.extend([
        of("Phone", "d1", "<name>SEP1</name><model>CTI Port</model>"),
        of("getPhone", "d1", &format!("<lines>{lines}</lines>")),
        of(
            "Line",
            "f1",
            "<pattern>4021</pattern><routePartitionName>Internal</routePartitionName>",
        ),
        of(
            "Line",
            "f2",
            "<pattern>4022</pattern><routePartitionName>Internal</routePartitionName>",
        ),
    ]);
    let tables = read(objects, 100, |_, _| {}).tables;
    assert_eq!(tables.devices[0].model, 72);
    let lines: Vec<(&str, u16)> =
        tables.lines.iter().map(|line| (line.number.as_str(), line.index)).collect();
    assert_eq!(lines, [(&*pkid("f1"), 1), (&*pkid("f2"), 2), (&*pkid("f9"), 3)]);
    let intercom = tables.numbers.last().unwrap();
    assert_eq!((intercom.pattern.as_str(), intercom.usage), ("8100", 13));
    assert_eq!(tables.line_users.len(), 3);
    assert!(tables.line_users.iter().all(|row| row.user == pkid("a0")));
    assert_eq!(tables.line_users[0].line, pkid("e1"));
}

#[test]
fn a_hunt_list_rings_the_numbers_of_its_groups_in_their_order() {
    let member = |group: &str, end: &str, order: u16| {
        format!(
            "<member><lineGroupName{end}>{group}</lineGroupName><selectionOrder>{order}\
             </selectionOrder></member>"
        )
    };
    let number = |pattern: &str, order: u16| {
        format!(
            "<member><lineSelectionOrder>{order}</lineSelectionOrder><directoryNumber><pattern>\
             {pattern}</pattern><routePartitionName/></directoryNumber></member>"
        )
    };
    let by_key = format!(" uuid=\"{}\"", uuid("b1"));
    let groups =
        [member("First", &by_key, 1), member("Second", "", 2), member("Empty", "", 3)].concat();
    let second = [number("12", 0), number("13", 1)].concat();
    let objects = vec![
        of("HuntList", "c1", "<name>HL</name>"),
        of("getHuntList", "c1", &format!("<members>{groups}</members>")),
        of("LineGroup", "b1", "<name>First</name>"),
        of("LineGroup", "b2", "<name>Second</name>"),
        of("LineGroup", "b3", "<name>Empty</name>"),
        of("getLineGroup", "b1", &format!("<members>{}</members>", number("11", 0))),
        of("getLineGroup", "b2", &format!("<members>{second}</members>")),
        of("getLineGroup", "b3", "<members/>"),
        of(
            "HuntPilot",
            "f1",
            &format!("<pattern>10</pattern><huntListName uuid=\"{}\"/>", uuid("c1")),
        ),
        of("Line", "f2", "<pattern>11</pattern>"),
        of("Line", "f3", "<pattern>12</pattern>"),
        of("Line", "f4", "<pattern>13</pattern>"),
    ];
    let tables = read(objects, 100, |_, _| {}).tables;
    let rung: Vec<(u16, &str, u16)> = tables
        .hunt_members
        .iter()
        .map(|row| (row.group_order, row.number.as_str(), row.order))
        .collect();
    let (first, second, third) = (pkid("f2"), pkid("f3"), pkid("f4"));
    let expected = [(1, &*first, 0), (2, &*second, 0), (2, &*third, 1), (3, "", 0)];
    assert_eq!(rung, expected);
    assert_eq!((&*tables.lines[0].number, &*tables.lines[0].device), (&*pkid("f1"), &*pkid("c1")));
    assert_eq!(tables.numbers[0].usage, 7);
}

#[test]
fn pages_are_read_to_the_end_and_compared_with_a_second_reading() {
    let gathered = read(users(7), 3, |_, _| {});
    assert_eq!(gaps(&gathered), Vec::<&str>::new());
    assert_eq!(userids(&gathered), ["u0", "u1", "u2", "u3", "u4", "u5", "u6"]);
}

#[test]
fn somebody_who_goes_between_two_pages_hides_nobody() {
    // Without the first, the fourth moves to the page that was read already.
    let gathered = read(users(7), 3, |asked, objects| {
        if asked == 1 {
            objects.retain(|(_, end, _)| end != "a0");
        }
    });
    assert_eq!(gaps(&gathered), Vec::<&str>::new());
    assert_eq!(userids(&gathered), ["u1", "u2", "u3", "u4", "u5", "u6"]);
}

#[test]
fn a_list_that_keeps_moving_is_not_whole() {
    // Each question finds the first at the end.
    let gathered = read(users(7), 3, |_, objects| {
        let first = objects.iter().position(|(kind, ..)| *kind == "User").unwrap();
        let first = objects.remove(first);
        objects.push(first);
    });
    let [gap] = gaps(&gathered)[..] else { panic!("{:?}", gathered.gaps) };
    assert!(gap.starts_with("the list of users moved while it was read"), "{gap}");
}

#[test]
fn what_has_no_key_makes_a_list_doubtful() {
    let mut objects = users(2);
    objects.push(of("User", "", "<userid>keyless</userid>"));
    let gathered = read(objects, 100, |_, _| {});
    assert_eq!(gaps(&gathered), ["1 users came without a key"]);
}

#[test]
fn what_went_since_it_was_listed_is_left_out_and_counted() {
    let mut objects = users(3);
    objects.retain(|(kind, end, _)| (*kind, end.as_str()) != ("getUser", "a1"));
    objects.push(of("Phone", "d1", "<name>SEP1</name>"));
    let gathered = read(objects, 100, |_, _| {});
    assert_eq!((gathered.gone, gathered.asked), (2, 4));
    assert_eq!(userids(&gathered), ["u0", "u2"]);
    assert!(gathered.tables.devices.is_empty());
}

#[test]
fn a_system_that_is_emptied_meanwhile_has_fewer_at_the_end() {
    // 14 lists, 30 users, line groups and application users: then they are counted.
    let gathered = read(users(30), 100, |asked, objects| {
        if asked == 46 {
            objects.clear();
        }
    });
    let of = |table: &str| gathered.expected.iter().find(|one| one.table == table).unwrap().rows;
    assert_eq!((gathered.tables.users.len(), of("enduser"), of("device")), (30, 0, 0));
}

#[test]
fn users_and_phones_that_tell_something_else_at_the_end_are_in_doubt() {
    let phones = || {
        let mut objects = Vec::new();
        for at in 0..10 {
            let (user, device, number) = (format!("a{at}"), format!("d{at}"), format!("f{at}"));
            let pattern = format!("<pattern>{at}</pattern>");
            let has = format!("<primaryExtension>{pattern}</primaryExtension>");
            let line = format!("<lines><line><dirn>{pattern}</dirn></line></lines>");
            objects.extend([
                of("User", &user, "<userid>u</userid>"),
                of("getUser", &user, &has),
                of("Phone", &device, "<name>SEP</name>"),
                of("getPhone", &device, &line),
                of("Line", &number, &pattern),
            ]);
        }
        objects
    };
    let changed = |kind: &'static str, at: usize, count: usize| {
        read(phones(), 100, move |asked, objects| {
            if asked == at {
                let these = objects.iter_mut().filter(|(known, ..)| *known == kind);
                these.take(count).for_each(|(_, _, inner)| inner.clear());
            }
        })
        .gaps
    };
    // 14 lists, 10 phones, 10 users, line groups and application users; then the look back.
    assert_eq!(changed("getPhone", 36, 2), Vec::<String>::new());
    assert_eq!(changed("getPhone", 36, 3), ["3 of 10 phones have other lines at the end"]);
    assert_eq!(
        changed("getUser", 36, 10),
        ["10 of 10 users have other extensions or devices at the end"]
    );
}

#[test]
fn phones_without_any_line_are_in_doubt() {
    let mut objects = users(1);
    objects.push(of("Phone", "d1", "<name>SEP1</name>"));
    objects.push(of("getPhone", "d1", "<lines/>"));
    assert_eq!(read(objects, 100, |_, _| {}).gaps, ["no phone has a line"]);
}

#[test]
fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let mut sizes = Vec::new();
    let mut answer = |operation: &Operation<'_>, each: &mut dyn FnMut(&Element)| {
        let Operation::List { skip, first, .. } = *operation else { panic!("only a list") };
        sizes.push((skip, first));
        if first > 4 {
            return Err(AxlError::TooLarge { fitting: Some(7).filter(|_| first > 10) });
        }
        for at in skip..(skip + first).min(6) {
            each(&element(&format!("<o uuid=\"{}\"/>", uuid(&format!("a{at}")))));
        }
        Ok(())
    };
    let answer: &mut Asked<'_> = &mut answer;
    let mut asking = Asking::new(answer, &Silent, 100);
    let keys = asking.keys(&ask::USERS).unwrap();
    assert_eq!(keys.len(), 6);
    assert_eq!(sizes, [(0, 100), (0, 7), (0, 3), (3, 3), (6, 3)]);
}

#[test]
fn a_fault_ends_the_reading() {
    let mut answer = |_: &Operation<'_>, _: &mut dyn FnMut(&Element)| {
        let (problem, help) = ("gone".into(), "try again".into());
        Err(AxlError::Fetch(FetchError::Server { problem, help }))
    };
    let answer: &mut Asked<'_> = &mut answer;
    let names: UserNames = serde_json::from_str("[]").unwrap();
    assert!(gathered(&mut Asking::new(answer, &Silent, 5), &names, "phones").is_err());
}
