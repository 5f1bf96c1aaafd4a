//! Centre tasks, carried out on the station's own line.

use crate::place::Place;
use crate::relay;
use card::Identity;
use centre::Answers;
use model::FailureCode;
use visit::{CentreReply, CentreTask, Settled};

/// Does the task; says what the centre answered.
pub(crate) async fn carry_out(
    place: &Place,
    task: CentreTask,
    card: Option<Identity>,
) -> Result<CentreReply, FailureCode> {
    match task {
        CentreTask::Relay { operation, visit } => {
            relay::carry(place, operation, visit, card.as_ref()).await.map(CentreReply::Relayed)
        }
        CentreTask::Screens(session) => place
            .centre
            .screens(&session)
            .await
            .map(CentreReply::Screens)
            .map_err(|error| place.centre_failed(&error)),
        CentreTask::Answers(session, answers) => {
            match place
                .centre
                .answers(&session, &answers)
                .await
                .map_err(|error| place.centre_failed(&error))?
            {
                Answers::Answered(result) => Ok(CentreReply::Settled(Box::new(Settled {
                    qualification: result.qualification,
                    consents: result.consents,
                    remarks: result.remarks,
                }))),
                Answers::Processing { again_after } => Ok(CentreReply::Processing { again_after }),
            }
        }
    }
}
