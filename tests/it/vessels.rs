//! A listed vessel whose IMO number is not stated is met by its name, on a real Kafka.

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::Site;
use super::traffic::{Sent, alerts, entry, envelope, send};

fn ship() -> Value {
    let mut made = entry("ships", "s-1", "unused");
    made["subject"] = json!("VESSEL");
    made["names"] = json!([{"surname": "КАПИТАН ЛАЗАРЕВ"}]);
    made["nationalities"] = json!(["PAN"]);
    made["identifiers"] = json!([{"kind": "imo", "value": "9074729"}]);
    made
}

fn moved(event_id: &str, vessel: &Value) -> Value {
    json!({"envelope": envelope(event_id), "container_number": "CSQU3054383", "vessel": vessel})
}

fn declared(event_id: &str, vessel: &Value) -> Value {
    json!({"envelope": envelope(event_id), "vessel": vessel})
}

#[test]
fn a_misspelt_vessel_without_its_number_is_met_and_one_of_another_number_is_not() {
    let site = Site::made(Broker::shared(), "vessels", &["police"]);
    // The name of a person is the same, and means nobody.
    let mut person = entry("ships", "p-1", "unused");
    person["subject"] = json!("PERSON");
    person["names"] = json!([{"surname": "LAZAREV", "given_names": "KAPITAN"}]);
    person.as_object_mut().unwrap().remove("identifiers");
    send(&site, "lists", &[Sent::entry(&ship()), Sent::entry(&person)]);

    let instance = site.start_ready(&[]);
    let misspelt = json!({"name": "M/V Kapitan Lasarev", "flag": "PA"});
    let another = json!({"name": "KAPITAN LAZAREV", "flag": "PAN", "imo": "9321483"});
    let elsewhere = json!({"name": "Meridian Grace", "flag": "PAN"});
    send(
        &site,
        "containers",
        &[&moved("misspelt", &misspelt), &moved("another", &another), &moved("none", &elsewhere)]
            .map(Sent::event),
    );
    let declarations = [declared("declared", &misspelt), declared("declared-another", &another)];
    send(&site, "declarations", &declarations.each_ref().map(Sent::event));
    instance.await_events(5);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("LAZAREV") && !log.contains("Lasarev"), "{log}");

    let mut told = alerts(&site, "police");
    told.sort_by_key(|told| told.event_id().to_owned());
    let events: Vec<&str> = told.iter().map(|told| told.event_id()).collect();
    assert_eq!(events, ["declared", "misspelt"]);
    for told in &told {
        assert_eq!(told.entries(), ["ships/s-1"]);
        let reason = &told.reasons()[0];
        let evidence = reason["evidence"].as_array().unwrap().iter();
        let row = |at: &Value| {
            ["attribute", "role", "relation"].map(|key| at[key].as_str().unwrap().to_owned())
        };
        assert_eq!(
            evidence.map(row).collect::<Vec<_>>(),
            [["name", "CONVEYANCE", "ALIKE"], ["nationality", "CONVEYANCE", "SAME"]]
        );
        assert_eq!(reason["resemblance"]["listed"], "КАПИТАН ЛАЗАРЕВ");
    }
}
