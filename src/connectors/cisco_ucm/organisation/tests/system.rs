use super::*;

#[test]
fn the_system_devices_of_the_cluster() {
    assert_eq!(
        lines::<SystemDevice>(&organised(&tables(CLUSTER))),
        [
            "b1: conference-bridge | CFB_1 | software",
            "c1: contact-centre-port | CCX_1 | 4600 | Internal",
            "c2: contact-centre-trigger | CCX_RP | 4601 | Internal",
            "h1: hunt-group | Sales team | Sales team | 4500 | Internal | \
             4021 in Internal, 4022 in Internal, 4023 in Internal",
            "h2: hunt-group | Support | 4501 | Internal",
            "h3: hunt-group | 45[2-9]X | 45[2-9]X | Internal",
            "p1: voicemail-pilot | Voicemail | Voicemail | 4800",
            "v1: voicemail-port | CiscoUM1-VI1 | voicemail | 4801 | Internal",
        ]
    );
    let organisation = organised(&tables(CLUSTER));
    assert!(organisation.inventory.system_devices.iter().all(|device| device.pbx == "hq"));
}

#[test]
fn members_ring_in_the_order_of_their_groups_and_then_of_their_places() {
    let text = "
        number h1 4500 usage=7
        number n1 4021 usage=2
        number n2 4022 usage=2
        number n3 4023 usage=2
        device hl1 HL class=7
        line l1 hl1 h1 index=1
        member hl1 n1 group=2 order=1
        member hl1 n2 group=1 order=2
        member hl1 n3 group=1 order=1
        member hl1 n3 group=3 order=1
        member hl1 gone group=1 order=0
        member elsewhere n1 group=1 order=1
    ";
    let organisation = organised(&tables(text));
    let group = find::<SystemDevice>(&organisation, "h1");
    let members: Vec<String> = group.members.iter().map(|member| member.to_string()).collect();
    assert_eq!(members, ["4023", "4022", "4021"]);
    assert_eq!(organisation.dangling.total(), 2);
}

#[test]
fn a_route_list_is_no_hunt_list() {
    let text = "
        device rl1 RL class=7
        number r1 9.! usage=5
        line l1 rl1 r1 index=1
        line l2 rl1 not-read index=2
    ";
    let organisation = organised(&tables(text));
    assert!(organisation.inventory.is_empty());
    assert_eq!(organisation.dangling.total(), 0);
}

#[test]
fn only_ports_and_route_points_of_the_contact_centre_are_its_own() {
    let text = "
        device c1 CCX class=1 model=72
        device c2 SEP01 class=1 model=8841
        device c3 RP class=10 model=73
        device c4 RP_other class=10 model=73
        application-device jtapi c1
        application-device jtapi c2
        application-device jtapi c3
    ";
    let organisation = organised(&tables(text));
    let system = lines::<SystemDevice>(&organisation);
    assert_eq!(system, ["c1: contact-centre-port | CCX", "c3: contact-centre-trigger | RP"]);
    assert_eq!(lines::<Device>(&organisation), ["c2: phone | SEP01"]);
    // A port of no contact centre is a phone, as that of an attendant console.
    let organisation = organised(&tables(&text.replace("application-device jtapi c1", "")));
    assert_eq!(lines::<Device>(&organisation), ["c1: phone | CCX", "c2: phone | SEP01"]);
}
