//! What calls leave and enter the cluster through: gateways down to their ports, and trunks.

use smol_str::format_smolstr;

use super::{
    Naming,
    cluster::{Cluster, some},
    codes::{class, model},
};
use crate::{
    connectors::cisco_ucm::tables::{DeviceRow, GatewayPort, TrunkDestination},
    directory::{Channel, ChannelKind, Equipment, Id, Text},
};

/// All of them.
pub(super) fn channels(cluster: &Cluster<'_>, naming: &Naming<'_>) -> Vec<Channel> {
    let mut ports: Vec<&str> =
        cluster.gateway_ports.rows().iter().map(|port| port.device.as_str()).collect();
    ports.sort_unstable();
    let devices = cluster.devices.each().filter_map(|row| match row.class {
        class::TRUNK => Some(trunk(cluster, naming, row)),
        // A port of a gateway is no gateway of its own.
        class::GATEWAY if ports.binary_search(&row.pkid.as_str()).is_err() => {
            Some(single(naming, row))
        }
        _ => None,
    });
    let gateways = cluster.gateway_ports.groups().map(|ports| gateway(cluster, naming, ports));
    gateways.chain(devices).collect()
}

/// A gateway with its ports, from the rows of its chassis.
fn gateway(cluster: &Cluster<'_>, naming: &Naming<'_>, rows: &[&GatewayPort]) -> Channel {
    let key = &rows[0].gateway;
    let domain = rows.iter().find_map(|row| some(&row.domain_name));
    let devices = rows.iter().filter_map(|row| cluster.devices.one(&row.device));
    let mut endpoints: Vec<Text> = Vec::new();
    let mut protocols: Vec<Text> = Vec::new();
    for device in devices {
        endpoints.extend(some(&device.name));
        protocols.extend(known_protocol(&device.protocol));
    }
    endpoints.sort_unstable();
    endpoints.dedup();
    protocols.sort_unstable();
    protocols.dedup();
    let protocol = match &protocols[..] {
        [one] => one.clone(),
        // A gateway that is registered by a MAC address speaks SCCP.
        _ if domain.as_ref().is_some_and(|name| name.starts_with("SKIGW")) => "SCCP".into(),
        _ => Text::new_static("MGCP"),
    };
    Channel {
        protocol: Some(protocol),
        description: rows.iter().find_map(|row| some(&row.description)),
        endpoints,
        ..channel(naming, key, ChannelKind::Gateway, domain.unwrap_or_else(|| key.clone()))
    }
}

/// A gateway that is one device: over H.323 one for each address, or a port whose chassis isn't
/// known.
fn single(naming: &Naming<'_>, row: &DeviceRow) -> Channel {
    let is_h323 = row.model == model::H323_GATEWAY
        || known_protocol(&row.protocol).is_some_and(|protocol| protocol == "H.323");
    let protocol = match is_h323 {
        true => Some(Text::new_static("H.323")),
        false if row.name.contains('@') => Some(Text::new_static("MGCP")),
        false => known_protocol(&row.protocol),
    };
    let address = if is_h323 { some(&row.name).into_iter().collect() } else { Vec::new() };
    Channel {
        protocol,
        address,
        description: some(&row.description),
        ..channel(naming, &row.pkid, ChannelKind::Gateway, name(row))
    }
}

/// A SIP trunk with where it leads. Trunks over H.323, to other clusters and gatekeepers, are
/// gateways for us.
fn trunk(cluster: &Cluster<'_>, naming: &Naming<'_>, row: &DeviceRow) -> Channel {
    let destinations = cluster.trunk_destinations.all(&row.pkid);
    let protocol = known_protocol(&row.protocol);
    let is_sip = row.model == model::SIP_TRUNK
        || !destinations.is_empty()
        || match &protocol {
            Some(protocol) => protocol == "SIP",
            None => row.model == 0,
        };
    let mut address: Vec<Text> = destinations.iter().filter_map(|to| host(to)).collect();
    address.sort_unstable();
    address.dedup();
    let (kind, protocol) = match is_sip {
        true => (ChannelKind::SipTrunk, Text::new_static("SIP")),
        false => (ChannelKind::Gateway, Text::new_static("H.323")),
    };
    Channel {
        protocol: Some(protocol),
        address,
        description: some(&row.description),
        ..channel(naming, &row.pkid, kind, name(row))
    }
}

/// `host:port`, or `host` where no port is given; an IPv6 address with a port in brackets.
fn host(to: &TrunkDestination) -> Option<Text> {
    let host = some(&to.address)?;
    Some(match some(&to.port) {
        Some(port) if host.contains(':') && !host.starts_with('[') => {
            format_smolstr!("[{host}]:{port}")
        }
        Some(port) => format_smolstr!("{host}:{port}"),
        None => host,
    })
}

/// The protocols that have one name everywhere; the database calls H.323 by its signalling part.
fn known_protocol(protocol: &Text) -> Option<Text> {
    let known = ["SIP", "SCCP", "MGCP", "H.323"];
    let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(protocol.trim()));
    known.or_else(|| protocol.trim().starts_with("H.225").then_some("H.323")).map(Text::new_static)
}

fn name(row: &DeviceRow) -> Text {
    some(&row.name).unwrap_or_else(|| row.pkid.clone())
}

fn channel(naming: &Naming<'_>, key: &str, kind: ChannelKind, name: Text) -> Channel {
    Channel { kind, pbx: naming.pbx.into(), ..Channel::new(Id::new(naming.source, key), name) }
}
