//! The API of a schema registry (Confluent's): one question, one answer, in the caller's thread.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::codec::{Contract, SchemaRef};

use super::registry_text::{Answer, Stored, put_together};
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

/// The registry's word for a schema's number.
#[derive(Deserialize)]
struct Registered {
    id: u32,
}

/// Why the registry has none of what it was asked for: 40401 no subject, 40402 no version, 40403 no
/// schema.
#[derive(Deserialize)]
struct Refused {
    error_code: u32,
}

const NO_REGISTRY: &str = "it knows no such address (404): check registry.urls";

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

    /// A schema, with those that it refers to.
    ///
    /// # Errors
    /// When no address gives an answer.
    pub fn schema(&self, schema: SchemaRef) -> Result<Answer, String> {
        let path = match schema {
            SchemaRef::Id(id) => format!("schemas/ids/{id}"),
            SchemaRef::Guid(guid) => format!("schemas/guids/{}", hyphened(guid)),
        };
        match self.ask::<Stored>(&path, None)? {
            Some(found) => put_together(found, |path| self.ask(path, None)),
            None => Ok(Answer::Absent),
        }
    }

    /// Registers the schema of what we write to a topic; where we may not, looks up its number there.
    ///
    /// # Errors
    /// When no address gives it a number.
    pub fn register(&self, contract: Contract, topic: &str) -> Result<u32, String> {
        let refused = match self.about(contract, &format!("subjects/{topic}-value/versions")) {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => NO_REGISTRY.to_owned(),
            Err(why) => why,
        };
        self.id(contract, topic)?.ok_or(refused)
    }

    /// The number of our schema for a topic; `None` when it is not registered there.
    ///
    /// # Errors
    /// When no address gives an answer.
    pub fn id(&self, contract: Contract, topic: &str) -> Result<Option<u32>, String> {
        self.about(contract, &format!("subjects/{topic}-value"))
    }

    /// Asks whether anybody answers who lets us in.
    ///
    /// # Errors
    /// When not.
    pub fn reach(&self) -> Result<(), String> {
        match self.ask::<serde::de::IgnoredAny>("subjects", None)? {
            Some(_) => Ok(()),
            None => Err(NO_REGISTRY.to_owned()),
        }
    }

    fn about(&self, contract: Contract, path: &str) -> Result<Option<u32>, String> {
        let body = serde_json::json!({"schema": contract.text(), "schemaType": "AVRO"});
        let registered = self.ask::<Registered>(path, Some(&body))?;
        Ok(registered.map(|registered| registered.id))
    }

    /// Asks one address after the other until one has it; `None` when those that answer know no such
    /// thing.
    fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Option<T>, String> {
        let mut last = Err("no address is configured".to_owned());
        for base in &self.config.urls {
            match self.ask_at(&format!("{}/{path}", base.trim_end_matches('/')), body) {
                Ok(None) => last = Ok(None),
                Ok(found) => return Ok(found),
                Err(why) => last = last.or(Err(why)),
            }
        }
        last
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
                request.config().http_status_as_error(false).build().call()
            }
            Some(body) => {
                let mut request =
                    self.agent.post(url).header("accept", JSON).header("content-type", JSON);
                if let Some(credentials) = credentials {
                    request = request.header("authorization", credentials);
                }
                request.config().http_status_as_error(false).build().send(body.to_string())
            }
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        if status == 404 {
            // A proxy without a registry behind it says 404, too, and not of any schema.
            return match answer.body_mut().read_json::<Refused>() {
                Ok(Refused { error_code: 40_401..=40_403 }) => Ok(None),
                Ok(_) | Err(_) => Err(NO_REGISTRY.to_owned()),
            };
        }
        if status >= 400 {
            return Err(why(status));
        }
        let answer = answer.body_mut().read_json();
        answer.map(Some).map_err(|error| format!("an answer that is not of this API: {error}"))
    }
}

/// What a status says, and what to do about it.
fn why(status: u16) -> String {
    match status {
        401 => {
            "it refuses our login (401): check registry.username and registry.password".to_owned()
        }
        403 => {
            "it does not allow us that (403): ask for the right to read and to register".to_owned()
        }
        409 => {
            "ours does not fit the schemas that it has there (409): look at that subject".to_owned()
        }
        _ => format!("http status: {status}"),
    }
}

fn hyphened(guid: [u8; 16]) -> String {
    let hex: String = guid.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A server that gives everybody this answer; gives its address.
    fn server(status: &'static str, body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4_096];
                let read = stream.read(&mut request).unwrap();
                assert!(request[..read].starts_with(b"GET /schemas/ids/7 "));
                let length = body.len();
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}");
                write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}").unwrap();
            }
        });
        format!("http://{address}")
    }

    fn ask(urls: &[&str]) -> Result<Answer, String> {
        let api = RegistryApi::new(RegistryConfig {
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            credentials: None,
            ca_file: None,
            timeout: Duration::from_secs(10),
            absent_for: Duration::from_secs(1),
        });
        api.unwrap_or_else(|error| panic!("{error}")).schema(SchemaRef::Id(7))
    }

    #[test]
    fn a_schema_is_absent_only_by_the_word_of_a_registry_and_of_all_that_answer() {
        let none = &*server("404 Not Found", r#"{"error_code": 40403, "message": "none"}"#);
        let proxy = &*server("404 Not Found", "<html>nothing here</html>");
        let found = &*server("200 OK", r#"{"schema": "\"int\""}"#);
        let closed = &*server("401 Unauthorized", r#"{"error_code": 401}"#);
        let text = || Ok(Answer::Found("\"int\"".into()));
        assert_eq!(ask(&[none]), Ok(Answer::Absent));
        assert_eq!(ask(&[proxy]), Err(NO_REGISTRY.to_owned()));
        assert!(ask(&[closed]).unwrap_err().contains("registry.password"));
        for urls in [[none, found], [proxy, found], [closed, found], [found, none]] {
            assert_eq!(ask(&urls), text());
        }
        assert_eq!(ask(&[closed, none]), Ok(Answer::Absent));
        assert_eq!(ask(&[none, closed]), Ok(Answer::Absent));
    }
}
