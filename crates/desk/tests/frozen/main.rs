//! The API document and sample bytes of v1, frozen: `openapi/README.md` has the rule for changing them.
//!
//! `UPDATE_API=1 cargo test -p desk --test frozen` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../common/mod.rs"]
mod common;
mod document;
mod folder;
mod inputs;
mod samples;
mod schema;

use document::Document;
use folder::Frozen;
use schema::Judge;

#[tokio::test]
async fn the_document_is_as_it_was_frozen() {
    let site = inputs::site();
    let document = Document::of(&site).await;
    Frozen::document().check([("v1.json".to_owned(), document.pretty())]);
}

#[tokio::test]
async fn every_sample_is_as_it_was_frozen() {
    let samples = samples::all().await;
    Frozen::samples().check(samples.into_iter().map(|sample| (sample.file, sample.bytes)));
}

#[tokio::test]
async fn every_sample_is_what_the_document_says_and_no_field_more() {
    let Some(mut judge) = Judge::start() else { return };
    let document = Document::of(&inputs::site()).await;
    for sample in samples::all().await {
        let faults = schema::faults(&mut judge, &document, &sample);
        assert!(faults.is_empty(), "{}: {faults:#?}", sample.file);
    }
}

/// A check that lets everything through would pass as well.
#[tokio::test]
async fn the_check_sees_what_the_document_does_not_say() {
    let Some(mut judge) = Judge::start() else { return };
    let document = Document::of(&inputs::site()).await;
    let mut sample =
        samples::all().await.into_iter().find(|sample| sample.file == "result-valid.json").unwrap();
    let told: serde_json::Value = serde_json::from_slice(&sample.bytes).unwrap();
    let mut tampered = [told.clone(), told.clone(), told.clone(), told];
    tampered[0]["further"] = true.into();
    tampered[1]["for_staff"]["names"][0]["further"] = true.into();
    tampered[2]["received_at"] = "yesterday".into();
    tampered[3].as_object_mut().unwrap().remove("validity_code");
    for told in tampered {
        sample.bytes = told.to_string().into_bytes();
        assert_eq!(schema::faults(&mut judge, &document, &sample).len(), 1, "{told}");
    }
    sample.operation = "GET /v1/nothing".to_owned();
    assert_eq!(schema::faults(&mut judge, &document, &sample).len(), 1);
}

/// Otherwise the samples freeze less than the document promises.
#[tokio::test]
async fn there_is_a_sample_of_every_answer_and_of_every_word() {
    let document = Document::of(&inputs::site()).await;
    let samples = samples::all().await;
    for (operation, status) in document.successes() {
        if operation == "GET /v1/openapi.json" {
            continue; // frozen whole
        }
        let shown = samples.iter().any(|sample| sample.operation == operation && sample.status == status);
        assert!(shown, "no sample of {operation} {status}");
    }
    for (name, word) in document.words() {
        let quoted = format!("\"{word}\"");
        let shown = samples.iter().any(|sample| String::from_utf8_lossy(&sample.bytes).contains(&quoted));
        assert!(shown, "no sample with {word} of {name}");
    }
    for status in document.refusals() {
        let shown = samples.iter().any(|sample| sample.status == status);
        assert!(shown, "no sample of a refusal with {status}");
    }
}

/// OpenAPI 3.1 section 4.8.17.1 asks for one of each answer; the others are for whoever writes a client.
#[tokio::test]
async fn everything_in_the_document_is_described() {
    let document = Document::of(&inputs::site()).await;
    assert_eq!(document.undescribed(), Vec::<String>::new());
}
