//! The shipped schemas: one a topic, their released versions, and the ids these have for ever.

use std::sync::OnceLock;

use apache_avro::Schema;
use apache_avro::writer::datum::GenericDatumWriter;
use serde::Serialize;

use super::Error;
use crate::domain::Topic;

/// A record of the wire contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contract {
    /// The events of one topic.
    Events(Topic),
    /// Watchlist entries.
    Entries,
    /// Alerts, for the Command and for every agency.
    Alerts,
    /// The register of those judged not to be the subject of an entry.
    Suppressions,
}

/// A released version of a schema.
pub struct Released {
    /// Whose record it describes.
    pub contract: Contract,
    /// Version, from 1.
    pub version: u32,
    /// The id in the Confluent wire format, never used again for anything else. Ids begin above
    /// 1,000,000,000, so that they do not meet those of a registry, which count from 1.
    pub id: u32,
    /// The text of the `.avsc` file.
    pub text: &'static str,
}

/// The shipped schemas, parsed.
pub struct Schemas {
    /// The newest released schema of each contract, in the order of [`Contract::ALL`].
    newest: Vec<Schema>,
}

impl Contract {
    /// Every contract.
    pub const ALL: [Self; 9] = [
        Self::Events(Topic::Crossings),
        Self::Events(Topic::AdvancePassenger),
        Self::Events(Topic::Vehicles),
        Self::Events(Topic::Containers),
        Self::Events(Topic::Declarations),
        Self::Events(Topic::Cash),
        Self::Entries,
        Self::Alerts,
        Self::Suppressions,
    ];

    /// The topic's name unless the configuration gives another; also the schema's name.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Events(Topic::Crossings) => "border.crossings",
            Self::Events(Topic::AdvancePassenger) => "border.advance-passenger",
            Self::Events(Topic::Vehicles) => "border.vehicles",
            Self::Events(Topic::Containers) => "border.containers",
            Self::Events(Topic::Declarations) => "customs.declarations",
            Self::Events(Topic::Cash) => "customs.cash",
            Self::Entries => "watchlist.entries",
            Self::Alerts => "alerts",
            Self::Suppressions => "watchlist.suppressions",
        }
    }

    /// The current schema, which readers resolve to: the text of the `.avsc` file.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Events(Topic::Crossings) => {
                include_str!("../../schemas/border.crossings.avsc")
            }
            Self::Events(Topic::AdvancePassenger) => {
                include_str!("../../schemas/border.advance-passenger.avsc")
            }
            Self::Events(Topic::Vehicles) => include_str!("../../schemas/border.vehicles.avsc"),
            Self::Events(Topic::Containers) => include_str!("../../schemas/border.containers.avsc"),
            Self::Events(Topic::Declarations) => {
                include_str!("../../schemas/customs.declarations.avsc")
            }
            Self::Events(Topic::Cash) => include_str!("../../schemas/customs.cash.avsc"),
            Self::Entries => include_str!("../../schemas/watchlist.entries.avsc"),
            Self::Alerts => include_str!("../../schemas/alerts.avsc"),
            Self::Suppressions => include_str!("../../schemas/watchlist.suppressions.avsc"),
        }
    }

    /// The id of the newest released version: what to write with where there is no registry.
    pub fn id(self) -> u32 {
        self.newest().map_or(0, |released| released.id)
    }

    fn newest(self) -> Option<&'static Released> {
        let versions = RELEASED.iter().filter(|released| released.contract == self);
        versions.max_by_key(|released| released.version)
    }
}

