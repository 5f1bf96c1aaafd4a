//! The relay between centre and card, and the guard.

use super::patient::{PLACE_AGAIN, WAIT};
use super::{entries, papers_en, papers_ja};

entries! {
    RELAY_COMMAND_REFUSED {
        cause: "センターから、カードに許していない命令が届いたため、止めました。",
            "The centre sent the card a command that is not allowed; it was stopped.";
        patient: WAIT;
        reception: concat!("一度だけやり直し、担当の技術者に知らせます。", papers_ja!()),
            concat!("Try once more and tell the technician. ", papers_en!());
        technician: "接続先が正しいか確かめます。正しければ安全上の事象として記録し、開発元に連絡します。",
            "Check that the endpoint is the right one. If it is, record this as a security event and contact the maintainers.";
    }
    RELAY_OTHER_TEXT {
        cause: "センターが、この受付と違う内容への署名を求めたため、止めました。",
            "The centre wanted something signed that does not belong to this visit; it was stopped.";
        patient: WAIT;
        reception: concat!("一度だけやり直し、担当の技術者に知らせます。", papers_ja!()),
            concat!("Try once more and tell the technician. ", papers_en!());
        technician: "間に入る機器（プロキシなど）がないか、接続先の名前が正しいかを確かめます。",
            "Look for a device in between, such as a proxy, and check the endpoint's name.";
    }
    RELAY_LIMIT {
        cause: "カードとのやりとりが、回数、量、時間の上限を超えました。",
            "The exchange with the card exceeded its cap of commands, bytes or seconds.";
        patient: PLACE_AGAIN;
        reception: concat!("もう一度置いていただきます。", papers_ja!()),
            concat!("Have the card placed again. ", papers_en!());
        technician: "回線の遅れと読み取り口の速さを確かめます。",
            "Check the delay of the line and the speed of the slot.";
    }
    STAND_IN_REFUSED {
        cause: "試験用の署名方法は、模擬のセンターと模擬のカードでだけ使えます。",
            "The stand-in for signing works with the simulated centre and simulated cards only.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()), concat!("Tell the technician. ", papers_en!());
        technician: "実際のカードやセンターには、正規の仕様にもとづく実装が必要です。試験なら、模擬のカードと模擬のセンターの組で使います。",
            "Real cards or centres need an implementation from the licensed specification. For trials, use simulated card and simulated centre together.";
    }
}
