//! The document as the desk serves it.

use crate::common::Site;
use serde_json::Value;

/// Parameters' and requests' words; no answer has them.
const ASKED_ONLY: [&str; 1] = ["FromWord"];
/// The methods of v1.
const METHODS: [&str; 4] = ["get", "put", "post", "delete"];

pub(crate) struct Document(Value);

impl Document {
    pub(crate) async fn of(site: &Site) -> Self {
        Self(site.get("/v1/openapi.json").await.json())
    }

    /// Sorted and indented, so that a change shows line by line.
    pub(crate) fn pretty(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(&self.0).unwrap();
        text.push(b'\n');
        text
    }

    /// What this operation says of this status; `None` if it does not know it. `operation` is e.g. `GET /v1/results`.
    pub(crate) fn response(&self, operation: &str, status: u16) -> Option<&Value> {
        let (method, path) = operation.split_once(' ').unwrap();
        let said = &self.0["paths"][path][method.to_lowercase()]["responses"][status.to_string()];
        match said["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.strip_prefix('#').unwrap()),
            None => Some(said).filter(|said| !said.is_null()),
        }
    }

    /// Every operation with every good status.
    pub(crate) fn successes(&self) -> Vec<(String, u16)> {
        self.statuses().into_iter().filter(|(_, status)| *status < 300).collect()
    }

    /// Every other status that any operation has.
    pub(crate) fn refusals(&self) -> Vec<u16> {
        let mut refusals: Vec<u16> = self.statuses().into_iter().map(|(_, status)| status).collect();
        refusals.retain(|status| *status >= 300);
        refusals.sort_unstable();
        refusals.dedup();
        refusals
    }

    fn statuses(&self) -> Vec<(String, u16)> {
        let statuses = self.operations().into_iter().flat_map(|(name, operation)| {
            let statuses: Vec<u16> = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .map(|status| status.parse().unwrap())
                .collect();
            statuses.into_iter().map(move |status| (name.clone(), status))
        });
        statuses.collect()
    }

    fn operations(&self) -> Vec<(String, &Value)> {
        let items = self.0["paths"].as_object().unwrap().iter();
        let operations = items.flat_map(|(path, item)| {
            let known = METHODS.into_iter().filter(|method| item[method].is_object());
            known.map(move |method| (format!("{} {path}", method.to_uppercase()), &item[method]))
        });
        operations.collect()
    }

    /// Every word of every list of words that answers have, with the list's name.
    pub(crate) fn words(&self) -> Vec<(&str, &str)> {
        let lists = self.schemas().filter(|(name, _)| !ASKED_ONLY.contains(&name.as_str()));
        let words = lists.flat_map(|(name, schema)| {
            let words = schema["enum"].as_array().into_iter().flatten();
            words.filter_map(move |word| Some((name.as_str(), word.as_str()?)))
        });
        words.collect()
    }

    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["components"]["schemas"].as_object().unwrap().iter()
    }

    /// Operations, parameters and answers without a word of what they are.
    pub(crate) fn undescribed(&self) -> Vec<String> {
        let lacks = |what: &Value, key: &str| what[key].as_str().is_none_or(str::is_empty);
        let mut undescribed = Vec::new();
        for (name, operation) in self.operations() {
            if lacks(operation, "summary") || lacks(operation, "operationId") {
                undescribed.push(name.clone());
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if lacks(parameter, "description") {
                    undescribed.push(format!("{name}: {}", parameter["name"]));
                }
            }
            for status in operation["responses"].as_object().unwrap().keys() {
                let said = self.response(&name, status.parse().unwrap());
                if said.is_none_or(|said| lacks(said, "description")) {
                    undescribed.push(format!("{name}: {status}"));
                }
            }
        }
        undescribed
    }
}
