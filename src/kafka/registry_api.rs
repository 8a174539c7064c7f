//! The API of a schema registry (Confluent's): one question, one answer, in the caller's thread.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::codec::{Contract, SchemaRef};

use super::{Error, http};

/// How to reach a registry. Holds a secret: has no `Debug`.
#[derive(Clone)]
pub struct RegistryConfig {
    /// Base addresses; the first that answers is used.
    pub urls: Vec<String>,
    /// User and password for basic authentication (RFC 7617).
    pub credentials: Option<(String, String)>,
    /// Certificates to trust, PEM; those that browsers trust when absent.
    pub ca_file: Option<PathBuf>,
    /// How long one question may take.
    pub timeout: Duration,
    /// How long "there is no such schema" is believed.
    pub absent_for: Duration,
}

/// Asks a registry. What went wrong comes as a sentence, without any secret.
pub struct RegistryApi {
    agent: ureq::Agent,
    config: RegistryConfig,
}

/// The media type of the API.
const JSON: &str = "application/vnd.schemaregistry.v1+json";

/// The registry's word for a schema and for its number.
#[derive(Deserialize)]
struct Schema {
    schema: String,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

impl RegistryApi {
    /// Knows where to ask; asks nothing yet.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(config: RegistryConfig) -> Result<Self, Error> {
        let agent = http::agent(config.timeout, config.ca_file.as_deref())
            .map_err(|why| Error::Failed { doing: "reading the registry's certificates", why })?;
        Ok(Self { agent, config })
    }

    /// The text of a schema; `None` when there is none of that number.
    ///
    /// # Errors
    /// When no address gives an answer.
    pub fn schema(&self, schema: SchemaRef) -> Result<Option<String>, String> {
        let path = match schema {
            SchemaRef::Id(id) => format!("schemas/ids/{id}"),
            SchemaRef::Guid(guid) => format!("schemas/guids/{}", hyphened(guid)),
        };
        let found = self.ask::<Schema>(&path, None)?;
        Ok(found.map(|found| found.schema))
    }

    /// Registers the alerts' schema for a topic; where we may not, looks up its number there.
    ///
    /// # Errors
    /// When no address gives it a number.
    pub fn register_alerts(&self, topic: &str) -> Result<u32, String> {
        let refused = match self.about_alerts(&format!("subjects/{topic}-value/versions")) {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => "it knows no such address (404): check registry.urls".to_owned(),
            Err(why) => why,
        };
        self.alerts_id(topic)?.ok_or(refused)
    }

    /// The number of the alerts' schema for a topic; `None` when it is not registered there.
    ///
    /// # Errors
    /// When no address gives an answer.
    pub fn alerts_id(&self, topic: &str) -> Result<Option<u32>, String> {
        self.about_alerts(&format!("subjects/{topic}-value"))
    }

    /// Asks whether anybody answers who lets us in.
    ///
    /// # Errors
    /// When not.
    pub fn reach(&self) -> Result<(), String> {
        match self.ask::<serde::de::IgnoredAny>("subjects", None)? {
            Some(_) => Ok(()),
            None => Err("it knows no such address (404): check registry.urls".to_owned()),
        }
    }

    fn about_alerts(&self, path: &str) -> Result<Option<u32>, String> {
        let body = serde_json::json!({"schema": Contract::Alerts.text(), "schemaType": "AVRO"});
        let registered = self.ask::<Registered>(path, Some(&body))?;
        Ok(registered.map(|registered| registered.id))
    }

    /// Asks one address after the other until one answers; `None` when that one knows no such thing.
    fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Option<T>, String> {
        let mut last = "no address is configured".to_owned();
        for base in &self.config.urls {
            match self.ask_at(&format!("{}/{path}", base.trim_end_matches('/')), body) {
                Ok(answer) => return Ok(answer),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    fn ask_at<T: DeserializeOwned>(
        &self,
        url: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Option<T>, String> {
        let credentials = self.config.credentials.as_ref();
        let credentials = credentials.map(|(user, password)| http::basic(user, password));
        let answer = match body {
            None => {
                let mut request = self.agent.get(url).header("accept", JSON);
                if let Some(credentials) = credentials {
                    request = request.header("authorization", credentials);
                }
                request.call()
            }
            Some(body) => {
                let mut request =
                    self.agent.post(url).header("accept", JSON).header("content-type", JSON);
                if let Some(credentials) = credentials {
                    request = request.header("authorization", credentials);
                }
                request.send(body.to_string())
            }
        };
        match answer {
            Err(ureq::Error::StatusCode(404)) => Ok(None),
            Err(error) => Err(why(&error)),
            Ok(mut answer) => match answer.body_mut().read_json() {
                Ok(answer) => Ok(Some(answer)),
                Err(error) => Err(format!("an answer that is not of this API: {error}")),
            },
        }
    }
}

/// What a failed question means, and what to do about it.
fn why(error: &ureq::Error) -> String {
    let ureq::Error::StatusCode(code) = error else { return error.to_string() };
    let meaning = match code {
        401 => "it refuses our login (401): check registry.username and registry.password",
        403 => "it does not allow us that (403): ask for the right to read and to register",
        409 => "ours does not fit the schemas that it has there (409): look at that subject",
        _ => return error.to_string(),
    };
    meaning.to_owned()
}

fn hyphened(guid: [u8; 16]) -> String {
    let hex: String = guid.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
