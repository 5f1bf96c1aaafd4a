//! The desk's API, and faults inside the terminal.

use super::{entries, papers_en, papers_ja, wait_en, wait_ja};

const ELSEWHERE_JA: &str = "受付の画面で結果を確かめ、レセコンの担当者に知らせます。";
const ELSEWHERE_EN: &str =
    "Look at the result on the board, and tell whoever looks after the receipt computer.";

entries! {
    API_TOKEN_MISSING {
        cause: "要求に認証のトークンがありません。", "The request carries no token.";
        patient: wait_ja!(), wait_en!();
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "設定の `token_file` にあるトークンを、Authorizationヘッダーに入れます。URLには入れません。",
            "Send the token from the configured `token_file` in the Authorization header, never in the URL.";
    }
    API_TOKEN_WRONG {
        cause: "トークンが登録されていないか、その操作を許されていません。", "The token is not known, or not for this.";
        patient: wait_ja!(), wait_en!();
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "設定の `token_file` にある今のトークンを使います。",
            "Use the token that the configured `token_file` holds now.";
    }
    API_HOST_FOREIGN {
        cause: "Hostヘッダーが、このサービスのものではありません。", "The Host header is not one of this service.";
        patient: wait_ja!(), wait_en!();
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "127.0.0.1 と設定のポートでつなぎます。別のパソコンからは直接つなげません。",
            "Connect to 127.0.0.1 and the configured port. Other computers do not connect directly.";
    }
    API_ORIGIN_FOREIGN {
        cause: "別のサイトのページからの要求なので、断りました。", "The request came from a page of another site and was refused.";
        patient: wait_ja!(), wait_en!();
        reception: "受付の画面を開き直します。", "Open the board's page again.";
        technician: "ページをこのサービスのアドレスで開いているか、不審なページが開かれていないか確かめます。",
            "Check that the page was opened from this service, and that no suspicious page is open.";
    }
    API_NOT_FOUND {
        cause: "そのアドレスには何もありません。", "There is nothing under this address.";
        patient: wait_ja!(), wait_en!();
        reception: "画面を開き直します。", "Open the page again.";
        technician: "アドレスと番号を、サービスが出すOpenAPIの文書と比べます。",
            "Compare address and ids with the OpenAPI document that the service serves.";
    }
    API_BAD_REQUEST {
        cause: "要求の形が正しくありません。", "The request's form is wrong.";
        patient: wait_ja!(), wait_en!();
        reception: "入力を見直します。", "Check what was entered.";
        technician: "示された項目を、OpenAPIの文書と比べます。", "Compare the named field with the OpenAPI document.";
    }
    API_CONSUMER_SLOW {
        cause: "受け取りが遅いため、通知の接続を切りました。結果は失われていません。",
            "The consumer read events too slowly and was cut off. No result is lost.";
        patient: "受付は済んでいます。少しお待ちください。", "Your visit is registered. Please wait a moment.";
        reception: "レセコンが動いているか確かめます。結果は受付の画面でも見られます。",
            "Check that the receipt computer is running. The result is on the board too.";
        technician: "Last-Event-IDをつけて、つなぎ直します。受け取りと処理を分けます。",
            "Connect again with Last-Event-ID. Read events apart from working on them.";
    }
    API_GONE {
        cause: "その番号からの結果は、保存期間が過ぎて消されました。", "Results from this id on were deleted when their time was over.";
        patient: wait_ja!(), wait_en!();
        reception: "足りない受付がないか、受付の記録と見比べ、必要ならもう一度照会します。",
            "Compare with the list of visits and look up again what is missing.";
        technician: "今ある最初の番号から、読み直します。受け取る側が長く止まらないようにします。",
            "Read on from the oldest id there is. See that the consumer does not stand still for long.";
    }
    KIOSK_CODE_WRONG {
        cause: "番号が違うか、使用済みか、期限が切れています。", "The pairing code is wrong, was used, or has expired.";
        patient: wait_ja!(), wait_en!();
        reception: "新しい番号を発行してもらい、入力し直します。", "Have a new code made and enter that one.";
        technician: "uketsuke pair kiosk <リーダー> で新しい番号を発行します。5分間、一度だけ使えます。",
            "Make a new one with `uketsuke pair kiosk <reader>`. It holds for 5 minutes and once.";
    }
    INTERNAL {
        cause: "端末の内部で不具合が起こりました。", "A fault inside the terminal.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("もう一度カードを置いていただきます。", papers_ja!()),
            concat!("Have the card placed again. ", papers_en!());
        technician: "このプログラムの欠陥です。ログのその時刻の部分を開発元に送ってください。",
            "This is a defect of this program. Send the log of that time to its maintainers.";
    }
}
