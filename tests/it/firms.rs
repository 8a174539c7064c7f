//! Organisations in a running instance: a listed firm is met by a name that is misspelt, and not by
//! words that half the trade bears.

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::Site;
use super::traffic::{Sent, Told, alerts, assert_all_committed, by_name, envelope, send};

fn firm(entry: &str, name: &str) -> Sent {
    let mut firm = by_name(entry);
    firm["subject"] = json!("ORGANISATION");
    firm["names"] = json!([{"surname": name}]);
    firm["nationalities"] = json!(["TUR"]);
    firm["birth_dates"] = json!([]);
    Sent::entry(&firm)
}

fn declared(event: &str, name: &str) -> Sent {
    let consignor = json!({
        "role": "EXPORTER",
        "organisation": true,
        "name": name,
        "country": "TUR",
    });
    Sent::event(&json!({"envelope": envelope(event), "parties": [consignor]}))
}

#[test]
fn a_misspelt_firm_is_told_of_in_plain_words_and_one_of_common_words_is_not() {
    let site = Site::made(Broker::shared(), "firms", &["customs", "police"]);
    let listed = [
        firm("known", "Quorvex Zelhandra Makina Ltd. Şti."),
        firm("common", "General Trading LLC"),
    ];
    send(&site, "lists", &listed);
    let instance = site.start_ready(&[]);
    let events = [
        ("misspelt", "QUORVEKS ZELHANDRA MAKINA LIMITED SIRKETI"),
        ("turned", "Zelhandra Quorvex"),
        ("other", "Marvex Zelindra Tekstil Ltd"),
        ("common", "General Trading and Export LLC"),
    ];
    let events = events.map(|(event, name)| declared(event, name));
    send(&site, "declarations", &events);
    instance.await_events(4);

    let mut told = alerts(&site, "command");
    // The topic has several partitions.
    told.sort_by_key(|told| told.event_id().to_owned());
    let met: Vec<_> = told.iter().map(|told| (told.event_id(), told.entries())).collect();
    let known = || vec!["wanted/known".to_owned()];
    assert_eq!(met, [("misspelt", known()), ("turned", known())], "{met:?}");
    let resemblance = |told: &Told| told.alert["reasons"][0]["resemblance"].clone();
    let alike: Value = resemblance(&told[0]);
    assert!(alike["per_mille"].as_i64() > Some(500), "{alike}");
    assert_eq!(alike["listed"], "Quorvex Zelhandra Makina Ltd. Şti.");
    let plain = site.run(&["alerts", "--from-beginning", "--until-end"]).succeeded();
    assert!(plain.contains("% likely") && plain.contains("QUORVEKS / Quorvex"), "{plain}");
    instance.stop();
    assert_all_committed(&site, &["declarations"]);
}
