//! Matches to alerts: whose they are, how urgent, who may know, and what each may see.
//!
//! In: an event and its matches. Out: alerts, and of each the notices that may leave the process.
//! Invariants: an alert has one owner; a covert entry never shares an alert with an open one; the
//! id depends on the event (which revision of it, too) and on those entries alone that its reader
//! may know; what an audience may see is decided in `view` and nowhere else.
//! Absent on purpose: bytes and topics (`codec`, `pipeline`).

mod identity;
mod view;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Alert, Attribute, EventSummary, Evidence, ListId, Reason, Relation};
use crate::matching::Match;
use crate::watchlist::Standing;

pub use view::notices;

/// Makes the alerts of one event: the matches of one owner and unit become one alert, those of
/// covert entries another, since their readers differ.
pub fn alerts(event: &EventSummary, matches: Vec<Match>, standing: &Standing) -> Vec<Alert> {
    let mut groups: BTreeMap<_, Vec<Match>> = BTreeMap::new();
    for found in matches {
        let handling = found.listed.handling();
        let group = (handling.owner.clone(), handling.unit.clone(), handling.covert);
        groups.entry(group).or_default().push(found);
    }
    groups.into_values().filter_map(|group| alert(event, group, standing)).collect()
}

/// One alert from the matches of one owner; `None` for no match at all.
fn alert(event: &EventSummary, matches: Vec<Match>, standing: &Standing) -> Option<Alert> {
    let first = matches.first()?;
    let handling = Arc::clone(first.listed.handling());
    let mut reasons: Vec<Reason> = matches.into_iter().map(reason).collect();
    rank(&mut reasons);
    let id = identity::alert_id(event, reasons.iter().map(|reason| &reason.entry), None);
    let mut lists = standing.versions();
    lists.retain(|version| has_list(&reasons, &version.list));
    let lead = view::lead(&reasons)?;
    Some(Alert {
        id,
        event: event.clone(),
        priority: lead.priority,
        action: lead.action,
        fallback: lead.fallback,
        owner: handling.owner.clone(),
        unit: handling.unit.clone(),
        contact: lead.contact,
        covert: handling.covert,
        warnings: view::warnings(&reasons),
        reasons,
        lists,
        not_screened: standing.not_screened(),
        left_out: Vec::new(),
        cut: false,
    })
}

fn has_list(reasons: &[Reason], list: &ListId) -> bool {
    reasons.iter().any(|reason| reason.entry.list == *list)
}

/// The surest first: what met by an identifier, or by the very name and birth date, is not weighed
/// in bits; then by bits. Equal ones stay in the order of list and entry.
fn rank(reasons: &mut [Reason]) {
    let is_identified = |reason: &Reason| {
        let agrees = |at: &Evidence| {
            matches!(at.attribute, Attribute::Identifier(_)) && at.relation == Relation::Same
        };
        reason.resemblance.is_none() || reason.evidence.iter().any(agrees)
    };
    let bits = |reason: &Reason| reason.resemblance.as_ref().map(|alike| alike.sixteenths);
    reasons.sort_by_cached_key(|reason| {
        let identified = is_identified(reason);
        (Reverse(identified), Reverse(bits(reason).filter(|_| !identified)))
    });
}

