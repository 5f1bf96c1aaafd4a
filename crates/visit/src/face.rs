//! What a verdict means in the light in which it was given, for a model that states what light it needs.

use failure::codes;
use model::FailureCode;
use reader::{Conditions, FaceVerdict, Profile, Stated};

/// Whether the attempt counts as a match, or why not.
///
/// Below the least light that the model states, nothing that it saw of the face counts, a match neither. Sun on a slot
/// that must be shaded explains what could not be read or compared; a match stands, since the card itself had to accept
/// the digits that were read.
pub(crate) fn judge(
    verdict: FaceVerdict,
    conditions: Conditions,
    profile: &Profile,
) -> Result<(), FailureCode> {
    let dark = match (profile.least_face_light_lux, conditions.face_lux) {
        (Stated::As(least), Some(lux)) => lux < least,
        _ => false,
    };
    let sun = Profile::has(profile.shade_card_slot) && conditions.slot_in_sun == Some(true);
    match verdict {
        FaceVerdict::NotAlive => Err(codes::FACE_NOT_ALIVE),
        FaceVerdict::PhotoUnreadable => Err(codes::PHOTO_UNREADABLE),
        FaceVerdict::NumberBUnreadable if sun => Err(codes::SLOT_IN_SUN),
        FaceVerdict::NumberBUnreadable => Err(codes::NUMBER_B_UNREADABLE),
        _ if dark => Err(codes::FACE_TOO_DARK),
        FaceVerdict::Match => Ok(()),
        FaceVerdict::NoMatch if sun => Err(codes::SLOT_IN_SUN),
        FaceVerdict::NoMatch => Err(codes::FACE_NO_MATCH),
        FaceVerdict::TooDark => Err(codes::FACE_TOO_DARK),
        FaceVerdict::NoFace => Err(codes::FACE_NOT_FOUND),
        FaceVerdict::Masked => Err(codes::FACE_MASKED),
        FaceVerdict::Pose => Err(codes::FACE_POSE),
    }
}
