//! The pace of patient and staff.

use super::patient::WAIT;
use super::{entries, papers_en, papers_ja};

entries! {
    // Shown beside the open question, as a reminder; the visit goes on.
    PATIENT_SLOW {
        cause: "しばらく操作がありません。受付は続いています。", "The patient has not acted for a while. The visit goes on.";
        patient: "まだ操作中ですか。お困りでしたら、係の者にお声がけください。",
            "Are you still there? If anything is unclear, please ask the staff.",
            "您还在操作吗？如有困难，请向工作人员咨询。",
            "아직 조작 중이십니까? 어려운 점이 있으시면 직원에게 말씀해 주십시오.";
        reception: "そばで案内します。顔認証が難しい方には、暗証番号か目視確認をおすすめします。",
            "Help at the reader. Where the face check is hard, offer the PIN or a visual check.";
        technician: "よく起こるときは、設定の待ち時間を延ばします。",
            "If it happens often, allow more time in the configuration.";
    }
    PATIENT_GONE ["time over"] {
        cause: "もう一度お尋ねしても操作がなく、受付を終わりました。", "The patient did not act, nor when asked again; the visit was ended.";
        patient: "受付をいったん終わりました。続けるときは、もう一度カードを置いてください。",
            "This visit has ended. To go on, please place the card again.",
            "受理手续已暂时结束。如要继续，请重新放置卡片。",
            "접수를 일단 종료했습니다. 계속하시려면 카드를 다시 올려 주십시오.";
        reception: concat!("カードの置き忘れがないか見て、そばで案内します。難しい方には、暗証番号か目視確認をおすすめします。", papers_ja!()),
            concat!("See that no card was left, and help at the reader. Where it is hard, offer the PIN or a visual check. ", papers_en!());
        technician: "よく起こるときは、設定の待ち時間を延ばします。",
            "If it happens often, allow more time in the configuration.";
    }
    VISIT_CANCELLED {
        cause: "職員が受付を中止しました。", "Staff ended the visit.";
        patient: "カードをお取りください。係の者がご案内します。",
            "Please take your card. Staff will help you.",
            "请取回卡片。工作人员会协助您。",
            "카드를 가져가 주십시오. 직원이 안내해 드리겠습니다.";
        reception: concat!("用意ができたら、もう一度カードを置いていただきます。", papers_ja!()),
            concat!("When all is ready, have the card placed again. ", papers_en!());
        technician: "何もしません。", "Nothing to do.";
    }
    STAFF_ACT_UNTIMELY {
        cause: "カードリーダーの今の状態では、求められた操作に進めません。", "What was asked of the reader is not possible in its present state.";
        patient: WAIT;
        reception: concat!("受付の画面でカードリーダーの状態を見ます。受付の途中なら、終わるのを待つか中止してから、もう一度操作します。", papers_ja!()),
            concat!("Look at the reader's state on the board. If a visit is under way, wait for its end or end it, then try again. ", papers_en!());
        technician: "カードリーダーが停止中なら、先にその原因を直します。", "If the reader is out of order, mend that first.";
    }
}