fn reason(found: Match) -> Reason {
    let (listed, handling) = (&found.listed, found.listed.handling());
    Reason {
        entry: listed.key(),
        version: listed.version(),
        priority: handling.priority,
        action: handling.action,
        fallback: handling.fallback,
        contact: handling.contact.clone(),
        warnings: handling.warnings.clone(),
        audience: handling.audience.clone(),
        reason_code: handling.reason_code.clone(),
        narrative: listed.narrative().map(Box::from),
        evidence: found.evidence,
        resemblance: found.resemblance,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::codec::{Format, encode_notice};
    use crate::domain::{
        Action, AgencyId, AlertId, Attribute, Audience, Check, Coordinates, Direction, Entry,
        EntryKey, Evidence, Handling, Mode, Notice, Priority, Relation, Revision, Role, Share,
        Topic, View,
    };
    use crate::watchlist::sample::{at, candidate, entry, handling, lists};

    fn agency(name: &str) -> AgencyId {
        AgencyId::parse(name).unwrap()
    }

    fn summary() -> EventSummary {
        EventSummary {
            id: "event-1".into(),
            revision: Revision::New,
            agency: agency("border-force"),
            topic: Topic::Crossings,
            at: Coordinates {
                topic: "border.crossings".into(),
                partition: 1,
                offset: 2,
                appended_at: at(3),
            },
            occurred_at: at(1),
            place: None,
            control_point: None,
            direction: Direction::Inbound,
            mode: Mode::Sea,
            journey: None,
        }
    }

    fn met(key: &str, change: impl FnOnce(&mut Handling)) -> Match {
        let mut handling = handling("police");
        change(&mut handling);
        let made = Entry { handling: Arc::new(handling), ..entry(key) };
        Match { listed: candidate(made, 7), evidence: Vec::new(), resemblance: None }
    }

    fn told(matches: Vec<Match>) -> Vec<Notice> {
        let (lists, _writer) = lists([]);
        alerts(&summary(), matches, &lists.standing()).iter().flat_map(notices).collect()
    }

    /// Audience, view and how many reasons of each notice.
    fn outline(notices: &[Notice]) -> Vec<(String, View, usize)> {
        let name = |audience: &Audience| match audience {
            Audience::Command => "command".to_owned(),
            Audience::Agency(agency) => agency.as_str().to_owned(),
        };
        notices
            .iter()
            .map(|notice| (name(&notice.audience), notice.view, notice.alert.reasons.len()))
            .collect()
    }

    fn share(name: &str, view: View) -> Share {
        Share { agency: agency(name), view }
    }

    #[test]
    fn matches_of_one_owner_and_unit_are_one_alert_and_covert_ones_another() {
        let unit = |unit: &str| Some(Box::from(unit));
        let matches = vec![
            met("a/1", |_| ()),
            met("a/2", |_| ()),
            met("a/3", |handling| handling.unit = unit("east")),
            met("a/4", |handling| handling.covert = true),
            met("a/5", |handling| handling.owner = agency("customs")),
            met("a/6", |handling| handling.covert = true),
        ];
        let (lists, _writer) = lists([]);
        let alerts = alerts(&summary(), matches, &lists.standing());
        let groups: Vec<(&str, Option<&str>, bool, Vec<&str>)> = alerts
            .iter()
            .map(|alert| {
                let reasons = alert.reasons.iter().map(|reason| reason.entry.entry.as_str());
                (alert.owner.as_str(), alert.unit.as_deref(), alert.covert, reasons.collect())
            })
            .collect();
        assert_eq!(
            groups,
            [
                ("customs", None, false, vec!["5"]),
                ("police", None, false, vec!["1", "2"]),
                ("police", None, true, vec!["4", "6"]),
                ("police", Some("east"), false, vec!["3"]),
            ]
        );
        let ids: BTreeSet<_> = alerts.iter().map(|alert| alert.id).collect();
        assert_eq!(ids.len(), 4);
    }

    #[test]
    fn an_alert_is_as_soon_as_its_soonest_reason_and_as_grave_as_its_gravest() {
        let matches = vec![
            met("a/1", |handling| {
                handling.priority = Priority::Immediate;
                handling.action = Action::Question;
                handling.contact = Some("first".into());
            }),
            met("a/2", |handling| {
                handling.action = Action::Arrest;
                handling.fallback = Action::LocateOnly;
                handling.contact = Some("second".into());
            }),
        ];
        let notices = told(matches);
        let alert = &notices[0].alert;
        assert_eq!(alert.priority, Priority::Immediate);
        assert_eq!((alert.action, alert.fallback), (Action::Arrest, Action::LocateOnly));
        assert_eq!(alert.contact.as_deref(), Some("second"));
    }

    #[test]
    fn each_audience_gets_the_view_that_the_table_says() {
        let row = |audience: Vec<Share>, covert| {
            outline(&told(vec![met("a/1", |handling| {
                handling.audience = audience.into();
                handling.covert = covert;
            })]))
        };
        let full = |name: &str| (name.to_owned(), View::Full, 1);
        let both = || vec![full("police"), full("command")];
        assert_eq!(row(vec![], false), both());
        for (view, reasons) in [(View::Full, 1), (View::Summary, 1), (View::Pointer, 0)] {
            let mut expected = both();
            expected.push(("customs".to_owned(), view, reasons));
            assert_eq!(row(vec![share("customs", view)], false), expected);
            assert_eq!(row(vec![share("customs", view)], true), [full("police")]);
            assert_eq!(row(vec![share("police", view)], false), both());
        }
        // Named twice: the wider view counts.
        let twice = vec![share("customs", View::Pointer), share("customs", View::Full)];
        assert_eq!(row(twice, false).last(), Some(&full("customs")));
    }

    #[test]
    fn an_agency_sees_urgency_of_the_reasons_it_may_know_alone() {
        let matches = vec![
            met("a/1", |handling| {
                handling.priority = Priority::Immediate;
                handling.action = Action::Arrest;
                handling.contact = Some("the secret desk".into());
                handling.warnings = ["armed".into()].into();
            }),
            met("a/2", |handling| {
                handling.contact = Some("the open desk".into());
                handling.audience = [share("customs", View::Summary)].into();
            }),
        ];
        let notices = told(matches);
        let theirs = notices.last().unwrap();
        assert_eq!(theirs.audience, Audience::Agency(agency("customs")));
        assert_eq!(theirs.alert.priority, Priority::Routine);
        assert_eq!(theirs.alert.action, Action::StopAndRefer);
        assert_eq!(theirs.alert.contact.as_deref(), Some("the open desk"));
        assert!(theirs.alert.warnings.is_empty() && !theirs.alert.reasons.is_empty());
    }

    const AGENCIES: [&str; 3] = ["border-force", "customs", "police"];

    #[derive(Clone, Debug)]
    struct Plan {
        owner: usize,
        covert: bool,
        shares: Vec<(usize, View)>,
    }

    fn plans() -> impl Strategy<Value = Vec<Plan>> {
        let view = prop_oneof![Just(View::Full), Just(View::Summary), Just(View::Pointer)];
        let plan = (1..3usize, any::<bool>(), prop::collection::vec((0..3usize, view), 0..3));
        let plan = plan.prop_map(|(owner, covert, shares)| Plan { owner, covert, shares });
        prop::collection::vec(plan, 1..6)
    }

    /// Each text of the match holds what it is and its number, so that it is found again.
    fn marked(number: usize, plan: &Plan) -> Match {
        let mut handling = handling(AGENCIES[plan.owner]);
        handling.contact = Some(format!("contact-{number}.").into());
        handling.warnings = [format!("warning-{number}.").into()].into();
        handling.reason_code = Some(format!("code-{number}.").into());
        handling.covert = plan.covert;
        handling.audience =
            plan.shares.iter().map(|(at, view)| share(AGENCIES[*at], *view)).collect();
        let mut made = entry(&format!("list-{number}/entry-{number}."));
        made.narrative = Some(format!("narrative-{number}.").into());
        made.handling = Arc::new(handling);
        let evidence = Evidence {
            attribute: Attribute::Name,
            role: Role::Traveller,
            stated: format!("stated-{number}."),
            listed: format!("listed-{number}."),
            relation: Relation::Same,
            check: Check::Absent,
        };
        Match { listed: candidate(made, 1), evidence: vec![evidence], resemblance: None }
    }

    /// The texts of a reason that an audience may see.
    fn allowed(plan: &Plan, audience: &Audience) -> &'static [&'static str] {
        const ALL: &[&str] =
            &["contact", "warning", "entry", "stated", "listed", "code", "narrative"];
        let view = match audience {
            Audience::Agency(agency) if agency.as_str() == AGENCIES[plan.owner] => Some(View::Full),
            Audience::Agency(_) | Audience::Command if plan.covert => None,
            Audience::Command => Some(View::Full),
            Audience::Agency(agency) => {
                let shares = plan.shares.iter();
                let theirs = shares.filter(|(at, _)| AGENCIES[*at] == agency.as_str());
                theirs.map(|(_, view)| *view).max()
            }
        };
        match view {
            None => &[],
            Some(View::Pointer) => &ALL[..2],
            Some(View::Summary) => &ALL[..5],
            Some(View::Full) => ALL,
        }
    }

    proptest! {
        #[test]
        fn no_notice_holds_anything_that_its_audience_may_not_see(plans in plans()) {
            let (lists, _writer) =
                lists((0..plans.len()).map(|number| entry(&format!("list-{number}/x"))));
            let matches = plans.iter().enumerate().map(|(number, plan)| marked(number, plan));
            let alerts = alerts(&summary(), matches.collect(), &lists.standing());
            for notice in alerts.iter().flat_map(notices) {
                let text = encode_notice(&notice, Format::Json).unwrap();
                let text = String::from_utf8(text).unwrap();
                for (number, plan) in plans.iter().enumerate() {
                    let allowed = allowed(plan, &notice.audience);
                    for part in
                        ["contact", "warning", "entry", "stated", "listed", "code", "narrative"]
                    {
                        let found = text.contains(&format!("{part}-{number}."));
                        prop_assert!(!found || allowed.contains(&part), "{part} {number} {text}");
                    }
                    let listed = text.contains(&format!("\"list-{number}\""));
                    prop_assert!(!listed || allowed.contains(&"entry"), "list {number} {text}");
                }
                prop_assert!(!text.contains("audience\":["), "{text}");
            }
        }

        /// Whatever an audience does not get to see, it gets no id that depends on it: entries that
        /// are kept from it may be any others, and none at all.
        #[test]
        fn no_id_depends_on_an_entry_that_its_reader_may_not_know(plans in plans()) {
            let ids = |known: &dyn Fn(&Plan) -> bool, name: &dyn Fn(usize, &Plan) -> Option<usize>| {
                let matches = plans.iter().enumerate();
                let matches = matches.filter_map(|(number, plan)| {
                    let number = if known(plan) { number } else { name(number, plan)? };
                    Some(marked(number, plan))
                });
                told(matches.collect())
            };
            for reader in AGENCIES {
                let audience = Audience::Agency(agency(reader));
                let knows = |plan: &Plan| allowed(plan, &audience).contains(&"entry");
                let pointed = |plan: &Plan| !allowed(plan, &audience).is_empty();
                let theirs = |notices: Vec<Notice>| -> BTreeSet<AlertId> {
                    let theirs = notices.into_iter().filter(|notice| notice.audience == audience);
                    theirs.map(|notice| notice.alert.id).collect()
                };
                let told = theirs(ids(&knows, &|number, _| Some(number)));
                let renamed = theirs(ids(&knows, &|number, _| Some(number + 100)));
                let absent = theirs(ids(&knows, &|number, plan| pointed(plan).then_some(number)));
                prop_assert_eq!(&told, &renamed);
                prop_assert_eq!(&told, &absent);
            }
        }

        /// What one audience reads of one event are alerts of different ids.
        #[test]
        fn no_two_alerts_of_an_event_have_one_id_for_their_reader(plans in plans()) {
            let matches = plans.iter().enumerate().map(|(number, plan)| marked(number, plan));
            let mut ids = BTreeSet::new();
            for notice in told(matches.collect()) {
                let reader = format!("{:?}", notice.audience);
                prop_assert!(ids.insert((reader, notice.alert.id)), "{}", notice.alert.id);
            }
        }

        /// The owner, and the Command unless it is covert, hold every reason whole.
        #[test]
        fn nothing_is_kept_from_those_who_may_see_all(plans in plans()) {
            let matches = plans.iter().enumerate().map(|(number, plan)| marked(number, plan));
            let notices = told(matches.collect());
            for (number, plan) in plans.iter().enumerate() {
                let mut due = vec![Audience::Agency(agency(AGENCIES[plan.owner]))];
                if !plan.covert {
                    due.push(Audience::Command);
                    due.extend(plan.shares.iter().map(|at| Audience::Agency(agency(AGENCIES[at.0]))));
                }
                for audience in due {
                    let theirs = notices.iter().filter(|notice| notice.audience == audience);
                    let texts: String = theirs
                        .map(|notice| encode_notice(notice, Format::Json).unwrap())
                        .map(|bytes| String::from_utf8(bytes).unwrap())
                        .collect();
                    for part in allowed(plan, &audience).iter().filter(|part| **part != "contact") {
                        prop_assert!(texts.contains(&format!("{part}-{number}.")), "{part} {texts}");
                    }
                }
            }
        }
    }

    fn id(event: &EventSummary, entries: &[&str]) -> String {
        let entries: Vec<EntryKey> =
            entries.iter().map(|key| EntryKey::parse(key).unwrap()).collect();
        identity::alert_id(event, entries.iter(), None).to_string()
    }

    #[test]
    fn the_id_is_that_of_the_event_and_its_entries_alone() {
        let first = id(&summary(), &["a/1", "b/2"]);
        assert_eq!(id(&summary(), &["b/2", "a/1"]), first);
        let mut again = summary();
        again.at.offset = 99;
        again.at.partition = 3;
        again.at.topic = "elsewhere".into();
        again.at.appended_at = at(1_000);
        again.occurred_at = at(2_000);
        again.direction = Direction::Outbound;
        again.place = Some("GBDVR".into());
        assert_eq!(id(&again, &["a/1", "b/2"]), first);
    }

    #[test]
    fn each_correction_is_an_alert_of_its_own_and_sent_again_the_same() {
        let revised = |revision, occurred_at| {
            let mut event = summary();
            (event.revision, event.occurred_at) = (revision, at(occurred_at));
            id(&event, &["a/1"])
        };
        let update = revised(Revision::Update, 5);
        assert_eq!(revised(Revision::Update, 5), update);
        let others =
            [revised(Revision::New, 5), revised(Revision::Cancel, 5), revised(Revision::Update, 6)];
        assert!(!others.contains(&update));
        assert_eq!(BTreeSet::from(others).len(), 3);
    }

    #[test]
    fn whatever_differs_in_event_or_entries_gives_another_id() {
        let changed = |change: fn(&mut EventSummary)| {
            let mut event = summary();
            change(&mut event);
            id(&event, &["a/1"])
        };
        let ids = [
            changed(|_| ()),
            changed(|event| event.id = "event-2".into()),
            changed(|event| event.agency = agency("customs")),
            changed(|event| event.topic = Topic::Cash),
            id(&summary(), &["a/2"]),
            id(&summary(), &["b/1"]),
            id(&summary(), &["a/1", "a/2"]),
            id(&summary(), &["a/12"]),
            id(&summary(), &["a1/2"]),
            id(&summary(), &["a/1/2"]),
        ];
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn parts_that_run_into_each_other_are_kept_apart() {
        let with = |name: &str, text: &str| {
            let mut event = summary();
            (event.agency, event.id) = (agency(name), text.into());
            id(&event, &["a/1"])
        };
        assert_ne!(with("police", "1crossings"), with("police1", "crossings"));
        assert_ne!(id(&summary(), &["a/bc", "d/e"]), id(&summary(), &["a/b", "cd/e"]));
    }

    #[test]
    fn the_id_does_not_depend_on_the_version_of_an_entry() {
        let of = |version| {
            let found = Match {
                listed: candidate(entry("a/1"), version),
                evidence: Vec::new(),
                resemblance: None,
            };
            told(vec![found])[0].alert.id
        };
        assert_eq!(of(1), of(2));
    }
}
