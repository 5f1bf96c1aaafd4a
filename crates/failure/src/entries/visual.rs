//! The visual check (目視確認): staff compare the face with the card's photo.

use super::patient::WAIT;
use super::{entries, papers_en, papers_ja};

entries! {
    VISUAL_REFUSED {
        cause: "目視確認で、カードの顔写真とは別の方だと判断されました。",
            "In the visual check, staff found the card to be another person's.";
        patient: WAIT;
        reception: concat!("カードを取り違えていないか伺い、ご本人のカードがあれば最初からやり直します。", papers_ja!()),
            concat!("Ask whether cards were mixed up; start again with the patient's own card. ", papers_en!());
        technician: "何もしません。誰が判断したかは監査の記録に残っています。",
            "Nothing to do: the audit names who decided.";
    }
    VISUAL_UNCONFIRMED {
        cause: "目視確認で、時間内に職員の確認がありませんでした。", "Nobody of the staff confirmed the person in time.";
        patient: "係の者が確認します。もう一度カードを置いてください。",
            "Please place the card again; staff will check it.",
            "由工作人员确认。请重新放置卡片。",
            "직원이 확인합니다. 카드를 다시 올려 주십시오.";
        reception: concat!("目視確認をもう一度始め、カードの顔写真とお顔を見比べて確認します。顔認証か暗証番号でも受け付けられます。", papers_ja!()),
            concat!("Begin the visual check again, compare the face with the card's photo and confirm. Face check and PIN serve too. ", papers_en!());
        technician: "よく起こるときは、設定の待ち時間を延ばします。", "If it happens often, allow more time in the configuration.";
    }
    PASSCODE_WRONG {
        cause: "目視確認のための職員のパスコードが違います。", "The staff's passcode for the visual check was wrong.";
        patient: WAIT;
        reception: "もう一度入力するか、受付の画面から目視確認を始めます。患者さんの暗証番号とは別の番号です。",
            "Enter it again, or begin the visual check on the board. It is not the patient's PIN.";
        technician: "分からなくなったときは、設定で新しいパスコードに替えます。",
            "If nobody knows it any more, set a new passcode in the configuration.";
    }
    PASSCODE_LOCKED {
        cause: "職員のパスコードの誤りが続いたため、しばらく受け付けません。",
            "There were too many wrong passcodes; none is taken for a while.";
        patient: WAIT;
        reception: "受付の画面から目視確認を始めます。患者さんは顔認証と暗証番号もお使いになれます。",
            "Begin the visual check on the board. The patient may also use the face check or the PIN.";
        technician: "時間がたてば自動で戻ります。心当たりがなければ、監査の記録を見て、パスコードを替えます。",
            "It opens again by itself. If nobody of the staff did this, read the audit and set a new passcode.";
    }
}
