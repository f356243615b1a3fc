//! The example of a head office: people of a real domain, telephones of a cluster.

use serde_json::Value;

use crate::{
    day_of_change::with_active_directory,
    examples::settles,
    rollbook::Folder,
    servers::Server,
    ucm::{
        Cluster, Ucm,
        cluster::pkid,
        nature::{PASSWORD, USER},
        organisation::internal,
    },
};

/// People of the domain who have a telephone on the cluster.
const WITH_PHONES: usize = 200;

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap_or_default()
}

fn shown(folder: &Folder) -> Value {
    folder.rollbook(["show", "--output", "json"]).code(0).json()
}

/// Who is in the domain and on the cluster is one person, whose telephone it is. `domain` is a
/// directory of the domain's people alone.
pub fn people_have_their_phones(server: &Server, domain: &Folder) {
    let domain = shown(domain);
    let people: Vec<&Value> = domain["people"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|person| !text(person, "email").is_empty())
        .take(WITH_PHONES)
        .collect();
    assert_eq!(people.len(), WITH_PHONES);

    let cluster = Cluster::default();
    for (at, person) in people.iter().enumerate() {
        let (userid, number) = (format!("user{at}"), format!("7{at:04}"));
        let (phone, mail) = (format!("SEP{at:012X}"), text(person, "email").to_uppercase());
        cluster.user(&userid, &[("lastname", "as the cluster has it"), ("mailid", &mail)]);
        cluster.device(&phone, 1, 683, &[("owner", &userid), ("location", "London")]);
        cluster.number(internal(&number), 2, &[]);
        cluster.line(&phone, internal(&number), 1);
        cluster.user_number(&userid, internal(&number), 1);
    }
    // Somebody whom the domain doesn't know.
    cluster.user("only-here", &[("lastname", "Only Here"), ("mailid", "only-here@example.net")]);
    cluster.device("SEP0NLYHERE", 1, 683, &[("owner", "only-here")]);
    cluster.number(internal("79999"), 2, &[]);
    cluster.line("SEP0NLYHERE", internal("79999"), 1);

    let ucm = Ucm::start(cluster.0);
    let mut folder = with_active_directory("head-office", server);
    folder.write("ucm.pem", &ucm.certificates.ca);
    folder.set("CISCO_UCM_URL", ucm.url());
    folder.set("CISCO_UCM_USER", USER);
    folder.set("CISCO_UCM_PASSWORD", PASSWORD);
    folder.set("CISCO_UCM_CA", "ucm.pem");
    settles(&folder);

    let directory = shown(&folder);
    let devices = directory["devices"].as_array().unwrap();
    assert_eq!(devices.len(), WITH_PHONES + 1);
    let person = |id: &str| {
        let people = directory["people"].as_array().unwrap();
        people.iter().find(|person| text(person, "id") == id).unwrap_or_else(|| panic!("{id}"))
    };
    for (at, known) in people.iter().enumerate() {
        let joined = person(text(known, "id"));
        assert_eq!(text(joined, "name"), text(known, "name"), "the domain knows names");
        assert_eq!(text(joined, "extension"), format!("7{at:04}"), "{joined:#}");
        assert_eq!(text(joined, "extension_by"), "primary extension of the end user");
        let name = format!("SEP{at:012X}");
        let phone = devices.iter().find(|device| text(device, "name") == name).unwrap();
        assert_eq!(phone["owner"], known["id"], "{phone:#}");
        assert_eq!(text(phone, "owner_by"), "owner");
    }
    let only = person(&format!("phones/{}", pkid("enduser", "only-here")));
    assert_eq!((text(only, "name"), text(only, "extension")), ("Only Here", "79999"));
}
