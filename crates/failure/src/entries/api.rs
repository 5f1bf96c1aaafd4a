//! The desk's API, and faults inside the terminal.

use super::patient::{REGISTERED_WAIT, WAIT};
use super::{entries, papers_en, papers_ja};

const ELSEWHERE_JA: &str = "受付の画面で結果を確かめ、レセコンの担当者に知らせます。";
const ELSEWHERE_EN: &str =
    "Look at the result on the board, and tell whoever looks after the receipt computer.";

entries! {
    API_TOKEN_MISSING {
        cause: "要求に認証のトークンがありません。", "The request carries no token.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "uketsuke pair token で作ったトークンを、Authorizationヘッダーに入れます。URLには入れません。",
            "Send a token made by `uketsuke pair token` in the Authorization header, never in the URL.";
    }
    API_TOKEN_WRONG {
        cause: "トークンが登録されていないか、取り消されています。", "The token is not known, or was revoked.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "uketsuke pair list で登録を確かめ、なければ uketsuke pair token で作り直します。",
            "Look at `uketsuke pair list`; if it is not there, make a new one with `uketsuke pair token`.";
    }
    API_HOST_FOREIGN {
        cause: "Hostヘッダーが、このサービスのものではありません。", "The Host header is not one of this service.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "127.0.0.1 と設定のポートでつなぎます。別のパソコンからは直接つなげません。",
            "Connect to 127.0.0.1 and the configured port. Other computers do not connect directly.";
    }
    API_ORIGIN_FOREIGN {
        cause: "別のサイトのページからの要求なので、断りました。", "The request came from a page of another site and was refused.";
        patient: WAIT;
        reception: "受付の画面を開き直します。", "Open the board's page again.";
        technician: "ページをこのサービスのアドレスで開いているか、不審なページが開かれていないか確かめます。",
            "Check that the page was opened from this service, and that no suspicious page is open.";
    }
    API_NOT_FOUND {
        cause: "そのアドレスには何もありません。", "There is nothing under this address.";
        patient: WAIT;
        reception: "画面を開き直します。", "Open the page again.";
        technician: "アドレスと番号を、サービスが出すOpenAPIの文書と比べます。",
            "Compare address and ids with the OpenAPI document that the service serves.";
    }
    API_BAD_REQUEST {
        cause: "要求の形が正しくありません。", "The request's form is wrong.";
        patient: WAIT;
        reception: "入力を見直します。", "Check what was entered.";
        technician: "示された項目を、OpenAPIの文書と比べます。", "Compare the named field with the OpenAPI document.";
    }
    API_CONSUMER_SLOW {
        cause: "受け取りが遅いため、通知の接続を切りました。結果は失われていません。",
            "The consumer read events too slowly and was cut off. No result is lost.";
        patient: REGISTERED_WAIT;
        reception: "レセコンが動いているか確かめます。結果は受付の画面でも見られます。",
            "Check that the receipt computer is running. The result is on the board too.";
        technician: "Last-Event-IDをつけて、つなぎ直します。受け取りと処理を分けます。",
            "Connect again with Last-Event-ID. Read events apart from working on them.";
    }
    API_GONE {
        cause: "その番号からの結果は、保存期間が過ぎて消されました。", "Results from this id on were deleted when their time was over.";
        patient: WAIT;
        reception: "足りない受付がないか、受付の記録と見比べ、必要ならもう一度照会します。",
            "Compare with the list of visits and look up again what is missing.";
        technician: "今ある最初の番号から、読み直します。受け取る側が長く止まらないようにします。",
            "Read on from the oldest id there is. See that the consumer does not stand still for long.";
    }
    API_SCOPE_MISSING {
        cause: "トークンは登録されていますが、この操作は許されていません。", "The token is known, and not for this.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "uketsuke pair list で用途（scope）を確かめます。足りなければ、取り消して作り直します。",
            "Look at its scopes in `uketsuke pair list`. If one is missing, revoke the token and make a new one.";
    }
    API_TOO_OFTEN {
        cause: "要求が多すぎるので、しばらく断っています。", "Too many requests: they are refused for a moment.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "Retry-After の秒数を待ちます。くり返し尋ねる代わりに、通知（/v1/events）を使います。",
            "Wait for the seconds in Retry-After. Use the event stream (/v1/events) instead of asking again and again.";
    }
    API_FULL {
        cause: "接続が多すぎるので、新しい接続を断りました。", "Too many connections are open: the new one was refused.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "つないだままにするプログラムを探し、接続を使い回すように直します。",
            "Find the program that keeps connections open, and let it use one again and again.";
    }
    TOKEN_NAME_TAKEN {
        cause: "同じ名前のトークンがもうあります。", "A token of this name is there already.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "別の名前にするか、uketsuke pair revoke で取り消してから作ります。",
            "Choose another name, or revoke the old one with `uketsuke pair revoke` first.";
    }
    TOKEN_TOO_MANY {
        cause: "トークンの数が上限に達しています。", "There are as many tokens as there may be.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "uketsuke pair list を見て、使っていないものを uketsuke pair revoke で取り消します。",
            "Look at `uketsuke pair list` and revoke what is not used with `uketsuke pair revoke`.";
    }
    TOKENS_UNWRITABLE {
        cause: "トークンのファイルに書けないため、何も変えていません。", "The file of the tokens cannot be written; nothing was changed.";
        patient: WAIT;
        reception: ELSEWHERE_JA, ELSEWHERE_EN;
        technician: "設定の `tokens_file` のフォルダーに、サービスが書けるか、空きがあるか確かめます。",
            "Check that the service may write the folder of the configured `tokens_file`, and that there is space.";
    }
    LOOKUPS_BUSY {
        cause: "ほかの照会がまだ終わっていません。", "As many look-ups as may be are on their way.";
        patient: WAIT;
        reception: concat!("少し待って、もう一度照会します。", papers_ja!()),
            concat!("Wait a moment and look up again. ", papers_en!());
        technician: "続くなら、センターの返事が遅くないか、回線の状態を確かめます。",
            "If it stays so, see whether the centre answers slowly, and how the line stands.";
    }
    REQUERY_IMPOSSIBLE {
        cause: "この結果には、照会し直すのに足りる保険の情報がありません。",
            "This result does not say enough of the insurance to ask again by it.";
        patient: WAIT;
        reception: concat!("カードをもう一度置いていただくか、資格確認書の番号で照会します。", papers_ja!()),
            concat!("Have the card placed again, or look up by the numbers of the 資格確認書. ", papers_en!());
        technician: "不具合ではありません。", "Nothing is wrong.";
    }
    KIOSK_CODE_WRONG {
        cause: "番号が違うか、使用済みか、期限が切れています。", "The pairing code is wrong, was used, or has expired.";
        patient: WAIT;
        reception: "新しい番号を発行してもらい、入力し直します。", "Have a new code made and enter that one.";
        technician: "uketsuke pair board か uketsuke pair kiosk <リーダー> で新しい番号を発行します。5分間、一度だけ使えます。",
            "Make a new one with `uketsuke pair board` or `uketsuke pair kiosk <reader>`. It holds for 5 minutes and once.";
    }
    INTERNAL {
        cause: "端末の内部で不具合が起こりました。", "A fault inside the terminal.";
        patient: WAIT;
        reception: concat!("もう一度カードを置いていただきます。", papers_ja!()),
            concat!("Have the card placed again. ", papers_en!());
        technician: "このプログラムの欠陥です。ログのその時刻の部分を開発元に送ってください。",
            "This is a defect of this program. Send the log of that time to its maintainers.";
    }
}
