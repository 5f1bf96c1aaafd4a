//! The line to the centre and what the centre answers.

use super::{entries, papers_en, papers_ja, wait_en, wait_ja};

entries! {
    CENTRE_UNREACHABLE {
        cause: "オンライン資格確認のセンターにつながりません。", "There is no connection to the centre.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("少し待って、やり直します。", papers_ja!()),
            concat!("Wait a little and try again. ", papers_en!());
        technician: "回線、名前解決、通信の認証の順に確かめます。障害情報を見て、コールセンター（0800-080-4583）に連絡します。",
            "Check line, name resolution and line authentication in this order. Look at the outage notices and call the call centre (0800-080-4583).";
    }
    CENTRE_SILENT {
        cause: "センターにはつながりましたが、返事がありません。", "The centre accepted the connection and then said nothing.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "障害情報と計画停止の予定を見ます。自施設だけなら回線機器を再起動します。",
            "Look at the notices of outages and planned stops. If only this site is hit, restart the line equipment.";
    }
    CENTRE_UNTRUSTED {
        cause: "接続先が本物のセンターだと確かめられません。", "The other end could not prove to be the centre.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "接続先の名前、認証局の証明書、端末の日付と時刻を確かめます。確認を省く設定はありません。",
            "Check the endpoint's name, the CA certificate, and the terminal's date and time. There is no setting to skip this check.";
    }
    TERMINAL_CERTIFICATE_REFUSED {
        cause: "この端末の証明書が受け付けられません。", "The centre did not accept the terminal's certificate.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "端末の証明書の期限、失効、鍵との組を確かめ、更新します。",
            "Check the terminal certificate's dates, revocation and key, and renew it.";
    }
    CENTRE_LOGIN_REFUSED ["0x81000001"] {
        cause: "カードリーダーの顔認証アカウントが受け付けられません。", "The centre refused the reader's face account.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("別のカードリーダーがあれば案内し、担当の技術者に知らせます。", papers_ja!()),
            concat!("Send patients to another reader if there is one, and tell the technician. ", papers_en!());
        technician: "アカウント（F0…）がカードリーダーごとに一つで、重なりがないか、パスワードが古くないか確かめます。",
            "Check that each reader has its own account (F0...), none twice, and that the password is current.";
    }
    CENTRE_GARBLED {
        cause: "センターの返事が壊れているか、途中で切れています。", "The centre's answer is broken or cut short.";
        patient: "もう一度カードを置いてください。", "Please place the card again.";
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "続くときは、時刻を控えて、コールセンターと開発元に連絡します。",
            "If it repeats, note the time and contact call centre and maintainers.";
    }
    CENTRE_REFUSED {
        cause: "センターが理由を示して断りました。", "The centre refused and gave a reason of its own.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("表示された番号と文を控えます。", papers_ja!()),
            concat!("Note the code and text shown. ", papers_en!());
        technician: "番号を、コールセンター（0800-080-4583）に伝えます。",
            "Report the code to the call centre (0800-080-4583).";
    }
    QUALIFICATION_INVALID {
        cause: "センターに登録された資格が、無効になっています。", "The qualification known to the centre is no longer valid.";
        patient: "保険が変わった方は、係の者にお知らせください。", "If your insurance has changed, please tell the staff.";
        reception: "保険の変更がないか伺い、新しい資格確認書、資格情報のお知らせ、マイナポータルの画面で確認します。なければ被保険者資格申立書を書いていただき、通常の負担割合で受け付けます。閉院時と翌朝に、もう一度照会します。",
            "Ask whether the insurance changed; check the new 資格確認書, 資格情報のお知らせ or マイナポータル screen. With none, take a 被保険者資格申立書 and charge the usual share. Ask the centre again at closing time and next morning.";
        technician: "何もしません。登録の遅れで起こります。", "Nothing to do: registration may lag behind.";
    }
    QUALIFICATION_NOT_FOUND {
        cause: "センターに資格が見つかりません。", "The centre knows no qualification.";
        patient: "最近、保険が変わった方は、係の者にお知らせください。", "If your insurance changed lately, please tell the staff.";
        reception: "就職や引っ越しの直後か伺い、番号で照会したときは入力を見直します。資格確認書、資格情報のお知らせ、マイナポータルの画面がなければ、被保険者資格申立書を書いていただき、通常の負担割合で受け付けます。",
            "Ask about a new job or a move; after a look-up by number, check the digits. Without 資格確認書, 資格情報のお知らせ or マイナポータル screen, take a 被保険者資格申立書 and charge the usual share.";
        technician: "何もしません。登録の遅れで起こります。", "Nothing to do: registration may lag behind.";
    }
    QUALIFICATION_SEVERAL {
        cause: "条件に合う資格が複数あります。", "Several qualifications match.";
        patient: wait_ja!(), wait_en!();
        reception: "枝番と生年月日を加えて、もう一度照会します。決まらないときは資格確認書で確認します。",
            "Ask again with branch number and birth date. If still open, check the 資格確認書.";
        technician: "何もしません。", "Nothing to do.";
    }
    CHARACTERS_BLANKED {
        cause: "氏名や住所に、表せない文字（●）があります。", "The name or address has a character that could not be shown (●).";
        patient: "受付は済んでいます。", "Your visit is registered.";
        reception: "資格は有効に扱います。保存してある正しい文字を●で上書きせず、手で直します。",
            "The qualification counts. Do not overwrite a stored correct name with ●; correct it by hand.";
        technician: "レセコンが対応するなら、フォルダーの文字コードをUTF-8にすると、●が減ることがあります。",
            "If the receipt computer can read it, UTF-8 in the folder may leave fewer ●.";
    }
}
