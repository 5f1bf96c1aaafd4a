//! The abstraction's notices in the dialect's words.

use sma_pa_frames::{Notice, NoticeCode};

/// `None` if a failure's code cannot be said in this dialect.
pub(crate) fn notice_for(notice: reader::Notice) -> Option<Notice> {
    Some(match notice {
        reader::Notice::PlaceCard => Notice::PlaceCard,
        reader::Notice::Wait => Notice::Wait,
        reader::Notice::Done => Notice::Done,
        reader::Notice::TakeCard => Notice::TakeCard,
        reader::Notice::CardLeft => Notice::CardLeft,
        reader::Notice::Failure(code) => Notice::Failure(NoticeCode::new(code.as_str()).ok()?),
        reader::Notice::OutOfOrder => Notice::OutOfOrder,
        reader::Notice::VisualArmed => Notice::VisualArmed,
        reader::Notice::StaffCheck => Notice::StaffCheck,
    })
}
