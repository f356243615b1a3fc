//! The `cisco-ucm` kind against a stand-in of the product: the program with the example's manifest.

mod asked;
mod clusters;
pub mod head_office;
mod objects;
mod troubles;

use serde_json::Value;

use crate::{
    rollbook::{Ended, Folder},
    ucm::{
        Organisation, Truth, Ucm,
        certificates::Certificates,
        day,
        nature::{PASSWORD, USER},
    },
};

/// The example beside a cluster.
pub struct Office {
    pub folder: Folder,
    pub ucm: Ucm,
    pub truth: Truth,
    userids: Vec<String>,
}

impl Office {
    /// With so many ordinary people, behind a certificate by a company's authority.
    pub fn of(people: usize) -> Self {
        Self::with(people, Certificates::of_a_company())
    }

    pub fn with(people: usize, certificates: Certificates) -> Self {
        let Organisation { cluster, truth, mut userids } = Organisation::of(people);
        userids.push("nick".into());
        let ucm = Ucm::with(cluster.0, certificates);
        let mut folder = Folder::example("cisco-ucm");
        folder.write("ucm.pem", &ucm.certificates.ca);
        folder.set("CISCO_UCM_URL", ucm.url());
        folder.set("CISCO_UCM_USER", USER);
        folder.set("CISCO_UCM_PASSWORD", PASSWORD);
        folder.set("CISCO_UCM_CA", "ucm.pem");
        Self { folder, ucm, truth, userids }
    }

    /// Runs the program; its output never has the password.
    #[track_caller]
    pub fn rollbook(&self, words: &[&str]) -> Ended {
        let ended = self.folder.rollbook(words);
        for output in [&ended.stdout, &ended.stderr] {
            // Also not as it stands in a header.
            for secret in [PASSWORD, "Gr3at", "YXhsLXJlYWRlcj"] {
                assert!(!output.contains(secret), "{words:?} tells the password:\n{output}");
            }
        }
        ended
    }

    #[track_caller]
    pub fn plan(&self) -> Value {
        self.rollbook(&["plan", "--output", "json"]).code(0).json()
    }

    #[track_caller]
    pub fn apply(&self) -> Ended {
        self.rollbook(&["apply", "--yes"]).code(0)
    }

    /// What the directory says.
    #[track_caller]
    pub fn shown(&self) -> Truth {
        let document = self.rollbook(&["show", "--output", "json"]).code(0).json();
        Truth::shown(&document, &self.userids)
    }

    /// Changes the cluster, and what is true of it.
    pub fn change(&mut self, change: impl FnOnce(&rusqlite::Connection, &mut Truth)) {
        change(&self.ucm.database(), &mut self.truth);
    }

    /// Has the program say this with `-vv`, which is all it can say.
    #[track_caller]
    pub fn fails(&self, words: &[&str]) -> String {
        let mut all = words.to_vec();
        all.push("-vv");
        self.rollbook(&all).code(1).stderr
    }
}

/// The changes of a plan as `action entry name: field, field`, sorted.
pub fn changes(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut changes: Vec<String> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["entry"] != "group" && change["entry"] != "collection")
        .map(|change| {
            let fields: Vec<String> = change["fields"]
                .as_array()
                .map(|fields| fields.iter().map(|field| text(&field["field"])).collect())
                .unwrap_or_default();
            let [action, entry, name] =
                ["action", "entry", "name"].map(|member| text(&change[member]));
            format!("{action} {entry} {name}: {}", fields.join(", "))
        })
        .collect();
    changes.sort();
    changes
}

#[test]
fn the_directory_says_what_is_true_of_the_cluster() {
    let office = Office::of(400);
    let first = office.plan();
    let again = office.plan();
    assert_eq!(first["digest"], again["digest"], "equal input gives equal plans");
    office.apply();
    office.truth.holds(&office.shown());
    let settled = office.rollbook(&["plan", "--detailed-exitcode"]).code(0);
    assert!(settled.stdout.contains("In step"), "{}", settled.stdout);
    // One login a run, and far fewer requests than phones.
    let seen = office.ucm.seen();
    assert_eq!(seen.iter().filter(|seen| seen.login).count(), 4, "{seen:#?}");
    assert!(seen.len() < 4 * 40, "{}", seen.len());
}

#[test]
fn a_day_of_change_is_what_the_plan_says_and_nothing_else() {
    let mut office = Office::of(60);
    office.apply();
    office.change(day::everything);
    let plan = office.plan();
    assert_eq!(
        changes(&plan),
        [
            "add person Nick: name, pbx, extension, extension_by, additional_extensions, path",
            "disable device CSFADA: ",
            "disable person Agnes: ",
            "disable person Carl: ",
            "move person Ada King Lovelace: department, path",
            "update channel SBC: address",
            "update device SEP00000000CA61: lines",
            "update device SEP0000000A6E45: owner",
            "update device SEP0000000BARE0: owner",
            "update system-device Sales line: members",
        ],
    );
    office.apply();
    office.truth.holds(&office.shown());
    assert!(office.rollbook(&["plan"]).code(0).stdout.contains("In step"));
}

#[test]
fn a_department_that_changes_moves_its_people() {
    let mut office = Office::of(5);
    office.apply();
    office.change(day::department_moves);
    assert_eq!(changes(&office.plan()), ["move person Ada King Lovelace: department, path"]);
    office.apply();
    office.truth.holds(&office.shown());
}

#[test]
fn an_extension_removed_from_the_cluster_disables() {
    let mut office = Office::of(5);
    office.apply();
    office.change(day::extension_removed);
    let plan = office.plan();
    let changes = changes(&plan);
    assert!(changes.contains(&"disable person Carl: ".to_owned()), "{changes:#?} {plan:#}");
    office.apply();
    office.truth.holds(&office.shown());
}

#[test]
fn a_phone_that_changes_hands_is_one_change() {
    let mut office = Office::of(5);
    office.apply();
    office.change(day::phone_changes_hands);
    assert_eq!(changes(&office.plan()), ["update device SEP0000000BARE0: owner"]);
    office.apply();
    office.truth.holds(&office.shown());
}
