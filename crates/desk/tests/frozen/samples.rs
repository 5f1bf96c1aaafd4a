//! Every answer of v1 from fixed inputs. What the desk draws by chance is masked, and the `Date` header left out.

mod answers;
mod refusals;
mod streams;

use crate::common::Answer;

/// One answer, or one stream.
pub(crate) struct Sample {
    pub(crate) file: String,
    /// As the document has it, e.g. `GET /v1/results/{id}`.
    pub(crate) operation: String,
    pub(crate) status: u16,
    /// The content type; `None` without a body.
    pub(crate) kind: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Sample {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// Without the head, if there is one.
    pub(crate) fn body(&self) -> &str {
        if !self.file.ends_with(".http") {
            return self.text();
        }
        self.text().split_once("\r\n\r\n").unwrap().1
    }
}

#[derive(Default)]
struct Samples(Vec<Sample>);

impl Samples {
    /// The body of an answer.
    fn body(&mut self, file: &str, operation: &str, answer: &Answer) {
        self.masked(file, operation, answer, &[]);
    }

    /// The same without what was drawn by chance.
    fn masked(&mut self, file: &str, operation: &str, answer: &Answer, masks: &[(&str, &str)]) {
        let mut text = String::from_utf8(answer.body.clone()).unwrap();
        for (drawn, mask) in masks {
            assert!(text.contains(drawn), "{file} has no {drawn}");
            text = text.replace(drawn, mask);
        }
        self.push(file, operation, answer, text.into_bytes());
    }

    /// Head and body.
    fn whole(&mut self, file: &str, operation: &str, answer: &Answer) {
        let text = String::from_utf8(answer.raw.clone()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let lines = head.lines().filter(|line| !line.to_lowercase().starts_with("date: "));
        let head = lines.map(|line| format!("{}\r\n", without_cookie(line))).collect::<String>();
        self.push(file, operation, answer, format!("{head}\r\n{body}").into_bytes());
    }

    fn push(&mut self, file: &str, operation: &str, answer: &Answer, bytes: Vec<u8>) {
        let kind = answer.head.lines().find_map(|line| line.strip_prefix("content-type: "));
        let kind = kind.filter(|_| !answer.body.is_empty()).map(str::to_owned);
        self.0.push(Sample {
            file: file.to_owned(),
            operation: operation.to_owned(),
            status: answer.status,
            kind,
            bytes,
        });
    }

    /// A body of lines, which came in pieces.
    fn lines(&mut self, file: &str, operation: &str, answer: &Answer) {
        // Chunked: each line is a chunk of its own, and the sizes between them are no part of what is told.
        let text = String::from_utf8(answer.body.clone()).unwrap();
        let lines = text.lines().filter(|line| line.starts_with('{')).map(|line| format!("{line}\n"));
        self.push(file, operation, answer, lines.collect::<String>().into_bytes());
    }

    /// What a stream sent.
    fn stream(&mut self, file: &str, operation: &str, bytes: Vec<u8>) {
        let kind = Some("text/event-stream".to_owned());
        self.0.push(Sample {
            file: file.to_owned(),
            operation: operation.to_owned(),
            status: 200,
            kind,
            bytes,
        });
    }
}

/// Every sample.
pub(crate) async fn all() -> Vec<Sample> {
    let mut samples = Samples::default();
    answers::results(&mut samples).await;
    answers::comparing(&mut samples).await;
    answers::consumers(&mut samples).await;
    answers::lookups(&mut samples).await;
    answers::counts(&mut samples).await;
    answers::readers(&mut samples).await;
    answers::staff(&mut samples).await;
    answers::tokens(&mut samples).await;
    answers::pages(&mut samples).await;
    answers::audit(&mut samples).await;
    streams::events(&mut samples).await;
    streams::panels(&mut samples).await;
    streams::pairing(&mut samples).await;
    refusals::of_the_guard(&mut samples).await;
    refusals::of_the_routes(&mut samples).await;
    refusals::of_the_terminal(&mut samples).await;
    samples.0
}

/// A cookie's value is drawn by chance.
fn without_cookie(line: &str) -> String {
    let cookie = line.strip_prefix("set-cookie: ").and_then(|cookie| cookie.split_once('='));
    let Some((name, (value, about))) = cookie.and_then(|(name, rest)| Some((name, rest.split_once(';')?)))
    else {
        return line.to_owned();
    };
    format!("set-cookie: {name}={};{about}", "A".repeat(value.len()))
}
