//! The line to the centre and what the centre answers.

use super::patient::{PLACE_AGAIN, WAIT};
use super::{call_en, call_ja, entries, papers_en, papers_ja};

entries! {
    CENTRE_UNREACHABLE ["connection error"] {
        cause: "オンライン資格確認のセンターにつながりません。", "There is no connection to the centre.";
        patient: WAIT;
        reception: concat!("少し待って、やり直します。", papers_ja!()),
            concat!("Wait a little and try again. ", papers_en!());
        technician: concat!("回線、名前解決、通信の認証の順に確かめ、障害情報を見ます。続くときは", call_ja!(),
                "に連絡します。長い障害では、緊急時医療情報・資格確認機能を使えるようにしてもらえることがあります。"),
            concat!("Check line, name resolution and line authentication in this order, and the outage notices. If it stays, call the ",
                call_en!(), "; in a long outage it can switch on the emergency look-up.");
    }
    CENTRE_SILENT {
        cause: "センターにはつながりましたが、返事がありません。", "The centre accepted the connection and then said nothing.";
        patient: WAIT;
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "障害情報と計画停止の予定を見ます。自施設だけなら回線機器を再起動します。",
            "Look at the notices of outages and planned stops. If only this site is hit, restart the line equipment.";
    }
    CENTRE_UNTRUSTED {
        cause: "接続先が本物のセンターだと確かめられません。", "The other end could not prove to be the centre.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "接続先の名前、認証局の証明書、端末の日付と時刻を確かめます。確認を省く設定はありません。",
            "Check the endpoint's name, the CA certificate, and the terminal's date and time. There is no setting to skip this check.";
    }
    TERMINAL_CERTIFICATE_REFUSED {
        cause: "この端末の証明書が受け付けられません。", "The centre did not accept the terminal's certificate.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "端末の証明書の期限、失効、鍵との組を確かめ、更新します。",
            "Check the terminal certificate's dates, revocation and key, and renew it.";
    }
    CENTRE_LOGIN_REFUSED ["0x81000001"] {
        cause: "カードリーダーの顔認証アカウントが受け付けられません。", "The centre refused the reader's face account.";
        patient: WAIT;
        reception: concat!("別のカードリーダーがあれば案内し、担当の技術者に知らせます。", papers_ja!()),
            concat!("Send patients to another reader if there is one, and tell the technician. ", papers_en!());
        technician: "アカウント（F0…）がカードリーダーごとに一つで、重なりがないか、パスワードと証明書が古くないか確かめます。",
            "Check that each reader has its own account (F0...), none twice, and that password and certificate are current.";
    }
    CENTRE_GARBLED {
        cause: "センターの返事が壊れているか、途中で切れています。", "The centre's answer is broken or cut short.";
        patient: PLACE_AGAIN;
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "続くときは、時刻を控えて、コールセンターと開発元に連絡します。",
            "If it repeats, note the time and contact call centre and maintainers.";
    }
    CENTRE_REFUSED {
        cause: "センターが理由を示して断りました。", "The centre refused and gave a reason of its own.";
        patient: WAIT;
        reception: concat!("時刻を控え、担当の技術者に知らせます。", papers_ja!()),
            concat!("Note the time and tell the technician. ", papers_en!());
        technician: concat!("その時刻のログで、センターが断った理由の言葉を探し、", call_ja!(), "に伝えます。"),
            concat!("Find the centre's word of refusal in the log at that time and report it to the ", call_en!(), ".");
    }
    CENTRE_PROCESSING {
        cause: "センターは回答を受け付けましたが、時間内に結果が届きませんでした。",
            "The centre took the answers and had no result within the time.";
        patient: WAIT;
        reception: concat!("少し待って、もう一度カードを置いていただきます。", papers_ja!()),
            concat!("Wait a little, then have the card placed again. ", papers_en!());
        technician: concat!("障害情報を見ます。続くときは、時刻を控えて", call_ja!(), "に連絡します。"),
            concat!("Look at the outage notices. If it repeats, note the time and call the ", call_en!(), ".");
    }
    CENTRE_MAINTENANCE {
        cause: "センターは、予告された保守のため止まっています。", "The centre stands still for announced maintenance.";
        patient: WAIT;
        reception: concat!("予告された時刻を過ぎたら、やり直します。", papers_ja!()),
            concat!("Try again when the announced time is over. ", papers_en!());
        technician: concat!("計画停止のお知らせで終わりの時刻を確かめます。過ぎても戻らなければ、", call_ja!(), "に連絡します。"),
            concat!("Look up the end in the notices of planned stops. If it passes and nothing changes, call the ", call_en!(), ".");
    }
}
