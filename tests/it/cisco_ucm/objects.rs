//! The same cluster read by its list and get operations: `via: objects`.

use std::fs;

use super::Office;

impl Office {
    /// The example, read by objects.
    fn by_objects(people: usize) -> Self {
        let office = Self::of(people);
        office.via("objects");
        office
    }

    /// Reads by one or the other from now on.
    fn via(&self, via: &str) {
        let file = self.folder.file("rollbook.yaml");
        let manifest = fs::read_to_string(&file).unwrap();
        let without: Vec<&str> =
            manifest.lines().filter(|line| !line.trim().starts_with("via:")).collect();
        let manifest = without.join("\n") + "\n";
        let kind = "    kind: cisco-ucm\n";
        assert!(manifest.contains(kind));
        fs::write(file, manifest.replace(kind, &format!("{kind}    via: {via}\n"))).unwrap();
    }
}

#[test]
fn objects_say_what_is_true_of_the_cluster_but_for_what_they_do_not_tell() {
    let office = Office::by_objects(60);
    office.apply();
    office.truth.holds(&office.shown());
}
