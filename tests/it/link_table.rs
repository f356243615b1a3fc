//! A table of `people.link`: it joins, and it parts whom it joined.

use super::rollbook::Folder;

const MANIFEST: &str = r#"version: 1
state: { git: ./directory.git, author: "T <t@example.com>" }
sources:
  phones: { kind: csv, path: phones.csv, key: no, fields: { name: name, extension: ext } }
  staff: { kind: csv, path: staff.csv, key: no, fields: { name: name } }
people:
  link: [ { table: links.csv } ]
  prefer: { default: [ staff, phones ] }
"#;

#[test]
fn a_row_of_one_record_parts_whom_the_table_joined() {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", "no,name\n1,Ada\n");
    folder.write("phones.csv", "no,name,ext\n9,Lobby,4030\n");
    folder.write("links.csv", "staff,phones\nstaff/1,phones/9\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    // A row that is only taken out parts nobody.
    folder.write("links.csv", "staff,phones\n");
    assert_eq!(folder.plan()["changes"], serde_json::json!([]));

    folder.write("links.csv", "staff,phones\nstaff/1,\n,phones/9\n");
    let plan = folder.plan();
    let split = &plan["changes"][1];
    assert_eq!(
        (&split["action"], &split["key"]),
        (&"split".into(), &"phones/9".into()),
        "{plan:#}"
    );
    assert_eq!(plan["findings"][0]["code"], "no-extension", "of Ada alone: {plan:#}");
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(folder.plan()["changes"], serde_json::json!([]));
}