impl Schemas {
    /// The shipped schemas, parsed at first use.
    ///
    /// # Errors
    /// [`Error::BadShape`] when a shipped schema does not parse, which a test rules out.
    pub fn shipped() -> Result<&'static Self, Error> {
        static SHIPPED: OnceLock<Result<Schemas, Error>> = OnceLock::new();
        SHIPPED.get_or_init(Self::parse).as_ref().map_err(Clone::clone)
    }

    /// Every released version of every schema, in the order of their ids.
    pub const fn released() -> &'static [Released] {
        RELEASED
    }

    fn parse() -> Result<Self, Error> {
        let newest = Contract::ALL.into_iter().map(|contract| {
            let text = contract.newest().map_or_else(|| contract.text(), |released| released.text);
            Schema::parse_str(text).map_err(|_quotes_the_schema| Error::BadShape {
                path: contract.topic().into(),
                reason: "it is no valid Avro schema".into(),
            })
        });
        Ok(Self { newest: newest.collect::<Result<_, _>>()? })
    }

    /// Appends the datum of a record to `bytes`.
    pub(super) fn write<T: Serialize>(
        contract: Contract,
        record: &T,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // Resolving a schema's names costs more than writing a record, so writers are kept.
        static WRITERS: OnceLock<Vec<Option<GenericDatumWriter<'static>>>> = OnceLock::new();
        let shipped = Self::shipped()?;
        let writers = WRITERS.get_or_init(|| {
            let writer = |schema| GenericDatumWriter::builder(schema).human_readable(false).build();
            shipped.newest.iter().map(|schema| writer(schema).ok()).collect()
        });
        let at = Contract::ALL.into_iter().position(|known| known == contract);
        let writer = at.and_then(|at| writers.get(at)).and_then(Option::as_ref);
        // The writer's own text may quote what it was given; ours names the topic alone.
        let unwritable = Error::Unwritable { topic: contract.topic() };
        match writer.map(|writer| writer.write_ser(bytes, record)) {
            Some(Ok(_length)) => Ok(()),
            Some(Err(_)) | None => Err(unwritable),
        }
    }
}

/// Mirrors `schemas/catalogue.json`: a row is added with each release, none is changed or removed.
const RELEASED: &[Released] = &[
    Released {
        contract: Contract::Events(Topic::Crossings),
        version: 1,
        id: 1_000_000_001,
        text: include_str!("../../schemas/released/border.crossings/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::AdvancePassenger),
        version: 1,
        id: 1_000_000_002,
        text: include_str!("../../schemas/released/border.advance-passenger/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Vehicles),
        version: 1,
        id: 1_000_000_003,
        text: include_str!("../../schemas/released/border.vehicles/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Containers),
        version: 1,
        id: 1_000_000_004,
        text: include_str!("../../schemas/released/border.containers/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Declarations),
        version: 1,
        id: 1_000_000_005,
        text: include_str!("../../schemas/released/customs.declarations/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Cash),
        version: 1,
        id: 1_000_000_006,
        text: include_str!("../../schemas/released/customs.cash/v1.avsc"),
    },
    Released {
        contract: Contract::Entries,
        version: 1,
        id: 1_000_000_007,
        text: include_str!("../../schemas/released/watchlist.entries/v1.avsc"),
    },
    Released {
        contract: Contract::Alerts,
        version: 1,
        id: 1_000_000_008,
        text: include_str!("../../schemas/released/alerts/v1.avsc"),
    },
    Released {
        contract: Contract::Alerts,
        version: 2,
        id: 1_000_000_009,
        text: include_str!("../../schemas/released/alerts/v2.avsc"),
    },
    Released {
        contract: Contract::Suppressions,
        version: 1,
        id: 1_000_000_010,
        text: include_str!("../../schemas/released/watchlist.suppressions/v1.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Containers),
        version: 2,
        id: 1_000_000_011,
        text: include_str!("../../schemas/released/border.containers/v2.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Declarations),
        version: 2,
        id: 1_000_000_012,
        text: include_str!("../../schemas/released/customs.declarations/v2.avsc"),
    },
    Released {
        contract: Contract::Entries,
        version: 2,
        id: 1_000_000_013,
        text: include_str!("../../schemas/released/watchlist.entries/v2.avsc"),
    },
    Released {
        contract: Contract::Entries,
        version: 3,
        id: 1_000_000_015,
        text: include_str!("../../schemas/released/watchlist.entries/v3.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Crossings),
        version: 2,
        id: 1_000_000_016,
        text: include_str!("../../schemas/released/border.crossings/v2.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::AdvancePassenger),
        version: 2,
        id: 1_000_000_017,
        text: include_str!("../../schemas/released/border.advance-passenger/v2.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Vehicles),
        version: 2,
        id: 1_000_000_018,
        text: include_str!("../../schemas/released/border.vehicles/v2.avsc"),
    },
    Released {
        contract: Contract::Events(Topic::Cash),
        version: 2,
        id: 1_000_000_019,
        text: include_str!("../../schemas/released/customs.cash/v2.avsc"),
    },
];
