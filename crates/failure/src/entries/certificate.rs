//! The card's certificate and signature, and its registration as insurance card.

use super::patient::{MUNICIPALITY, PLACE_AGAIN, RENEW, WAIT};
use super::{entries, papers_en, papers_ja};

entries! {
    CERTIFICATE_REVOKED ["006"] {
        cause: "カードの電子証明書が失効しています。", "The card's certificate is revoked.";
        patient: MUNICIPALITY;
        reception: concat!("新しいカードをお持ちでないか伺い、なければ市区町村での手続きを案内します。保険者から資格確認書が届いていないかも伺います。", papers_ja!()),
            concat!("Ask for a newer card; without one, point to the municipality. Ask whether the insurer has sent a 資格確認書. ", papers_en!());
        technician: "多くのカードで起こるなら、端末の時刻を確かめます。",
            "If many cards are hit, check the terminal's clock.";
    }
    CERTIFICATE_EXPIRED ["006"] {
        cause: "カードの電子証明書の期限が切れ、その月の末日から3か月の猶予も過ぎています。",
            "The card's certificate has expired, and the grace of three months from the end of that month is over.";
        patient: MUNICIPALITY;
        reception: concat!("更新は市区町村の窓口です。カード自体の期限とは別で、発行から5回目の誕生日までです。申請なしで届く資格確認書がないか伺います。", papers_ja!()),
            concat!("The municipality renews it; it ends at the fifth birthday after issue, whatever the card's own date. Ask for the 資格確認書 that the insurer sends unasked. ", papers_en!());
        technician: "多くのカードで起こるなら、端末の日付を確かめます。",
            "If many cards are hit, check the terminal's date.";
    }
    CERTIFICATE_EXPIRES_SOON {
        cause: "カードの電子証明書の期限まで、3か月以内です。", "The card's certificate expires within three months.";
        patient: RENEW;
        reception: "今日はこのまま受け付け、更新の案内をお渡しします。期限が切れると、その月の末日から3か月は資格だけが確認でき、その後は資格確認書などが要ります。",
            "Go on, and hand out how to renew it. After expiry only the qualification is given, for three months from the end of that month; later the 資格確認書 or the like is needed.";
        technician: "何もしません。", "Nothing to do.";
    }
    CERTIFICATE_IN_GRACE {
        cause: "カードの電子証明書の期限が切れています。その月の末日から3か月は、資格だけが確認できます。",
            "The card's certificate has expired; for three months from the end of that month it gives the qualification only.";
        patient: RENEW;
        reception: "資格は有効に扱います。診療、薬剤、健診などの情報は届かないので、必要なら口頭やお薬手帳で伺います。更新の案内をお渡しします。",
            "The qualification counts. Medical, medicine and check-up information does not come; ask for it in person where needed. Hand out how to renew.";
        technician: "何もしません。猶予が過ぎると、カードリーダーの番号006（CERTIFICATE_EXPIRED）になります。",
            "Nothing to do. After the grace it becomes the reader's number 006 (CERTIFICATE_EXPIRED).";
    }
    CARD_REPLACED {
        cause: "この方には新しいカードが発行されていて、このカードの電子証明書は失効しています。",
            "A newer card was issued to this person; this one's certificate no longer counts.";
        patient: "新しいマイナンバーカードをお持ちでしたら、そちらを置いてください。",
            "If you have a newer My Number Card, please place that one.",
            "如果您有新的个人编号卡，请放置新卡。",
            "새 마이넘버카드가 있으시면 그 카드를 올려 주십시오.";
        reception: concat!("新しいカードをお持ちか伺います。", papers_ja!()),
            concat!("Ask for the newer card. ", papers_en!());
        technician: "何もしません。カードの状態です。", "Nothing to do: this is the card's state.";
    }
    CERTIFICATE_UNTRUSTED {
        cause: "カードの電子証明書の発行元を確かめられません。", "The card's certificate does not lead to the card CA.";
        patient: WAIT;
        reception: concat!("カードが本物か見て、ほかの本人確認書類も見せていただきます。", papers_ja!()),
            concat!("Look whether the card is genuine and ask for another proof of identity. ", papers_en!());
        technician: "どのカードでも起こるなら、接続先と認証局の設定を確かめます。",
            "If every card fails, check endpoint and CA in the configuration.";
    }
    SIGNATURE_REFUSED {
        cause: "カードの署名が、この受付のものと認められませんでした。", "The card's signature was not accepted as belonging to this visit.";
        patient: PLACE_AGAIN;
        reception: concat!("一度だけやり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "繰り返すときは、古い署名の使い回しの疑いがあります。時刻とカードリーダーを記録します。",
            "If it repeats, an old signature may have been replayed. Record time and reader.";
    }
    NOT_REGISTERED {
        cause: "カードが、まだ保険証として登録されていません。", "The card is not yet registered as insurance card.";
        patient: "この画面で、すぐに登録できます。",
            "You can register it here, in a moment.",
            "您可以在此画面立即登记。",
            "이 화면에서 바로 등록하실 수 있습니다.";
        reception: "カードリーダーでその場で登録でき、暗証番号がなくても顔認証でできます。希望されないときは資格確認書で受け付けます。",
            "The reader registers it on the spot, by face without a PIN too. If it is not wanted, check the 資格確認書.";
        technician: "何もしません。", "Nothing to do.";
    }
    REGISTRATION_DECLINED {
        cause: "カードを保険証として登録することを、患者さんが希望されませんでした。",
            "The patient did not want the card registered as insurance card.";
        patient: "カードをお取りください。受付で資格確認書をお見せください。",
            "Please take your card, and show your 資格確認書 at the desk.",
            "请取回卡片，并在前台出示资格确认书（資格確認書）。",
            "카드를 가져가시고, 접수처에 자격확인서(資格確認書)를 보여 주십시오.";
        reception: concat!("登録はご本人の自由です。", papers_ja!()), concat!("Registering is the patient's choice. ", papers_en!());
        technician: "何もしません。", "Nothing to do.";
    }
}
