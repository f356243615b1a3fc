//! Does the stand-in do what is documented, and does it see what must not be.

use reqwest::blocking::{Client, Response};

use super::{
    Cluster, Release, Trouble, Ucm,
    nature::{PASSWORD, USER},
};

fn client(ucm: &Ucm) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let root = reqwest::Certificate::from_pem(ucm.certificates.ca.as_bytes()).unwrap();
    Client::builder().tls_certs_only([root]).build().unwrap()
}

fn envelope(version: &str, operation: &str, inside: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:n=\"http://www.cisco.com/AXL/API/{version}\"><e:Body><n:{operation}>{inside}\
         </n:{operation}></e:Body></e:Envelope>"
    )
}

fn ask(ucm: &Ucm, version: &str, operation: &str, inside: &str, cookie: &str) -> Response {
    let request = client(ucm)
        .post(format!("{}/axl/", ucm.url()))
        .header("Content-Type", "text/xml; charset=utf-8")
        .header("SOAPAction", format!("\"CUCM:DB ver={version} {operation}\""))
        .body(envelope(version, operation, inside));
    let request = match cookie {
        "" => request.basic_auth(USER, Some(PASSWORD)),
        cookie => request.header("Cookie", cookie),
    };
    request.send().unwrap()
}

fn query(ucm: &Ucm, sql: &str) -> (u16, String) {
    let response = ask(ucm, "12.5", "executeSQLQuery", &format!("<sql>{sql}</sql>"), "");
    (response.status().as_u16(), response.text().unwrap())
}

fn small() -> Ucm {
    let cluster = Cluster::default();
    for (userid, name) in [("ada", "Ada & <Co>"), ("grace", "Grace")] {
        cluster.user(userid, &[("firstname", name)]);
    }
    Ucm::start(cluster.0)
}

#[test]
fn a_login_gives_a_session_that_replaces_it_until_it_is_forgotten() {
    let ucm = small();
    let first = ask(&ucm, "12.5", "getCCMVersion", "", "");
    let cookie = first.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let cookie = cookie.to_owned();
    assert!(first.text().unwrap().contains("<version>14.0.1.13900(155)</version>"));
    assert_eq!(ask(&ucm, "12.5", "getCCMVersion", "", &cookie).status(), 200);
    ucm.when(|_, _| Some(Trouble::Expired));
    assert_eq!(ask(&ucm, "12.5", "getCCMVersion", "", &cookie).status(), 404);
    ucm.heals();
    assert_eq!(ask(&ucm, "12.5", "getCCMVersion", "", &cookie).status(), 404);
    assert_eq!(ask(&ucm, "12.5", "getCCMVersion", "", "").status(), 200);
    ucm.nature(|nature| nature.password = "another".into());
    assert_eq!(ask(&ucm, "12.5", "getCCMVersion", "", "").status(), 401);
    let logins: Vec<bool> = ucm.seen().iter().map(|seen| seen.login).collect();
    assert_eq!(logins, [true, false, false, false, true, true]);
}

#[test]
fn only_versions_that_a_release_speaks_are_answered() {
    let ucm = small();
    ucm.is(Release::V11);
    let refused = ask(&ucm, "12.5", "getCCMVersion", "", "");
    assert_eq!(refused.status().as_u16(), 599);
    assert!(refused.text().unwrap().contains(
        "HTTP Status 599 - Incorrect axl version. Supported axl versions are 9.x, 10.x and 11.x"
    ));
    assert_eq!(ask(&ucm, "11.5", "getCCMVersion", "", "").status(), 200);
    assert_eq!(ask(&ucm, "14", "getCCMVersion", "", "").status().as_u16(), 599);
}

#[test]
fn answers_are_written_differently_and_say_the_same() {
    let ucm = small();
    ucm.nature(|nature| nature.logins = 100);
    let mut written = std::collections::BTreeSet::new();
    for _ in 0..12 {
        let (status, body) =
            query(&ucm, "SELECT FIRST 5 pkid, firstname, title FROM enduser ORDER BY pkid");
        assert_eq!(status, 200);
        assert_eq!(body.matches("<row>").count(), 2, "{body}");
        assert!(!body.contains("<Co>"));
        written.insert(body);
    }
    assert!(written.len() > 6, "{}", written.len());
    assert!(query(&ucm, "SELECT pkid FROM device").1.contains("<return"));
}

#[test]
fn a_large_answer_is_throttled_with_advice() {
    let ucm = small();
    ucm.nature(|nature| nature.answer_limit = 500);
    let (status, body) = query(&ucm, "SELECT pkid AS pkid, firstname, lastname FROM enduser");
    assert_eq!(status, 500);
    assert!(body.contains("<axlcode>-1</axlcode>"), "{body}");
    assert!(body.contains("Total rows matched: 2 rows. Suggest"), "{body}");
}

#[test]
fn whatever_is_no_read_or_no_request_fails_the_test() {
    let ucm = small();
    ucm.nature(|nature| nature.logins = 100);
    let wrong = |status: u16, what: &str| {
        let wrongs = ucm.wrongs();
        assert!(matches!(wrongs.as_slice(), [one] if one.contains(what)), "{what}: {wrongs:?}");
        assert!(status >= 400, "{what}: {status}");
    };
    let asked =
        |operation: &str, inside: &str| ask(&ucm, "12.5", operation, inside, "").status().as_u16();
    wrong(asked("removeUser", "<userid>ada</userid>"), "more than a read");
    wrong(asked("executeSQLUpdate", "<sql>DELETE FROM enduser</sql>"), "more than a read");
    wrong(query(&ucm, "DELETE FROM enduser").0, "more than a read");
    wrong(query(&ucm, "SELECT a FROM nowhere").0, "(nowhere) is not in the database");
    wrong(query(&ucm, "SELECT pkid, FROM enduser").0, "syntax error");
    wrong(query(&ucm, "SELECT pkid FROM enduser WHERE pkid < 'a' AND 1 < 2").0, "no XML");
    wrong(asked("getCCMVersion", "<n:processNodeName>a</n:processNodeName>"), "qualified");
    wrong(asked("getNothing", ""), "unknown operation");
    assert!(query(&ucm, "SELECT tkdeviceprotocol FROM device").1.contains("-217"));
}
