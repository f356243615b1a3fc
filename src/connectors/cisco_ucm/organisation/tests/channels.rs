use super::*;

#[test]
fn the_channels_of_the_cluster() {
    let shown = lines::<Channel>(&organised(&tables(CLUSTER)));
    assert_eq!(
        shown,
        [
            "g3: gateway | 10.1.2.3 | H.323 | 10.1.2.3",
            "g4: gateway | S0/SU0/DS1-0@lost.example.net | MGCP",
            "gw1: gateway | gw.example.net | London | MGCP | \
             AALN/S2/SU0/0@gw.example.net, S0/SU0/DS1-0@gw.example.net",
            "gw2: gateway | SKIGW0011223344 | SCCP | AN0011223344001",
            "t1: sip-trunk | SIP_Carrier | carrier | SIP | \
             [2001:db8::1]:5060, sbc1.example.net, sbc2.example.net:5061",
            "t2: gateway | ICT_Leeds | H.323",
        ]
    );
    let organisation = organised(&tables(CLUSTER));
    assert!(organisation.inventory.channels.iter().all(|channel| channel.pbx == "hq"));
}

#[test]
fn a_gateway_speaks_what_its_ports_do_or_what_its_name_tells() {
    let protocol = |name: &str, ports: &[&str]| {
        let mut text = format!("port gw {name}\n");
        for (at, protocol) in ports.iter().enumerate() {
            text += &format!("device d{at} P{at} class=2 protocol={protocol}\n");
            text += &format!("port gw {name} d{at}\n");
        }
        find::<Channel>(&organised(&tables(&text)), "gw").protocol.clone().unwrap()
    };
    assert_eq!(protocol("SKIGW01", &[]), "SCCP");
    assert_eq!(protocol("gw.example.net", &[]), "MGCP");
    assert_eq!(protocol("gw.example.net", &["SCCP"]), "SCCP");
    assert_eq!(protocol("SKIGW01", &["SIP", "SIP"]), "SIP");
    assert_eq!(protocol("gw.example.net", &["SIP", "SCCP"]), "MGCP");
}

#[test]
fn a_port_without_its_device_is_counted_and_its_gateway_stays() {
    let text = "
        port gw gw.example.net gone
        port gw gw.example.net
        destination gone sbc.example.net
    ";
    let organisation = organised(&tables(text));
    assert_eq!(lines::<Channel>(&organisation), ["gw: gateway | gw.example.net | MGCP"]);
    assert_eq!(organisation.dangling.total(), 2);
}

#[test]
fn a_trunk_is_sips_by_its_model_protocol_or_destinations() {
    let kind = |text: &str| {
        let kind = find::<Channel>(&organised(&tables(text)), "t1").kind;
        kind.as_str()
    };
    assert_eq!(kind("device t1 T class=18 model=131"), "sip-trunk");
    assert_eq!(kind("device t1 T class=18"), "sip-trunk");
    assert_eq!(kind("device t1 T class=18 model=9 protocol=sip"), "sip-trunk");
    assert_eq!(kind("device t1 T class=18 model=9\ndestination t1 h"), "sip-trunk");
    assert_eq!(kind("device t1 T class=18 model=9"), "gateway");
    assert_eq!(kind("device t1 T class=18 protocol=H.225"), "gateway");
}
