//! What lists say of a person beside the name, on a real Kafka: sex silences, a place of birth decides,
//! a weak alias is not enough where a strong one is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::Site;
use super::traffic::{Sent, alerts, assert_all_committed, by_name, envelope, send};

/// Somebody born in 1980: a name and a year are not quite enough, with the nationality they are.
fn listed(entry: &str, (surname, given): (&str, &str), beside: Value) -> Sent {
    let mut made = by_name(entry);
    made["names"] = json!([{"surname": surname, "given_names": given}]);
    made["birth_dates"] = json!(["1980"]);
    add(&mut made, beside);
    Sent::entry(&made)
}

fn crossing(event: &str, (surname, given): (&str, &str), beside: Value) -> Sent {
    let mut traveller =
        json!({"surname": surname, "given_names": given, "birth_date": "1980-05-06"});
    add(&mut traveller, beside);
    Sent::event(&json!({"envelope": envelope(event), "traveller": traveller}))
}

fn add(to: &mut Value, fields: Value) {
    let Value::Object(fields) = fields else { panic!("an object") };
    to.as_object_mut().unwrap().extend(fields);
}

const WOMAN: (&str, &str) = ("Quorvek", "Zelhandra");
const MAN: (&str, &str) = ("Mirzolfen", "Tuvrel");
const BORN_THERE: (&str, &str) = ("Breskold", "Ivrinda");
const BORN_ELSEWHERE: (&str, &str) = ("Warnik", "Ludo");
const STRONG: (&str, &str) = ("Hansen", "Marit");
const WEAK: (&str, &str) = ("Larsen", "Berit");

fn lists() -> Vec<Sent> {
    let alias = |(surname, given): (&str, &str), weak: bool| {
        let names = json!([
            {"surname": "Zoltrapnik", "given_names": if weak { "Yvo" } else { "Uwe" }},
            {"surname": surname, "given_names": given, "weak": weak},
        ]);
        json!({"names": names, "nationalities": ["NOR"]})
    };
    vec![
        listed("woman", WOMAN, json!({"nationalities": ["NOR"], "sex": "FEMALE"})),
        listed("man", MAN, json!({"nationalities": ["NOR"], "sex": "MALE"})),
        listed("born-there", BORN_THERE, json!({"birth_places": ["Lund, Sweden", "Bergen"]})),
        listed("elsewhere", BORN_ELSEWHERE, json!({"birth_places": ["Oslo, Norway"]})),
        listed("strong", STRONG, alias(STRONG, false)),
        listed("weak", WEAK, alias(WEAK, true)),
    ]
}

fn travellers() -> Vec<Sent> {
    let norwegian = |sex: &str| json!({"nationality": "NOR", "sex": sex});
    let born_in = |place: &str| json!({"birth_place": place});
    vec![
        crossing("1-same-sex", WOMAN, norwegian("FEMALE")),
        crossing("2-other-sex", MAN, norwegian("FEMALE")),
        crossing("3-born-there", BORN_THERE, born_in("BERGEN/NOR")),
        crossing("4-no-place", BORN_THERE, json!({})),
        crossing("5-elsewhere", BORN_ELSEWHERE, born_in("BERGEN/NOR")),
        crossing("6-strong", STRONG, json!({"nationality": "NOR"})),
        crossing("7-weak", WEAK, json!({"nationality": "NOR"})),
        crossing("8-without-sex", MAN, json!({"nationality": "NOR"})),
    ]
}

#[test]
fn sex_place_of_birth_and_weak_aliases_decide_in_the_stream() {
    let site = Site::made(Broker::shared(), "described", &["police"]);
    send(&site, "lists", &lists());
    let instance = site.start_ready(&[]);
    let events = travellers();
    send(&site, "crossings", &events);
    instance.await_events(events.len() as u64);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert_all_committed(&site, &["crossings"]);

    let told = alerts(&site, "police");
    let met: BTreeMap<_, _> = told.iter().map(|told| (told.event_id(), told.entries())).collect();
    let wanted = |entry: &str| vec![format!("wanted/{entry}")];
    let expected = [
        ("1-same-sex", wanted("woman")),
        ("3-born-there", wanted("born-there")),
        ("6-strong", wanted("strong")),
        ("8-without-sex", wanted("man")),
    ];
    assert_eq!(met, BTreeMap::from(expected));

    let reason = |event: &str| {
        let told = told.iter().find(|told| told.event_id() == event).unwrap();
        told.reasons()[0].clone()
    };
    let rows = |event: &str| -> Vec<(String, String)> {
        let evidence = reason(event)["evidence"].as_array().unwrap().clone();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        evidence.iter().map(|row| (text(row, "attribute"), text(row, "relation"))).collect()
    };
    assert!(rows("1-same-sex").contains(&("sex".into(), "SAME".into())));
    assert!(rows("3-born-there").contains(&("birth_place".into(), "SAME".into())));
    let alike = reason("3-born-there")["resemblance"].clone();
    let place = alike["observations"].as_array().unwrap().iter().find(|at| at["about"] == "place");
    assert_eq!(place.unwrap()["listed"], "Lund, Sweden; Bergen");
    let plain = site.run(&["alerts", "--from-beginning", "--until-end"]).succeeded();
    assert!(
        plain.contains("birth place of the traveller: BERGEN/NOR, listed as Bergen"),
        "{plain}"
    );
    assert!(plain.contains("sex of the traveller: FEMALE, the same"), "{plain}");
}
