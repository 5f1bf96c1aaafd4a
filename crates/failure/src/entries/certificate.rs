//! The card's certificate and signature, and its registration as insurance card.

use super::{entries, papers_en, papers_ja};

const MUNICIPALITY_JA: &str =
    "市区町村の窓口で、電子証明書の手続きをお願いします。今日の受付は係の者がご案内します。";
const MUNICIPALITY_EN: &str =
    "Please have the certificate renewed at your municipality. Staff will help you with today's visit.";

entries! {
    CERTIFICATE_REVOKED ["006"] {
        cause: "カードの電子証明書が失効しています。", "The card's certificate is revoked.";
        patient: MUNICIPALITY_JA, MUNICIPALITY_EN;
        reception: concat!("市区町村での手続きを案内し、今日は資格確認書などで受け付けます。", papers_ja!()),
            concat!("Point to the municipality; for today use the 資格確認書 or the like. ", papers_en!());
        technician: "多くのカードで起こるなら、端末の時刻を確かめます。",
            "If many cards are hit, check the terminal's clock.";
    }
    CERTIFICATE_EXPIRED ["006"] {
        cause: "カードの電子証明書の期限が、3か月の猶予も含めて切れています。",
            "The card's certificate has expired, and so has the grace of three months.";
        patient: MUNICIPALITY_JA, MUNICIPALITY_EN;
        reception: concat!("更新は市区町村の窓口です。保険者から資格確認書が届いていないか伺います。", papers_ja!()),
            concat!("The municipality renews it. Ask whether the insurer has sent a 資格確認書. ", papers_en!());
        technician: "多くのカードで起こるなら、端末の日付を確かめます。",
            "If many cards are hit, check the terminal's date.";
    }
    CERTIFICATE_UNTRUSTED {
        cause: "カードの電子証明書の発行元を確かめられません。", "The card's certificate does not lead to the card CA.";
        patient: "係の者がご案内します。", "Staff will help you.";
        reception: concat!("カードが本物か見て、ほかの本人確認書類も見せていただきます。", papers_ja!()),
            concat!("Look whether the card is genuine and ask for another proof of identity. ", papers_en!());
        technician: "どのカードでも起こるなら、接続先と認証局の設定を確かめます。",
            "If every card fails, check endpoint and CA in the configuration.";
    }
    SIGNATURE_REFUSED {
        cause: "カードの署名が、この受付のものと認められませんでした。", "The card's signature was not accepted as belonging to this visit.";
        patient: "もう一度カードを置いてください。", "Please place the card again.";
        reception: concat!("一度だけやり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "繰り返すときは、古い署名の使い回しの疑いがあります。時刻とカードリーダーを記録します。",
            "If it repeats, an old signature may have been replayed. Record time and reader.";
    }
    NOT_REGISTERED {
        cause: "カードが、まだ保険証として登録されていません。", "The card is not yet registered as insurance card.";
        patient: "この画面で、すぐに登録できます。", "You can register it here, in a moment.";
        reception: "カードリーダーでの登録を案内します。希望されないときは資格確認書で受け付けます。",
            "Offer registration on the reader. If it is not wanted, check the 資格確認書.";
        technician: "何もしません。", "Nothing to do.";
    }
}
